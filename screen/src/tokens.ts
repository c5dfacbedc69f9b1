// What the screen looks like: every size and colour there is, in one place.

/** Text sizes in px: small print, label, body, title, figure. */
export const TYPE = { small: 14, label: 18, body: 24, title: 34, figure: 56 } as const;

/** Everything stands on an 8-px grid. */
export const SPACE = { half: 4, one: 8, two: 16, three: 24, four: 32 } as const;

export const RADIUS = 20;

/** The least size of a touch target on the panel, in px. */
export const TARGET = 56;

export const FONT =
  'system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Noto Sans CJK SC", "PingFang SC", "Microsoft YaHei", sans-serif';

export const MOTION_MS = 200;

export type Palette = Readonly<Record<
  'ground' | 'card' | 'soft' | 'line' | 'ink' | 'muted' | 'accent' | 'on-accent' | 'lit' | 'waiting' | 'warning' | 'warning-soft',
  string
>>;

/** Warm grey by day, copper like a lamp for what is on. */
export const LIGHT: Palette = {
  ground: '#efebe5',
  card: '#fbf9f6',
  soft: '#e7e2da',
  line: '#857c70',
  ink: '#24201b',
  muted: '#5f574d',
  accent: '#a1570c',
  'on-accent': '#ffffff',
  lit: '#f8e6cf',
  waiting: '#35588a',
  warning: '#a3302a',
  'warning-soft': '#f9e1dd',
};

/** Near-black by night, the same lamp brighter. */
export const DARK: Palette = {
  ground: '#131211',
  card: '#201e1c',
  soft: '#312e2a',
  line: '#857c70',
  ink: '#f4efe8',
  muted: '#b8afa3',
  accent: '#f0b267',
  'on-accent': '#241604',
  lit: '#3b2c19',
  waiting: '#94b8ea',
  warning: '#ff9f92',
  'warning-soft': '#46221d',
};

/** What is read upon what: text needs 4.5:1, shapes need 3:1. Checked by a test. */
export const TEXT_PAIRS: readonly (readonly [keyof Palette, keyof Palette])[] = [
  ['ink', 'ground'], ['ink', 'card'], ['ink', 'soft'], ['ink', 'lit'], ['ink', 'warning-soft'],
  ['muted', 'ground'], ['muted', 'card'], ['muted', 'lit'], ['muted', 'soft'],
  ['on-accent', 'accent'], ['accent', 'card'], ['accent', 'ground'],
  ['waiting', 'card'], ['waiting', 'lit'], ['waiting', 'ground'],
  ['warning', 'card'], ['warning', 'ground'], ['warning', 'warning-soft'], ['warning', 'lit'],
];
export const SHAPE_PAIRS: readonly (readonly [keyof Palette, keyof Palette])[] = [
  ['line', 'card'], ['line', 'ground'], ['accent', 'soft'], ['accent', 'lit'], ['accent', 'card'], ['waiting', 'soft'],
];

/** WCAG 2 contrast of two `#rrggbb` colours, 1 to 21. */
export function contrast(one: string, other: string): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** The tokens as custom properties; `[data-theme='dark']` on the root turns them. */
export function styleSheet(): string {
  const sizes = [
    ...Object.entries(TYPE).map(([name, px]) => `--type-${name}:${px}px`),
    ...Object.entries(SPACE).map(([name, px]) => `--space-${name}:${px}px`),
    `--radius:${RADIUS}px`, `--target:${TARGET}px`, `--font:${FONT}`, `--motion:${MOTION_MS}ms`,
  ];
  const colours = (palette: Palette) => Object.entries(palette).map(([name, value]) => `--${name}:${value}`);
  return [
    `:root{${[...sizes, ...colours(LIGHT)].join(';')};color-scheme:light}`,
    `:root[data-theme='dark']{${colours(DARK).join(';')};color-scheme:dark}`,
    '@media (prefers-reduced-motion: reduce){:root{--motion:0ms}}',
    'html{background:var(--ground);color:var(--ink);font:var(--type-body)/1.35 var(--font);' +
      'font-variant-numeric:tabular-nums;-webkit-text-size-adjust:100%;-webkit-tap-highlight-color:transparent}',
    'html,body{margin:0;height:100%;overflow:hidden;overscroll-behavior:none}',
  ].join('\n');
}

function luminance(colour: string): number {
  const part = (at: number) => {
    const value = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
}
