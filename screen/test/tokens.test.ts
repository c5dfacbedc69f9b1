import { describe, expect, it } from 'vitest';
import { contrast, DARK, LIGHT, SHAPE_PAIRS, SPACE, styleSheet, TARGET, TEXT_PAIRS, TYPE } from '../src/tokens';

describe.each([['light', LIGHT], ['dark', DARK]] as const)('the %s palette', (_, palette) => {
  it.each(TEXT_PAIRS)('lets %s be read on %s', (text, ground) => {
    expect(contrast(palette[text], palette[ground])).toBeGreaterThanOrEqual(4.5);
  });

  it.each(SHAPE_PAIRS)('lets the shape %s be seen on %s', (shape, ground) => {
    expect(contrast(palette[shape], palette[ground])).toBeGreaterThanOrEqual(3);
  });
});

it('measures contrast as WCAG does', () => {
  expect(contrast('#000000', '#ffffff')).toBeCloseTo(21);
  expect(contrast('#777777', '#ffffff')).toBeCloseTo(4.48, 2);
});

it('keeps to five sizes of type, the grid and the touch target', () => {
  expect(Object.values(TYPE)).toEqual([14, 18, 24, 34, 56]);
  expect(Object.values(SPACE).every((px) => px % 4 === 0)).toBe(true);
  expect(TARGET).toBeGreaterThanOrEqual(56);
});

it('gives every colour of one palette to the other', () => {
  expect(Object.keys(DARK).sort()).toEqual(Object.keys(LIGHT).sort());
  expect(styleSheet()).toContain(`--accent:${DARK.accent}`);
});
