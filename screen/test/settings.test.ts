import { expect, it } from 'vitest';
import { address, parsePlace } from '../src/store/place';
import { DEFAULTS, parse } from '../src/store/settings';

it('keeps the settings it knows and drops the rest', () => {
  expect(parse('{"lang":"zh","theme":"pink","night":"off","more":1}')).toEqual({ ...DEFAULTS, lang: 'zh', night: 'off' });
});

it.each([null, '', 'no json', '7', 'null'])('starts from the defaults with %o', (stored) => {
  expect(parse(stored)).toEqual(DEFAULTS);
});

it.each(['#/', '#/area/living_room', '#/thing/a%2Fb', '#/trace', '#/settings', '#/night'])('finds the way back to %s', (hash) => {
  expect(address(parsePlace(hash))).toBe(hash);
});

it.each(['', '#', '#/nowhere', '#/thing', '#/thing/%E0%A4%A', '#/area/'])('goes home from %o', (hash) => {
  expect(parsePlace(hash)).toEqual({ place: 'home', area: null });
});
