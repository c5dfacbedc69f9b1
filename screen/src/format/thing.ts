// What a card needs to know of a thing: its icon, its words, its one control.
import type { Area, PropertySpec, ServiceSpec, Thing, Value } from '../wire';

export type Control =
  | { readonly kind: 'slider' | 'stepper' | 'toggle'; readonly spec: PropertySpec }
  | { readonly kind: 'services'; readonly services: readonly ServiceSpec[] }
  | { readonly kind: 'none' };

export const valueOf = (thing: Thing, property: string): Value => thing.properties[property]?.value ?? null;

export const withAbility = (thing: Thing, ability: string): PropertySpec | undefined =>
  thing.specs.find((spec) => spec.ability === ability);

/** TSL writes a bool as 0 or 1; JSON may carry it as either. */
export const isTrue = (value: Value): boolean => value === true || value === 1;

/** A bool in the form in which the thing itself reports it. */
export function boolLike(before: Value, wanted: boolean): Value {
  return typeof before === 'boolean' ? wanted : wanted ? 1 : 0;
}

/** What turns it on and off, if anything does. */
export function powerOf(thing: Thing): PropertySpec | undefined {
  return thing.specs.find((spec) => spec.ability === 'power' && spec.writable);
}

const SLID = ['brightness', 'position', 'volume'];
const STEPPED = ['target_temperature', 'cold_target'];

/** The one control of a card, by what the thing can do. */
export function controlOf(thing: Thing): Control {
  const writable = thing.specs.filter((spec) => spec.writable);
  const first = (abilities: readonly string[]) =>
    abilities.map((ability) => writable.find((spec) => spec.ability === ability)).find((spec) => spec !== undefined);
  const slid = first(SLID);
  if (slid) return { kind: 'slider', spec: slid };
  const stepped = first(STEPPED);
  if (stepped) return { kind: 'stepper', spec: stepped };
  const power = powerOf(thing);
  if (power) return { kind: 'toggle', spec: power };
  const services = servicesOf(thing);
  return services.length ? { kind: 'services', services } : { kind: 'none' };
}

/** Two things that it can do with one touch, those that change something now: what cleans is not started again. */
function servicesOf(thing: Thing): readonly ServiceSpec[] {
  const plain = (thing.services ?? []).filter((service) => !service.inputs.length);
  const idle = isActive(thing) ? 'start' : 'pause';
  return plain.filter((service) => service.id !== idle).slice(0, 2);
}

/** Whether it is doing something now: a lit card. */
export function isActive(thing: Thing): boolean {
  if (!thing.online) return false;
  const power = withAbility(thing, 'power');
  if (power) return isTrue(valueOf(thing, power.id));
  const contact = withAbility(thing, 'contact');
  if (contact) return isTrue(valueOf(thing, contact.id));
  const activity = withAbility(thing, 'activity');
  return activity !== undefined && valueOf(thing, activity.id) === CLEANING;
}

/** Of a vacuum's activities the one in which it is at work. */
const CLEANING = 1;

/** The properties to set when a slider is let go: brightness zero means off, any other also turns the thing on. */
export function slide(thing: Thing, spec: PropertySpec, value: number): Record<string, Value> {
  const power = spec.ability === 'brightness' ? powerOf(thing) : undefined;
  if (!power) return { [spec.id]: value };
  const before = valueOf(thing, power.id);
  if (value === 0) return { [power.id]: boolLike(before, false) };
  return isTrue(before) ? { [spec.id]: value } : { [power.id]: boolLike(before, true), [spec.id]: value };
}

/** Where the slider of a thing stands by its report: a light that is off shows none of its brightness. */
export function sliderValue(thing: Thing, spec: PropertySpec): number | null {
  const value = valueOf(thing, spec.id);
  if (typeof value !== 'number') return null;
  const power = spec.ability === 'brightness' ? powerOf(thing) : undefined;
  return power && !isTrue(valueOf(thing, power.id)) ? 0 : value;
}

/** "Kitchen light" under the heading "Kitchen" is just "light": the name without its area, when something remains. */
export function shortName(name: string, area: string | undefined): string {
  if (!area || !name.toLowerCase().startsWith(area.toLowerCase())) return name;
  const rest = name.slice(area.length).replace(/^[\s的]+/, '');
  return rest ? rest.charAt(0).toUpperCase() + rest.slice(1) : name;
}

export const areaOf = (thing: Thing, areas: readonly Area[]): Area | undefined => areas.find((area) => area.id === thing.area);
