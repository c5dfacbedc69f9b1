// One thing at a glance: what it is, how it is, and the one control one reaches for.
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { clock, commands, go, hub, lang } from '../control/app';
import { areaOf, boolLike, controlOf, isActive, isTrue, powerOf, shortName, valueOf } from '../format/thing';
import { detailText, stateText, valueWords, type Speech } from '../format/state';
import { agoText, capital, valueText } from '../format/value';
import { t } from '../i18n';
import type { Watchable } from '../store/store';
import type { Area, Thing } from '../wire';
import './control';
import { icon, iconOf } from './icon';
import { house, Part } from './part';

const LONG_PRESS_MS = 500;

@customElement('jn-card')
export class Card extends Part {
  @property({ attribute: false }) thing!: Thing;
  @property({ attribute: false }) areas: readonly Area[] = [];
  /** Not under the tab of its own room, which says it already. */
  @property({ type: Boolean }) showsArea = false;
  #press: ReturnType<typeof setTimeout> | undefined;

  static override readonly styles = [house, css`
    article {
      position: relative; height: 184px; padding: var(--space-three); border-radius: var(--radius); background: var(--card);
      display: flex; flex-direction: column; justify-content: space-between;
      transition: background var(--motion) ease-out;
    }
    article.lit { background: var(--lit); --soft: color-mix(in srgb, var(--accent) 14%, var(--lit)); }
    .head { display: flex; gap: 14px; align-items: center; min-width: 0; margin-top: -6px; }
    .tile { width: 56px; height: 56px; flex: none; border-radius: 16px; display: grid; place-items: center; background: var(--soft); color: var(--muted); }
    button.tile { border: 2px solid var(--line); background: transparent; color: var(--ink); transition: background var(--motion) ease-out; }
    .lit .tile { background: var(--accent); color: var(--on-accent); border-color: var(--accent); }
    .tile.asked { border: 2px dashed var(--waiting); }
    .open { flex: 1; min-width: 0; min-height: 70px; display: flex; flex-direction: column; justify-content: center; border-radius: 12px; }
    .room { font-size: var(--type-small); line-height: 18px; color: var(--muted); }
    .name { font-size: var(--type-label); line-height: 22px; }
    .state { font-weight: 600; line-height: 30px; }
    .room, .name, .state { display: block; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
    .more { position: absolute; top: 12px; right: 12px; color: var(--muted); pointer-events: none; }
    .more .icon { font-size: 22px; }
    .detail { min-height: var(--target); display: flex; align-items: center; font-size: var(--type-label); color: var(--muted); }
    .says { display: grid; grid-template-columns: 1fr 1fr; gap: 8px; }
    .says button { background: var(--soft); border-radius: 16px; text-align: center; font-size: var(--type-label); }
    .says .asked { border: 2px dashed var(--waiting); color: var(--waiting); }
    .says button { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; padding: 0 8px; }
    .line { position: absolute; left: 24px; right: 24px; bottom: 2px; height: 20px; font-size: var(--type-small); line-height: 18px; color: var(--waiting);
      white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
    .line::before { content: ''; position: absolute; left: 0; bottom: 0; width: 100%; height: 2px; border-radius: 1px; background: var(--waiting);
      transform-origin: left; animation: wait 2s ease-out infinite; }
    .line.bad { color: var(--warning); font-weight: 600; }
    .line.bad::before { background: var(--warning); animation: none; }
    @keyframes wait { from { transform: scaleX(0.05); } to { transform: scaleX(1); } }
    @media (prefers-reduced-motion: reduce) { .line::before { animation: none; } }
    article.offline { background: transparent; box-shadow: inset 0 0 0 2px var(--soft); }
    article.offline .tile { border-style: dashed; border-color: var(--line); color: var(--muted); background: transparent; }
    article.offline .state { color: var(--muted); }
  `];

  protected override follows(): readonly Watchable[] {
    return [commands.asked, commands.notices, hub.link, ...(this.thing.online ? [] : [clock])];
  }

