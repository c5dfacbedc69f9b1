import { describe, expect, it } from 'vitest';
import { fitting } from '../src/format/fitting';
import { isNightTime } from '../src/format/night';
import { detailText, stateText, type Speech } from '../src/format/state';
import { boolLike, controlOf, isActive, shortName, slide, sliderValue } from '../src/format/thing';
import { agoText, durationText, valueText } from '../src/format/value';
import { waterfall } from '../src/format/waterfall';
import en from '../src/i18n/en.json';
import { phrase } from '../src/i18n/phrase';
import zh from '../src/i18n/zh.json';
import type { Turn } from '../src/wire';
import { sample, thing } from './samples';

const english: Speech = { lang: 'en', say: (key, values = {}) => phrase(en, 'en', key, values) };
const chinese: Speech = { lang: 'zh', say: (key, values = {}) => phrase(zh, 'zh', key, values) };
const words = { on: 'On', off: 'Off', none: '–' };

describe('the state of a thing in words', () => {
  it.each([
    [{ on: 0 }, 'Off', '关'],
    [{ on: true, brightness: 30 }, 'On · 30%', '亮着 · 30%'],
    [{ on: null }, 'No report yet', '尚无上报'],
  ])('for a light with %o', (values, inEnglish, inChinese) => {
    expect(stateText(thing('hall_light', values), english)).toBe(inEnglish);
    expect(stateText(thing('hall_light', values), chinese)).toBe(inChinese);
  });

  it('for doors and air conditioners', () => {
    expect(stateText(thing('hall_door_sensor', { open: 1 }), english)).toBe('Open');
    expect(detailText(thing('hall_door_sensor'), chinese)).toBe('电量 96%');
    expect(stateText(thing('living_room_air_conditioner', { target_temperature: 23.5 }), english)).toBe('Cool · 23.5°');
    expect(stateText(thing('living_room_air_conditioner'), chinese)).toBe('制冷 · 24°');
    expect(detailText(thing('living_room_air_conditioner'), english)).toBe('Room 26.5°');
  });
});

describe('the control of a card', () => {
  it('is chosen by what the thing can do', () => {
    expect(controlOf(thing('hall_light'))).toMatchObject({ kind: 'slider', spec: { id: 'brightness' } });
    expect(controlOf(thing('living_room_air_conditioner'))).toMatchObject({ kind: 'stepper', spec: { id: 'target_temperature' } });
    expect(controlOf(thing('hall_door_sensor'))).toEqual({ kind: 'none' });
    const onlyPower = { ...thing('hall_light'), specs: thing('hall_light').specs.slice(0, 1) };
    expect(controlOf(onlyPower).kind).toBe('toggle');
  });

  it('turns a light on by sliding, and off by sliding to nothing', () => {
    const off = thing('hall_light', { on: 0, brightness: 50 });
    const spec = off.specs[1]!;
    expect(sliderValue(off, spec)).toBe(0);
    expect(slide(off, spec, 40)).toEqual({ on: 1, brightness: 40 });
    const on = thing('hall_light', { on: true, brightness: 50 });
    expect(sliderValue(on, spec)).toBe(50);
    expect(slide(on, spec, 40)).toEqual({ brightness: 40 });
    expect(slide(on, spec, 0)).toEqual({ on: false });
  });

  it('writes a bool as the thing writes it', () => {
    expect([boolLike(0, true), boolLike(false, true), boolLike(null, false)]).toEqual([1, true, 0]);
  });

  it('lights up what is on, and nothing that is offline', () => {
    expect(isActive(thing('hall_light', { on: 1 }))).toBe(true);
    expect(isActive({ ...thing('hall_light', { on: 1 }), online: false })).toBe(false);
  });
});

describe('words and figures', () => {
  it('leave out the area that a heading says', () => {
    expect(shortName('Living room air conditioner', 'Living room')).toBe('Air conditioner');
    expect(shortName('客厅的空调', '客厅')).toBe('空调');
    expect(shortName('Kitchen', 'Kitchen')).toBe('Kitchen');
    expect(shortName('Television', undefined)).toBe('Television');
  });

  it('name options, units and the minus sign', () => {
    const mode = thing('living_room_air_conditioner').specs[1]!;
    expect(valueText(mode, 2, 'en', words)).toBe('Heat');
    expect(valueText({ ...mode, type: 'int', options: [], unit: '°C' }, -18, 'en', words)).toBe('−18°');
    expect(valueText({ ...mode, type: 'int', options: [], unit: 'bpm' }, 64, 'en', words)).toBe('64\u202fbpm');
    expect(valueText({ ...mode, type: 'struct', options: [] }, { a: 1 }, 'en', words)).toBe('{"a":1}');
    expect(valueText(mode, null, 'en', words)).toBe('–');
  });

  it('tell how long ago and how long', () => {
    expect(agoText(0, 61_000, 'en')).toBe('1 minute ago');
    expect(agoText(0, 7_200_000, 'zh')).toBe('2小时前');
    expect(agoText(5_000, 0, 'en')).toBe('0 seconds ago');
    expect(durationText(3.14, 'en')).toBe('3.1\u202fms');
    expect(durationText(2134, 'en')).toBe('2.1\u202fs');
  });

  it('know the night', () => {
    expect(isNightTime(new Date(2026, 0, 1, 23, 0).getTime())).toBe(true);
    expect(isNightTime(new Date(2026, 0, 1, 6, 0).getTime())).toBe(false);
  });
});

describe('the waterfall', () => {
  const { bars, waited_ms } = waterfall(sample<{ turn: Turn }>('ScreenDown.turn').turn.spans);

  it('counts what somebody waited from the last voiced sample', () => {
    expect(waited_ms).toBeCloseTo(394.4);
    expect(bars.map((bar) => bar.isBefore)).toEqual([true, false, false, false, false]);
  });

  it('keeps every bar on the line', () => {
    for (const { left, width } of bars) {
      expect(left).toBeGreaterThanOrEqual(0);
      expect(left + width).toBeLessThanOrEqual(100.01);
    }
  });

  it('stands a turn that took no time at all', () => {
    expect(waterfall([{ name: 'understood', start_ms: 0, ms: 0 }]).bars[0]).toMatchObject({ left: 0, width: 0 });
  });
});

describe('suggestions', () => {
  const look = { size: 20, padding: 66 };

  it('are shown whole, as many as there is room for', () => {
    const sentences = ['turn on the living room light', 'set the living room air conditioner to 24 degrees', 'clean the kitchen', 'dim it'];
    expect(fitting(sentences, 980, 3, look)).toEqual([0, 2, 3]);
    expect(fitting(sentences, 700, 3, look)).toEqual([0, 2]);
    expect(fitting(sentences, 5_000, 3, look)).toEqual([0, 1, 2]);
  });

  it('are at least one, when there is one', () => {
    expect(fitting(['打开客厅灯'], 10, 3, look)).toEqual([0]);
    expect(fitting([], 980, 3, look)).toEqual([]);
  });
});
