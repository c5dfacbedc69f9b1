// Sound as the hub wants it: 16 kHz, mono, int16, frames of 20 ms.
export const RATE = 16_000;
export const FRAME = 320;

/**
 * Collects float samples at any rate of 16 kHz or more and gives frames of FRAME int16 samples.
 *
 * Each output sample is the mean of the input it spans: a crude low-pass, enough below 4 kHz where speech is told
 * apart, and exact at 16 kHz itself, which Chromium's audio context delivers when asked.
 */
export class Framer {
  readonly #step: number;
  #frame = new Int16Array(FRAME);
  #filled = 0;
  #sum = 0;
  #weight = 0;

  constructor(rate: number) {
    this.#step = rate / RATE;
  }

  push(samples: Float32Array): Int16Array[] {
    const frames: Int16Array[] = [];
    for (const sample of samples) {
      let left = 1;
      while (this.#weight + left >= this.#step - 1e-9) {
        const part = this.#step - this.#weight;
        const whole = this.#put((this.#sum + sample * part) / this.#step);
        if (whole) frames.push(whole);
        left -= part;
        this.#sum = 0;
        this.#weight = 0;
      }
      if (left > 1e-9) {
        this.#sum += sample * left;
        this.#weight += left;
      }
    }
    return frames;
  }

  #put(value: number): Int16Array | null {
    this.#frame[this.#filled++] = Math.round(Math.max(-1, Math.min(1, value)) * 32_767);
    if (this.#filled < FRAME) return null;
    const whole = this.#frame;
    this.#frame = new Int16Array(FRAME);
    this.#filled = 0;
    return whole;
  }
}

/** Little-endian int16 to the floats that WebAudio plays; an odd last byte is left out. */
export function toFloats(pcm: ArrayBuffer): Float32Array<ArrayBuffer> {
  const view = new DataView(pcm);
  const floats = new Float32Array(pcm.byteLength >> 1);
  for (let index = 0; index < floats.length; index++) floats[index] = view.getInt16(index * 2, true) / 32_768;
  return floats;
}
