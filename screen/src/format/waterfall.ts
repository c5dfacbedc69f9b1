// Spans of a turn as bars on one common time line.
import type { Turn } from '../wire';

type Span = Turn['spans'][number];

/** `isBefore`: while the person was still speaking; nobody waited for that. */
export type Bar = { readonly span: Span; readonly left: number; readonly width: number; readonly isBefore: boolean };

/**
 * Left and width in percent of the whole; spans in the order in which they began.
 *
 * A turn's time counts from the last voiced sample, so what was before it starts below zero; `waited_ms` is what
 * somebody waited from there to the end.
 */
export function waterfall(spans: readonly Span[]): { readonly bars: readonly Bar[]; readonly waited_ms: number } {
  const first = Math.min(...spans.map((span) => span.start_ms));
  const last = Math.max(...spans.map((span) => span.start_ms + span.ms));
  const percent = (ms: number) => (last > first ? Number(((ms / (last - first)) * 100).toFixed(2)) : 0);
  const bars = [...spans]
    .sort((a, b) => a.start_ms - b.start_ms)
    .map((span) => ({ span, left: percent(span.start_ms - first), width: percent(span.ms), isBefore: span.start_ms < 0 }));
  return { bars, waited_ms: last - Math.max(0, first) };
}
