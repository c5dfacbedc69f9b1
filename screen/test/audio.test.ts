import { describe, expect, it } from 'vitest';
import { Framer, FRAME, toFloats } from '../src/audio/resample';

const sine = (rate: number, seconds: number, hertz = 440) =>
  Float32Array.from({ length: rate * seconds }, (_, n) => 0.5 * Math.sin((2 * Math.PI * hertz * n) / rate));

function framed(rate: number, samples: Float32Array, chunk = 128): number[] {
  const framer = new Framer(rate);
  const out: number[] = [];
  for (let at = 0; at < samples.length; at += chunk) for (const frame of framer.push(samples.subarray(at, at + chunk))) out.push(...frame);
  return out;
}

describe('sound for the hub', () => {
  it('passes 16 kHz through unchanged, in frames of 20 ms', () => {
    const out = framed(16_000, sine(16_000, 0.1));
    expect(out).toHaveLength(5 * FRAME);
    expect(out[9]).toBe(Math.round(sine(16_000, 0.1)[9]! * 32_767));
  });

  it.each([44_100, 48_000])('brings %i Hz to 16 kHz with the same tone', (rate) => {
    const out = framed(rate, sine(rate, 0.5));
    expect(out.length).toBe(25 * FRAME);
    const crossings = out.filter((sample, n) => n > 0 && out[n - 1]! < 0 && sample >= 0).length;
    expect(Math.abs(crossings - 220)).toBeLessThanOrEqual(1);
    expect(Math.max(...out)).toBeGreaterThan(15_500);
  });

  it('clips instead of wrapping round', () => {
    const loud = new Float32Array(FRAME).fill(1.7);
    expect(Math.max(...framed(16_000, loud))).toBe(32_767);
  });

  it('reads the reply as little-endian int16', () => {
    expect([...toFloats(new Uint8Array([0, 0x80, 0, 0x40, 7]).buffer)]).toEqual([-1, 0.5]);
  });
});
