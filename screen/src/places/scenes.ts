// The home's scenes: one touch for many things, and one to take it back.
import { css, html, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { attempt, automation, go, hub, lang, notices } from '../control/app';
import { t } from '../i18n';
import { icon } from '../parts/icon';
import { empty, loaded } from '../parts/loading';
import '../parts/page';
import { house, Part, PHONE, sheets } from '../parts/part';
import type { Deed, Scene } from '../wire';
import { bothTabs } from './rules';

@customElement('jn-scenes')
export class ScenesPlace extends Part {
  @state() private running: string | null = null;

  static override readonly styles = [house, sheets, css`
    :host { height: 100%; }
    .grid { display: grid; grid-template-columns: repeat(auto-fill, minmax(280px, 1fr)); gap: var(--space-two); }
    article { position: relative; background: var(--card); border-radius: var(--radius); display: grid; grid-template-columns: minmax(0, 1fr) auto; }
    .run { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 4px 16px; align-items: center; padding: 20px 0 20px 24px; min-height: 128px; }
    .run .icon { width: 56px; height: 56px; border-radius: 16px; background: var(--soft); color: var(--accent); display: grid; place-items: center; font-size: 28px; }
    .run.waiting .icon { border: 2px dashed var(--waiting); color: var(--waiting); }
    .name { font-size: var(--type-body); line-height: 30px; font-weight: 600; overflow-wrap: anywhere; }
    .what { display: block; font-size: var(--type-label); font-weight: 400; color: var(--muted); line-height: 24px; }
    .edit { display: grid; place-items: center; color: var(--muted); margin: 8px 8px 0 0; align-self: start; }
    .edit .icon { font-size: 24px; }
    @media ${PHONE} { .run { min-height: 96px; padding: 12px 0 12px 16px; } }
  `];

  override render() {
    return html`<jn-page heading=${t('place.scenes')}>${bothTabs('scenes', t('scenes.new'), () => go({ place: 'scene', id: null }))}
      ${loaded(this.need(automation.scenes), (scenes) => this.#list(scenes), () => void automation.scenes.load())}
    </jn-page>`;
  }

  #list(scenes: readonly Scene[]): TemplateResult {
    if (!scenes.length) return empty(t('scenes.empty'), t('scenes.empty_how'));
    return html`<div class="grid">${scenes.map((scene) => html`<article aria-label=${scene.names[lang()]}>
      <button class="run ${this.running === scene.id ? 'waiting' : ''}" ?disabled=${this.running !== null || hub.link.value.state !== 'open'} @click=${() => void this.#run(scene)}>
        ${icon('wand')}<span class="name">${scene.names[lang()]}<span class="what">${this.running === scene.id ? t('scenes.running') : t('scenes.things', { count: scene.wishes.length })}</span></span></button>
      <button class="edit" aria-label=${t('scenes.edit', { name: scene.names[lang()] })} title=${t('scenes.edit', { name: scene.names[lang()] })} @click=${() => go({ place: 'scene', id: scene.id })}>${icon('pencil')}</button>
    </article>`)}</div>`;
  }

  async #run(scene: Scene): Promise<void> {
    this.running = scene.id;
    await runScene(scene);
    this.running = null;
  }
}

/** Run it, and say truly what became of it. */
export async function runScene(scene: Scene): Promise<void> {
  await attempt(async () => {
    const did = await automation.run(scene.id);
    const name = scene.names[lang()];
    const missed = missedOf(did);
    notices.say({
      text: missed.length ? t('scenes.partly', { name, things: missed.join(t('list.and')) }) : t('scenes.done', { name }),
      severity: missed.length ? 'error' : 'info', for_ms: 10_000, subject: `scene ${scene.id}`,
      offer: { label: t('undo.undo'), act: () => void attempt(() => automation.undo(scene.id)) },
    });
  });
}

/** By name, the things that did not do as asked. */
function missedOf(did: readonly Deed[]): readonly string[] {
  const home = hub.home.value;
  const ids = new Set(did.filter((deed) => deed.outcome !== 'confirmed' && deed.outcome !== 'unchanged').map((deed) => deed.thing));
  return [...ids].map((id) => (home.state === 'complete' ? home.things.find((thing) => thing.id === id)?.names[lang()] : undefined) ?? id);
}
