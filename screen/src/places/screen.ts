// The whole screen: which place is shown, and whether what it shows can be trusted now.
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { clock, go, hub, lang, lazily, place, settings } from '../control/app';
import { isNightTime } from '../format/night';
import { agoText } from '../format/value';
import { t } from '../i18n';
import { icon } from '../parts/icon';
import { house, Part, PHONE } from '../parts/part';
import type { Watchable } from '../store/store';
import './conversation';
import './dock';
import './home';
import './night';
import './pairing';
import './settings';
import './thing';
import './trace';

/** A line that heals within a second was never gone, as far as anybody looking can tell. */
const SAY_LOST_AFTER_MS = 1_200;
const IDLE_BEFORE_NIGHT_MS = 5 * 60_000;

@customElement('jn-screen')
export class Screen extends Part {
  #touched_ms = Date.now();

  static override readonly styles = [house, css`
    :host { position: fixed; inset: 0; display: grid; grid-template-rows: auto minmax(0, 1fr) auto; grid-template-columns: minmax(0, 1fr); background: var(--ground); color: var(--ink); font: var(--type-body)/1.35 var(--font); font-variant-numeric: tabular-nums; }
    .lost { display: flex; align-items: center; gap: 16px; padding: 12px var(--space-four); background: var(--warning-soft); font-size: 20px; }
    .lost .icon { color: var(--warning); }
    .place { min-height: 0; grid-row: 2; transition: opacity var(--motion) ease-out; }
    .stale { opacity: 0.75; filter: grayscale(1); }
    .first { grid-row: 1 / -1; display: grid; place-items: center; text-align: center; padding: 32px; }
    .first h1 { font-size: var(--type-title); font-weight: 600; }
    .first p { color: var(--muted); margin-top: 8px; text-wrap: balance; }
    .first .icon { font-size: 56px; color: var(--accent); display: inline-block; margin-bottom: 16px; }
    jn-dock { grid-row: 3; }
    @media ${PHONE} { .lost { padding: 12px 16px; font-size: var(--type-label); } }
  `];

  protected override follows(): readonly Watchable[] {
    return [hub.link, place, clock];
  }

  override connectedCallback(): void {
    super.connectedCallback();
    for (const event of ['pointerdown', 'keydown'] as const) addEventListener(event, this.#touch, { passive: true });
  }

  override disconnectedCallback(): void {
    for (const event of ['pointerdown', 'keydown'] as const) removeEventListener(event, this.#touch);
    super.disconnectedCallback();
  }

  readonly #touch = (): void => {
    this.#touched_ms = Date.now();
  };

  override willUpdate(): void {
    document.documentElement.lang = lang() === 'zh' ? 'zh-CN' : 'en';
    const isIdle = clock.value - this.#touched_ms > IDLE_BEFORE_NIGHT_MS;
    if (settings.value.night === 'auto' && isIdle && isNightTime(clock.value) && place.value.place !== 'night') go({ place: 'night' });
  }

  override render() {
    const link = hub.link.value;
    if (link.state === 'unpaired') return html`<div class="first" style="padding:0"><jn-pairing></jn-pairing></div>`;
    if (place.value.place === 'night') return html`<jn-night></jn-night><jn-conversation></jn-conversation>`;
    const isLost = link.state === 'lost' && clock.value - link.since_ms > SAY_LOST_AFTER_MS;
    if (hub.home.value.state === 'initial') return this.#first(isLost);
    return html`
      ${isLost ? html`<div class="lost" role="alert">${icon('unplug')}<span>${t('lost.sentence', { ago: agoText(hub.heard_ms, clock.value, lang()) })}</span></div>` : nothing}
      <div class="place ${isLost ? 'stale' : ''}">${this.#place()}</div>
      <jn-dock></jn-dock>
      <jn-conversation></jn-conversation>`;
  }

  #first(isLost: boolean): TemplateResult {
    return html`<div class="first" role="status"><div>
      ${isLost ? html`${icon('unplug')}<h1>${t('first.unreachable')}</h1><p>${t('first.unreachable_how')}</p>` : html`<h1>${t('first.connecting')}</h1>`}
    </div></div>`;
  }

  #place(): TemplateResult {
    const here = place.value;
    switch (here.place) {
      case 'thing':
        return html`<jn-thing .thing=${here.id} .tab=${here.tab}></jn-thing>`;
      // Places that are seldom opened are fetched when they are; until then there is nothing of them to show.
      case 'rules':
        lazily(() => import('./rules'));
        return html`<jn-rules></jn-rules>`;
      case 'rule':
        lazily(() => import('./rule'));
        return html`<jn-rule .rule=${here.id} .about=${here.about}></jn-rule>`;
      case 'scenes':
        lazily(() => import('./scenes'));
        return html`<jn-scenes></jn-scenes>`;
      case 'scene':
        lazily(() => import('./scene'));
        return html`<jn-scene .scene=${here.id}></jn-scene>`;
      case 'add':
        lazily(() => import('./add'));
        return html`<jn-add .way=${here.way}></jn-add>`;
      case 'updates':
        lazily(() => import('./updates'));
        return html`<jn-updates></jn-updates>`;
      case 'network':
        lazily(() => import('./network'));
        return html`<jn-network></jn-network>`;
      case 'trace':
        return html`<jn-trace></jn-trace>`;
      case 'settings':
        return html`<jn-settings></jn-settings>`;
      case 'home':
      case 'night':
        return html`<jn-home .area=${here.place === 'home' ? here.area : null}></jn-home>`;
    }
  }
}
