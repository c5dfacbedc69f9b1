// What is fetched: how far it is, and what was shown before, so that a page never jumps while it asks again.
import type { Problem } from '../wire';

export type Load<T> =
  | { readonly state: 'initial' }
  | { readonly state: 'pending'; readonly before: T | null }
  | { readonly state: 'complete'; readonly value: T }
  | { readonly state: 'error'; readonly problem: Problem; readonly before: T | null };

/** The newest value that came, whatever happened since. */
export function valueIn<T>(load: Load<T>): T | null {
  if (load.state === 'complete') return load.value;
  return load.state === 'initial' ? null : load.before;
}
