import { describe, expect, it } from 'vitest';
import { draw, nearest, scaleOf, sumOf, type Box } from '../src/format/chart';
import { rangeOf } from '../src/format/period';
import type { PropertySpec, Series } from '../src/wire';

const BOX: Box = { width: 110, height: 110, left: 10, right: 0, top: 10, bottom: 0 };
const spec = (more: Partial<PropertySpec> = {}): PropertySpec => ({ id: 't', names: { en: 't', zh: 't' }, ability: null, type: 'double', writable: false, ...more });
const series = (...values: (number | null)[]): Series => ({
  thing: 'x', property: 't', from_ms: 0, to_ms: 100, step_ms: 10,
  points: values.map((value, index) => (value === null ? { at_ms: index * 10, value } : { at_ms: index * 10, value, min: value - 1, max: value + 1, count: 3 })),
});

describe('a chart', () => {
  it('ends its scale on round figures around all that was seen', () => {
    expect(scaleOf(series(3.4, 5.1), spec())).toMatchObject({ kind: 'numbers', low: 2, high: 8 });
    expect(scaleOf(series(20, 20), spec())).toMatchObject({ low: 18, high: 22 });
    expect(scaleOf(series(null), spec())).toMatchObject({ ticks: [] });
  });

  it('leaves the line open where nothing is known', () => {
    const drawing = draw(series(1, 1, null, null, 1, 1), scaleOf(series(1), spec()), BOX);
    expect(drawing.line.match(/M/g)).toHaveLength(2);
    expect(drawing.band.match(/Z/g)).toHaveLength(2);
    expect(drawing.gaps).toEqual([[30, 50]]);
  });

  it('draws a switch as steps that hold until the next', () => {
    const drawing = draw(series(0, 0, 1), scaleOf(series(0, 1), spec({ type: 'bool' })), BOX);
    expect(drawing.line).toBe('M10.0 85.0H20.0V85.0H30.0V35.0H40.0');
    expect(drawing.band).toBe('');
  });

  it('shows a value that stands alone as a dot', () => {
    expect(draw(series(null, 2, null), scaleOf(series(2), spec()), BOX).dots).toHaveLength(1);
  });

  it('is read at the point nearest to the finger', () => {
    expect(nearest(series(1, 2, 3), 19, BOX)).toBe(1);
    expect(nearest(series(1, 2, 3), 500, BOX)).toBe(2);
  });

  it('sums up only what is known', () => {
    expect(sumOf(series(1, null, 3))).toEqual({ low: 0, high: 4, mean: 2, known: 2 });
    expect(sumOf(series(null))).toBeNull();
  });
});

describe('a period', () => {
  const now = new Date(2026, 0, 15, 14, 20).getTime();

  it('of a day is the last one up to the next hour, and before it whole days', () => {
    expect(rangeOf('day', 0, now)).toEqual({ from_ms: new Date(2026, 0, 14, 15).getTime(), to_ms: new Date(2026, 0, 15, 15).getTime() });
    expect(rangeOf('day', 1, now)).toEqual({ from_ms: new Date(2026, 0, 14).getTime(), to_ms: new Date(2026, 0, 15).getTime() });
  });

  it('of a week ends with today', () => {
    expect(rangeOf('week', 0, now)).toEqual({ from_ms: new Date(2026, 0, 9).getTime(), to_ms: new Date(2026, 0, 16).getTime() });
  });
});
