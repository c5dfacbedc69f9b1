// One thing that the hub can be asked for, kept and asked for again when the hub says that it changed.
import { Store } from '../store/store';
import { valueIn, type Load } from '../store/load';
import { Failed } from './api';

export class Resource<T> {
  readonly store = new Store<Load<T>>({ state: 'initial' });
  readonly #fetch: () => Promise<T>;
  #asked = 0;

  constructor(fetch: () => Promise<T>) {
    this.#fetch = fetch;
  }

  get value(): T | null {
    return valueIn(this.store.value);
  }

  /** Ask now; of answers that overtake each other the one to the last question holds. */
  async load(): Promise<void> {
    const number = ++this.#asked;
    this.store.set({ state: 'pending', before: this.value });
    try {
      const value = await this.#fetch();
      if (number === this.#asked) this.store.set({ state: 'complete', value });
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      if (number === this.#asked) this.store.set({ state: 'error', problem: error.problem, before: this.value });
    }
  }

  /** Ask unless it is known already. */
  need(): void {
    if (this.store.value.state === 'initial') void this.load();
  }

  /** It changed over there: ask again, if anybody ever asked. */
  refresh(): void {
    if (this.store.value.state !== 'initial') void this.load();
  }

  /** Change what is known; what nobody has asked for yet will come whole when somebody does. */
  amend(change: (value: T) => T): void {
    const { value } = this;
    if (value !== null) this.set(change(value));
  }

  set(value: T): void {
    this.#asked += 1;
    this.store.set({ state: 'complete', value });
  }
}

/** How many answers by key are kept; the longest unused goes first. */
const KEPT = 24;

/** Resources by key: the history of a property, the runs of a rule. */
export class Resources<T> {
  readonly #known = new Map<string, Resource<T>>();
  readonly #fetch: (key: string) => Promise<T>;

  constructor(fetch: (key: string) => Promise<T>) {
    this.#fetch = fetch;
  }

  of(key: string): Resource<T> {
    const known = this.#known.get(key) ?? new Resource(() => this.#fetch(key));
    this.#known.delete(key);
    this.#known.set(key, known);
    const [oldest] = this.#known.keys();
    if (this.#known.size > KEPT && oldest !== undefined) this.#known.delete(oldest);
    return known;
  }

  refresh(wanted: (key: string) => boolean = () => true): void {
    for (const [key, known] of this.#known) if (wanted(key)) known.refresh();
  }
}
