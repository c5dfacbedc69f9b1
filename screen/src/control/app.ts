// Everything there is one of, wired together.
import { address, parsePlace, type Place } from '../store/place';
import { satelliteId, settingsStore, type Settings } from '../store/settings';
import type { Lang } from '../store/home';
import { Store } from '../store/store';
import { valueWords } from '../format/state';
import { valueText } from '../format/value';
import { isKey, problemText, t } from '../i18n';
import type { News } from '../store/home';
import { Failed } from './api';
import { Automation } from './automation';
import { Commands, type Undoable } from './commands';
import { History } from './history';
import { Joining } from './joining';
import { Keeping } from './keeping';
import { HubLink } from './link';
import { networkResource } from './network';
import { Notices } from './notices';
import { isUnpaired, Pairing } from './pairing';
import { Updates } from './updates';
import { Voice } from './voice';

const socketTo = (path: string) => (): WebSocket => new WebSocket(new URL(path, location.href).href.replace(/^http/, 'ws'));

export const settings = settingsStore(localStorage);
export const hub = new HubLink({ open: socketTo('ws/screen'), isUnpaired, now: Date.now, random: Math.random, heard });
export const notices = new Notices();
export const commands = new Commands((question) => hub.ask(question), offerUndo);
export const automation = new Automation();
export const history = new History();
export const joining = new Joining();
export const updates = new Updates();
export const network = networkResource();
export const keeping = new Keeping(explain);
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

/** What the hub says besides the home itself, each to the one who keeps it. */
function heard(news: News): void {
  switch (news.type) {
    case 'snapshot':
      // What was fetched may have changed while nobody told us.
      automation.refresh();
      automation.runs.refresh();
      history.events.refresh();
      joining.found.refresh();
      updates.rollouts.refresh();
      network.refresh();
      return;
    case 'rules':
      return automation.refresh();
    case 'run':
      return automation.ran(news.run);
    case 'update':
      return updates.changed(news.update);
    case 'happened':
      return history.happened(news.happening);
    case 'found':
      return joining.found.set(news.found);
    case 'network':
      return network.set(news.network);
    case 'notice':
      notices.say({ text: news.text, severity: news.severity });
      return;
    default:
      return;
  }
}

/** Undo beats asking "are you sure?": what was touched can be set back to what it was. */
function offerUndo({ thing, before, now }: Undoable): void {
  const values = Object.entries(now).map(([id, value]) => {
    const spec = thing.specs.find((each) => each.id === id);
    const colour = `color.${String(value)}`;
    return isKey(colour) ? t(colour) : spec ? valueText(spec, value, lang(), valueWords(t)) : String(value);
  });
  notices.say({
    text: t('undo.set', { name: thing.names[lang()], values: values.join(' · ') }),
    subject: `touch ${thing.id}`,
    offer: { label: t('undo.undo'), act: () => void commands.set(thing, before, true) },
  });
}

/** Something asked for did not work: say so in the place for it. */
export function explain(error: unknown): void {
  if (!(error instanceof Failed)) throw error;
  notices.say({ text: problemText(error.problem), severity: 'error', for_ms: 12_000 });
}

/** Do it, and say so when it did not work. Whether it worked. */
export async function attempt(act: () => Promise<unknown>): Promise<boolean> {
  try {
    await act();
    return true;
  } catch (error) {
    explain(error);
    return false;
  }
}

/** A page that cannot find its own parts even after it was loaded anew is not helped by doing so again. */
const ANEW_AT_MOST_EVERY_MS = 30_000;

/**
 * Load a part that is seldom needed. A panel is open for months: a hub that was renewed meanwhile has other files, so
 * what cannot be loaded means that the whole screen is to be loaded anew, as soon as the hub can be reached.
 */
export function lazily(load: () => Promise<unknown>): void {
  load().catch(() => {
    if (Date.now() - Number(sessionStorage.getItem('jinn.anew') ?? 0) < ANEW_AT_MOST_EVERY_MS) return;
    const anew = (): void => {
      if (hub.link.value.state !== 'open') return;
      sessionStorage.setItem('jinn.anew', String(Date.now()));
      location.reload();
    };
    hub.link.watch(anew);
    anew();
  });
}

/** `instead`: in place of where we are, so that "back" leads past it. */
export function go(to: Place, instead = false): void {
  if (instead) location.replace(address(to));
  else location.hash = address(to);
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
    notices.tick(clock.value);
  }, 500);
  addEventListener('hashchange', () => place.set(parsePlace(location.hash)));
  addEventListener('online', () => hub.hurry());
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') hub.hurry();
  });
  hub.connect();
  if (settings.value.wake === 'on') void voice.listenForWakeWord(true);
}
