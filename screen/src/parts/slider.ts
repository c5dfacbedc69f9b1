// A wide slider that tells apart what the thing reported and what was asked of it.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { lang } from '../control/app';
import { withUnit } from '../format/value';
import { number } from '../i18n/phrase';
import { house } from './part';

/** Fires `choose` with the number when the finger is lifted, or shortly after the last arrow key. */
@customElement('jn-slider')
export class Slider extends LitElement {
  @property({ type: Number }) value: number | null = null;
  @property({ type: Number }) asked: number | null = null;
  @property({ type: Number }) min = 0;
  @property({ type: Number }) max = 100;
  @property({ type: Number }) step = 1;
  @property() label = '';
  @property() unit = '';
  /** The value in words, for those who listen to the screen. */
  @property() words = '';
  @property({ type: Boolean, reflect: true }) disabled = false;
  @state() private draft: number | null = null;
  #from: { x: number; y: number } | null = null;
  #keys: ReturnType<typeof setTimeout> | undefined;

  static override readonly styles = [house, css`
    [role='slider'] {
      position: relative; height: var(--target); border-radius: 16px; background: var(--soft); overflow: hidden;
      touch-action: pan-y; cursor: pointer; width: 100%;
    }
    :host([disabled]) [role='slider'] { opacity: 0.45; cursor: default; }
    .fill { position: absolute; inset: 0 auto 0 0; background: color-mix(in srgb, var(--accent) 26%, var(--soft)); }
    .fill, .grip, .wish { transition: left var(--motion) ease-out, width var(--motion) ease-out; }
    .grip, .wish { position: absolute; top: 10px; bottom: 10px; width: 6px; margin-left: -3px; border-radius: 3px; }
    .grip { background: var(--accent); }
    .grip.least { background: var(--line); }
    .wish { border: 2px solid var(--waiting); }
    .moving .wish { transition: none; border-color: var(--accent); }
    .figure { position: absolute; inset: 0 16px; display: flex; align-items: center; font-size: var(--type-label); color: var(--ink); pointer-events: none; }
    .far .figure { justify-content: flex-start; }
    .near .figure { justify-content: flex-end; }
  `];

  override render() {
    const value = this.value;
    const wish = this.draft ?? this.asked;
    // The grip's middle: half its margin in from either end.
    const at = (figure: number) => `calc(16px + (100% - 32px) * ${(this.#part(figure) / 100).toFixed(4)})`;
    const fill = (figure: number) => (figure <= this.min ? '0' : `calc(${at(figure)} + 16px)`);
    const shown = wish ?? value ?? this.min;
    return html`
      <div role="slider" tabindex=${this.disabled ? -1 : 0} class="${this.draft === null ? '' : 'moving'} ${this.#part(shown) > 50 ? 'far' : 'near'}"
        aria-label=${this.label} aria-disabled=${this.disabled} aria-valuemin=${this.min} aria-valuemax=${this.max}
        aria-valuenow=${shown} aria-valuetext=${this.words || nothing}
        @pointerdown=${this.#down} @pointermove=${this.#move} @pointerup=${this.#up} @pointercancel=${this.#cancel} @keydown=${this.#key}>
        ${value === null ? nothing : html`<div class="fill" style="width:${fill(value)}"></div><div class="grip ${value <= this.min ? 'least' : ''}" style="left:${at(value)}"></div>`}
        ${wish === null || wish === value ? nothing : html`<div class="wish" style="left:${at(wish)}"></div>`}
        <span class="figure" aria-hidden="true">${this.draft === null ? nothing : withUnit(number(this.draft, lang()), this.unit)}</span>
      </div>`;
  }

  #part(figure: number): number {
    return ((figure - this.min) / (this.max - this.min || 1)) * 100;
  }

  #at(event: PointerEvent): number {
    const box = this.getBoundingClientRect();
    const part = (event.clientX - box.left - 16) / (box.width - 32);
    return this.#snap(this.min + part * (this.max - this.min));
  }

  #snap(figure: number): number {
    const steps = Math.round((figure - this.min) / this.step);
    const snapped = Number((this.min + steps * this.step).toFixed(6));
    return Math.min(this.max, Math.max(this.min, snapped));
  }

  #down(event: PointerEvent): void {
    if (this.disabled || event.button !== 0) return;
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    this.#from = { x: event.clientX, y: event.clientY };
  }

  #move(event: PointerEvent): void {
    if (!this.#from) return;
    // A finger that only passes over on its way down the page chooses nothing.
    if (this.draft === null && Math.abs(event.clientX - this.#from.x) < 6) return;
    this.draft = this.#at(event);
  }

  #up(event: PointerEvent): void {
    if (!this.#from) return;
    this.#from = null;
    this.draft = null;
    this.#choose(this.#at(event));
  }

  #cancel(): void {
    this.#from = null;
    this.draft = null;
  }

  #key(event: KeyboardEvent): void {
    if (this.disabled) return;
    const now = this.draft ?? this.asked ?? this.value ?? this.min;
    const leap = Math.max(this.step, (this.max - this.min) / 10);
    const to: Record<string, number> = {
      ArrowRight: now + this.step, ArrowUp: now + this.step, ArrowLeft: now - this.step, ArrowDown: now - this.step,
      PageUp: now + leap, PageDown: now - leap, Home: this.min, End: this.max,
    };
    const wanted = to[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    this.draft = this.#snap(wanted);
    clearTimeout(this.#keys);
    this.#keys = setTimeout(() => {
      const chosen = this.draft;
      this.draft = null;
      if (chosen !== null) this.#choose(chosen);
    }, 500);
  }

  #choose(chosen: number): void {
    this.dispatchEvent(new CustomEvent('choose', { detail: chosen }));
  }
}
