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

type Detector = { detect(source: CanvasImageSource): Promise<readonly { readonly rawValue: string }[]> };
type WithDetector = { readonly BarcodeDetector?: new (options: { formats: string[] }) => Detector };

export class Scanning {
  readonly scan = new Store<Scan>({ state: 'initial' });
  readonly #heard: (code: string) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

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
      return await codeIn(picture, picture.width, picture.height);
    } catch (error) {
      // What is no picture has no code either.
      if (error instanceof DOMException) return null;
      throw error;
    }
  }

  async #look(video: HTMLVideoElement): Promise<void> {
    if (this.scan.value.state !== 'complete') return;
    const code = video.videoWidth ? await codeIn(video, video.videoWidth, video.videoHeight) : null;
    if (this.scan.value.state !== 'complete') return;
    if (!code) return this.watch(video);
    this.close();
    this.#heard(code);
  }
}

/** The code in a picture, by the browser's own reader or by ours; null when there is none. */
async function codeIn(source: CanvasImageSource, width: number, height: number): Promise<string | null> {
  const Own = (globalThis as WithDetector).BarcodeDetector;
  if (Own) {
    const [found] = await new Own({ formats: ['qr_code', 'data_matrix', 'code_128', 'ean_13'] }).detect(source);
    return found?.rawValue ?? null;
  }
  const scale = Math.min(1, LONGEST_PX / Math.max(width, height));
  const canvas = new OffscreenCanvas(Math.round(width * scale), Math.round(height * scale));
  const context = canvas.getContext('2d', { willReadFrequently: true });
  if (!context) return null;
  context.drawImage(source, 0, 0, canvas.width, canvas.height);
  const { decodeQR } = await import('qr/decode.js');
  try {
    return decodeQR(context.getImageData(0, 0, canvas.width, canvas.height));
  } catch {
    // The reader throws whenever it finds no code, which is most of the time.
    return null;
  }
}

/** The path of a code in a square of `size` modules with its quiet margin. */
export async function drawn(text: string): Promise<{ readonly path: string; readonly size: number }> {
  const { default: encodeQR } = await import('qr');
  const rows = encodeQR(text, 'raw', { border: 4 });
  const path = rows.flatMap((row, top) => row.flatMap((isDark, left) => (isDark ? [`M${left} ${top}h1v1h-1z`] : []))).join('');
  return { path, size: rows.length };
}
