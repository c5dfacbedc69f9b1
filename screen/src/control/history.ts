// What things reported and what happened to them, over days.
import type { Happening, Series } from '../wire';
import { ask, query, segment } from './api';
import { Resources } from './resource';

/** Enough for a dot every four pixels of the widest chart. */
const POINTS = 240;
const EVENTS = 50;

export class History {
  readonly #series = new Resources<Series>((key) => {
    const [thing = '', property, from, to] = JSON.parse(key) as [string, string, number, number];
    return ask('GET', query(`api/things/${segment(thing)}/history`, { property, from, to, points: POINTS }));
  });
  /** Newest first. */
  readonly events = new Resources<readonly Happening[]>((thing) =>
    ask('GET', query(`api/things/${segment(thing)}/events`, { limit: EVENTS })));

  series(thing: string, property: string, from_ms: number, to_ms: number) {
    return this.#series.of(JSON.stringify([thing, property, from_ms, to_ms]));
  }

  happened(happening: Happening): void {
    this.events.of(happening.thing).amend((known) => [happening, ...known.filter((each) => each.id !== happening.id)].slice(0, EVENTS));
  }
}
