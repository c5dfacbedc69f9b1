// What every part of the screen shares: following stores, and the house's own look of plain elements.
import { css, LitElement, unsafeCSS } from 'lit';
import { hub, settings } from '../control/app';
import type { Stop, Watchable } from '../store/store';

/** A part renders what stores hold and follows them while it is shown. Every part follows language and home. */
export abstract class Part extends LitElement {
  #stops: Stop[] = [];

  /** Further stores that the rendering reads. */
  protected follows(): readonly Watchable[] {
    return [];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stops = [settings, hub.home, ...this.follows()].map((store) => store.watch(() => this.requestUpdate()));
    this.requestUpdate();
  }

  override disconnectedCallback(): void {
    for (const stop of this.#stops) stop();
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
  button, input {
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
