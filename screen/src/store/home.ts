// What the home is: the hub's snapshot and every change after it, in order.
import type { Answer, Area, EdgeDown, Models, Names, ScreenDown, Thing, Turn } from '../wire';

export type Lang = 'en' | 'zh';

export type Home =
  | { readonly state: 'initial' }
  | {
      readonly state: 'complete';
      readonly seq: number;
      readonly names: Names;
      readonly lang: Lang;
      readonly areas: readonly Area[];
      readonly things: readonly Thing[];
      readonly turn: Turn | null;
      readonly models: Models;
      readonly suggestions: readonly Names[];
    };

export type News = Exclude<ScreenDown, Answer> | EdgeDown;

/** The next state; `gap` when a message was missed, so that only a new snapshot can be trusted. */
export function receive(home: Home, news: News): Home | 'gap' {
  if (news.type === 'snapshot') {
    const { seq, home: names, lang, areas, things, turn, models, suggestions } = news;
    return { state: 'complete', seq, names, lang, areas, things, turn, models, suggestions };
  }
  if (home.state === 'initial' || news.seq !== home.seq + 1) return 'gap';
  const next = { ...home, seq: news.seq };
  switch (news.type) {
    case 'thing':
      return { ...next, things: withThing(home.things, news.thing) };
    case 'thing_removed':
      return { ...next, things: home.things.filter((thing) => thing.id !== news.id) };
    case 'turn':
      return { ...next, turn: news.turn };
    case 'models':
      return { ...next, models: news.models };
    default:
      // News of the edge is others' to keep, and a newer hub may say more than this screen knows; all count in seq.
      return next;
  }
}

/** A changed thing keeps its place, so that no card ever jumps; a new one comes last. */
function withThing(things: readonly Thing[], changed: Thing): readonly Thing[] {
  const known = things.some((thing) => thing.id === changed.id);
  return known ? things.map((thing) => (thing.id === changed.id ? changed : thing)) : [...things, changed];
}
