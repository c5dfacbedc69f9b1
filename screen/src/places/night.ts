// The clock alone, dim; a touch wakes the screen.
import { css, html } from 'lit';
import { customElement } from 'lit/decorators.js';
import { clock, go, lang } from '../control/app';
import { dateText, timeText } from '../format/value';
import { t } from '../i18n';
import '../parts/notices';
import { house, Part } from '../parts/part';
import type { Watchable } from '../store/store';

@customElement('jn-night')
export class NightPlace extends Part {
  static override readonly styles = [house, css`
    :host { position: fixed; inset: 0; z-index: 5; background: #000; }
    button { width: 100%; height: 100%; display: flex; flex-direction: column; align-items: center; justify-content: center; border-radius: 0; color: #86735a; }
    time { font-size: min(28vw, 224px); line-height: 1; font-weight: 200; letter-spacing: -0.03em; }
    .said { position: absolute; left: 32px; right: 32px; bottom: 24px; display: flex; }
    .date { font-size: var(--type-body); }
    /* The figures wander a little each minute, so that they never burn into the panel. */
    .drift { display: grid; justify-items: center; gap: 16px; }
  `];

  protected override follows(): readonly Watchable[] {
    return [clock];
  }

  override render() {
    const now = clock.value;
    const minute = Math.floor(now / 60_000);
    const drift = `transform:translate(${((minute * 7) % 33) - 16}px,${((minute * 5) % 25) - 12}px)`;
    return html`<button aria-label=${t('night.wake')} @click=${() => go({ place: 'home', area: null })}>
      <span class="drift" style=${drift}><time>${timeText(now, lang())}</time><span class="date">${dateText(now, lang())}</span></span>
    </button>
    <div class="said"><jn-notices></jn-notices></div>`;
  }
}
