// One scene: which things, and how each should be; taken from how they are now, or set by hand.
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { attempt, automation, go, hub, lang, notices } from '../control/app';
import type { SceneDraft } from '../control/automation';
import { areaName, firstValue, isRuled } from '../format/rule';
import { capital } from '../format/value';
import { t } from '../i18n';
import { icon, iconOf } from '../parts/icon';
import '../parts/input';
import { loaded } from '../parts/loading';
import '../parts/page';
import { house, Part, PHONE, sheets } from '../parts/part';
import '../parts/pick';
import type { PropertySpec, Scene, Thing, Value } from '../wire';

type Wish = Scene['wishes'][number];

@customElement('jn-scene')
export class ScenePlace extends Part {
  @property({ attribute: false }) scene: string | null = null;
  @state() private draft: SceneDraft | null = null;
  @state() private isSaving = false;

  static override readonly styles = [house, sheets, css`
    :host { height: 100%; }
    .both { display: grid; grid-template-columns: minmax(0, 8fr) minmax(0, 4fr); gap: var(--space-two); align-items: start; }
    .wish { background: var(--card); border-radius: var(--radius); padding: 12px 12px 16px 20px; }
    .head { display: grid; grid-template-columns: auto minmax(0, 1fr) auto auto; gap: 12px; align-items: center; }
    .head > .icon { color: var(--accent); }
    .head h2 { font-size: 20px; font-weight: 600; overflow-wrap: anywhere; }
    .head h2 small { display: block; font-size: var(--type-small); color: var(--muted); font-weight: 400; line-height: 18px; }
    .head button { display: grid; place-items: center; color: var(--muted); }
    .chips { display: flex; flex-wrap: wrap; gap: 8px 24px; align-items: center; padding-left: 44px; }
    .pair jn-input { min-width: 0; }
    .pair { display: inline-flex; max-width: 100%; gap: 8px; align-items: center; font-size: var(--type-label); }
    .pair > span { color: var(--muted); }
    .pair .drop { display: grid; place-items: center; color: var(--muted); min-width: 48px; }
    .pair .drop .icon { font-size: 20px; }
    .side { position: sticky; top: 0; }
    .save { display: flex; gap: 8px; margin-top: 12px; }
    .save .main { flex: 1; }
    label { display: grid; gap: 4px; font-size: var(--type-label); color: var(--muted); }
    label .field { color: var(--ink); }
    @media (max-width: 900px) { .both { grid-template-columns: minmax(0, 1fr); } .side { position: static; } }
    @media ${PHONE} { .chips { padding-left: 0; padding-top: 8px; } }
  `];

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('scene')) this.draft = this.scene === null ? { names: { en: '', zh: '' }, icon: null, wishes: [] } : null;
  }

  override render() {
    const home = hub.home.value;
    if (home.state === 'initial') return nothing;
    if (this.scene === null) return this.#page(this.draft ?? { names: { en: '', zh: '' }, icon: null, wishes: [] }, home.things);
    return loaded(this.need(automation.scenes), (scenes) => this.#known(scenes.find((each) => each.id === this.scene), home.things), () => void automation.scenes.load());
  }

  #known(scene: Scene | undefined, things: readonly Thing[]): TemplateResult {
    if (!scene && !this.draft) return html`<jn-page heading=${t('scene.gone')}><p class="quiet">${t('scene.gone_how')}</p></jn-page>`;
    return this.#page(this.draft ?? draftOf(scene!), things);
  }

  #page(draft: SceneDraft, things: readonly Thing[]): TemplateResult {
    const used = new Set(draft.wishes.map((wish) => wish.thing));
    const home = hub.home.value;
    const areas = home.state === 'complete' ? home.areas : [];
    const free = things.filter((thing) => !used.has(thing.id) && settable(thing).length)
      .map((thing) => ({ value: thing.id, label: thing.names[lang()], icon: iconOf(thing), hint: areaName(thing, areas, lang()) }));
    return html`<jn-page heading=${draft.names[lang()] || t('scene.new_heading')}>
      <div class="both">
        <div class="stack">
          ${draft.wishes.map((wish) => this.#wish(draft, wish, things))}
          <jn-pick adds .label=${t('scene.add')} .empty=${t('scene.add')} .sign=${'plus'} .options=${free} @choose=${(event: CustomEvent<string>) => this.#add(draft, things, event.detail)}></jn-pick>
          <p class="quiet">${t('scene.how')}</p>
        </div>
        <div class="side">${this.#keep(draft, things)}</div>
      </div></jn-page>`;
  }

  #wish(draft: SceneDraft, wish: Wish, things: readonly Thing[]): TemplateResult {
    const thing = things.find((each) => each.id === wish.thing);
    const put = (next: Wish | null) => { this.draft = { ...draft, wishes: draft.wishes.flatMap((each) => (each === wish ? (next ? [next] : []) : [each])) }; };
    const specs = thing ? settable(thing) : [];
    const left = specs.filter((spec) => !(spec.id in wish.properties));
    const give = (id: string, value: Value) => put({ ...wish, properties: { ...wish.properties, [id]: value } });
    const drop = (id: string) => put({ ...wish, properties: Object.fromEntries(Object.entries(wish.properties).filter(([each]) => each !== id)) });
    return html`<section class="wish"><div class="head">${icon(thing ? iconOf(thing) : 'triangle')}
        <h2>${thing?.names[lang()] ?? wish.thing}${thing ? nothing : html`<small class="bad">${t('lack.gone')}</small>`}</h2>
        ${thing ? html`<button aria-label=${t('scene.capture_one')} title=${t('scene.capture_one')} @click=${() => put(captured(thing))}>${icon('camera')}</button>` : html`<span></span>`}
        <button aria-label=${t('rule.drop')} title=${t('rule.drop')} @click=${() => put(null)}>${icon('x')}</button></div>
      <div class="chips">${Object.entries(wish.properties).map(([id, value]) => this.#pair(specs.find((spec) => spec.id === id), value, (next) => give(id, next), () => drop(id)))}
        ${left.length ? html`<jn-pick .label=${t('rule.also')} .empty=${t('rule.also')} .sign=${'plus'} .options=${left.map((spec) => ({ value: spec.id, label: capital(spec.names[lang()]) }))}
          @choose=${(event: CustomEvent<string>) => { const spec = left.find((each) => each.id === event.detail); if (spec) give(spec.id, firstValue(spec, thing)); }}></jn-pick>` : nothing}</div>
    </section>`;
  }

  #pair(spec: PropertySpec | undefined, value: Value, give: (value: Value) => void, drop: () => void): TemplateResult | typeof nothing {
    if (!spec) return nothing;
    return html`<span class="pair"><span>${capital(spec.names[lang()])}</span><jn-input .spec=${spec} .value=${value} @choose=${(event: CustomEvent<Value>) => give(event.detail)}></jn-input>
      <button class="drop" aria-label=${t('rule.drop')} @click=${drop}>${icon('x')}</button></span>`;
  }

  #keep(draft: SceneDraft, things: readonly Thing[]): TemplateResult {
    const isWhole = draft.names[lang()].trim() !== '' && draft.wishes.some((wish) => Object.keys(wish.properties).length);
    const capture = () => { this.draft = { ...draft, wishes: draft.wishes.map((wish) => { const thing = things.find((each) => each.id === wish.thing); return thing ? captured(thing) : wish; }) }; };
    return html`<section class="sheet">
      <label>${t('scene.name')}<input class="field" maxlength="60" .value=${draft.names[lang()]} @input=${(event: Event) => this.#name(draft, (event.target as HTMLInputElement).value)} /></label>
      <button class="button" style="width:100%;margin-top:12px" ?disabled=${!draft.wishes.length} @click=${capture}>${icon('camera')}${t('scene.capture')}</button>
      <div class="save"><button class="button main" ?disabled=${!isWhole || this.isSaving} @click=${() => void this.#save(draft)}>${t(this.isSaving ? 'rule.saving' : 'rule.save')}</button>
        ${this.scene ? html`<button class="button danger" aria-label=${t('scene.delete')} title=${t('scene.delete')} @click=${() => void this.#delete()}>${icon('trash')}</button>` : nothing}</div>
      ${isWhole ? nothing : html`<p class="quiet" style="margin-top:8px">${t('scene.needs')}</p>`}
    </section>`;
  }

  #name(draft: SceneDraft, name: string): void {
    const other = lang() === 'zh' ? 'en' : 'zh';
    const isSame = !draft.names[other] || draft.names[other] === draft.names[lang()];
    this.draft = { ...draft, names: { ...draft.names, [lang()]: name, ...(isSame ? { [other]: name } : {}) } };
  }

  #add(draft: SceneDraft, things: readonly Thing[], id: string): void {
    const thing = things.find((each) => each.id === id);
    if (thing) this.draft = { ...draft, wishes: [...draft.wishes, captured(thing)] };
  }

  async #save(draft: SceneDraft): Promise<void> {
    this.isSaving = true;
    const { scene: id } = this;
    const before = automation.scenes.value?.find((each) => each.id === id);
    const isSaved = await attempt(async () => {
      const scene = await automation.saveScene(draft, id);
      const undo = () => (before ? automation.saveScene(draftOf(before), before.id) : automation.removeScene(scene.id));
      notices.say({ text: t('undo.saved', { name: scene.names[lang()] }), subject: `scene ${scene.id}`, offer: { label: t('undo.undo'), act: () => void attempt(undo) } });
    });
    this.isSaving = false;
    if (isSaved) this.#leave(id);
  }

  async #delete(): Promise<void> {
    const { scene: id } = this;
    const scene = automation.scenes.value?.find((each) => each.id === id);
    if (!id || !scene || !(await attempt(() => automation.removeScene(id)))) return;
    notices.say({ text: t('undo.deleted', { name: scene.names[lang()] }), offer: { label: t('undo.undo'), act: () => void attempt(() => automation.saveScene(draftOf(scene), null)) } });
    this.#leave(id);
  }

  /** To all scenes; whoever has gone elsewhere meanwhile stays there. */
  #leave(id: string | null): void {
    if (this.isConnected && this.scene === id) go({ place: 'scenes' }, true);
  }
}

const settable = (thing: Thing): readonly PropertySpec[] => thing.specs.filter((spec) => spec.writable && isRuled(spec));

/** The thing as it says that it is; one that is off needs nothing else. */
function captured(thing: Thing): Wish {
  const said = settable(thing).map((spec) => [spec, thing.properties[spec.id]?.value ?? null] as const).filter(([, value]) => value !== null);
  const power = said.find(([spec]) => spec.ability === 'power');
  const isOff = power && !Number(power[1]);
  const kept = isOff ? [power] : said;
  return { thing: thing.id, properties: Object.fromEntries(kept.map(([spec, value]) => [spec.id, value])) };
}

function draftOf({ names, icon: sign, wishes }: Scene): SceneDraft {
  return { names, icon: sign, wishes };
}
