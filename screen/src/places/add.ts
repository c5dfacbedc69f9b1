// A new thing: by its code, from what was discovered, from a vendor's cloud, or made by oneself.
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { attempt, go, hub, joining, keeping, lang } from '../control/app';
import type { Entry, Vendor } from '../control/joining';
import { Scanning } from '../control/scanning';
import { problemText, t } from '../i18n';
import { isKey } from '../i18n';
import '../parts/code';
import { icon, iconOf, iconOfKind } from '../parts/icon';
import { failure, loaded } from '../parts/loading';
import '../parts/page';
import { house, Part, PHONE, sheets } from '../parts/part';
import '../parts/pick';
import type { Way } from '../store/place';
import type { Found, Link, Names, Thing } from '../wire';
import './own_device';

@customElement('jn-add')
export class AddPlace extends Part {
  @property() way: Way = 'all';
  @query('video') private video?: HTMLVideoElement;
  @query('input.code') private field?: HTMLInputElement;
  readonly #scanning = new Scanning((code) => void joining.enter(code));

  static override readonly styles = [house, sheets, css`
    :host { height: 100%; }
    .both { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: var(--space-two); align-items: start; }
    .typed { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 8px; margin-top: 12px; }
    .view { position: relative; height: 240px; border-radius: 16px; background: var(--ground); display: grid; place-items: center; overflow: hidden; text-align: center; padding: 16px; }
    .view > div { display: grid; gap: 8px; justify-items: center; }
    .view > div > .icon { font-size: 40px; color: var(--accent); }
    video { position: absolute; inset: 0; width: 100%; height: 100%; object-fit: cover; }
    .frame { position: absolute; inset: 32px calc(50% - 88px); border: 4px solid #fff; border-radius: 24px; box-shadow: 0 0 0 200px rgb(0 0 0 / 0.35); }
    .photo { position: relative; overflow: hidden; cursor: pointer; }
    .photo input { position: absolute; inset: 0; opacity: 0; cursor: pointer; width: 100%; height: 100%; }
    .photo:focus-within { outline: 3px solid var(--accent); outline-offset: 2px; }
    .one { display: grid; grid-template-columns: auto minmax(0, 1fr) auto auto; gap: 8px 16px; align-items: center; padding: 12px 0; border-top: 1px solid var(--soft); min-height: 80px; }
    .one:first-of-type { border-top: 0; }
    .one > .icon { font-size: 30px; color: var(--accent); }
    .one b { font-size: 20px; line-height: 26px; font-weight: 600; overflow-wrap: anywhere; }
    .one small { display: block; font-size: var(--type-label); line-height: 24px; font-weight: 400; color: var(--muted); }
    .close { display: grid; place-items: center; color: var(--muted); }
    .ways { display: grid; grid-template-columns: 1fr 1fr; gap: 8px; }
    .ways button { background: var(--card); padding: 16px 20px; display: flex; gap: 16px; align-items: center; font-size: 20px; line-height: 26px; min-height: 88px; }
    .ways .icon { color: var(--accent); }
    .ways small { display: block; font-size: var(--type-label); color: var(--muted); }
    .end { max-width: 720px; margin: 0 auto; display: grid; gap: 16px; }
    .end .sheet { padding: var(--space-four); display: grid; gap: 16px; justify-items: center; text-align: center; }
    .end .icon.big { font-size: 48px; width: 96px; height: 96px; border-radius: 28px; background: var(--lit); color: var(--accent); display: grid; place-items: center; }
    .end h2 { font-size: var(--type-title); line-height: 42px; color: var(--ink); font-weight: 300; margin: 0; text-wrap: balance; }
    .end label { display: grid; gap: 4px; width: 100%; text-align: left; font-size: var(--type-label); color: var(--muted); }
    .end label .field { color: var(--ink); }
    .dots { display: flex; gap: 12px; }
    .dots i { width: 16px; height: 16px; border-radius: 50%; background: var(--waiting); animation: dot 1.2s ease-in-out infinite alternate; }
    .dots i:nth-child(2) { animation-delay: 0.4s; } .dots i:nth-child(3) { animation-delay: 0.8s; }
    @keyframes dot { from { opacity: 0.25; } to { opacity: 1; } }
    @media (prefers-reduced-motion: reduce) { .dots i { animation: none; } }
    @media (max-width: 800px) { .both { grid-template-columns: minmax(0, 1fr); } }
    @media ${PHONE} { .ways { grid-template-columns: minmax(0, 1fr); } .one { grid-template-columns: auto minmax(0, 1fr) auto; } .one .close { grid-column: 3; grid-row: 1; } .one .button { grid-column: 1 / -1; } .sheet { padding: 16px; } .end h2 { font-size: var(--type-body); line-height: 30px; } }
  `];

