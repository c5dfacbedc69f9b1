// The pickers of the rule editor: one row of words and chips for one trigger, condition or action.
import { html, nothing, type TemplateResult } from 'lit';
import { lang } from '../control/app';
import { areaName, firstValue, isOrdered, isRuled } from '../format/rule';
import { capital } from '../format/value';
import { t } from '../i18n';
import type { Action, Area, Condition, EventSpec, PropertySpec, Scene, ServiceSpec, Thing, Trigger, Value } from '../wire';
import { iconOf, type IconName } from './icon';
import './input';
import './pick';
import type { Pickable } from './pick';

/** What a row needs to know of the home, and how it tells of a change; null: take it away. */
export type Context = { readonly things: readonly Thing[]; readonly areas: readonly Area[]; readonly scenes: readonly Scene[] };
export type Changed<T> = (part: T) => void;

export const TRIGGERS = ['property', 'event', 'presence', 'time', 'sun', 'people'] as const;
export const CONDITIONS = ['property', 'time', 'sun', 'people', 'any'] as const;
export const ACTIONS = ['set', 'call', 'scene', 'say', 'wait'] as const;

export const KIND_ICONS: Readonly<Record<string, IconName>> = {
  property: 'activity', event: 'bell', presence: 'plug', time: 'clock', sun: 'sun', people: 'users', any: 'list', not: 'minus',
  set: 'settings', call: 'play', scene: 'wand', say: 'speech', wait: 'timer',
};
const DAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
const DURATIONS = [0, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200] as const;
const OFFSETS = [-60, -30, -15, 0, 15, 30, 60] as const;

export function freshTrigger(kind: (typeof TRIGGERS)[number]): Trigger {
  switch (kind) {
    case 'property':
      return { type: 'property', thing: '', property: '', is: 'is', value: null };
    case 'event':
      return { type: 'event', thing: '', event: '' };
    case 'presence':
      return { type: 'presence', thing: '', online: false, for_s: 300 };
    case 'time':
      return { type: 'time', at: '07:00' };
    case 'sun':
      return { type: 'sun', event: 'sunset', offset_min: 0 };
    case 'people':
      return { type: 'people', who: 'anyone', at_home: true };
  }
}

export function freshCondition(kind: (typeof CONDITIONS)[number]): Condition {
  switch (kind) {
    case 'property':
      return { type: 'property', thing: '', property: '', is: 'is', value: null };
    case 'time':
      return { type: 'time', after: '22:00', before: '06:00' };
    case 'sun':
      return { type: 'sun', is: 'down' };
    case 'people':
      return { type: 'people', who: 'anyone', at_home: true };
    case 'any':
      return { type: 'any', of: [] };
  }
}

export function freshAction(kind: (typeof ACTIONS)[number]): Action {
  switch (kind) {
    case 'set':
      return { type: 'set', thing: '', properties: {} };
    case 'call':
      return { type: 'call', thing: '', service: '' };
    case 'scene':
      return { type: 'scene', scene: '' };
    case 'say':
      return { type: 'say', text: { en: '', zh: '' } };
    case 'wait':
      return { type: 'wait', for_s: 60 };
  }
}

export function triggerRow(part: Trigger, home: Context, change: Changed<Trigger>): TemplateResult {
  switch (part.type) {
    case 'property':
      return property(part, home, change, 'becomes');
    case 'event': {
      const thing = thingOf(part.thing, home);
      return html`${thingPick(part.thing, home, (each) => !!each.events?.length, (id) => change({ type: 'event', thing: id, event: thingOf(id, home)?.events?.[0]?.id ?? '' }))}
        ${thing ? pick(t('rule.event'), named(thing.events ?? []), part.event, (event) => change({ ...part, event })) : nothing}`;
    }
    case 'presence':
      return html`${thingPick(part.thing, home, () => true, (thing) => change({ ...part, thing }))}
        ${pick(t('rule.presence'), [{ value: '0', label: t('rule.goes_offline') }, { value: '1', label: t('rule.comes_online') }], String(Number(part.online)), (value) => change({ ...part, online: value === '1' }))}
        ${duration(part.for_s, (for_s) => change({ ...part, for_s }))}`;
    case 'time':
      return html`${timeField(t('rule.at'), part.at, (at) => change({ ...part, at }))}${days(part.days, (chosen) => change(withDays(part, chosen)))}`;
    case 'sun':
      return html`${pick(t('rule.sun'), (['sunrise', 'sunset'] as const).map((value) => ({ value, label: t(`sun.${value}`) })), part.event, (event) => change({ ...part, event: event as 'sunrise' }))}
        ${pick(t('rule.offset'), OFFSETS.map((value) => ({ value: String(value), label: offset(value) })), String(part.offset_min ?? 0), (value) => change({ ...part, offset_min: Number(value) }))}
        ${days(part.days, (chosen) => change(withDays(part, chosen)))}`;
    case 'people':
      return people(part, (value) => change(value), 'comes');
  }
}

