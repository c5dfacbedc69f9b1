// A row of a few answers of which one holds: modes, fan speeds, on and off, settings.
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { house, PHONE } from './part';

export type Option = { readonly value: string | number; readonly label: string };

/** Fires `choose` with the option's value. The reported one is filled, an asked one only outlined. */
@customElement('jn-choice')
export class Choice extends LitElement {
  @property({ attribute: false }) options: readonly Option[] = [];
  @property({ attribute: false }) value: string | number | null = null;
  @property({ attribute: false }) asked: string | number | null = null;
  @property() label = '';
  @property({ type: Boolean, reflect: true }) disabled = false;

  static override readonly styles = [house, css`
    .row { display: flex; gap: 4px; background: var(--soft); border-radius: 16px; padding: 4px; }
    button {
      flex: 1 1 0; min-width: 48px; min-height: 48px; border-radius: 12px; text-align: center; font-size: var(--type-label);
      padding: 0 8px; color: var(--muted); border: 2px solid transparent; white-space: nowrap; overflow: hidden; text-overflow: ellipsis;
      transition: background var(--motion) ease-out, color var(--motion) ease-out;
    }
    [aria-checked='true'] { background: var(--card); color: var(--ink); font-weight: 600; border-color: var(--accent); }
    .asked { border: 2px dashed var(--waiting); color: var(--waiting); }
    @media ${PHONE} { .row { gap: 0; } button { padding: 0; letter-spacing: -0.02em; } }
  `];

  override render() {
    const held = this.options.findIndex((option) => option.value === this.value);
    return html`<div class="row" role="radiogroup" aria-label=${this.label} @keydown=${this.#key}>
      ${this.options.map((option, index) => html`
        <button role="radio" aria-checked=${index === held} ?disabled=${this.disabled} tabindex=${index === Math.max(0, held) ? 0 : -1}
          class=${option.value === this.asked && option.value !== this.value ? 'asked' : ''} @click=${() => this.#choose(option)}>${option.label}</button>`)}
    </div>`;
  }

  #key(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const buttons = [...this.renderRoot.querySelectorAll('button')];
    const at = buttons.indexOf(this.shadowRoot?.activeElement as HTMLButtonElement);
    buttons[(at + step + buttons.length) % buttons.length]?.focus();
  }

  #choose(option: Option): void {
    if (option.value !== this.value) this.dispatchEvent(new CustomEvent('choose', { detail: option.value }));
  }
}