  override connectedCallback(): void {
    super.connectedCallback();
    joining.forget();
    // Accounts and vendors change elsewhere, and nobody tells.
    joining.links.refresh();
    joining.vendors.refresh();
  }

  override disconnectedCallback(): void {
    this.#scanning.close();
    super.disconnectedCallback();
  }

  override updated(): void {
    const scan = this.#scanning.scan.value;
    const { video } = this;
    if (scan.state !== 'complete' || !video || video.srcObject === scan.stream) return;
    video.srcObject = scan.stream;
    void video.play();
    this.#scanning.watch(video);
  }

  override render() {
    const entry = this.use(joining.entry);
    if (entry.state !== 'initial') return html`<jn-page heading=${t('place.add')}><div class="end">${this.#entry(entry)}</div></jn-page>`;
    if (this.way === 'own') return html`<jn-page heading=${t('own.title')}><jn-own-device @done=${() => go({ place: 'add', way: 'all' }, true)}></jn-own-device></jn-page>`;
    if (this.way === 'clouds') return html`<jn-page heading=${t('clouds.title')}>${this.#clouds()}</jn-page>`;
    return html`<jn-page heading=${t('place.add')}><div class="both">
      <div class="stack">${this.#code()}
        <div class="ways">
          <button @click=${() => go({ place: 'add', way: 'clouds' })}>${icon('cloud')}<span>${t('clouds.title')}<small>${t('clouds.how')}</small></span></button>
          <button @click=${() => go({ place: 'add', way: 'own' })}>${icon('cpu')}<span>${t('own.title')}<small>${t('own.how')}</small></span></button>
        </div></div>
      <section class="sheet" aria-live="polite"><h2>${t('found.title')}</h2>${loaded(this.need(joining.found), (all) => this.#found(all), () => void joining.found.load())}</section>
    </div></jn-page>`;
  }

  #code(): TemplateResult {
    const scan = this.use(this.#scanning.scan);
    const photo = html`<label class="button photo">${icon('scan')}${t('code.photo')}<input type="file" accept="image/*" capture="environment" aria-label=${t('code.photo')} @change=${this.#photo} /></label>`;
    return html`<section class="sheet"><h2>${t('code.title')}</h2>
      <div class="view">${scan.state === 'complete' ? html`<video muted playsinline aria-label=${t('code.look')}></video><div class="frame"></div>`
        : html`<div>${icon('scan')}${scan.state === 'error' ? html`<p class="quiet" role="status">${t(`code.${scan.why}`)}</p>` : html`<p class="quiet">${t('code.where')}</p>`}
          <div class="row" style="justify-content:center">${scan.state === 'error' && scan.why !== 'unreadable' ? nothing : html`<button class="button main" ?disabled=${scan.state === 'pending'} @click=${() => void this.#scanning.open()}>${icon('camera')}${t('code.camera')}</button>`}${photo}</div></div>`}</div>
      <form class="typed" @submit=${this.#typed}><input class="field code" maxlength="500" autocomplete="off" autocapitalize="characters" spellcheck="false" aria-label=${t('code.field')} placeholder=${t('code.field')} />
        <button class="button main">${t('code.go')}</button></form>
    </section>`;
  }

