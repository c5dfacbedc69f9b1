// Says a reply: chunks of PCM, each scheduled at the end of the one before, so that no gap is heard.
import { toFloats } from './resample';

/** The first chunk waits this long, so that a late second one leaves no hole. */
const LEAD_S = 0.06;

export class Playback {
  #context: AudioContext | null = null;
  #rate = 24_000;
  #end_s = 0;
  #playing = new Set<AudioBufferSourceNode>();
  #isComplete = true;
  readonly #onPlayed: () => void;

  constructor(onPlayed: () => void) {
    this.#onPlayed = onPlayed;
  }

  /** Called within a touch, since browsers let a page make sound only after one. */
  async unlock(): Promise<void> {
    this.#context ??= new AudioContext();
    if (this.#context.state === 'suspended') await this.#context.resume();
  }

  begin(rate: number): void {
    this.quiet();
    this.#context ??= new AudioContext();
    this.#rate = rate;
    this.#isComplete = false;
    this.#end_s = this.#context.currentTime + LEAD_S;
  }

  chunk(pcm: ArrayBuffer): void {
    const context = this.#context;
    const floats = toFloats(pcm);
    if (!context || this.#isComplete || floats.length === 0) return;
    const buffer = context.createBuffer(1, floats.length, this.#rate);
    buffer.copyToChannel(floats, 0);
    const source = context.createBufferSource();
    source.buffer = buffer;
    source.connect(context.destination);
    const start_s = Math.max(this.#end_s, context.currentTime);
    source.start(start_s);
    this.#end_s = start_s + buffer.duration;
    this.#playing.add(source);
    source.onended = () => {
      this.#playing.delete(source);
      this.#checkPlayed();
    };
  }

  end(): void {
    this.#isComplete = true;
    // A page that may not make sound would never end; the words are on the screen, so the turn goes on.
    if (this.#context?.state === 'suspended') this.#stop();
    this.#checkPlayed();
  }

  /** Be silent at once. */
  quiet(): void {
    this.#isComplete = true;
    this.#stop();
  }

  #stop(): void {
    for (const source of this.#playing) {
      source.onended = null;
      source.stop();
    }
    this.#playing.clear();
  }

  #checkPlayed(): void {
    if (this.#isComplete && this.#playing.size === 0) this.#onPlayed();
  }
}
