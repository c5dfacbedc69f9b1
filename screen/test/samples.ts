// The contract's own samples, by definition and name.
import type { SatelliteDown, ScreenDown, Thing } from '../src/wire';

const files = import.meta.glob<string>('../../contracts/samples/*.json', { query: '?raw', import: 'default', eager: true });
const nameOf = (path: string): string => path.replace(/^.*\/|\.json$/g, '');

export function sample<T>(name: string): T {
  const text = Object.entries(files).find(([path]) => nameOf(path) === name)?.[1];
  if (text === undefined) throw new Error(`contracts/samples has no ${name}.json`);
  return JSON.parse(text) as T;
}

export function samples<T>(definition: string): T[] {
  return Object.keys(files).map(nameOf).filter((name) => name.startsWith(`${definition}.`)).map((name) => sample<T>(name));
}

export type Snapshot = Extract<ScreenDown, { type: 'snapshot' }>;
export const snapshot = (): Snapshot => sample<Snapshot>('ScreenDown.snapshot');
export const satellite = <K extends SatelliteDown['type']>(type: K, name: string = type): Extract<SatelliteDown, { type: K }> =>
  sample(`SatelliteDown.${name}`);

/** A thing of the snapshot with other values reported. */
export function thing(id: string, values: Record<string, unknown> = {}): Thing {
  const found = snapshot().things.find((each) => each.id === id);
  if (!found) throw new Error(`no ${id} in the snapshot`);
  const changed = Object.entries(values).map(([name, value]) => [name, { value, at_ms: 1 }]);
  return { ...found, properties: { ...found.properties, ...Object.fromEntries(changed) } };
}
