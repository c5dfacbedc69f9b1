import { describe, expect, it } from 'vitest';
import { receive, type Home } from '../src/store/home';
import type { Answer, ScreenDown } from '../src/wire';
import { sample, samples, snapshot } from './samples';

type News = Exclude<ScreenDown, Answer>;
const INITIAL: Home = { state: 'initial' };
const complete = (home: Home | 'gap') => {
  if (home === 'gap' || home.state !== 'complete') throw new Error('the home is not complete');
  return home;
};
const shown = () => complete(receive(INITIAL, snapshot()));

describe('the home', () => {
  it('takes every sample in its order', () => {
    const news = samples<ScreenDown>('ScreenDown').filter((each): each is News => each.type !== 'answer').sort((a, b) => a.seq - b.seq);
    const last = news.reduce<Home | 'gap'>((home, each) => (home === 'gap' ? home : receive(home, each)), INITIAL);
    expect(complete(last).seq).toBe(news.length - 1);
    expect(complete(last).turn?.card?.chart?.points).toHaveLength(4);
    expect(complete(last).models).toEqual({ recognition: 'ready', speech: 'ready', wake: 'failed' });
    expect(complete(last).things.map((thing) => thing.id)).toEqual(['hall_light', 'living_room_air_conditioner']);
  });

  it('keeps a changed thing in its place', () => {
    const changed = sample<News>('ScreenDown.thing');
    const after = complete(receive(shown(), changed));
    expect(after.things.map((thing) => thing.id)).toEqual(shown().things.map((thing) => thing.id));
    expect(after.things[0]?.properties['on']).toMatchObject({ value: 0, asked: 1 });
  });

  it('puts a new thing last', () => {
    const thing = { ...shown().things[0]!, id: 'cellar_light' };
    expect(complete(receive(shown(), { type: 'thing', seq: 1, thing })).things.at(-1)?.id).toBe('cellar_light');
  });

  it('trusts nothing after a message was missed', () => {
    expect(receive(shown(), { type: 'models', seq: 2, models: {} })).toBe('gap');
    expect(receive(shown(), { type: 'models', seq: 0, models: {} })).toBe('gap');
    expect(receive(INITIAL, { type: 'models', seq: 1, models: {} })).toBe('gap');
  });

  it('counts a message that only a newer hub knows', () => {
    const newer = { type: 'weather', seq: 1 } as unknown as News;
    expect(complete(receive(shown(), newer)).seq).toBe(1);
  });
});
