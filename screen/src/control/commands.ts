// Touch becomes a command; until the thing itself reports, it only counts as asked.
import { Store } from '../store/store';
import type { Answer, Call, Deed, Set as SetProperties, Thing, Value } from '../wire';

/** Why a command did not end as asked; shown on the card for a while. */
export type Notice = { readonly kind: 'refused' | 'timed_out' | 'offline' | 'connection-lost' | 'failed'; readonly message: string };

type Ask = (question: Omit<SetProperties, 'id'> | Omit<Call, 'id'>) => Promise<Answer>;
/** A touch ended as asked: what was before it, for those properties that had been reported. */
export type Undoable = { readonly thing: Thing; readonly before: Readonly<Record<string, Value>>; readonly now: Readonly<Record<string, Value>> };

const NOTICE_MS = 8_000;

export class Commands {
  /** `thing property` → what was asked and is not answered yet. */
  readonly asked = new Store<ReadonlyMap<string, Value>>(new Map());
  readonly notices = new Store<ReadonlyMap<string, Notice>>(new Map());
  readonly #ask: Ask;
  readonly #offerUndo: (undoable: Undoable) => void;

  constructor(ask: Ask, offerUndo: (undoable: Undoable) => void = () => undefined) {
    this.#ask = ask;
    this.#offerUndo = offerUndo;
  }

  /** `isUndo`: it takes back a touch, and is not offered to be taken back itself. */
  async set(thing: Thing, properties: Readonly<Record<string, Value>>, isUndo = false): Promise<void> {
    const before = reportedOf(thing, Object.keys(properties));
    const keys = Object.keys(properties).map((property) => key(thing.id, property));
    this.asked.set(new Map([...this.asked.value, ...Object.entries(properties).map(([name, value]) => [key(thing.id, name), value] as const)]));
    this.#notice(thing.id, null);
    const answer = await this.#ask({ type: 'set', thing: thing.id, properties });
    this.asked.set(new Map([...this.asked.value].filter(([name]) => !keys.includes(name))));
    const notice = noticeOf(answer);
    if (notice) this.#notice(thing.id, notice);
    else if (!isUndo && before && answer.did?.some((deed) => deed.outcome === 'confirmed')) {
      this.#offerUndo({ thing, before, now: properties });
    }
  }

  /** Have the thing do something. What it is doing then, it reports itself. */
  async call(thing: Thing, service: string, inputs: Readonly<Record<string, Value>> = {}): Promise<Answer> {
    const name = key(thing.id, service);
    this.asked.set(new Map([...this.asked.value, [name, true]]));
    this.#notice(thing.id, null);
    const answer = await this.#ask({ type: 'call', thing: thing.id, service, inputs });
    this.asked.set(new Map([...this.asked.value].filter(([each]) => each !== name)));
    const notice = noticeOf(answer);
    if (notice) this.#notice(thing.id, notice);
    return answer;
  }

  /** Whether a service of it is under way. */
  calling(thing: Thing, service: string): boolean {
    return this.asked.value.has(key(thing.id, service));
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
  const called = answer.called?.outcome;
  if (called && called !== 'confirmed') return { kind: called, message };
  if (bad) return { kind: bad.outcome as Exclude<Deed['outcome'], 'confirmed' | 'unchanged'>, message };
  if (answer.ok) return null;
  const code = answer.problem?.code;
  return { kind: code === 'connection-lost' ? code : code === 'no-answer' ? 'timed_out' : 'failed', message };
}

/** What the thing said of these; null when it has not said all of them, so that there is nothing to go back to. */
function reportedOf(thing: Thing, properties: readonly string[]): Record<string, Value> | null {
  const values = properties.map((property) => [property, thing.properties[property]?.value ?? null] as const);
  return values.some(([, value]) => value === null) ? null : Object.fromEntries(values);
}

const key = (thing: string, property: string): string => `${thing} ${property}`;
