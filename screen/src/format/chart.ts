// The geometry of a chart, without a pixel of drawing: scales, paths, gaps, and what a finger reads.
import type { Point, PropertySpec, Series } from '../wire';

export type Box = { readonly width: number; readonly height: number; readonly left: number; readonly right: number; readonly top: number; readonly bottom: number };
export type Tick = { readonly at: number; readonly label: string };

/** How values stand above each other: a range of numbers, or a lane for each answer. */
export type Scale =
  | { readonly kind: 'numbers'; readonly low: number; readonly high: number; readonly ticks: readonly number[] }
  | { readonly kind: 'answers'; readonly values: readonly number[] };

export type Drawing = {
  readonly line: string;
  readonly band: string;
  /** Stretches of which nothing is known, from and to in px. */
  readonly gaps: readonly (readonly [number, number])[];
  readonly dots: readonly { readonly x: number; readonly y: number }[];
};

const TICKS = 4;

export function scaleOf(series: Series, spec: PropertySpec): Scale {
  if (spec.options?.length) return { kind: 'answers', values: spec.options.map((option) => option.value) };
  if (spec.type === 'bool') return { kind: 'answers', values: [0, 1] };
  const figures = series.points.flatMap((point) => [point.value, point.min, point.max]).filter((figure) => typeof figure === 'number');
  if (!figures.length) return { kind: 'numbers', low: 0, high: 1, ticks: [] };
  return round(Math.min(...figures), Math.max(...figures));
}

/** A range that begins and ends on round figures, wide enough that a thing's last digit is no mountain, with what was seen amid it. */
function round(least: number, most: number): Scale {
  const span = Math.max(most - least, 0.1, Math.abs(most) * 0.1);
  const [low, high] = [(least + most - span) / 2, (least + most + span) / 2];
  const rough = span / (TICKS - 1);
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough) ?? rough;
  const from = Math.floor(low / step) * step;
  const to = Math.max(Math.ceil(high / step) * step, from + step);
  const count = Math.round((to - from) / step);
  const ticks = Array.from({ length: count + 1 }, (_, index) => Number((from + index * step).toFixed(6)));
  return { kind: 'numbers', low: from, high: to, ticks };
}

export function x(at_ms: number, series: Series, box: Box): number {
  const part = (at_ms - series.from_ms) / (series.to_ms - series.from_ms || 1);
  return box.left + part * (box.width - box.left - box.right);
}

export function y(value: number, scale: Scale, box: Box): number {
  const height = box.height - box.top - box.bottom;
  if (scale.kind === 'numbers') return box.top + height * (1 - (value - scale.low) / (scale.high - scale.low || 1));
  const lane = Math.max(0, scale.values.indexOf(Math.round(value)));
  return box.top + height * (1 - (lane + 0.5) / scale.values.length);
}

/** A step without a value ends the line; the next one begins another. */
export function draw(series: Series, scale: Scale, box: Box): Drawing {
  const runs = runsOf(series.points);
  const px = (point: Point) => x(point.at_ms, series, box);
  const py = (value: number) => y(value, scale, box);
  const lines = runs.map((run) => (scale.kind === 'answers' ? steps(run, series, px, py, box) : joined(run, px, py)));
  const bands = scale.kind === 'answers' ? [] : runs.filter((run) => run.some((point) => point.min !== undefined && point.min !== point.max)).map((run) => band(run, px, py));
  return {
    line: lines.join(''),
    band: bands.join(''),
    gaps: gapsOf(series, px, box),
    // A value alone between two gaps has no line to be seen by.
    dots: runs.filter((run) => run.length === 1 && scale.kind === 'numbers').map(([only]) => ({ x: px(only!), y: py(only!.value ?? 0) })),
  };
}

function runsOf(points: readonly Point[]): readonly (readonly Point[])[] {
  const runs: Point[][] = [];
  let open: Point[] | null = null;
  for (const point of points) {
    if (point.value === null) open = null;
    else if (open) open.push(point);
    else runs.push((open = [point]));
  }
  return runs;
}

const at = (a: number, b: number): string => `${a.toFixed(1)} ${b.toFixed(1)}`;

function joined(run: readonly Point[], px: (p: Point) => number, py: (v: number) => number): string {
  return run.map((point, index) => `${index ? 'L' : 'M'}${at(px(point), py(point.value ?? 0))}`).join('');
}

/** A switch keeps its answer until the next one is told: along, then up or down. */
function steps(run: readonly Point[], series: Series, px: (p: Point) => number, py: (v: number) => number, box: Box): string {
  const [first] = run;
  const last = run.at(-1);
  if (!first || !last) return '';
  const turns = run.slice(1).map((point) => `H${px(point).toFixed(1)}V${py(point.value ?? 0).toFixed(1)}`);
  const end = Math.min(box.width - box.right, px({ ...last, at_ms: last.at_ms + series.step_ms }));
  return `M${at(px(first), py(first.value ?? 0))}${turns.join('')}H${end.toFixed(1)}`;
}

function band(run: readonly Point[], px: (p: Point) => number, py: (v: number) => number): string {
  const over = run.map((point) => at(px(point), py(point.max ?? point.value ?? 0)));
  const under = [...run].reverse().map((point) => at(px(point), py(point.min ?? point.value ?? 0)));
  return `M${[...over, ...under].join('L')}Z`;
}

function gapsOf(series: Series, px: (p: Point) => number, box: Box): readonly (readonly [number, number])[] {
  const gaps: [number, number][] = [];
  let from: number | null = null;
  // Before the first value there was nothing yet that could be missed.
  const first = series.points.findIndex((point) => point.value !== null);
  for (const point of first < 0 ? [] : series.points.slice(first)) {
    if (point.value === null) from ??= px(point);
    else if (from !== null) {
      gaps.push([from, px(point)]);
      from = null;
    }
  }
  if (from !== null) gaps.push([from, box.width - box.right]);
  return gaps.filter(([start, end]) => end - start > 3);
}

/** The point that lies under a finger. */
export function nearest(series: Series, position: number, box: Box): number {
  const part = (position - box.left) / (box.width - box.left - box.right);
  const wanted = series.from_ms + part * (series.to_ms - series.from_ms);
  let best = 0;
  for (const [index, point] of series.points.entries()) {
    if (Math.abs(point.at_ms - wanted) <= Math.abs((series.points[best]?.at_ms ?? 0) - wanted)) best = index;
  }
  return best;
}

export type Sum = { readonly low: number; readonly high: number; readonly mean: number; readonly known: number };

/** Lowest, highest and mean of the time; null when nothing is known of it. */
export function sumOf(series: Series): Sum | null {
  const known = series.points.filter((point) => point.value !== null);
  if (!known.length) return null;
  const values = known.map((point) => point.value ?? 0);
  return {
    low: Math.min(...known.map((point) => point.min ?? point.value ?? 0)),
    high: Math.max(...known.map((point) => point.max ?? point.value ?? 0)),
    mean: values.reduce((sum, value) => sum + value, 0) / values.length,
    known: known.length,
  };
}

export const isCharted = (spec: PropertySpec): boolean => ['int', 'float', 'double', 'bool', 'enum'].includes(spec.type);
