import { describe, expect, it } from 'vitest';
import { Commands, type Undoable } from '../src/control/commands';
import { Resource } from '../src/control/resource';
import { clause } from '../src/format/clause';
import { blank, lackOf, thingsOf } from '../src/format/rule';
import { dismiss, pass, queue, WAITING_MAX, type Said } from '../src/store/notices';
import { receive, type Home } from '../src/store/home';
import { address, parsePlace, type Place } from '../src/store/place';
import type { EdgeDown, Trigger } from '../src/wire';
import { samples, snapshot, thing } from './samples';

const INITIAL: Home = { state: 'initial' };

it('counts every message of the edge and lets it change nothing of the home', () => {
  const first = receive(INITIAL, snapshot());
  const last = samples<EdgeDown>('EdgeDown').sort((a, b) => a.seq - b.seq)
    .reduce<Home | 'gap'>((home, news) => (home === 'gap' ? home : receive(home, news)), first);
  expect(last).toEqual({ ...(first as object), seq: samples('EdgeDown').length });
});

describe('notices', () => {
  const said = (id: number, more: Partial<Said> = {}): Said => ({ id, text: '', severity: 'info', offer: null, subject: null, for_ms: 100, until_ms: null, ...more });

  it('wait for each other, and each has its own time', () => {
    const two = queue(queue([], said(1), 0), said(2), 50);
    expect(two.map((each) => each.until_ms)).toEqual([100, null]);
    expect(pass(two, 99)).toBe(two);
    expect(pass(two, 100)).toMatchObject([{ id: 2, until_ms: 200 }]);
  });

  it('let an alert go first and are not lost by it', () => {
    const all = queue(queue([], said(1), 0), said(2, { severity: 'alert' }), 50);
    expect(all.map((each) => each.id)).toEqual([2, 1]);
    expect(dismiss(all, 2, 60)).toMatchObject([{ id: 1, until_ms: 160 }]);
  });

  it('say one thing of one subject, the newest', () => {
    expect(queue(queue([], said(1, { subject: 'lamp' }), 0), said(2, { subject: 'lamp' }), 50)).toMatchObject([{ id: 2, until_ms: 150 }]);
  });

  it('offer to take back what was done last, at once and alone', () => {
    const offer = { label: 'Undo', act: () => undefined };
    const all = [said(1, { severity: 'alert' }), said(2, { offer }), said(3, { offer })].reduce<readonly Said[]>((known, each) => queue(known, each, 0), []);
    expect(all.map((each) => each.id)).toEqual([3, 1]);
    expect(queue(all, said(4, { severity: 'alert' }), 0).map((each) => each.id)).toEqual([3, 1, 4]);
    expect(queue([], said(1, { offer }), 0).length + queue(queue([], said(1, { offer }), 0), said(2, { severity: 'alert' }), 0).findIndex((each) => each.id === 2)).toBe(1);
  });

  it('are bounded, and no word pushes an alert out', () => {
    let all: readonly Said[] = queue([], said(0, { severity: 'alert' }), 0);
    for (let id = 1; id < 20; id += 1) all = queue(all, said(id), 0);
    expect(all).toHaveLength(WAITING_MAX);
    expect(all[0]?.id).toBe(0);
  });
});

describe('a touch', () => {
  const touch = async (outcome: 'confirmed' | 'unchanged' | 'refused', values = {}) => {
    const offered: Undoable[] = [];
    const deed = { thing: 'hall_light', property: 'on', asked: 1, reported: 1, outcome, ms: 1 };
    const commands = new Commands(async () => ({ type: 'answer', id: '1', ok: true, did: [deed] }), (undoable) => offered.push(undoable));
    await commands.set(thing('hall_light', values), { on: 1 });
    return offered.map((each) => each.before);
  };

  it('is offered to be taken back to what was reported', async () => {
    expect(await touch('confirmed')).toEqual([{ on: 0 }]);
  });

  it('is not, when nothing changed or nothing was known before', async () => {
    expect(await touch('unchanged')).toEqual([]);
    expect(await touch('refused')).toEqual([]);
    expect(await touch('confirmed', { on: null })).toEqual([]);
  });
});

describe('a rule', () => {
  const things = snapshot().things;
  const open: Trigger = { type: 'property', thing: 'hall_door_sensor', property: 'open', is: 'is', value: 1 };

  it('names every thing in it, also those deep inside', () => {
    const deep = { type: 'not', of: { type: 'any', of: [{ ...open, thing: 'b' }] } } as const;
    expect([...thingsOf({ triggers: [open], conditions: [deep], actions: [{ type: 'call', thing: 'c', service: 's' }] })]).toEqual(['hall_door_sensor', 'b', 'c']);
  });

  it('says what it lacks', () => {
    expect(lackOf(open, things, [])).toBeNull();
    expect(lackOf({ ...open, thing: '' }, things, [])).toBe('thing');
    expect(lackOf({ ...open, thing: 'garage' }, things, [])).toBe('gone');
    expect(lackOf({ ...open, property: 'width' }, things, [])).toBe('property');
    expect(lackOf({ ...open, value: null }, things, [])).toBe('value');
    expect(lackOf({ type: 'scene', scene: 'night' }, things, [])).toBe('gone');
    expect(lackOf({ type: 'say', text: { en: 'hello', zh: ' ' } }, things, [])).toBe('text');
    expect(lackOf({ type: 'any', of: [] }, things, [])).toBe('nothing');
    expect(lackOf({ type: 'time' }, things, [])).toBe('time');
  });

  it('begins with what a thing reports', () => {
    expect(blank(things.find((each) => each.id === 'hall_door_sensor')).triggers).toMatchObject([{ property: 'open', is: 'is', value: 1 }]);
    expect(blank().triggers).toEqual([]);
  });
});

it('keeps the answer to the last question when answers overtake each other', async () => {
  const answers: ((value: string) => void)[] = [];
  const resource = new Resource<string>(() => new Promise((settle) => answers.push(settle)));
  const both = Promise.all([resource.load(), resource.load()]);
  answers[1]?.('new');
  answers[0]?.('old');
  await both;
  expect(resource.store.value).toEqual({ state: 'complete', value: 'new' });
});

it('puts a sentence into another', () => {
  expect(clause('The kitchen light went on.')).toBe('the kitchen light went on');
  expect(clause('TV went off.')).toBe('TV went off');
  expect(clause('厨房灯开了。')).toBe('厨房灯开了');
});

it('finds every place again by its address', () => {
  const places: Place[] = [
    { place: 'thing', id: 'a/b', tab: 'history' }, { place: 'thing', id: 'a', tab: 'control' }, { place: 'rule', id: 'r 1', about: null },
    { place: 'rule', id: null, about: 'lamp' }, { place: 'rule', id: null, about: null }, { place: 'scene', id: null }, { place: 'scene', id: 's' },
    { place: 'add', way: 'all' }, { place: 'add', way: 'clouds' }, { place: 'add', way: 'own' }, { place: 'network' }, { place: 'home', area: 'hall' },
  ];
  for (const place of places) expect(parsePlace(address(place))).toEqual(place);
  expect(parsePlace('#/nowhere')).toEqual({ place: 'home', area: null });
});