export function conditionRow(part: Condition, home: Context, change: Changed<Condition>): TemplateResult {
  switch (part.type) {
    case 'property':
      return property(part, home, change, 'is');
    case 'time':
      return html`${timeField(t('rule.after'), part.after ?? '', (after) => change(withTime(part, { after })))}
        ${timeField(t('rule.before'), part.before ?? '', (before) => change(withTime(part, { before })))}${days(part.days, (chosen) => change(withDays(part, chosen)))}`;
    case 'sun':
      return pick(t('rule.sun'), (['up', 'down'] as const).map((value) => ({ value, label: t(`sun.${value}`) })), part.is, (is) => change({ ...part, is: is as 'up' }));
    case 'people':
      return people(part, (value) => change(value), 'stays');
    case 'any':
    case 'not':
      return html`<p class="quiet">${t(`rule_kind.${part.type}`)}</p>`;
  }
}

export function actionRow(part: Action, home: Context, change: Changed<Action>): TemplateResult {
  switch (part.type) {
    case 'set':
      return set(part, home, change);
    case 'call':
      return call(part, home, change);
    case 'scene':
      return pick(t('rule.scene'), home.scenes.map((scene) => ({ value: scene.id, label: scene.names[lang()], icon: 'wand' as const })), part.scene || null, (scene) => change({ type: 'scene', scene }));
    case 'say':
      return html`<div class="words">${(lang() === 'zh' ? (['zh', 'en'] as const) : (['en', 'zh'] as const)).map((each) => html`
        <input class="field" maxlength="200" aria-label=${t(`rule_say.${each}`)} placeholder=${t(`rule_say.${each}`)} .value=${part.text[each]}
          @change=${(event: Event) => change({ type: 'say', text: { ...part.text, [each]: (event.target as HTMLInputElement).value } })} />`)}</div>`;
    case 'wait':
      return pick(t('rule.wait'), DURATIONS.slice(1).map((value) => ({ value: String(value), label: durationWords(value) })), String(part.for_s), (value) => change({ type: 'wait', for_s: Number(value) }), durationWords(part.for_s));
  }
}

/** A thing, one of its properties, how it compares, and for how long. */
function property<T extends Extract<Trigger, { type: 'property' }>>(part: T, home: Context, change: (part: T) => void, verb: 'becomes' | 'is'): TemplateResult {
  const thing = thingOf(part.thing, home);
  const specs = (thing?.specs ?? []).filter(isRuled);
  const spec = specs.find((each) => each.id === part.property);
  const choose = (owner: Thing | undefined, id: string) => {
    const chosen = owner?.specs.find((each) => each.id === id);
    if (owner && chosen) change({ ...part, thing: owner.id, property: id, is: isOrdered(chosen) ? 'above' : 'is', value: firstValue(chosen, owner) });
  };
  const most = (id: string) => {
    const owner = thingOf(id, home);
    const first = owner?.specs.find((each) => isRuled(each) && !each.writable) ?? owner?.specs.find(isRuled);
    if (first) choose(owner, first.id);
  };
  return html`${thingPick(part.thing, home, (each) => each.specs.some(isRuled), most)}
    ${thing ? pick(t('rule.property'), named(specs), part.property || null, (id) => choose(thing, id)) : nothing}
    ${spec ? html`${pick(t('rule.compare'), comparisons(spec, verb), part.is, (is) => change({ ...part, is: is as T['is'] }))}
      <jn-input .spec=${spec} .areas=${home.areas} .value=${part.value} @choose=${(event: CustomEvent<Value>) => change({ ...part, value: event.detail })}></jn-input>
      ${duration(part.for_s, (for_s) => change({ ...part, for_s }))}` : nothing}`;
}

