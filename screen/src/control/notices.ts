// Keeps what the home has to say in a row, and lets it go when its time is over.
import { dismiss, pass, queue, type Said, type Severity } from '../store/notices';
import { Store } from '../store/store';
import type { Names } from '../wire';

const WORD_MS = 8_000;
/** What may concern somebody's health or the door stays until it can have been read. */
const ALERT_MS = 60_000;

type Words = {
  readonly text: string | Names;
  readonly severity?: Severity;
  readonly offer?: Said['offer'];
  readonly subject?: string;
  readonly for_ms?: number;
};

export class Notices {
  readonly store = new Store<readonly Said[]>([]);
  #count = 0;

  say({ text, severity = 'info', offer = null, subject, for_ms }: Words): number {
    const id = ++this.#count;
    const stays = for_ms ?? (severity === 'info' ? WORD_MS : ALERT_MS);
    const said: Said = { id, text, severity, offer, subject: subject ?? null, for_ms: stays, until_ms: null };
    this.store.set(queue(this.store.value, said, Date.now()));
    return id;
  }

  dismiss(id: number): void {
    this.store.set(dismiss(this.store.value, id, Date.now()));
  }

  take(said: Said): void {
    this.dismiss(said.id);
    said.offer?.act();
  }

  tick(now_ms: number): void {
    this.store.set(pass(this.store.value, now_ms));
  }
}
