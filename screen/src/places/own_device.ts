// A device that one builds oneself: its thing model in, its credentials out, once.
import { css, html, type TemplateResult } from 'lit';
import { customElement, query, state } from 'lit/decorators.js';
import { go, hub, joining, lang } from '../control/app';
import type { Credentials } from '../control/joining';
import { problemText, t } from '../i18n';
import '../parts/code';
import { icon } from '../parts/icon';
import { failure } from '../parts/loading';
import { house, Part, PHONE, sheets } from '../parts/part';
import '../parts/pick';

@customElement('jn-own-device')
export class OwnDevice extends Part {
  @state() private area: string | null = null;
  @query('textarea') private model?: HTMLTextAreaElement;
  @query('input.name') private name?: HTMLInputElement;

  static override readonly styles = [house, sheets, css`
    .both { display: grid; grid-template-columns: minmax(0, 3fr) minmax(0, 2fr); gap: var(--space-two); align-items: start; }
    textarea { height: 320px; padding: 14px 18px; resize: none; font: 16px/22px ui-monospace, monospace; }
    label { display: grid; gap: 4px; font-size: var(--type-label); color: var(--muted); margin-bottom: 12px; }
    label .field { color: var(--ink); }
    dl { display: grid; gap: 12px; }
    dt { color: var(--muted); font-size: var(--type-label); }
    dd { font: 20px/28px ui-monospace, monospace; overflow-wrap: anywhere; user-select: all; }
    .file { position: relative; overflow: hidden; }
    .file input { position: absolute; inset: 0; opacity: 0; cursor: pointer; width: 100%; height: 100%; }
    @media (max-width: 800px) { .both { grid-template-columns: minmax(0, 1fr); } }
    @media ${PHONE} { .sheet { padding: 16px; } }
  `];

  override render() {
    const own = this.use(joining.own);
    if (own.state === 'complete') return this.#credentials(own.credentials);
    const home = hub.home.value;
    const rooms = home.state === 'complete' ? home.areas.map((area) => ({ value: area.id, label: area.names[lang()] })) : [];
    return html`<div class="both">
      <section class="sheet"><label>${t('own.model')}<textarea class="field" spellcheck="false"></textarea></label>
        <label class="button file" style="color:var(--ink);margin:0">${icon('plus')}${t('own.file')}<input type="file" accept="application/json,.json" aria-label=${t('own.file')} @change=${this.#file} /></label></section>
      <section class="sheet">
        <label>${t('join.name')}<input class="field name" maxlength="60" /></label>
        <label>${t('about.room')}<jn-pick .label=${t('about.room')} .empty=${t('thing.no_room')} .options=${rooms} .value=${this.area} @choose=${(event: CustomEvent<string>) => { this.area = event.detail; }}></jn-pick></label>
        ${own.state === 'error' ? failure(problemText(own.problem), null) : html`<p class="quiet" style="margin-bottom:12px">${t('own.what')}</p>`}
        <div class="row"><button class="button main" ?disabled=${own.state === 'pending'} @click=${this.#make}>${t('own.make')}</button><button class="button" @click=${() => this.tell('done', null)}>${t('place.back')}</button></div>
      </section></div>`;
  }

  #credentials(made: Credentials): TemplateResult {
    const { productKey, deviceName, deviceSecret } = made;
    const facts = [['ProductKey', productKey], ['DeviceName', deviceName], ['DeviceSecret', deviceSecret]];
    return html`<div class="both">
      <section class="sheet"><h2>${t('own.credentials')}</h2><dl>${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>
        <p class="bad" style="margin:16px 0">${t('own.once')}</p>
        <div class="row"><button class="button main" @click=${() => go({ place: 'thing', id: made.thing, tab: 'control' }, true)}>${t('join.show')}</button><button class="button" @click=${() => { joining.forget(); this.tell('done', null); }}>${t('own.noted')}</button></div></section>
      <section class="sheet stack" style="justify-items:center"><jn-code .text=${JSON.stringify({ productKey, deviceName, deviceSecret })} .label=${t('own.code')}></jn-code><p class="quiet">${t('own.code')}</p></section></div>`;
  }

  readonly #make = (): void => {
    const name = this.name?.value.trim() || t('own.unnamed');
    void joining.make(this.model?.value ?? '', name, this.area);
  };

  readonly #file = async (event: Event): Promise<void> => {
    const [file] = (event.target as HTMLInputElement).files ?? [];
    if (file && this.model) this.model.value = await file.text();
  };
}
