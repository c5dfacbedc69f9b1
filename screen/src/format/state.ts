// The state of a thing in a few words, as it reported it.
import { number } from '../i18n/phrase';
import type { Key } from '../i18n';
import type { Lang } from '../store/home';
import type { Thing } from '../wire';
import { isTrue, valueOf, withAbility } from './thing';
import { capital, valueText, withUnit, type ValueWords } from './value';

export type Say = (key: Key, values?: Readonly<Record<string, string | number>>) => string;

export type Speech = { readonly lang: Lang; readonly say: Say };

export const valueWords = (say: Say): ValueWords => ({ on: say('value.on'), off: say('value.off'), none: say('value.none') });

/** The line on the card. Offline is said elsewhere: this is the last report, whatever its age. */
export function stateText(thing: Thing, speech: Speech): string {
  const text = (thing.kind === 'fridge' ? fridgeText(thing, speech) : null) ?? byAbility(thing, speech);
  return text ?? speech.say('value.none');
}

/** A second, quiet line: what is measured beside the state. */
export function detailText(thing: Thing, speech: Speech): string {
  const { say, lang } = speech;
  const parts: string[] = [];
  const temperature = withAbility(thing, 'temperature');
  if (temperature && thing.kind === 'air_conditioner') {
    const value = numberOf(thing, temperature.id);
    if (value !== null) parts.push(say('state.room_temperature', { figure: withUnit(number(value, lang), '°') }));
  }
  const walked = withAbility(thing, 'steps');
  const steps = walked ? numberOf(thing, walked.id) : null;
  if (steps !== null) parts.push(say('state.steps', { count: steps }));
  const battery = withAbility(thing, 'battery');
  const charge = battery ? numberOf(thing, battery.id) : null;
  if (charge !== null) parts.push(say('state.battery', { figure: charge }));
  return parts.join(' · ');
}

/** A fridge is asked two things at a glance: is it shut, and is it cold. */
function fridgeText(thing: Thing, { say, lang }: Speech): string | null {
  const door = withAbility(thing, 'contact');
  if (door && isTrue(valueOf(thing, door.id))) return say('state.door_open');
  const measured = thing.specs.filter((spec) => spec.ability?.endsWith('temperature')).map((spec) => numberOf(thing, spec.id));
  const figures = measured.filter((value) => value !== null).map((value) => withUnit(number(value, lang), '°'));
  return figures.length ? figures.join(' · ') : null;
}

function byAbility(thing: Thing, { say, lang }: Speech): string | null {
  const has = (ability: string) => withAbility(thing, ability);
  const power = has('power');
  if (power) {
    const value = valueOf(thing, power.id);
    if (value === null) return null;
    return isTrue(value) ? whenOn(thing, { say, lang }) : say('value.off');
  }
  const contact = has('contact');
  if (contact) {
    const value = valueOf(thing, contact.id);
    return value === null ? null : say(isTrue(value) ? 'state.open' : 'state.closed');
  }
  const activity = has('activity');
  if (activity) return valueText(activity, valueOf(thing, activity.id), lang, valueWords(say));
  const pulse = has('heart_rate');
  if (pulse) {
    const beats = numberOf(thing, pulse.id);
    return beats === null ? null : say('state.heart_rate', { figure: beats });
  }
  const position = has('position');
  if (position) return positionText(numberOf(thing, position.id), say);
  const volume = has('volume');
  if (volume) {
    const mute = has('mute');
    if (mute && isTrue(valueOf(thing, mute.id))) return say('state.muted');
    const loud = numberOf(thing, volume.id);
    return loud === null ? null : say('state.volume', { figure: loud });
  }
  const first = thing.specs[0];
  return first ? valueText(first, valueOf(thing, first.id), lang, valueWords(say)) : null;
}

/** "On" with the one figure that says how: brightness, the mode and its target, the channel. */
function whenOn(thing: Thing, { say, lang }: Pick<Speech, 'say' | 'lang'>): string {
  const figure = (ability: string) => {
    const spec = withAbility(thing, ability);
    return spec ? numberOf(thing, spec.id) : null;
  };
  const target = figure('target_temperature');
  const mode = withAbility(thing, 'mode');
  if (target !== null) {
    const word = mode ? valueText(mode, valueOf(thing, mode.id), lang, valueWords(say)) : say('value.on');
    return `${word} · ${withUnit(number(target, lang), '°')}`;
  }
  const brightness = figure('brightness');
  if (brightness !== null) return say('state.on_percent', { figure: brightness });
  const channel = figure('channel');
  if (channel !== null) return say('state.channel', { figure: channel });
  return capital(say('value.on'));
}

function positionText(position: number | null, say: Say): string | null {
  if (position === null) return null;
  if (position === 0) return say('state.closed');
  return position === 100 ? say('state.open') : say('state.open_percent', { figure: position });
}

function numberOf(thing: Thing, property: string): number | null {
  const value = valueOf(thing, property);
  return typeof value === 'number' ? value : null;
}
