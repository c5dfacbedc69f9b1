// Runs in the audio thread: microphone samples in, 20-ms frames out through the port.
import { Framer } from './resample';

declare const sampleRate: number;
declare class AudioWorkletProcessor {
  readonly port: MessagePort;
}
declare function registerProcessor(name: string, processor: new () => AudioWorkletProcessor): void;

class Frames extends AudioWorkletProcessor {
  readonly #framer = new Framer(sampleRate);

  process(inputs: Float32Array[][]): boolean {
    const channel = inputs[0]?.[0];
    if (channel) for (const frame of this.#framer.push(channel)) this.port.postMessage(frame.buffer, [frame.buffer]);
    return true;
  }
}

registerProcessor('jinn-frames', Frames);
