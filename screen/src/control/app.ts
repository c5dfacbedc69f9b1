// Everything there is one of, wired together.
import { address, parsePlace, type Place } from '../store/place';
import { satelliteId, settingsStore, type Settings } from '../store/settings';
import type { Lang } from '../store/home';
import { Store } from '../store/store';
import { Commands } from './commands';
import { HubLink } from './link';
import { isUnpaired, Pairing } from './pairing';
import { Voice } from './voice';

const socketTo = (path: string) => (): WebSocket => new WebSocket(new URL(path, location.href).href.replace(/^http/, 'ws'));

export const settings = settingsStore(localStorage);
export const hub = new HubLink({ open: socketTo('ws/screen'), isUnpaired, now: Date.now, random: Math.random });
export const commands = new Commands((question) => hub.ask(question));
export const pairing = new Pairing(() => hub.hurry());
export const place = new Store<Place>(parsePlace(location.hash));
/** The time in ms since 1970, once a second. */
export const clock = new Store<number>(Date.now());

const satellite = satelliteId(localStorage);
export const voice = new Voice({
  open: socketTo('ws/satellite'),
  hello: () => ({ satellite, lang: settings.value.lang === 'home' ? 'auto' : settings.value.lang, wake: settings.value.wake === 'on' }),
  say: (text) => hub.ask({ type: 'say', text, lang: lang() }),
  isSoundOn: () => settings.value.sound === 'on',
});

/** The language of this screen: its own choice, else the household's, else the browser's. */
export function lang(): Lang {
  if (settings.value.lang !== 'home') return settings.value.lang;
  const home = hub.home.value;
  if (home.state === 'complete') return home.lang;
  return navigator.language.startsWith('zh') ? 'zh' : 'en';
}

export function go(to: Place): void {
  location.hash = address(to);
}

export function change(changed: Partial<Settings>): void {
  const before = settings.value;
  settings.set({ ...before, ...changed });
  if (changed.wake && changed.wake !== before.wake) void voice.listenForWakeWord(changed.wake === 'on');
}

/** Starts the clock, the connection and everything that watches the world outside. */
export function start(): void {
  setInterval(() => {
    clock.set(Date.now());
    voice.tick(clock.value);
  }, 500);
  addEventListener('hashchange', () => place.set(parsePlace(location.hash)));
  addEventListener('online', () => hub.hurry());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') hub.hurry();
  });
  hub.connect();
  if (settings.value.wake === 'on') void voice.listenForWakeWord(true);
}
