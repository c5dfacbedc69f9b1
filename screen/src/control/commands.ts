// Touch becomes a command; until the thing itself reports, it only counts as asked.
import { Store } from '../store/store';
import type { Answer, Deed, Thing, Value } from '../wire';

/** Why a command did not end as asked; shown on the card for a while. */
export type Notice = { readonly kind: 'refused' | 'timed_out' | 'offline' | 'connection-lost' | 'failed'; readonly message: string };

type Ask = (question: { type: 'set'; thing: string; properties: Record<string, Value> }) => Promise<Answer>;

const NOTICE_MS = 8_000;

export class Commands {
  /** `thing property` → what was asked and is not answered yet. */
  readonly asked = new Store<ReadonlyMap<string, Value>>(new Map());
  readonly notices = new Store<ReadonlyMap<string, Notice>>(new Map());
  readonly #ask: Ask;

  constructor(ask: Ask) {
    this.#ask = ask;
  }

  async set(thing: Thing, properties: Record<string, Value>): Promise<void> {
    const keys = Object.keys(properties).map((property) => key(thing.id, property));
    this.asked.set(new Map([...this.asked.value, ...Object.entries(properties).map(([name, value]) => [key(thing.id, name), value] as const)]));
    this.#notice(thing.id, null);
    const answer = await this.#ask({ type: 'set', thing: thing.id, properties });
    this.asked.set(new Map([...this.asked.value].filter(([name]) => !keys.includes(name))));
    const notice = noticeOf(answer);
    if (notice) this.#notice(thing.id, notice);
  }

  /** What is being waited for: touched here, or asked elsewhere and told by the hub. */
  waiting(thing: Thing, property: string): Value | undefined {
    const here = this.asked.value.get(key(thing.id, property));
    return here === undefined ? thing.properties[property]?.asked : here;
  }

  #notice(thing: string, notice: Notice | null): void {
    const others = [...this.notices.value].filter(([id]) => id !== thing);
    this.notices.set(new Map(notice ? [...others, [thing, notice]] : others));
    if (notice) {
      setTimeout(() => {
        if (this.notices.value.get(thing) === notice) this.#notice(thing, null);
      }, NOTICE_MS);
    }
  }
}

/** The worst that an answer says, or null when everything is as asked. */
export function noticeOf(answer: Answer): Notice | null {
  const bad = answer.did?.find((deed) => deed.outcome !== 'confirmed' && deed.outcome !== 'unchanged');
  const message = answer.problem?.message ?? '';
  if (bad) return { kind: bad.outcome as Exclude<Deed['outcome'], 'confirmed' | 'unchanged'>, message };
  if (answer.ok) return null;
  const code = answer.problem?.code;
  return { kind: code === 'connection-lost' ? code : code === 'no-answer' ? 'timed_out' : 'failed', message };
}

const key = (thing: string, property: string): string => `${thing} ${property}`;
