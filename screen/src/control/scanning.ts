// Reading a code: with the camera where the browser gives it, else from a picture that somebody took.
import { Store } from '../store/store';

export type Scan =
  | { readonly state: 'initial' }
  | { readonly state: 'pending' }
  | { readonly state: 'complete'; readonly stream: MediaStream }
  | { readonly state: 'error'; readonly why: 'insecure' | 'denied' | 'absent' | 'unreadable' };

const LOOK_EVERY_MS = 250;
/** Wide enough for the finest code held at arm's length, small enough to be read twice a second. */
const LONGEST_PX = 800;

/** Which part of a picture is looked at: a code far away is as fine in the whole as noise, and large in its middle. */
type Cut = { readonly share: number };
const WHOLE: Cut = { share: 1 };
const MIDDLE: Cut = { share: 0.5 };

type Detector = { detect(source: CanvasImageSource): Promise<readonly { readonly rawValue: string }[]> };
type Detectors = { new (options: { formats: string[] }): Detector; getSupportedFormats(): Promise<readonly string[]> };
/** What codes for joining are printed in. Bars of goods stand beside them on the box, and say nothing. */
const FORMATS = ['qr_code', 'data_matrix'];

export class Scanning {
  readonly scan = new Store<Scan>({ state: 'initial' });
  readonly #heard: (code: string) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #looks = 0;

  constructor(heard: (code: string) => void) {
    this.#heard = heard;
  }

  async open(): Promise<void> {
    // Browsers give a camera only to https pages and to localhost.
    if (!isSecureContext || !navigator.mediaDevices) return this.scan.set({ state: 'error', why: 'insecure' });
    this.scan.set({ state: 'pending' });
    try {
      this.scan.set({ state: 'complete', stream: await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' } }) });
    } catch (error) {
      if (!(error instanceof DOMException)) throw error;
      this.scan.set({ state: 'error', why: error.name === 'NotAllowedError' ? 'denied' : 'absent' });
    }
  }

  /** Look at the pictures of `video` until a code was read or the camera is closed. */
  watch(video: HTMLVideoElement): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#look(video), LOOK_EVERY_MS);
  }

  close(): void {
    clearTimeout(this.#timer);
    const scan = this.scan.value;
    if (scan.state === 'complete') for (const track of scan.stream.getTracks()) track.stop();
    this.scan.set({ state: 'initial' });
  }

  /** A still picture. */
  async read(file: Blob): Promise<void> {
    this.close();
    const code = await this.#picture(file);
    if (code) this.#heard(code);
    else this.scan.set({ state: 'error', why: 'unreadable' });
  }

  async #picture(file: Blob): Promise<string | null> {
    try {
      const picture = await createImageBitmap(file);
      return (await codeIn(picture, picture.width, picture.height, WHOLE)) ?? (await codeIn(picture, picture.width, picture.height, MIDDLE));
    } catch (error) {
      // What is no picture has no code either.
      if (error instanceof DOMException) return null;
      throw error;
    }
  }

  async #look(video: HTMLVideoElement): Promise<void> {
    if (this.scan.value.state !== 'complete') return;
    this.#looks += 1;
    const code = video.videoWidth ? await codeIn(video, video.videoWidth, video.videoHeight, this.#looks % 2 ? WHOLE : MIDDLE) : null;
    if (this.scan.value.state !== 'complete') return;
    if (!code) return this.watch(video);
    this.close();
    this.#heard(code);
  }
}

/** The code in a picture, by the browser's own reader or by ours; null when there is none. */
async function codeIn(source: CanvasImageSource, width: number, height: number, { share }: Cut): Promise<string | null> {
  const scale = Math.min(1, LONGEST_PX / (Math.max(width, height) * share));
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(width * share * scale);
  canvas.height = Math.round(height * share * scale);
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return null;
  const [left, top] = [width, height].map((size) => (size * (1 - share)) / 2) as [number, number];
  context.drawImage(source, left, top, width * share, height * share, 0, 0, canvas.width, canvas.height);
  const own = await ownReader();
  if (own) {
    try {
      return (await own.detect(canvas))[0]?.rawValue ?? null;
    } catch {
      // Such as on a phone whose reading service is missing or being renewed: ours is always there.
      reader = Promise.resolve(null);
    }
  }
  const { decodeQR } = await import('qr/decode.js');
  try {
    return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height));
  } catch {
    // The reader throws whenever it finds no code, which is most of the time.
    return null;
  }
}

let reader: Promise<Detector | null> | undefined;

/** The browser's own reader; null where it has none, or names one that knows no such codes. */
function ownReader(): Promise<Detector | null> {
  reader ??= (async () => {
    const Own = (globalThis as { readonly BarcodeDetector?: Detectors }).BarcodeDetector;
    try {
      const known = await Own?.getSupportedFormats();
      const formats = FORMATS.filter((format) => known?.includes(format));
      return Own && formats.includes('qr_code') ? new Own({ formats }) : null;
    } catch {
      return null;
    }
  })();
  return reader;
}

/** The path of a code in a square of `size` modules with its quiet margin. */
export async function drawn(text: string): Promise<{ readonly path: string; readonly size: number }> {
  const { default: encodeQR } = await import('qr');
  const rows = encodeQR(text, 'raw', { border: 4 });
  const path = rows.flatMap((row, top) => row.flatMap((isDark, left) => (isDark ? [`M${left} ${top}h1v1h-1z`] : []))).join('');
  return { path, size: rows.length };
}
