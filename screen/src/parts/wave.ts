// How loud the hub hears us: a soft row of bars, highest in the middle.
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { house } from './part';

const BARS = 31;

@customElement('jn-wave')
export class Wave extends LitElement {
  /** 0 to 1. */
  @property({ type: Number }) level = 0;
  /** Levels of the last moments, newest first, so that sound runs outwards from the middle. */
  #past: number[] = [];

  static override readonly styles = [house, css`
    :host { display: flex; align-items: center; justify-content: center; gap: 6px; height: 64px; }
    i { width: 6px; height: 100%; border-radius: 3px; background: var(--accent); transition: transform 160ms ease-out; }
    @media (prefers-reduced-motion: reduce) { i { transition: none; } }
  `];

  override willUpdate(): void {
    this.#past = [this.level, ...this.#past].slice(0, BARS);
  }

  override render() {
    const middle = (BARS - 1) / 2;
    return Array.from({ length: BARS }, (_, index) => {
      const away = Math.abs(index - middle);
      const level = this.#past[Math.floor(away / 3)] ?? 0;
      const high = Math.max(0.09, Math.min(1, Math.sqrt(level)) * Math.cos((away / middle) * 1.35));
      return html`<i style="transform:scaleY(${high.toFixed(3)})" aria-hidden="true"></i>`;
    });
  }
}
