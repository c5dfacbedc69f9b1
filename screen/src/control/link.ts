// The one connection to the hub: opens, heals itself, carries questions and their answers.
import { receive, type Home, type News } from '../store/home';
import { Store } from '../store/store';
import type { Answer, Call, Ping, Say, ScreenDown, Set as SetProperties } from '../wire';

export type Link =
  | { readonly state: 'connecting' }
  | { readonly state: 'open' }
  | { readonly state: 'lost'; readonly since_ms: number; readonly tries: number }
  | { readonly state: 'unpaired' };

type Asked = Omit<SetProperties, 'id'> | Omit<Call, 'id'> | Omit<Say, 'id'> | Omit<Ping, 'id'>;
type Waiting = { readonly settle: (answer: Answer) => void; readonly timer: ReturnType<typeof setTimeout> };

/** What the link needs from the world, so that tests can hand in their own. */
export type World = {
  readonly open: () => WebSocket;
  /** Whether the hub wants a pairing code first; false also when it cannot be reached. */
  readonly isUnpaired: () => Promise<boolean>;
  readonly now: () => number;
  readonly random: () => number;
  /** Told of every message in order, after the home has taken it. */
  readonly heard?: (news: News) => void;
};

/** `WebSocket.OPEN`; by its number, so that the link also runs where there is no browser. */
const OPEN = 1;
/** A turn may take the hub's own 2 s for a silent thing several times over; after this nobody is waiting any more. */
const ANSWER_MS = 15_000;
/** A dead Wi-Fi says nothing: without an answer to a ping for this long the line is taken as cut. */
const PING_EVERY_MS = 8_000;
const PING_ANSWER_MS = 4_000;
const LONGEST_PAUSE_MS = 10_000;

/** Pause before the nth try: doubling from half a second, a fifth of it by chance so that screens don't come all at once. */
export function pause_ms(tries: number, random: number): number {
  return Math.min(LONGEST_PAUSE_MS, 500 * 2 ** Math.min(tries, 10)) * (0.8 + 0.2 * random);
}

export class HubLink {
  readonly link = new Store<Link>({ state: 'connecting' });
  readonly home = new Store<Home>({ state: 'initial' });
  /** When the last word from the hub came, in ms since 1970. */
  heard_ms = 0;
  readonly #world: World;
  readonly #waiting = new Map<string, Waiting>();
  #socket: WebSocket | null = null;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #ping: ReturnType<typeof setInterval> | undefined;
  #tries = 0;
  #count = 0;

  constructor(world: World) {
    this.#world = world;
  }

  connect(): void {
    clearTimeout(this.#retry);
    if (this.#socket) return;
    const socket = this.#world.open();
    this.#socket = socket;
    socket.onmessage = (event) => this.#receive(socket, String(event.data));
    socket.onclose = () => void this.#closed(socket);
  }

  /** Try now instead of after the pause: the network came back, the screen was looked at again, or it is paired. */
  hurry(): void {
    if (this.link.value.state !== 'open') this.connect();
  }

  /** The hub's answer; when the line is cut or it stays silent, an answer that says so. */
  ask(question: Asked, within_ms = ANSWER_MS): Promise<Answer> {
    const id = String(++this.#count);
    const socket = this.#socket;
    // A line that is just closing takes no more words, though its end has not been told yet.
    if (this.link.value.state !== 'open' || socket?.readyState !== OPEN) return Promise.resolve(failed(id, 'connection-lost'));
    return new Promise((settle) => {
      const timer = setTimeout(() => this.#settle(failed(id, 'no-answer')), within_ms);
      this.#waiting.set(id, { settle, timer });
      socket.send(JSON.stringify({ ...question, id }));
    });
  }

  #receive(socket: WebSocket, text: string): void {
    if (socket !== this.#socket) return;
    this.heard_ms = this.#world.now();
    const news = JSON.parse(text) as ScreenDown | News;
    if (news.type === 'answer') return this.#settle(news);
    const next = receive(this.home.value, news);
    if (next === 'gap') return this.#drop(socket);
    this.home.set(next);
    if (news.type === 'snapshot') this.#opened(socket);
    this.#world.heard?.(news);
  }

  #opened(socket: WebSocket): void {
    this.#tries = 0;
    this.link.set({ state: 'open' });
    clearInterval(this.#ping);
    this.#ping = setInterval(() => void this.#beat(socket), PING_EVERY_MS);
  }

  async #beat(socket: WebSocket): Promise<void> {
    const answer = await this.ask({ type: 'ping' }, PING_ANSWER_MS);
    if (answer.problem?.code === 'no-answer') this.#drop(socket);
  }

  /** Leave a line that cannot be trusted without waiting for its close, and start afresh. */
  #drop(socket: WebSocket): void {
    socket.onclose = null;
    socket.close();
    void this.#closed(socket);
  }

  async #closed(socket: WebSocket): Promise<void> {
    if (socket !== this.#socket) return;
    this.#socket = null;
    clearInterval(this.#ping);
    const tries = this.#tries++;
    const before = this.link.value;
    if (before.state !== 'unpaired') {
      this.link.set({ state: 'lost', since_ms: before.state === 'lost' ? before.since_ms : this.#world.now(), tries: this.#tries });
    }
    for (const id of [...this.#waiting.keys()]) this.#settle(failed(id, 'connection-lost'));
    const isUnpaired = await this.#world.isUnpaired();
    if (this.#socket) return;
    if (isUnpaired) {
      this.link.set({ state: 'unpaired' });
      return;
    }
    this.#retry = setTimeout(() => this.connect(), tries === 0 ? 100 : pause_ms(tries - 1, this.#world.random()));
  }

  #settle(answer: Answer): void {
    const waiting = this.#waiting.get(answer.id);
    if (!waiting) return;
    clearTimeout(waiting.timer);
    this.#waiting.delete(answer.id);
    waiting.settle(answer);
  }
}

function failed(id: string, code: 'connection-lost' | 'no-answer'): Answer {
  return { type: 'answer', id, ok: false, problem: { code, message: '' } };
}
