// Short words of the home to whoever stands before the screen, one at a time.
import type { Names } from '../wire';

export type Severity = 'info' | 'alert' | 'error';

export type Said = {
  readonly id: number;
  /** In both languages when the hub says it, in the screen's own when the screen does. */
  readonly text: string | Names;
  readonly severity: Severity;
  /** What one may do about it; `undo` mostly. */
  readonly offer: { readonly label: string; readonly act: () => void } | null;
  /** A later one with the same subject takes its place. */
  readonly subject: string | null;
  readonly for_ms: number;
  /** Set when it comes to the front. */
  readonly until_ms: number | null;
};

/** More than this nobody reads afterwards; the oldest that waits is dropped, but never an alert for a word. */
export const WAITING_MAX = 5;

export function queue(all: readonly Said[], said: Said, now_ms: number): readonly Said[] {
  // "Undo" means what was done last: an older offer would be taken for it, and is over.
  const others = all.filter((each) => !(said.offer && each.offer) && (said.subject === null || each.subject !== said.subject));
  // Somebody stands there and may want it back at once. Else an alert goes before words, behind other alerts.
  const at = said.offer ? 0 : said.severity === 'info' ? others.length : others.map((each) => each.severity !== 'info').lastIndexOf(true) + 1;
  const next = [...others.slice(0, at), said, ...others.slice(at)];
  return shown(next.length > WAITING_MAX ? next.slice(0, WAITING_MAX) : next, now_ms);
}

/** What is left when the time is `now_ms`. */
export function pass(all: readonly Said[], now_ms: number): readonly Said[] {
  const first = all[0];
  if (!first || first.until_ms === null || now_ms < first.until_ms) return all;
  return shown(all.slice(1), now_ms);
}

export function dismiss(all: readonly Said[], id: number, now_ms: number): readonly Said[] {
  return shown(all.filter((each) => each.id !== id), now_ms);
}

/** The first one's time runs from when it can be read; one that was pushed back begins anew. */
function shown(all: readonly Said[], now_ms: number): readonly Said[] {
  return all.map((each, index) => {
    if (index > 0) return each.until_ms === null ? each : { ...each, until_ms: null };
    return each.until_ms === null ? { ...each, until_ms: now_ms + each.for_ms } : each;
  });
}
