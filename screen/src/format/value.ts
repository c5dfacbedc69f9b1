// A property's value in words.
import { LOCALE, number } from '../i18n/phrase';
import type { Lang } from '../store/home';
import type { PropertySpec, Value } from '../wire';
import { isTrue } from './thing';

/** Words for values that carry none of their own. */
export type ValueWords = { readonly on: string; readonly off: string; readonly none: string };

export function valueText(spec: PropertySpec, value: Value, lang: Lang, words: ValueWords): string {
  if (value === null) return words.none;
  if (value === '') return '–';
  const option = spec.options?.find((each) => each.value === Number(value));
  if (option) return capital(option.names[lang]);
  if (spec.type === 'bool') return isTrue(value) ? words.on : words.off;
  if (typeof value === 'number') return withUnit(number(value, lang), spec.unit);
  if (typeof value === 'string') return value;
  return JSON.stringify(value);
}

/** Degrees stand at the number, other units a thin space away. */
export function withUnit(figure: string, unit: string | undefined): string {
  if (!unit) return figure;
  if (unit.startsWith('°')) return `${figure}°`;
  return `${figure}\u202f${unit}`;
}

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

export function timeText(at_ms: number, lang: Lang): string {
  return new Intl.DateTimeFormat(LOCALE[lang], { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }).format(at_ms);
}

export function dateText(at_ms: number, lang: Lang): string {
  return new Intl.DateTimeFormat(LOCALE[lang], { weekday: 'long', day: 'numeric', month: 'long' }).format(at_ms);
}

/** How long ago, in the largest unit that fits: "3 minutes ago". */
export function agoText(at_ms: number, now_ms: number, lang: Lang): string {
  const seconds = Math.max(0, Math.round((now_ms - at_ms) / 1000));
  const [size, unit] = UNITS.find(([size]) => seconds >= size) ?? [1, 'second'];
  return new Intl.RelativeTimeFormat(LOCALE[lang], { numeric: 'always' }).format(-Math.floor(seconds / size), unit);
}

const UNITS: readonly (readonly [number, Intl.RelativeTimeFormatUnit])[] = [
  [86_400, 'day'], [3_600, 'hour'], [60, 'minute'], [1, 'second'],
];

/** 812 → "812 ms"; 2134 → "2.1 s". */
export function durationText(ms: number, lang: Lang): string {
  if (ms < 1000) return `${number(ms, lang, ms < 10 ? 1 : 0)}\u202fms`;
  return `${number(ms / 1000, lang)}\u202fs`;
}
