// A stranger's browser becomes a screen of this home: six digits.
import { css, html, nothing } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import { change, lang, pairing } from '../control/app';
import { t } from '../i18n';
import { house, Part, PHONE } from '../parts/part';
import type { Watchable } from '../store/store';

const DIGITS = 6;

@customElement('jn-pairing')
export class PairingPlace extends Part {
  @query('input') private field!: HTMLInputElement;

  static override readonly styles = [house, css`
    :host { height: 100%; display: grid; place-items: center; overflow-y: auto; padding: 24px; }
    main { max-width: 640px; width: 100%; text-align: center; display: grid; gap: 24px; justify-items: center; }
    h1 { font-size: var(--type-title); font-weight: 600; }
    p { color: var(--muted); text-wrap: balance; }
    label { display: block; position: relative; width: min(504px, 100%); }
    .boxes { display: grid; grid-template-columns: repeat(6, minmax(0, 1fr)); gap: 8px; }
    .box { height: 96px; border-radius: var(--radius); background: var(--card); border: 2px solid var(--line); display: grid; place-items: center; font-size: var(--type-figure); line-height: 1; color: var(--ink); }
    .box.here { border-color: var(--accent); border-width: 3px; }
    input { position: absolute; inset: 0; width: 100%; opacity: 0; font-size: var(--type-title); cursor: text; }
    input:focus-visible + .boxes .box.here { outline: 3px solid var(--accent); outline-offset: 2px; }
    .note { min-height: 64px; font-size: var(--type-label); }
    .bad { color: var(--warning); font-weight: 600; }
    .other { color: var(--muted); font-size: var(--type-label); padding: 0 20px; }
    @media ${PHONE} { .box { height: 64px; font-size: var(--type-title); border-radius: 14px; } }
  `];

  protected override follows(): readonly Watchable[] {
    return [pairing.claim];
  }

  override firstUpdated(): void {
    this.field.focus();
  }

  override render() {
    const claim = pairing.claim.value;
    const code = this.field?.value ?? '';
    return html`<main>
      <h1>${t('pairing.title')}</h1>
      <p>${t('pairing.how')}</p>
      <label>
        <input inputmode="numeric" autocomplete="one-time-code" maxlength=${DIGITS} pattern="[0-9]*" aria-label=${t('pairing.field')}
          ?disabled=${claim.state === 'pending'} @input=${this.#typed} />
        <div class="boxes" aria-hidden="true">${Array.from({ length: DIGITS }, (_, index) => html`
          <span class="box ${index === Math.min(code.length, DIGITS - 1) ? 'here' : ''}">${code[index] ?? nothing}</span>`)}</div>
      </label>
      <p class="note ${claim.state === 'error' ? 'bad' : ''}" role="status">${
        claim.state === 'pending' || claim.state === 'complete' ? t('pairing.checking') : claim.state === 'error' ? t(`pairing.${claim.why}`) : t('pairing.valid')}</p>
      <button class="other" @click=${() => change({ lang: lang() === 'zh' ? 'en' : 'zh' })}>${t('pairing.other_language')}</button>
    </main>`;
  }

  async #typed(): Promise<void> {
    this.field.value = this.field.value.replace(/\D/g, '').slice(0, DIGITS);
    this.requestUpdate();
    if (this.field.value.length < DIGITS) return;
    await pairing.enter(this.field.value);
    if (pairing.claim.value.state !== 'error') return;
    this.field.value = '';
    await this.updateComplete;
    this.field.focus();
    this.requestUpdate();
  }
}