function comparisons(spec: PropertySpec, verb: 'becomes' | 'is'): readonly Pickable[] {
  const known = isOrdered(spec) ? (['above', 'below', 'is', 'is_not'] as const) : (['is', 'is_not'] as const);
  return known.map((value) => ({ value, label: t(`compare.${verb}_${value}`) }));
}

/** One thing, and each property that it should have; the fridge's two targets are one action. */
function set(part: Extract<Action, { type: 'set' }>, home: Context, change: Changed<Action>): TemplateResult {
  const thing = thingOf(part.thing, home);
  const specs = (thing?.specs ?? []).filter((spec) => spec.writable && isRuled(spec));
  const left = specs.filter((spec) => !(spec.id in part.properties));
  const begin = (id: string) => {
    const owner = thingOf(id, home);
    const first = owner?.specs.find((spec) => spec.writable && isRuled(spec));
    change({ type: 'set', thing: id, properties: first ? { [first.id]: firstValue(first, owner) } : {} });
  };
  const give = (id: string, value: Value) => change({ ...part, properties: { ...part.properties, [id]: value } });
  const swap = (from: string, to: string) => {
    const spec = specs.find((each) => each.id === to);
    if (spec) change({ ...part, properties: Object.fromEntries(Object.entries(part.properties).filter(([id]) => id !== from && id !== to).concat([[to, firstValue(spec, thing)]])) });
  };
  return html`${thingPick(part.thing, home, (each) => each.specs.some((spec) => spec.writable && isRuled(spec)), begin)}
    ${Object.entries(part.properties).map(([id, value]) => {
      const spec = specs.find((each) => each.id === id);
      return spec ? html`<span class="pair">${pick(t('rule.property'), named([spec, ...left]), id, (to) => swap(id, to))}<span class="word">${t('rule.to')}</span>
        <jn-input .spec=${spec} .areas=${home.areas} .value=${value} @choose=${(event: CustomEvent<Value>) => give(id, event.detail)}></jn-input></span>` : nothing;
    })}
    ${thing && left.length ? html`<jn-pick class="also" .label=${t('rule.also')} .empty=${t('rule.also')} .sign=${'plus'} .options=${named(left)}
      @choose=${(event: CustomEvent<string>) => { const spec = specs.find((each) => each.id === event.detail); if (spec) give(spec.id, firstValue(spec, thing)); }}></jn-pick>` : nothing}`;
}

function call(part: Extract<Action, { type: 'call' }>, home: Context, change: Changed<Action>): TemplateResult {
  const thing = thingOf(part.thing, home);
  const service = thing?.services?.find((each) => each.id === part.service);
  const inputs = (part.inputs ?? {}) as Readonly<Record<string, Value>>;
  return html`${thingPick(part.thing, home, (each) => !!each.services?.length, (id) => change({ type: 'call', thing: id, service: thingOf(id, home)?.services?.find((each) => !each.inputs.length)?.id ?? '' }))}
    ${thing ? pick(t('rule.service'), named(thing.services ?? []), part.service || null, (id) => change({ type: 'call', thing: part.thing, service: id })) : nothing}
    ${service?.inputs.map((field) => html`<jn-input .spec=${field} .areas=${home.areas} .value=${inputs[field.id] ?? null}
      @choose=${(event: CustomEvent<Value>) => change({ ...part, inputs: { ...inputs, [field.id]: event.detail } })}></jn-input>`) ?? nothing}`;
}

function people<T extends Extract<Trigger, { type: 'people' }>>(part: T, change: (part: T) => void, verb: 'comes' | 'stays'): TemplateResult {
  const cases = [['anyone', true], ['everyone', true], ['anyone', false], ['everyone', false]] as const;
  const value = (who: 'anyone' | 'everyone', at_home: boolean) => `${who}_${at_home ? 'home' : 'away'}` as const;
  return pick(t('rule.people'), cases.map(([who, home]) => ({ value: value(who, home), label: t(`people.${verb}_${value(who, home)}`) })), value(part.who, part.at_home), (chosen) => {
    const [who = 'anyone', where] = chosen.split('_');
    change({ ...part, who: who as T['who'], at_home: where === 'home' });
  });
}

