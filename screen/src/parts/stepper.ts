// Minus, figure, plus. Taps add up and go out together half a second after the last.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { icon } from './icon';
import { house } from './part';

@customElement('jn-stepper')
export class Stepper extends LitElement {
  @property({ type: Number }) value: number | null = null;
  @property({ type: Number }) asked: number | null = null;
  @property({ type: Number }) min = 0;
  @property({ type: Number }) max = 100;
  @property({ type: Number }) step = 1;
  @property({ attribute: false }) figure: (value: number) => string = String;
  @property() label = '';
  @property() less = '';
  @property() more = '';
  @property({ type: Boolean, reflect: true }) disabled = false;
  /** Nothing is asked of a thing: each tap counts at once. */
  @property({ type: Boolean }) quick = false;
  @state() private draft: number | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;

  static override readonly styles = [house, css`
    .row { display: grid; grid-template-columns: var(--target) minmax(0, 1fr) var(--target); align-items: center; background: var(--soft); border-radius: 16px; }
    button { display: grid; place-items: center; border-radius: 16px; color: var(--accent); }
    button .icon { font-size: 28px; }
    output { text-align: center; font-size: var(--type-body); font-weight: 600; white-space: nowrap; }
    output.asked { font-size: var(--type-label); }
    .wish { color: var(--waiting); }
  `];

  override render() {
    const wish = this.draft ?? this.asked;
    const shown = wish ?? this.value;
    return html`
      <div class="row" role="group" aria-label=${this.label}>
        <button aria-label=${this.less} ?disabled=${this.disabled || (shown ?? this.min) <= this.min} @click=${() => this.#by(-1)}>${icon('minus')}</button>
        <output class=${wish === null || wish === this.value ? '' : 'asked'}>${this.value === null ? '–' : this.figure(this.value)}${wish === null || wish === this.value
          ? nothing : html`<span class="wish"> → ${this.figure(wish)}</span>`}</output>
        <button aria-label=${this.more} ?disabled=${this.disabled || (shown ?? this.max) >= this.max} @click=${() => this.#by(1)}>${icon('plus')}</button>
      </div>`;
  }

  #by(direction: 1 | -1): void {
    const now = this.draft ?? this.asked ?? this.value ?? this.min;
    const wanted = Number((now + direction * this.step).toFixed(6));
    this.draft = Math.min(this.max, Math.max(this.min, wanted));
    clearTimeout(this.#timer);
    if (this.quick) this.#choose();
    else this.#timer = setTimeout(() => this.#choose(), 500);
  }

  #choose(): void {
    const chosen = this.draft;
    this.draft = null;
    if (chosen !== null && chosen !== this.value) this.dispatchEvent(new CustomEvent('choose', { detail: chosen }));
  }
}
