// The foot of the screen: the button to talk, the keyboard, and what one might say next.
import { css, html, nothing } from 'lit';
import { customElement } from 'lit/decorators.js';
import { hub, lang, notices, place, voice } from '../control/app';
import { fitting } from '../format/fitting';
import { t } from '../i18n';
import { icon } from '../parts/icon';
import '../parts/notices';
import { house, Part, PHONE } from '../parts/part';
import type { Watchable } from '../store/store';

/** A press shorter than this was a tap: hands may be wet, the button need not be held. */
const TAP_MS = 400;
const SUGGESTED = 3;
const TYPE_PX = 20;
const QUOTES_PX = 18;
/** What buttons, margins and the word before them leave of the screen's width; the note on models is a longer word. */
const WITHOUT_WORDS_PX = 300;
const WITHOUT_NOTE_PX = 510;

@customElement('jn-dock')
export class Dock extends Part {
  #down_ms = 0;

  static override readonly styles = [house, css`
    :host { padding: 12px var(--space-four) 20px; display: flex; align-items: center; gap: var(--space-two); }
    .talk { width: 80px; height: 80px; flex: none; border-radius: 50%; display: grid; place-items: center; background: var(--accent); color: var(--on-accent);
      touch-action: none; transition: transform var(--motion) ease-out; }
    .talk .icon { font-size: 40px; }
    .talk:active { transform: scale(0.94); }
    .write { flex: none; width: var(--target); display: grid; place-items: center; color: var(--muted); }
    .say { flex: 1; min-width: 0; display: flex; align-items: center; gap: 8px; overflow: hidden; }
    .say > span { color: var(--muted); font-size: var(--type-label); flex: none; }
    .say button { padding: 0 20px; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; color: var(--ink); background: var(--card); font-size: 20px; flex: 0 1 auto; }
    .quiet { color: var(--muted); font-size: var(--type-label); }
    @media ${PHONE} {
      :host { padding: 8px 16px 12px; gap: 8px; }
      .talk { width: 64px; height: 64px; }
      .say button:nth-of-type(n + 2), .say > span { display: none; }
    }
  `];

  protected override follows(): readonly Watchable[] {
    return [voice.talk, hub.link, place, notices.store];
  }

  readonly #resized = (): void => this.requestUpdate();

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('resize', this.#resized);
  }

  override disconnectedCallback(): void {
    removeEventListener('resize', this.#resized);
    super.disconnectedCallback();
  }

  override render() {
    const isLive = hub.link.value.state === 'open';
    return html`
      <button class="talk" aria-label=${t('dock.talk')} title=${t('dock.talk')} ?disabled=${!isLive}
        @pointerdown=${this.#press} @pointerup=${this.#release} @pointercancel=${this.#release} @click=${this.#click}>${icon('mic')}</button>
      ${notices.store.value.length ? html`<jn-notices></jn-notices>` : html`<div class="say">${this.#offers(isLive)}</div>`}
      <button class="write" aria-label=${t('dock.write')} title=${t('dock.write')} ?disabled=${!isLive} @click=${() => voice.write()}>${icon('keyboard')}</button>`;
  }

  #offers(isLive: boolean) {
    const home = hub.home.value;
    if (home.state === 'initial') return html``;
    const isLoading = Object.values(home.models).includes('loading');
    const sentences = home.suggestions.map((words) => words[lang()]);
    const room = innerWidth - (isLoading ? WITHOUT_NOTE_PX : WITHOUT_WORDS_PX);
    const suggested = fitting(sentences, room, SUGGESTED, { size: TYPE_PX, padding: 48 + QUOTES_PX });
    const note = isLoading ? html`<span class="quiet" role="status">${t('models.loading')}</span>` : suggested.length ? html`<span>${t('dock.say')}</span>` : nothing;
    return html`${note}${suggested.map((index) => html`
      <button ?disabled=${!isLive} @click=${() => void voice.say(sentences[index] ?? '')}>${t('dock.quote', { words: sentences[index] ?? '' })}</button>`)}`;
  }

  #press(event: PointerEvent): void {
    if (event.button !== 0 || voice.talk.value.state === 'listening') return;
    (event.currentTarget as Element).setPointerCapture(event.pointerId);
    this.#down_ms = performance.now();
    void voice.press();
  }

  #release(): void {
    if (!this.#down_ms) return;
    const wasTap = performance.now() - this.#down_ms < TAP_MS;
    this.#down_ms = 0;
    if (wasTap) voice.tapped();
    else voice.release();
  }

  /** A keyboard or a screen reader clicks without a pointer: that is a tap. */
  #click(event: MouseEvent): void {
    if (event.detail !== 0) return;
    void voice.press().then(() => voice.tapped());
  }
}