function thingPick(id: string, home: Context, wanted: (thing: Thing) => boolean, choose: (id: string) => void): TemplateResult {
  const options = home.things.filter(wanted).map((thing) => ({ value: thing.id, label: thing.names[lang()], icon: iconOf(thing), hint: areaName(thing, home.areas, lang()) }));
  return pick(t('rule.thing'), options, id || null, choose);
}

function pick(label: string, options: readonly Pickable[], value: string | null, choose: (value: string) => void, otherwise?: string): TemplateResult {
  // A value that is none of those offered, such as 47 seconds in a rule made by voice, stays what it is.
  const all = value !== null && otherwise && !options.some((option) => option.value === value) ? [{ value, label: otherwise }, ...options] : options;
  return html`<jn-pick .label=${label} .options=${all} .value=${value} @choose=${(event: CustomEvent<string>) => choose(event.detail)}></jn-pick>`;
}

function duration(for_s: number | undefined, choose: (for_s: number) => void): TemplateResult {
  const label = (seconds: number) => (seconds ? t('rule.for', { duration: durationWords(seconds) }) : t('rule.at_once'));
  return pick(t('rule.how_long'), DURATIONS.map((value) => ({ value: String(value), label: label(value) })), String(for_s ?? 0), (value) => choose(Number(value)), label(for_s ?? 0));
}

export function durationWords(seconds: number): string {
  if (seconds % 3600 === 0 && seconds) return t('span_of.hours', { count: seconds / 3600 });
  if (seconds % 60 === 0 && seconds) return t('span_of.minutes', { count: seconds / 60 });
  return t('span_of.seconds', { count: seconds });
}

function offset(minutes: number): string {
  if (!minutes) return t('rule.exactly');
  return t(minutes < 0 ? 'rule.earlier' : 'rule.later', { duration: durationWords(Math.abs(minutes) * 60) });
}

const HOURS = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'));
const MINUTES = Array.from({ length: 12 }, (_, index) => String(index * 5).padStart(2, '0'));

/** Hours and minutes by touch, always of 24 hours; a browser's own field follows its own locale. */
function timeField(label: string, value: string, choose: (value: string) => void): TemplateResult {
  const [hour = '', minute = ''] = value ? value.split(':') : [];
  const part = (name: string, all: readonly string[], held: string, put: (value: string) => void) => html`<jn-pick short .label=${name} .empty=${'––'}
    .options=${(held && !all.includes(held) ? [held, ...all] : all).map((each) => ({ value: each, label: each }))} .value=${held || null} @choose=${(event: CustomEvent<string>) => put(event.detail)}></jn-pick>`;
  return html`<span class="time" role="group" aria-label=${label}><span class="word">${label}</span>
    ${part(t('rule.hour'), HOURS, hour, (chosen) => choose(`${chosen}:${minute || '00'}`))}<span class="word">:</span>
    ${part(t('rule.minute'), MINUTES, minute, (chosen) => choose(`${hour || '00'}:${chosen}`))}</span>`;
}

/** Every day unless some are chosen. */
function days(chosen: readonly string[] | undefined, choose: (days: readonly (typeof DAYS)[number][]) => void): TemplateResult {
  const held = new Set(chosen?.length ? chosen : DAYS);
  return html`<span class="days" role="group" aria-label=${t('rule.days')}>${DAYS.map((day) => html`
    <button aria-pressed=${held.has(day)} @click=${() => choose(DAYS.filter((each) => (each === day ? !held.has(each) : held.has(each))))}>${t(`day.${day}`)}</button>`)}</span>`;
}

function withDays<T extends { readonly days?: readonly string[] }>(part: T, chosen: readonly (typeof DAYS)[number][]): T {
  const { days: _, ...rest } = part;
  return (chosen.length && chosen.length < DAYS.length ? { ...rest, days: chosen } : rest) as T;
}

function withTime(part: Extract<Condition, { type: 'time' }>, changed: { after?: string; before?: string }): Condition {
  const { after, before, ...rest } = { ...part, ...changed };
  return { ...rest, ...(after ? { after } : {}), ...(before ? { before } : {}) };
}

const named = (specs: readonly (PropertySpec | ServiceSpec | EventSpec)[]): readonly Pickable[] =>
  specs.map((spec) => ({ value: spec.id, label: capital(spec.names[lang()]) }));

const thingOf = (id: string, home: Context): Thing | undefined => home.things.find((thing) => thing.id === id);
