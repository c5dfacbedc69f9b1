// Writes src/wire.ts, the TypeScript of the two contracts, so that the wire is written once.
// It knows the few words of JSON Schema that the contract uses and stops at any other.
import { readFileSync, writeFileSync } from 'node:fs';

const read = (name) => JSON.parse(readFileSync(new URL(`../../contracts/${name}.schema.json`, import.meta.url), 'utf8')).$defs;
// The names of both stand in one file: no definition may be in both.
const definitions = [...Object.entries(read('jinn')), ...Object.entries(read('edge'))];
const KNOWN = new Set(['$ref', 'type', 'title', 'description', 'properties', 'required', 'additionalProperties',
  'items', 'enum', 'const', 'oneOf', 'anyOf', 'minItems', 'maxItems', 'minimum', 'maximum', 'pattern']);
const PLAIN = { integer: 'number', number: 'number', string: 'string', boolean: 'boolean', null: 'null', array: 'unknown[]',
  object: 'Record<string, unknown>' };
const titled = new Map();
const used = new Set();

function typeOf(node, indent) {
  for (const word of Object.keys(node)) if (!KNOWN.has(word)) throw new Error(`contracts: "${word}" is new to scripts/wire.mjs`);
  if (node.$ref) {
    const name = node.$ref.replace(/^.*\//, '');
    used.add(name);
    return name;
  }
  if (node.const !== undefined) return JSON.stringify(node.const);
  if (node.enum) return node.enum.map((value) => JSON.stringify(value)).join(' | ');
  const several = node.oneOf ?? node.anyOf;
  if (several) return several.map((each) => named(each, indent)).join(' | ');
  if (Array.isArray(node.type)) return node.type.map((each) => PLAIN[each]).join(' | ');
  if (node.type === 'array') return node.items ? `readonly (${typeOf(node.items, indent)})[]` : 'readonly unknown[]';
  if (node.type === 'object') return shape(node, indent);
  if (node.type in PLAIN) return PLAIN[node.type];
  throw new Error(`contracts: no type for ${JSON.stringify(node)}`);
}

// A member of a union that has a title becomes a type of its own, so that code can name it.
function named(node, indent) {
  if (!node.title) return typeOf(node, indent);
  if (titled.has(node.title) && titled.get(node.title) !== node) throw new Error(`contracts: two types are called ${node.title}`);
  titled.set(node.title, node);
  return node.title;
}

function shape(node, indent) {
  const more = node.additionalProperties;
  if (!node.properties) return `Readonly<Record<string, ${more && more !== true ? typeOf(more, indent) : 'unknown'}>>`;
  const pad = '  '.repeat(indent + 1);
  const required = new Set(node.required ?? []);
  const lines = Object.entries(node.properties).map(([name, value]) => {
    const why = value.description ? `${pad}/** ${value.description} */\n` : '';
    return `${why}${pad}readonly ${name}${required.has(name) ? '' : '?'}: ${typeOf(value, indent + 1)};`;
  });
  return `{\n${lines.join('\n')}\n${'  '.repeat(indent)}}`;
}

const declare = (name, node) =>
  `${node.description ? `/** ${node.description} */\n` : ''}export type ${name} = ${typeOf(node, 0)};\n`;

const names = definitions.map(([name]) => name);
if (new Set(names).size < names.length) throw new Error('contracts: a definition is in both');
const head = (of) => `// Written by scripts/wire.mjs from contracts/${of}.schema.json; change the contract instead.\n`;

/** One file for each contract; each says words of the other, so each names those that it takes from there. */
function write(file, of, other, further) {
  titled.clear();
  used.clear();
  const parts = Object.entries(read(of)).map(([name, node]) => declare(name, node));
  for (const [name, node] of titled) parts.push(declare(name, node));
  const text = parts.join('\n');
  const foreign = Object.keys(read(other)).filter((name) => used.has(name));
  const taken = foreign.length ? `import type { ${foreign.join(', ')} } from './${other === 'jinn' ? 'wire' : 'wire_edge'}';\n` : '';
  writeFileSync(new URL(`../src/${file}.ts`, import.meta.url), `${head(of)}${taken}${further}\n${text}`);
}

write('wire', 'jinn', 'edge', "export type * from './wire_edge';\n");
write('wire_edge', 'edge', 'jinn', '');
