// What the home has to say, one at a time, with what one may do about it.
import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { lang, notices } from '../control/app';
import { t } from '../i18n';
import type { Watchable } from '../store/store';
import { icon } from './icon';
import { house, Part, PHONE } from './part';

@customElement('jn-notices')
export class NoticesPart extends Part {
  static override readonly styles = [house, css`
    :host { display: flex; justify-content: stretch; min-width: 0; flex: 1; }
    .one { flex: 1; min-width: 0; display: flex; align-items: center; gap: 12px; min-height: 64px; padding: 4px 4px 4px 20px; border-radius: var(--radius); background: var(--ink); color: var(--ground); font-size: 20px; line-height: 26px; }
    .alert { background: var(--warning-soft); color: var(--ink); box-shadow: inset 0 0 0 2px var(--warning); }
    .alert > .icon { color: var(--warning); }
    .one > .icon { font-size: 28px; }
    p { flex: 1; min-width: 0; overflow: hidden; display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; }
    .more { flex: none; font-size: var(--type-label); opacity: 0.8; }
    button { flex: none; display: flex; align-items: center; justify-content: center; border-radius: 16px; }
    .offer { padding: 0 20px; font-weight: 600; background: color-mix(in srgb, var(--ground) 16%, transparent); }
    .close .icon { font-size: 24px; }
    @media ${PHONE} { .one { padding-left: 14px; font-size: var(--type-label); line-height: 22px; } .more { display: none; } .offer { padding: 0 14px; } }
  `];

  protected override follows(): readonly Watchable[] {
    return [notices.store];
  }

  override render() {
    const [first, ...waiting] = notices.store.value;
    if (!first) return nothing;
    const isAlert = first.severity !== 'info';
    const words = typeof first.text === 'string' ? first.text : first.text[lang()];
    return html`<div class="one ${isAlert ? 'alert' : ''}" role=${isAlert ? 'alert' : 'status'}>
      ${isAlert ? icon('triangle') : nothing}<p>${words}</p>
      ${waiting.length ? html`<span class="more">${t('notices.more', { count: waiting.length })}</span>` : nothing}
      ${first.offer ? html`<button class="offer" @click=${() => notices.take(first)}>${first.offer.label}</button>` : nothing}
      <button class="close" aria-label=${t('talk.close')} @click=${() => notices.dismiss(first.id)}>${icon('x')}</button>
    </div>`;
  }
}
