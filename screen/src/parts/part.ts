// What every part of the screen shares: following stores, and the house's own look of plain elements.
import { css, LitElement, unsafeCSS } from 'lit';
import { hub, settings } from '../control/app';
import type { Resource } from '../control/resource';
import type { Load } from '../store/load';
import type { Stop, Store, Watchable } from '../store/store';

/** A part renders what stores hold and follows them while it is shown. Every part follows language and home. */
export abstract class Part extends LitElement {
  #stops: Stop[] = [];

  /** Further stores that the rendering reads. */
  protected follows(): readonly Watchable[] {
    return [];
  }

  readonly #used = new Map<Watchable, Stop>();
  readonly #inUse = new Set<Watchable>();

  /** What a store holds now; as long as renderings read it, its changes render this part again. */
  protected use<T>(store: Store<T>): T {
    this.#inUse.add(store);
    if (!this.#used.has(store)) this.#used.set(store, store.watch(() => this.requestUpdate()));
    return store.value;
  }

  /** The same for what the hub must be asked for first. */
  protected need<T>(resource: Resource<T>): Load<T> {
    const load = this.use(resource.store);
    resource.need();
    return load;
  }

  protected override performUpdate(): void {
    this.#inUse.clear();
    super.performUpdate();
    for (const [store, stop] of this.#used) if (!this.#inUse.has(store)) this.#unuse(store, stop);
  }

  #unuse(store: Watchable, stop: Stop): void {
    stop();
    this.#used.delete(store);
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stops = [settings, hub.home, ...this.follows()].map((store) => store.watch(() => this.requestUpdate()));
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    for (const stop of this.#stops) stop();
    for (const [store, stop] of this.#used) this.#unuse(store, stop);
    super.disconnectedCallback();
  }

  protected tell<T>(name: string, detail: T): void {
    this.dispatchEvent(new CustomEvent<T>(name, { detail, bubbles: true, composed: true }));
  }
}

export const PHONE = unsafeCSS('(max-width: 640px)');

export const house = css`
  :host { box-sizing: border-box; display: block; }
  :host([hidden]) { display: none; }
  *, *::before, *::after { box-sizing: border-box; }
  h1, h2, h3, p, dl, dd, ol, ul { margin: 0; padding: 0; list-style: none; font-weight: inherit; font-size: inherit; }
  button, input, textarea {
    font: inherit; color: inherit; background: none; border: 0; margin: 0; padding: 0; border-radius: var(--radius);
    touch-action: manipulation; text-align: inherit;
  }
  button { cursor: pointer; min-height: var(--target); min-width: var(--target); -webkit-user-select: none; user-select: none; }
  button:disabled { cursor: default; opacity: 0.45; }
  :focus { outline: none; }
  :focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
  svg { display: block; width: 1em; height: 1em; flex: none; }
  .icon { font-size: 32px; line-height: 0; }
  .unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
`;

/** The look that the pages of lists and forms share. */
export const sheets = css`
  .loading { color: var(--muted); padding: 24px 0; animation: late 0.01s 0.3s both; }
  @keyframes late { from { opacity: 0; } to { opacity: 1; } }
  .failure { display: flex; align-items: center; gap: 16px; padding: 12px 12px 12px 20px; background: var(--warning-soft); border-radius: var(--radius); font-size: 20px; line-height: 26px; margin-bottom: 8px; }
  .failure .icon { color: var(--warning); }
  .failure p { flex: 1; min-width: 0; overflow-wrap: anywhere; }
  .failure button { padding: 0 20px; background: var(--card); font-size: var(--type-label); }
  .nothing { max-width: 640px; margin: 5vh auto; text-align: center; color: var(--muted); text-wrap: balance; }
  .nothing h2 { font-size: var(--type-title); color: var(--ink); margin-bottom: 8px; }
  .sheet { background: var(--card); border-radius: var(--radius); padding: 20px var(--space-three); }
  .sheet > h2, .label { font-size: var(--type-label); color: var(--muted); margin-bottom: 8px; }
  .quiet { color: var(--muted); font-size: var(--type-label); line-height: 24px; }
  .bad { color: var(--warning); font-size: var(--type-label); font-weight: 600; line-height: 24px; }
  .button { display: inline-flex; align-items: center; justify-content: center; gap: 10px; padding: 0 24px; background: var(--soft); font-size: 20px; text-align: center; text-decoration: none; color: var(--ink); min-height: var(--target); border-radius: var(--radius); }
  .button { white-space: nowrap; }
  .button .icon { font-size: 26px; }
  @media (max-width: 640px) { .button { padding: 0 16px; } }
  .main { background: var(--accent); color: var(--on-accent); font-weight: 600; }
  .danger { color: var(--warning); }
  .field { width: 100%; min-height: var(--target); padding: 0 18px; border-radius: 16px; background: var(--ground); border: 2px solid var(--line); font-size: 20px; color: inherit; }
  .row { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; }
  .stack { display: grid; gap: 8px; align-content: start; }
`;
