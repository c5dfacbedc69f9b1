// Calling a thing otherwise, putting it elsewhere, letting it go.
import { Store } from '../store/store';
import type { Names, Thing } from '../wire';
import { ask, segment } from './api';

/** How long a removed thing can be brought back: its secret is gone for good once the hub forgets it. */
export const GRACE_MS = 8_000;

export class Keeping {
  /** Things that leave when their grace is over; shown no more. */
  readonly leaving = new Store<ReadonlySet<string>>(new Set());
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  readonly #failed: (error: unknown) => void;

  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
    // Who leaves the page has not taken it back.
    addEventListener('pagehide', () => {
      for (const id of [...this.#timers.keys()]) void this.#go(id, true);
    });
  }

  async rename(thing: Thing, names: Names): Promise<void> {
    await ask('PATCH', `api/things/${segment(thing.id)}`, { names });
  }

  async move(thing: Thing, area: string | null): Promise<void> {
    await ask('PATCH', `api/things/${segment(thing.id)}`, { area });
  }

  remove(thing: Thing): void {
    this.leaving.set(new Set([...this.leaving.value, thing.id]));
    this.#timers.set(thing.id, setTimeout(() => void this.#go(thing.id, false), GRACE_MS));
  }

  stay(id: string): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.leaving.set(new Set([...this.leaving.value].filter((each) => each !== id)));
  }

  async #go(id: string, keepalive: boolean): Promise<void> {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    try {
      await ask('DELETE', `api/things/${segment(id)}`, undefined, keepalive);
    } catch (error) {
      this.#failed(error);
      this.stay(id);
    }
  }
}