  override render() {
    const { thing } = this;
    const look = thing.online ? (isActive(thing) ? 'lit' : '') : 'offline';
    return html`<article class=${look} aria-label=${thing.names[lang()]}
      @pointerdown=${this.#hold} @pointermove=${this.#moved} @pointerup=${this.#letGo} @pointercancel=${this.#letGo} @contextmenu=${this.#menu}>
      <div class="head">${this.#tile()}${this.#words()}</div>
      ${this.#control()}
      ${this.#line()}
    </article>`;
  }

  get #speech(): Speech {
    return { lang: lang(), say: t };
  }

  #tile(): TemplateResult {
    const { thing } = this;
    const power = powerOf(thing);
    if (!power) return html`<span class="tile">${icon(iconOf(thing))}</span>`;
    const before = valueOf(thing, power.id);
    const isAsked = commands.waiting(thing, power.id) !== undefined;
    return html`<button class="tile ${isAsked ? 'asked' : ''}" role="switch" aria-checked=${isTrue(before)}
      aria-label=${t('card.power', { name: thing.names[lang()] })} ?disabled=${this.#isStuck}
      @click=${() => void commands.set(thing, { [power.id]: boolLike(before, !isTrue(before)) })}>${icon(iconOf(thing))}</button>`;
  }

  #words(): TemplateResult {
    const { thing } = this;
    const area = areaOf(thing, this.areas)?.names[lang()];
    const short = shortName(thing.names[lang()], area);
    const state = thing.online ? stateText(thing, this.#speech) : t('card.offline');
    return html`<button class="open" @click=${this.#open}>
        ${this.showsArea && area ? html`<span class="room">${area}</span>` : nothing}
        <span class="name">${short}</span>
        <span class="state">${state}</span><span class="unseen">${t('card.open')}</span>
      </button><span class="more">${icon('ellipsis')}</span>`;
  }

  #control(): TemplateResult {
    const { thing } = this;
    if (!thing.online) {
      const seen = thing.seen_ms === null ? t('card.never_seen') : t('card.seen', { ago: agoText(thing.seen_ms, clock.value, lang()) });
      return html`<p class="detail">${seen}</p>`;
    }
    const control = controlOf(thing);
    switch (control.kind) {
      case 'none':
        return html`<p class="detail">${detailText(thing, this.#speech)}</p>`;
      case 'services':
        return html`<div class="says">${control.services.map((service) => html`
          <button class=${commands.calling(thing, service.id) ? 'asked' : ''} ?disabled=${this.#isStuck} @click=${() => void commands.call(thing, service.id)}>${capital(service.names[lang()])}</button>`)}</div>`;
      default:
        return html`<jn-control .thing=${thing} .spec=${control.spec}></jn-control>`;
    }
  }

  /** The thin line: asked and waiting, or why it did not happen. */
  #line(): TemplateResult | typeof nothing {
    const { thing } = this;
    const asked = thing.specs.find((spec) => commands.waiting(thing, spec.id) !== undefined);
    if (asked) {
      const value = valueText(asked, commands.waiting(thing, asked.id) ?? null, lang(), valueWords(t));
      return html`<p class="line" role="status">${t('card.asked', { property: asked.names[lang()], value })}</p>`;
    }
    const notice = commands.notices.value.get(thing.id);
    return notice ? html`<p class="line bad" role="status">${t(`notice.${notice.kind}`)}</p>` : nothing;
  }

  get #isStuck(): boolean {
    return !this.thing.online || hub.link.value.state !== 'open';
  }

  #open(): void {
    go({ place: 'thing', id: this.thing.id, tab: 'control' });
  }

  #hold(event: PointerEvent): void {
    if (event.target instanceof Element && event.composedPath().some((each) => each instanceof Element && each.matches('[role=slider]'))) return;
    this.#press = setTimeout(() => this.#open(), LONG_PRESS_MS);
  }

  #moved(event: PointerEvent): void {
    if (Math.abs(event.movementX) + Math.abs(event.movementY) > 8) this.#letGo();
  }

  #letGo(): void {
    clearTimeout(this.#press);
  }

  /** A long touch also asks for the browser's menu, which a panel has no use for. */
  #menu(event: Event): void {
    event.preventDefault();
  }

  override disconnectedCallback(): void {
    this.#letGo();
    super.disconnectedCallback();
  }
}
