// The screen as a satellite: button, microphone, loudspeaker, and what the hub says of them.
import { Microphone, MicrophoneRefused } from '../audio/microphone';
import { Playback } from '../audio/playback';
import { converse, QUIET, type Talk, type TalkEvent } from '../store/talk';
import { Store } from '../store/store';
import type { Answer, SatelliteDown, SatelliteUp } from '../wire';

export type VoiceWorld = {
  readonly open: () => WebSocket;
  readonly hello: () => { readonly satellite: string; readonly lang: 'auto' | 'en' | 'zh'; readonly wake: boolean };
  readonly say: (text: string) => Promise<Answer>;
  readonly isSoundOn: () => boolean;
};

/** Frames that may wait while the socket opens: one second; older ones are dropped, nobody waits for them. */
const HELD_FRAMES_MAX = 50;

export class Voice {
  readonly talk = new Store<Talk>(QUIET);
  readonly #world: VoiceWorld;
  readonly #microphone = new Microphone();
  readonly #playback = new Playback(() => this.#played());
  #socket: WebSocket | null = null;
  #isSending = false;
  #isStarted = false;
  readonly #queue: string[] = [];
  #held: ArrayBuffer[] = [];

  constructor(world: VoiceWorld) {
    this.#world = world;
  }

  /** The button went down; `held` as long as it is, else the hub hears the end of the words by itself. */
  async press(): Promise<void> {
    this.#hush();
    this.#on({ type: 'pressed', held: true });
    await this.#playback.unlock();
    // The button may have been let go while the browser still asked for the microphone.
    if (!(await this.#hear()) || this.talk.value.state !== 'listening') return;
    this.#isSending = true;
    this.#isStarted = true;
    this.#send({ type: 'start' });
  }

  /** It was only a tap: listen on until the hub has heard enough, or until the next tap. */
  tapped(): void {
    if (this.talk.value.state === 'listening') this.talk.set({ ...this.talk.value, held: false });
  }

  release(): void {
    if (this.talk.value.state !== 'listening') return;
    this.#isSending = false;
    if (!this.#isStarted) return this.dismiss();
    this.#isStarted = false;
    this.#send({ type: 'stop' });
    this.#on({ type: 'let_go' });
  }

  write(): void {
    this.#hush();
    this.#on({ type: 'write' });
  }

  /** Typed words, or a suggestion that was touched. */
  async say(text: string): Promise<void> {
    this.#hush();
    this.#on({ type: 'typed', text });
    const answer = await this.#world.say(text);
    if (this.talk.value.state !== 'thinking') return;
    if (answer.turn) this.#on({ type: 'answer', turn: answer.turn, now_ms: Date.now() });
    else this.#on({ type: 'failed', problem: answer.problem ?? { code: 'no-answer', message: '' }, now_ms: Date.now() });
  }

  dismiss(): void {
    this.#hush();
    this.#on({ type: 'dismissed' });
  }

  tick(now_ms: number): void {
    this.#on({ type: 'tick', now_ms });
  }

  /** Listen for the wake word from now on, or no longer. Opens the microphone. */
  async listenForWakeWord(isWanted: boolean): Promise<void> {
    this.#socket?.close();
    this.#socket = null;
    this.#isSending = isWanted;
    if (isWanted) await this.#hear();
    else await this.#microphone.close();
  }

  /** Stop whatever is being said or heard; the hub forgets that turn. */
  #hush(): void {
    const talk = this.talk.value;
    this.#playback.quiet();
    this.#isStarted = false;
    if (!this.#world.hello().wake) this.#isSending = false;
    const isBusy = talk.state === 'listening' || talk.state === 'thinking' || (talk.state === 'answered' && talk.speaking);
    if (isBusy && this.#socket?.readyState === WebSocket.OPEN) this.#send({ type: 'abort' });
  }

  async #hear(): Promise<boolean> {
    this.#connect();
    try {
      await this.#microphone.open((pcm) => this.#frame(pcm));
      return true;
    } catch (error) {
      if (!(error instanceof MicrophoneRefused)) throw error;
      this.#on({ type: 'failed', problem: { code: `microphone-${error.why}`, message: '' }, now_ms: Date.now() });
      return false;
    }
  }

  #connect(): WebSocket {
    if (this.#socket && this.#socket.readyState <= WebSocket.OPEN) return this.#socket;
    const socket = this.#world.open();
    socket.binaryType = 'arraybuffer';
    socket.onopen = () => {
      socket.send(JSON.stringify({ type: 'hello', ...this.#world.hello() } satisfies SatelliteUp));
      for (const waiting of this.#queue.splice(0)) socket.send(waiting);
      for (const pcm of this.#held.splice(0)) socket.send(pcm);
    };
    socket.onmessage = (event) => this.#receive(event.data as string | ArrayBuffer);
    socket.onclose = () => this.#closed(socket);
    this.#socket = socket;
    return socket;
  }

  #send(message: SatelliteUp): void {
    const socket = this.#connect();
    const text = JSON.stringify(message);
    // At most a press and a release wait for the socket to open.
    if (socket.readyState === WebSocket.OPEN) socket.send(text);
    else this.#queue.push(text);
  }

  #frame(pcm: ArrayBuffer): void {
    if (!this.#isSending) return;
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(pcm);
    else {
      this.#held.push(pcm);
      if (this.#held.length > HELD_FRAMES_MAX) this.#held.shift();
    }
  }

  #receive(data: string | ArrayBuffer): void {
    if (typeof data !== 'string') return this.#playback.chunk(data);
    const news = JSON.parse(data) as SatelliteDown;
    this.#on({ type: 'hub', news, now_ms: Date.now() });
    if (news.type === 'state' && !this.#world.hello().wake) this.#isSending = news.state === 'listening';
    if (news.type === 'speech' && this.#world.isSoundOn()) this.#playback.begin(news.rate);
    if (news.type === 'speech_end') this.#playback.end();
  }

  #played(): void {
    this.#on({ type: 'played', now_ms: Date.now() });
    if (this.#socket?.readyState === WebSocket.OPEN) this.#send({ type: 'played' });
  }

  #closed(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    this.#socket = null;
    this.#queue.length = 0;
    this.#held.length = 0;
    const { state } = this.talk.value;
    if (state === 'listening' || state === 'thinking') {
      this.#on({ type: 'failed', problem: { code: 'connection-lost', message: '' }, now_ms: Date.now() });
    }
  }

  #on(event: TalkEvent): void {
    this.talk.set(converse(this.talk.value, event));
  }
}