  #found(all: readonly Found[]): TemplateResult {
    const waiting = all.filter((found) => found.joined === null);
    if (!waiting.length) return html`<p class="quiet" style="padding:16px 0">${t('found.none')}</p>`;
    return html`${waiting.map((found) => html`<div class="one">${icon(iconOfKind(found.kind))}
      <b>${found.names[lang()]}<small>${[[found.maker, found.model].filter(Boolean).join(' '), t(`via.${found.via}`)].filter(Boolean).join(' · ')}</small></b>
      <button class="button main" aria-label=${t('found.add_named', { name: found.names[lang()] })} @click=${() => void joining.accept(found)}>${t('found.add')}</button>
      <button class="close" aria-label=${t('found.ignore', { name: found.names[lang()] })} title=${t('found.ignore', { name: found.names[lang()] })} @click=${() => void attempt(() => joining.ignore(found))}>${icon('x')}</button></div>`)}`;
  }

  #clouds(): unknown {
    return html`<section class="sheet">${loaded(this.need(joining.links), (links) => (links.length ? links.map((link) => this.#link(link)) : html`<p class="quiet" style="padding:16px 0">${t('clouds.none')}</p>`), () => void joining.links.load())}</section>
      <section class="sheet" style="margin-top:8px"><h2>${t('clouds.new')}</h2>${loaded(this.need(joining.vendors), (all) => this.#vendors(all), () => void joining.vendors.load())}</section>
      <p class="quiet" style="margin:16px 0">${t('clouds.what')}</p>`;
  }

  /** Those that no account is linked at yet. */
  #vendors(all: readonly Vendor[]): unknown {
    const linked = new Set(joining.links.value?.map((link) => link.names.en));
    const others = all.filter((each) => !linked.has(each.names.en));
    if (!others.length) return html`<p class="quiet" style="padding:8px 0">${t('clouds.no_vendor')}</p>`;
    return others.map((each) => html`<div class="one">${icon('cloud')}<b>${each.names[lang()]}</b>
      <button class="button main" aria-label=${t('clouds.link_named', { name: each.names[lang()] })} @click=${() => void this.#authorize(each.vendor)}>${t('clouds.link')}</button></div>`);
  }

  #link(link: Link): TemplateResult {
    const words = link.problem ? problemText(link.problem) : link.state === 'linked' ? t('clouds.linked', { count: link.things }) : t(`cloud_state.${link.state}`);
    return html`<div class="one">${icon('cloud')}<b>${link.names[lang()]}<small class=${link.state === 'broken' ? 'bad' : ''}>${words}</small></b>
      ${link.state === 'linked' ? html`<button class="button" @click=${() => void attempt(() => joining.discover(link))}>${t('clouds.discover')}</button><button class="button danger" @click=${() => void attempt(() => joining.unlink(link))}>${t('clouds.unlink')}</button>`
        : html`<button class="button main" @click=${() => void this.#authorize(link)}>${t('clouds.link')}</button>`}</div>`;
  }

  #entry(entry: Entry): TemplateResult {
    switch (entry.state) {
      case 'initial':
        return html``;
      case 'pending':
        return html`<section class="sheet" role="status"><div class="dots" aria-hidden="true"><i></i><i></i><i></i></div><h2>${entry.step?.[lang()] ?? t('join.working')}</h2><p class="quiet">${t('join.stay')}</p></section>`;
      case 'error': {
        const advice = `advice.${entry.problem.code}`;
        return html`${failure(problemText(entry.problem), null)}<section class="sheet"><p>${isKey(advice) ? t(advice) : t('join.advice')}</p>
          <div class="row"><button class="button main" @click=${() => joining.forget()}>${t('join.again')}</button><button class="button" @click=${() => go({ place: 'home', area: null })}>${t('join.leave')}</button></div></section>`;
      }
      case 'complete':
        return this.#joined(entry.thing);
    }
  }

  /** It is here: what shall it be called, and where is it? */
  #joined(id: string): TemplateResult {
    const home = hub.home.value;
    if (home.state === 'initial') return html``;
    const thing = home.things.find((each) => each.id === id);
    if (!thing) return html`<section class="sheet" role="status"><h2>${t('join.coming')}</h2></section>`;
    const rooms = home.areas.map((area) => ({ value: area.id, label: area.names[lang()] }));
    return html`<section class="sheet"><span class="icon big" aria-hidden="true">${icon(iconOf(thing))}</span><h2 role="status">${t('join.done', { name: thing.names[lang()] })}</h2>
      <label>${t('join.name')}<input class="field" maxlength="60" .value=${thing.names[lang()]} @change=${(event: Event) => void this.#rename(thing, (event.target as HTMLInputElement).value.trim())} /></label>
      <label>${t('about.room')}<jn-pick .label=${t('about.room')} .empty=${t('thing.no_room')} .options=${rooms} .value=${thing.area} @choose=${(event: CustomEvent<string>) => void attempt(() => keeping.move(thing, event.detail))}></jn-pick></label>
      <div class="row"><button class="button main" @click=${() => go({ place: 'thing', id, tab: 'control' }, true)}>${t('join.show')}</button><button class="button" @click=${() => joining.forget()}>${t('join.another')}</button></div></section>`;
  }

  async #rename(thing: Thing, name: string): Promise<void> {
    const names: Names = { ...thing.names, [lang()]: name };
    if (name && name !== thing.names[lang()]) await attempt(() => keeping.rename(thing, names));
  }

  async #authorize(account: Link | string): Promise<void> {
    await attempt(async () => { location.assign(await joining.authorize(account)); });
  }

  #typed(event: SubmitEvent): void {
    event.preventDefault();
    const code = this.field?.value.trim();
    if (code) void joining.enter(code);
  }

  readonly #photo = (event: Event): void => {
    const [file] = (event.target as HTMLInputElement).files ?? [];
    if (file) void this.#scanning.read(file);
  };
}
