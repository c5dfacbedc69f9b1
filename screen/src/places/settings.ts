// What this screen is told to be like, and what the hub says of itself.
import { css, html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { change, go, hub, pairing, settings } from '../control/app';
import { t, type Key } from '../i18n';
import en from '../i18n/en.json';
import type { Option } from '../parts/choice';
import '../parts/choice';
import { icon } from '../parts/icon';
import '../parts/page';
import { house, Part, PHONE } from '../parts/part';
import type { Settings } from '../store/settings';
import type { Watchable } from '../store/store';

/** A language is named in itself, so that one finds it whatever the screen speaks now. */
const LANGUAGES: readonly Option[] = [{ value: 'en', label: 'English' }, { value: 'zh', label: '中文' }];

@customElement('jn-settings')
export class SettingsPlace extends Part {
  static override readonly styles = [house, css`
    :host { height: 100%; }
    .rows { display: grid; gap: 8px; }
    .row { background: var(--card); border-radius: var(--radius); padding: 16px var(--space-three); display: grid; grid-template-columns: minmax(0, 1fr) minmax(280px, 480px); gap: 8px 24px; align-items: center; min-height: 88px; }
    .quiet { color: var(--muted); font-size: var(--type-label); }
    .row > button { background: var(--soft); display: flex; align-items: center; justify-content: center; gap: 12px; font-size: var(--type-label); }
    dl { display: grid; gap: 4px; font-size: var(--type-label); }
    dl div { display: flex; justify-content: space-between; gap: 16px; }
    .code { font-size: var(--type-title); line-height: 56px; text-align: center; letter-spacing: 0.2em; font-weight: 600; }
    .failed { color: var(--warning); font-weight: 600; }
    @media ${PHONE} { .row { grid-template-columns: minmax(0, 1fr); } }
  `];

  protected override follows(): readonly Watchable[] {
    return [pairing.code];
  }

  override render() {
    const home = hub.home.value;
    const models = home.state === 'complete' ? Object.entries(home.models) : [];
    return html`<jn-page heading=${t('place.settings')}>
      <div class="rows">
        ${this.#row('lang', [{ value: 'home', label: t('settings.lang_home') }, ...LANGUAGES])}
        ${this.#row('theme', this.#words('theme', ['auto', 'light', 'dark']))}
        ${this.#row('night', this.#words('night', ['auto', 'off']))}
        <div class="row"><p>${t('settings.night_now')}</p><button @click=${() => go({ place: 'night' })}>${icon('moon')}<span>${t('settings.night_start')}</span></button></div>
        ${this.#row('sound', this.#words('sound', ['on', 'off']))}
        ${this.#row('wake', this.#words('wake', ['on', 'off']))}
        ${this.#invitation()}
        ${([['network', 'network'], ['updates', 'download'], ['rules', 'workflow']] as const).map(([name, sign]) => html`
          <div class="row"><div><p>${t(`place.${name}`)}</p><p class="quiet">${t(`place_how.${name}`)}</p></div><button @click=${() => go({ place: name })}>${icon(sign)}<span>${t('settings_open.open')}</span><span class="unseen">${t(`place.${name}`)}</span></button></div>`)}
        <div class="row">
          <div><p>${t('settings.models')}</p><p class="quiet">${t('settings.models_how')}</p></div>
          ${models.length ? html`<dl>${models.map(([name, state]) => html`<div><dt>${modelName(name)}</dt><dd class=${state}>${t(`model_state.${state}`)}</dd></div>`)}</dl>`
            : html`<p class="quiet">${t('settings.models_none')}</p>`}
        </div>
      </div>
    </jn-page>`;
  }

  #invitation(): TemplateResult {
    const code = pairing.code.value;
    return html`<div class="row">
      <div><p>${t('settings.invite')}</p><p class="quiet" role="status">${t(code.state === 'error' ? 'settings.invite_failed' : 'settings.invite_how')}</p></div>
      ${code.state === 'complete' ? html`<p class="code">${code.code}</p>`
        : html`<button ?disabled=${code.state === 'pending'} @click=${() => void pairing.invite()}>${t('settings.invite_start')}</button>`}
    </div>`;
  }

  #row<K extends keyof Settings>(name: K, options: readonly Option[]): TemplateResult {
    return html`<div class="row">
      <div><p>${t(`settings.${name}`)}</p><p class="quiet">${t(`settings.${name}_how`)}</p></div>
      <jn-choice .label=${t(`settings.${name}`)} .options=${options} .value=${settings.value[name]}
        @choose=${(event: CustomEvent<Settings[K]>) => change({ [name]: event.detail } as Partial<Settings>)}></jn-choice>
    </div>`;
  }

  #words<K extends 'theme' | 'night' | 'sound' | 'wake'>(name: K, values: readonly Settings[K][]): readonly Option[] {
    return values.map((value) => ({ value, label: t(`settings.${name}_${value}` as Key) }));
  }
}

function modelName(name: string): string {
  const key = `model.${name}`;
  return key in en ? t(key as Key) : name;
}
