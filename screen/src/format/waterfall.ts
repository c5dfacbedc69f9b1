// Spans of a turn as bars on one common time line.
import type { Turn } from '../wire';

type Span = Turn['spans'][number];
export type Bar = { readonly span: Span; readonly left: number; readonly width: number };

/** Left and width in percent of the whole; spans in the order in which they began. */
export function waterfall(spans: readonly Span[]): { readonly bars: readonly Bar[]; readonly total_ms: number } {
  const first = Math.min(...spans.map((span) => span.start_ms));
  const total_ms = Math.max(...spans.map((span) => span.start_ms + span.ms)) - first;
  const percent = (ms: number) => (total_ms > 0 ? Number(((ms / total_ms) * 100).toFixed(2)) : 0);
  const ordered = [...spans].sort((a, b) => a.start_ms - b.start_ms);
  return { bars: ordered.map((span) => ({ span, left: percent(span.start_ms - first), width: percent(span.ms) })), total_ms };
}
