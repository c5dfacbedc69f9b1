// The microphone, opened when it is first needed.
import { RATE } from './resample';
import workletUrl from './worklet.ts?worker&url';

/** Why there is no sound: the page is not trusted with it, the person said no, or there is no microphone. */
export type Deaf = 'insecure' | 'denied' | 'absent';

export class MicrophoneRefused extends Error {
  constructor(readonly why: Deaf) {
    super(why);
  }
}

export class Microphone {
  #context: AudioContext | null = null;
  #stream: MediaStream | null = null;

  get isOpen(): boolean {
    return this.#stream !== null;
  }

  /** Frames of 640 bytes go to `onFrame` until `close`. Throws MicrophoneRefused. */
  async open(onFrame: (pcm: ArrayBuffer) => void): Promise<void> {
    if (this.#stream) return;
    // Browsers hide the microphone from pages that came over plain http from another machine.
    if (!navigator.mediaDevices) throw new MicrophoneRefused('insecure');
    const stream = await ask();
    const context = new AudioContext({ sampleRate: RATE });
    await context.audioWorklet.addModule(workletUrl);
    const frames = new AudioWorkletNode(context, 'jinn-frames', { numberOfOutputs: 0 });
    frames.port.onmessage = (event: MessageEvent<ArrayBuffer>) => onFrame(event.data);
    context.createMediaStreamSource(stream).connect(frames);
    this.#context = context;
    this.#stream = stream;
  }

  async close(): Promise<void> {
    for (const track of this.#stream?.getTracks() ?? []) track.stop();
    this.#stream = null;
    const context = this.#context;
    this.#context = null;
    await context?.close();
  }
}

async function ask(): Promise<MediaStream> {
  try {
    return await navigator.mediaDevices.getUserMedia({
      audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true, autoGainControl: true },
    });
  } catch (error) {
    if (error instanceof DOMException) throw new MicrophoneRefused(error.name === 'NotAllowedError' ? 'denied' : 'absent');
    throw error;
  }
}
