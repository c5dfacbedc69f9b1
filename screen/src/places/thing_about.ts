// What one thing is called, where it is, which software it runs; and letting it go.
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { attempt, go, hub, keeping, lang, notices, updates } from '../control/app';
import { GRACE_MS } from '../control/keeping';
import { t } from '../i18n';
import { icon } from '../parts/icon';
import { loaded } from '../parts/loading';
import { house, Part, PHONE, sheets } from '../parts/part';
import '../parts/pick';
import { isUnderWay } from '../parts/progress';
import type { Area, Firmware, Names, Thing, ThingFirmware } from '../wire';

const NOWHERE = '';
/** The module that is the device itself; only others need to be named. */
const ITSELF = 'default';

@customElement('jn-thing-about')
export class ThingAbout extends Part {
  @property({ attribute: false }) thing!: Thing;
  @state() private isAsked = false;

  static override readonly styles = [house, sheets, css`
    .both { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: var(--space-two); align-items: start; }
    label { display: grid; gap: 4px; font-size: var(--type-label); color: var(--muted); margin-bottom: 12px; }
    label .field { color: var(--ink); }
    dl { display: grid; gap: 8px; font-size: var(--type-label); }
    dl div { display: flex; justify-content: space-between; gap: 16px; }
    dt { color: var(--muted); }
    dd { text-align: right; overflow-wrap: anywhere; }
    .version { font-size: var(--type-title); font-weight: 300; line-height: 44px; }
    .newer { display: grid; gap: 8px; margin: 12px 0 0; padding-top: 16px; border-top: 1px solid var(--soft); }
    jn-progress { margin-top: 12px; padding-top: 16px; border-top: 1px solid var(--soft); }
    @media (max-width: 800px) { .both { grid-template-columns: minmax(0, 1fr); } }
    @media ${PHONE} { .sheet { padding: 16px; } }
  `];

  override firstUpdated(): void {
    // Nobody tells when an operator adds a package.
    updates.things.of(this.thing.id).refresh();
  }

  override render() {
    const home = hub.home.value;
    const areas = home.state === 'complete' ? home.areas : [];
    return html`<div class="both">
      <div class="stack">${this.#naming(areas)}${this.#facts()}</div>
      <div class="stack">${this.#firmware()}${this.#leave()}</div>
    </div>`;
  }

  #naming(areas: readonly Area[]): TemplateResult {
    const { thing } = this;
    // The household's own language first.
    const order = lang() === 'zh' ? (['zh', 'en'] as const) : (['en', 'zh'] as const);
    const rooms = [...areas.map((area) => ({ value: area.id, label: area.names[lang()] })), { value: NOWHERE, label: t('thing.no_room') }];
    return html`<section class="sheet"><h2>${t('about.name')}</h2>
      ${order.map((each) => html`<label>${t(`about_name.${each}`)}<input class="field" maxlength="60" .value=${thing.names[each]}
        @change=${(event: Event) => void this.#rename({ ...thing.names, [each]: (event.target as HTMLInputElement).value.trim() }, event.target as HTMLInputElement)} /></label>`)}
      <p class="label">${t('about.room')}</p>
      <jn-pick .label=${t('about.room')} .options=${rooms} .value=${thing.area ?? NOWHERE} @choose=${(event: CustomEvent<string>) => void this.#move(event.detail || null)}></jn-pick>
    </section>`;
  }

  #facts(): TemplateResult {
    const { thing } = this;
    const facts = [[t('about.id'), thing.id], [t('about.product'), thing.product_key], [t('about.device'), thing.device_name]];
    return html`<section class="sheet"><h2>${t('about.facts')}</h2><dl>${facts.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl></section>`;
  }

  #firmware(): TemplateResult {
    const resource = updates.things.of(this.thing.id);
    return html`<section class="sheet"><h2>${t('firmware.title')}</h2>${loaded(this.need(resource), (known) => this.#software(known), () => void resource.load())}</section>`;
  }

  #software({ modules, newest, update }: ThingFirmware): TemplateResult {
    const named = Object.entries(modules);
    const installed = newest ? modules[newest.module] : modules[ITSELF];
    const isOld = newest !== null && newest.version !== installed;
    return html`
      ${named.length ? named.map(([module, version]) => html`<p class="version">${version}</p><p class="quiet">${module === ITSELF ? t('firmware.installed') : t('firmware.installed_module', { module })}</p>`)
        : html`<p class="quiet">${t('firmware.unknown')}</p>`}
      ${update ? html`<jn-progress .of=${update}></jn-progress>` : nothing}
      ${newest && isOld && !(update && isUnderWay(update)) ? this.#newer(newest) : nothing}
      ${newest && !isOld && (!update || update.state === 'confirmed') ? html`<p class="quiet">${t('firmware.newest')}</p>` : nothing}`;
  }

  #newer(firmware: Firmware): TemplateResult {
    return html`<div class="newer"><p>${t('firmware.newer', { version: firmware.version })}</p>
      ${firmware.notes[lang()] ? html`<p class="quiet">${firmware.notes[lang()]}</p>` : nothing}
      <button class="button main" ?disabled=${this.isAsked || !this.thing.online} @click=${() => void this.#update(firmware)}>${icon('download')}${t('firmware.update')}</button>
      <p class="quiet">${t(this.thing.online ? 'firmware.safe' : 'firmware.offline')}</p></div>`;
  }

  #leave(): TemplateResult {
    return html`<section class="sheet"><h2>${t('about.leave')}</h2><p class="quiet" style="margin-bottom:12px">${t('about.leave_how')}</p>
      <button class="button danger" @click=${this.#remove}>${icon('trash')}${t('about.remove')}</button></section>`;
  }

  async #update(firmware: Firmware): Promise<void> {
    this.isAsked = true;
    await attempt(() => updates.update(this.thing.id, firmware));
    this.isAsked = false;
  }

  async #rename(names: Names, field: HTMLInputElement): Promise<void> {
    const before = this.thing.names;
    // A thing without a name could not be spoken of.
    if (!names.en || !names.zh || (names.en === before.en && names.zh === before.zh)) {
      field.value = lang() === 'zh' ? before.zh : before.en;
      this.requestUpdate();
      return;
    }
    const { thing } = this;
    if (await attempt(() => keeping.rename(thing, names))) {
      this.#offer(t('undo.renamed', { name: names[lang()] }), () => keeping.rename(thing, before));
    }
  }

  async #move(area: string | null): Promise<void> {
    const { thing } = this;
    const before = thing.area;
    if (await attempt(() => keeping.move(thing, area))) this.#offer(t('undo.moved', { name: thing.names[lang()] }), () => keeping.move(thing, before));
  }

  #offer(text: string, back: () => Promise<void>): void {
    notices.say({ text, subject: `keep ${this.thing.id}`, offer: { label: t('undo.undo'), act: () => void attempt(back) } });
  }

  readonly #remove = (): void => {
    const { thing } = this;
    keeping.remove(thing);
    notices.say({
      text: t('undo.removed', { name: thing.names[lang()] }), for_ms: GRACE_MS,
      offer: { label: t('undo.undo'), act: () => keeping.stay(thing.id) },
    });
    go({ place: 'home', area: null });
  };
}
