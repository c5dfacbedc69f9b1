// A place beside the home: a way back, a title, and room for what it shows.
import { css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { go } from '../control/app';
import { t } from '../i18n';
import { icon } from './icon';
import { house, Part, PHONE } from './part';

@customElement('jn-page')
export class Page extends Part {
  @property() heading = '';

  static override readonly styles = [house, css`
    :host { height: 100%; display: grid; grid-template-rows: auto 1fr; grid-template-columns: minmax(0, 1fr); }
    header { display: flex; align-items: center; gap: var(--space-two); padding: 20px var(--space-four) 12px; }
    header button { display: grid; place-items: center; background: var(--card); }
    .tools { flex: 1; display: flex; justify-content: flex-end; gap: 8px; align-items: center; min-width: 0; }
    h1 { font-size: var(--type-title); line-height: 1.2; min-width: 0; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    main { mask-image: linear-gradient(#000 calc(100% - 24px), transparent); overflow-y: auto; overflow-x: hidden; padding: 12px var(--space-four) 40px; scrollbar-width: none; }
    @media ${PHONE} { header, main { padding-left: 16px; padding-right: 16px; } header { flex-wrap: wrap; gap: 8px 12px; } h1 { font-size: var(--type-body); flex: 1; } .tools { flex: none; max-width: 100%; }
      .tools ::slotted(*) { flex: 1 1 auto; min-width: 0; } }
  `];

  override render() {
    return html`<header><button aria-label=${t('place.back')} title=${t('place.back')} @click=${this.#back}>${icon('arrowLeft')}</button><h1>${this.heading}</h1><div class="tools"><slot name="tools"></slot></div></header>
      <main><slot></slot></main>`;
  }

  /** Back to where one came from; home when the page was opened by its address. */
  #back(): void {
    if (history.length > 1) history.back();
    else go({ place: 'home', area: null });
  }
}
