// Hours, days, weeks, months and years as people mean them, in this screen's own time.
import { LOCALE } from '../i18n/phrase';
import type { Lang } from '../store/home';

export type Period = 'hour' | 'day' | 'week' | 'month' | 'year';
export const PERIODS: readonly Period[] = ['hour', 'day', 'week', 'month', 'year'];

export type Range = { readonly from_ms: number; readonly to_ms: number };

const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
/** The running hour ends on such a step ahead. */
const FIVE_MS = 5 * MINUTE_MS;

/** The nth period back: 0 the one up to now, older ones whole days from midnight. Ends stay for a while, so that answers can be kept. */
export function rangeOf(period: Period, back: number, now_ms: number): Range {
  if (period === 'hour') {
    const to_ms = Math.ceil(now_ms / FIVE_MS) * FIVE_MS - back * HOUR_MS;
    return { from_ms: to_ms - HOUR_MS, to_ms };
  }
  if (period === 'day' && back === 0) {
    const to_ms = Math.ceil(now_ms / HOUR_MS) * HOUR_MS;
    return { from_ms: to_ms - 24 * HOUR_MS, to_ms };
  }
  const end = new Date(now_ms);
  end.setHours(0, 0, 0, 0);
  const start = new Date(end);
  if (period === 'year') {
    // Twelve whole months, this one the last of them.
    end.setMonth(end.getMonth() + 1 - 12 * back, 1);
    start.setTime(end.getTime());
    start.setMonth(start.getMonth() - 12);
  } else {
    const days = { day: 1, week: 7, month: 30 }[period];
    end.setDate(end.getDate() + 1 - back * days);
    start.setTime(end.getTime());
    start.setDate(start.getDate() - days);
  }
  return { from_ms: start.getTime(), to_ms: end.getTime() };
}

const TICK_WORDS = {
  hour: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }, day: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  week: { weekday: 'short' }, month: { day: 'numeric', month: 'numeric' }, year: { month: 'short' },
} as const;
/** How many labels stand under a chart, on a narrow and on a wide one. */
const TICK_COUNTS = { hour: [3, 6], day: [4, 8], week: [7, 7], month: [5, 10], year: [4, 12] } as const;
const NARROW_PX = 420;

export function ticksOf({ from_ms, to_ms }: Range, period: Period, lang: Lang, room: number): readonly { readonly at_ms: number; readonly label: string }[] {
  const format = new Intl.DateTimeFormat(LOCALE[lang], TICK_WORDS[period]);
  const count = TICK_COUNTS[period][room < NARROW_PX ? 0 : 1];
  return Array.from({ length: count }, (_, index) => {
    const at = new Date(from_ms + ((to_ms - from_ms) / count) * index);
    // Months differ in length; each label stands where its month begins.
    if (period === 'year') at.setTime(new Date(from_ms).setMonth(new Date(from_ms).getMonth() + (12 / count) * index));
    return { at_ms: at.getTime(), label: format.format(at) };
  });
}

const RANGE_WORDS = {
  hour: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' }, day: { weekday: 'long', day: 'numeric', month: 'long' },
  week: { day: 'numeric', month: 'short' }, month: { day: 'numeric', month: 'short' }, year: { month: 'short', year: 'numeric' },
} as const;

export function rangeText({ from_ms, to_ms }: Range, period: Period, lang: Lang): string {
  const words = new Intl.DateTimeFormat(LOCALE[lang], RANGE_WORDS[period]);
  if (period === 'day') return words.format(from_ms);
  return words.formatRange(from_ms, period === 'hour' ? to_ms : to_ms - 1);
}

/** When something was, as short as it can be said: the hour today, the day before that. */
export function momentText(at_ms: number, now_ms: number, lang: Lang): string {
  const isToday = new Date(at_ms).toDateString() === new Date(now_ms).toDateString();
  const hour = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const words = isToday ? hour : { ...hour, weekday: 'short', day: 'numeric', month: 'short' } as const;
  return new Intl.DateTimeFormat(LOCALE[lang], words).format(at_ms);
}
