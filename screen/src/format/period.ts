// Days, weeks and months as people mean them, in this screen's own time.
import { LOCALE } from '../i18n/phrase';
import type { Lang } from '../store/home';

export type Period = 'day' | 'week' | 'month';
export const PERIODS: readonly Period[] = ['day', 'week', 'month'];

export type Range = { readonly from_ms: number; readonly to_ms: number };

const HOUR_MS = 3_600_000;

/** The nth period back: 0 the one up to now, older ones whole days from midnight. Ends stay for an hour at least, so that answers can be kept. */
export function rangeOf(period: Period, back: number, now_ms: number): Range {
  if (period === 'day' && back === 0) {
    const to_ms = Math.ceil(now_ms / HOUR_MS) * HOUR_MS;
    return { from_ms: to_ms - 24 * HOUR_MS, to_ms };
  }
  const midnight = new Date(now_ms);
  midnight.setHours(0, 0, 0, 0);
  const days = { day: 1, week: 7, month: 30 }[period];
  const end = new Date(midnight);
  end.setDate(end.getDate() + 1 - back * days);
  const start = new Date(end);
  start.setDate(start.getDate() - days);
  return { from_ms: start.getTime(), to_ms: end.getTime() };
}

export function ticksOf({ from_ms, to_ms }: Range, period: Period, lang: Lang, room: number): readonly { readonly at_ms: number; readonly label: string }[] {
  const words = period === 'day' ? { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const
    : period === 'week' ? { weekday: 'short' } as const : { day: 'numeric', month: 'numeric' } as const;
  const format = new Intl.DateTimeFormat(LOCALE[lang], words);
  const count = period === 'day' ? (room < 420 ? 4 : 8) : period === 'week' ? 7 : room < 420 ? 5 : 10;
  return Array.from({ length: count }, (_, index) => {
    const at = new Date(from_ms + ((to_ms - from_ms) / count) * index);
    return { at_ms: at.getTime(), label: format.format(at) };
  });
}

export function rangeText({ from_ms, to_ms }: Range, period: Period, lang: Lang): string {
  const day = new Intl.DateTimeFormat(LOCALE[lang], period === 'day' ? { weekday: 'long', day: 'numeric', month: 'long' } : { day: 'numeric', month: 'short' });
  return period === 'day' ? day.format(from_ms) : day.formatRange(from_ms, to_ms - 1);
}

/** When something was, as short as it can be said: the hour today, the day before that. */
export function momentText(at_ms: number, now_ms: number, lang: Lang): string {
  const isToday = new Date(at_ms).toDateString() === new Date(now_ms).toDateString();
  const hour = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;
  const words = isToday ? hour : { ...hour, weekday: 'short', day: 'numeric', month: 'short' } as const;
  return new Intl.DateTimeFormat(LOCALE[lang], words).format(at_ms);
}
