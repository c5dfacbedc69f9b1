// What a rule is about, what it still lacks, and how its parts begin.
import type { Action, Area, Condition, PropertySpec, Rule, RuleDraft, Scene, Thing, Trigger, Value } from '../wire';

export type Part = Trigger | Condition | Action;

/** Every thing that a rule listens to, asks or moves. */
export function thingsOf(rule: Pick<RuleDraft, 'triggers' | 'conditions' | 'actions'>): ReadonlySet<string> {
  const found = new Set<string>();
  const add = (part: Part | Condition): void => {
    if ('thing' in part) found.add(part.thing);
    if (part.type === 'any') part.of.forEach(add);
    if (part.type === 'not') add(part.of);
  };
  [...rule.triggers, ...rule.conditions, ...rule.actions].forEach(add);
  return found;
}

export const touches = (rule: Rule, thing: string): boolean => thingsOf(rule).has(thing);

/** Why a part cannot be kept as it is; null when nothing is missing. */
export type Lack = 'thing' | 'property' | 'value' | 'event' | 'service' | 'scene' | 'text' | 'time' | 'nothing' | 'gone';

export function lackOf(part: Part, things: readonly Thing[], scenes: readonly Scene[]): Lack | null {
  if ('thing' in part) {
    if (!part.thing) return 'thing';
    const thing = things.find((each) => each.id === part.thing);
    if (!thing) return 'gone';
    return lackOfThings(part, thing);
  }
  switch (part.type) {
    case 'scene':
      return !part.scene ? 'scene' : scenes.some((scene) => scene.id === part.scene) ? null : 'gone';
    case 'say':
      return part.text.en.trim() && part.text.zh.trim() ? null : 'text';
    case 'time':
      return 'at' in part ? (part.at ? null : 'time') : part.after || part.before || part.days?.length ? null : 'time';
    case 'any':
      return part.of.length ? part.of.map((each) => lackOf(each, things, scenes)).find((lack) => lack !== null) ?? null : 'nothing';
    case 'not':
      return lackOf(part.of, things, scenes);
    default:
      return null;
  }
}

function lackOfThings(part: Extract<Part, { thing: string }>, thing: Thing): Lack | null {
  switch (part.type) {
    case 'property':
      return !thing.specs.some((spec) => spec.id === part.property) ? 'property' : isGiven(part.value) ? null : 'value';
    case 'event':
      return thing.events?.some((event) => event.id === part.event) ? null : 'event';
    case 'call':
      return thing.services?.some((service) => service.id === part.service) ? null : 'service';
    case 'set': {
      const values = Object.entries(part.properties);
      return values.length === 0 ? 'property' : values.every(([, value]) => isGiven(value)) ? null : 'value';
    }
    default:
      return null;
  }
}

const isGiven = (value: Value): boolean => value !== null && value !== '';

/** A value to begin with: what the thing says now, else the middle or the first answer. */
export function firstValue(spec: PropertySpec, thing?: Thing): Value {
  const now = thing?.properties[spec.id]?.value ?? null;
  if (spec.type === 'bool') return 1;
  if (now !== null && typeof now !== 'object') return now;
  if (spec.options?.length) return spec.options[0]?.value ?? null;
  if (spec.min !== undefined && spec.max !== undefined) return Math.round((spec.min + spec.max) / 2);
  return spec.type === 'text' ? '' : 0;
}

/** How a value can be compared: only numbers are above or below. */
export const isOrdered = (spec: PropertySpec): boolean => ['int', 'float', 'double'].includes(spec.type);

/** Properties that a rule may wait for or look at: those with a plain value. */
export const isRuled = (spec: PropertySpec): boolean => !['array', 'struct', 'date'].includes(spec.type);

export function areaName(thing: Thing, areas: readonly Area[], lang: 'en' | 'zh'): string | undefined {
  return areas.find((area) => area.id === thing.area)?.names[lang];
}

/** A new rule, begun from nothing or from one thing's page. */
export function blank(thing?: Thing): RuleDraft {
  const spec = thing?.specs.find((each) => !each.writable && isRuled(each)) ?? thing?.specs.find(isRuled);
  const triggers: Trigger[] = thing && spec
    ? [{ type: 'property', thing: thing.id, property: spec.id, is: isOrdered(spec) ? 'above' : 'is', value: firstValue(spec, thing) }]
    : [];
  return { names: { en: '', zh: '' }, triggers, conditions: [], actions: [], enabled: true, mode: 'single', cooldown_s: 0 };
}

export const YESTERDAY_MS = 86_400_000;
