// Taking in what is new: a code, something discovered, a vendor's cloud, a device of one's own.
import { Store } from '../store/store';
import type { Found, Joining as Progress, Link, Names, Problem, Thing } from '../wire';
import { ask, Failed, segment } from './api';
import { Resource } from './resource';

/** How taking in one thing stands. */
export type Entry =
  | { readonly state: 'initial' }
  | { readonly state: 'pending'; readonly step: Names | null }
  | { readonly state: 'complete'; readonly thing: string }
  | { readonly state: 'error'; readonly problem: Problem };

/** What a device of one's own connects with; shown once, kept nowhere. */
export type Credentials = { readonly thing: string; readonly productKey: string; readonly deviceName: string; readonly deviceSecret: string };

export type Own =
  | { readonly state: 'initial' }
  | { readonly state: 'pending' }
  | { readonly state: 'complete'; readonly credentials: Credentials }
  | { readonly state: 'error'; readonly problem: Problem };

/** A vendor whose cloud this hub knows how to reach. */
export type Vendor = { readonly vendor: string; readonly names: Names };

const LOOK_EVERY_MS = 700;
/** Commissioning over a weak radio takes a minute; after this nobody stands there any more. */
const PATIENCE_MS = 180_000;

export class Joining {
  readonly found = new Resource<readonly Found[]>(() => ask('GET', 'api/joining/found'));
  readonly links = new Resource<readonly Link[]>(() => ask('GET', 'api/joining/links'));
  readonly vendors = new Resource<readonly Vendor[]>(() => ask('GET', 'api/joining/vendors'));
  readonly entry = new Store<Entry>({ state: 'initial' });
  readonly own = new Store<Own>({ state: 'initial' });

  /** A code that a camera read or a person typed. */
  async enter(code: string): Promise<void> {
    await this.#take(async () => {
      let progress = await ask<Progress>('POST', 'api/joining/code', { code });
      const until_ms = Date.now() + PATIENCE_MS;
      while (progress.state === 'working') {
        if (Date.now() > until_ms) throw new Failed({ code: 'joining-late', message: '' });
        this.entry.set({ state: 'pending', step: progress.step });
        await new Promise((later) => setTimeout(later, LOOK_EVERY_MS));
        progress = await ask<Progress>('GET', `api/joining/${segment(progress.id)}`);
      }
      if (progress.state === 'failed' || !progress.thing) throw new Failed(progress.problem ?? { code: 'joining-failed', message: '' });
      return progress.thing;
    });
  }

  /** Something discovered becomes a thing of the home. */
  async accept(found: Found): Promise<void> {
    await this.#take(async () => (await ask<Thing>('POST', `api/joining/found/${segment(found.id)}`, {})).id);
    this.found.refresh();
  }

  async ignore(found: Found): Promise<void> {
    await ask('DELETE', `api/joining/found/${segment(found.id)}`);
    this.found.amend((known) => known.filter((each) => each.id !== found.id));
  }

  forget(): void {
    this.entry.set({ state: 'initial' });
    this.own.set({ state: 'initial' });
  }

  async discover(link: Link): Promise<void> {
    await ask('POST', `api/joining/links/${segment(link.id)}/discover`, {});
    await Promise.all([this.links.load(), this.found.load()]);
  }

  async unlink(link: Link): Promise<void> {
    await ask('DELETE', `api/joining/links/${segment(link.id)}`);
    await this.links.load();
  }

  /** Where the vendor asks its customer whether jinn may: of an account that is known, or a new one by its vendor's name. */
  async authorize(account: Link | string): Promise<string> {
    const path = typeof account === 'string' ? 'api/joining/links' : `api/joining/links/${segment(account.id)}/link`;
    return (await ask<{ readonly authorize_url: string }>('POST', path, typeof account === 'string' ? { vendor: account } : {})).authorize_url;
  }

  /** `model`: the text of a thing model. */
  async make(model: string, name: string, area: string | null): Promise<void> {
    this.own.set({ state: 'pending' });
    try {
      const read = JSON.parse(model) as unknown;
      this.own.set({ state: 'complete', credentials: await ask('POST', 'api/devices', { model: read, name, area }) });
    } catch (error) {
      this.own.set({ state: 'error', problem: problemOf(error) });
    }
  }

  async #take(act: () => Promise<string>): Promise<void> {
    this.entry.set({ state: 'pending', step: null });
    try {
      this.entry.set({ state: 'complete', thing: await act() });
    } catch (error) {
      this.entry.set({ state: 'error', problem: problemOf(error) });
    }
  }
}

function problemOf(error: unknown): Problem {
  if (error instanceof Failed) return error.problem;
  if (error instanceof SyntaxError) return { code: 'model-no-json', message: '' };
  throw error;
}
