// What this one screen has been told to be like; kept in the browser, nobody else's business.
import { Store } from './store';

export type Settings = {
  /** `home`: as the household speaks. */
  readonly lang: 'home' | 'en' | 'zh';
  readonly theme: 'auto' | 'light' | 'dark';
  /** Show the clock alone when nobody has touched the screen for long at night. */
  readonly night: 'auto' | 'off';
  /** Listen all the time for the wake word; else only while the button asks for it. */
  readonly wake: 'off' | 'on';
  readonly sound: 'on' | 'off';
};

export const DEFAULTS: Settings = { lang: 'home', theme: 'auto', night: 'auto', wake: 'off', sound: 'on' };

const CHOICES: { readonly [K in keyof Settings]: readonly Settings[K][] } = {
  lang: ['home', 'en', 'zh'], theme: ['auto', 'light', 'dark'], night: ['auto', 'off'], wake: ['off', 'on'], sound: ['on', 'off'],
};
const KEY = 'jinn.settings';

/** Anything stored that is not a known choice falls back to its default. */
export function parse(text: string | null): Settings {
  let stored: unknown = null;
  try {
    stored = JSON.parse(text ?? 'null');
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
  }
  const read = (typeof stored === 'object' && stored !== null ? stored : {}) as Record<string, unknown>;
  const pick = <K extends keyof Settings>(name: K): Settings[K] =>
    CHOICES[name].find((choice) => choice === read[name]) ?? DEFAULTS[name];
  return { lang: pick('lang'), theme: pick('theme'), night: pick('night'), wake: pick('wake'), sound: pick('sound') };
}

export function settingsStore(storage: Storage): Store<Settings> {
  const store = new Store(parse(storage.getItem(KEY)));
  store.watch(() => storage.setItem(KEY, JSON.stringify(store.value)));
  return store;
}

/** This screen's name as a satellite: made once, kept. */
export function satelliteId(storage: Storage): string {
  const kept = storage.getItem('jinn.satellite');
  if (kept) return kept;
  const made = `screen-${crypto.getRandomValues(new Uint32Array(1))[0]?.toString(36)}`;
  storage.setItem('jinn.satellite', made);
  return made;
}
