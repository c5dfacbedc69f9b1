// One value that can be watched.
export type Stop = () => void;

export class Store<T> {
  #value: T;
  readonly #watchers = new Set<() => void>();

  constructor(value: T) {
    this.#value = value;
  }

  get value(): T {
    return this.#value;
  }

  /** Watchers hear of it only when the value is another one. */
  set(value: T): void {
    if (Object.is(value, this.#value)) return;
    this.#value = value;
    for (const watcher of [...this.#watchers]) watcher();
  }

  watch(watcher: () => void): Stop {
    this.#watchers.add(watcher);
    return () => this.#watchers.delete(watcher);
  }
}

/** What a part needs to know of a store in order to follow it. */
export type Watchable = Pick<Store<unknown>, 'watch'>;
