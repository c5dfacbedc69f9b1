// The home at a glance: rooms as tabs, things as cards, what is going on now.
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, query } from 'lit/decorators.js';
import { clock, go, hub, keeping, lang } from '../control/app';
import { isActive, isTrue, valueOf, withAbility } from '../format/thing';
import { stateText } from '../format/state';
import { dateText, timeText } from '../format/value';
import { t } from '../i18n';
import '../parts/card';
import { icon, iconOf } from '../parts/icon';
import { house, Part, PHONE } from '../parts/part';
import type { Home } from '../store/home';
import type { Watchable } from '../store/store';
import type { Area, Thing } from '../wire';

type Complete = Extract<Home, { state: 'complete' }>;
/** More would not be read at a glance. */
const NOW_MAX = 3;

@customElement('jn-home')
export class HomePlace extends Part {
  @property() area: string | null = null;
  @query('main') private grid?: HTMLElement;

  static override readonly styles = [house, css`
    :host { height: 100%; display: grid; grid-template-rows: auto auto 1fr; }
    header { display: flex; align-items: center; gap: var(--space-three); padding: 20px var(--space-four) 12px; min-width: 0; }
    time { font-size: var(--type-figure); line-height: 64px; font-weight: 300; letter-spacing: -0.02em; }
    .date { flex: none; color: var(--muted); }
    .now { flex: 1; display: flex; justify-content: flex-end; gap: 8px; min-width: 0; overflow: hidden; padding: 4px; margin: -4px; }
    .now button { display: flex; align-items: center; gap: 10px; padding: 0 18px 0 14px; font-size: var(--type-label); background: var(--card); min-width: 0; }
    .now .icon { font-size: 26px; color: var(--accent); }
    .now .what { min-width: 0; display: grid; line-height: 22px; }
    .now .what * { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
    .now small { font-size: var(--type-small); line-height: 18px; color: var(--muted); }
    .tools { display: flex; }
    .tools button { display: grid; justify-items: center; align-content: center; gap: 4px; color: var(--muted); width: 72px; min-height: 64px; }
    .tools .icon { font-size: 28px; }
    .tools small { font-size: var(--type-small); line-height: 18px; }
    nav { display: flex; gap: 8px; padding: 4px var(--space-four) 16px; overflow-x: auto; scrollbar-width: none; overscroll-behavior-x: contain; }
    nav button { padding: 0 22px; white-space: nowrap; color: var(--muted); flex: none; }
    nav [aria-selected='true'] { background: var(--ink); color: var(--ground); font-weight: 600; }
    main { mask-image: linear-gradient(#000 calc(100% - 24px), transparent); overflow-y: auto; overflow-x: hidden; padding: 4px var(--space-four) 32px; scrollbar-width: none; overscroll-behavior: contain; }
    .grid { display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: var(--space-two); }
    .empty { max-width: 720px; margin: 8vh auto 0; text-align: center; color: var(--muted); }
    .empty h2 { font-size: var(--type-title); color: var(--ink); margin-bottom: 8px; }
    .first { display: inline-flex; align-items: center; gap: 10px; margin-top: 24px; padding: 0 28px; background: var(--accent); color: var(--on-accent); font-weight: 600; }
    @media (max-width: 1100px) { .grid { grid-template-columns: repeat(3, minmax(0, 1fr)); } .now button:nth-child(n + 3) { display: none; } }
    @media (max-width: 800px) { .grid { grid-template-columns: repeat(2, minmax(0, 1fr)); } .now button:nth-child(n + 2) { display: none; } }
    @media ${PHONE} {
      .grid { grid-template-columns: minmax(0, 1fr); }
      header { flex-wrap: wrap; gap: 0 12px; padding: 12px 16px 4px; }
      .tools { order: 3; width: 100%; justify-content: space-between; }
      .tools button { width: 80px; min-height: 56px; }
      nav, main { padding-left: 16px; padding-right: 16px; }
      time { font-size: var(--type-title); line-height: 48px; }
      .date { font-size: var(--type-label); }
      .date { flex: 1; }
      .now { order: 4; flex: none; width: 100%; justify-content: stretch; margin: 0; padding: 0 0 8px; }
      .now button { flex: 1; }
      .now button:nth-child(n + 2) { display: none; }
    }
  `];

  protected override follows(): readonly Watchable[] {
    return [clock, keeping.leaving];
  }

  override updated(changed: Map<string, unknown>): void {
    if (changed.has('area') && this.grid) this.grid.scrollTop = 0;
  }

  override render() {
    const home = hub.home.value;
    if (home.state === 'initial') return nothing;
    return html`${this.#header(home)}${this.#tabs(home)}${this.#things(home)}`;
  }

  #header(home: Complete): TemplateResult {
    const now = clock.value;
    return html`<header>
      <time>${timeText(now, lang())}</time>
      <div class="date">${dateText(now, lang())}</div>
      <div class="now">${nowStrip(home).map(({ thing, name, words }) => html`
        <button @click=${() => go({ place: 'thing', id: thing.id, tab: 'control' })}>${icon(iconOf(thing))}<span class="what"><small>${name}</small><span>${words}</span></span></button>`)}</div>
      <div class="tools">
        ${([['add', 'plus'], ['scenes', 'wand'], ['trace', 'chart'], ['settings', 'settings']] as const).map(([name, sign]) => html`
          <button title=${t(`place.${name}`)} @click=${() => go(name === 'add' ? { place: name, way: 'all' } : { place: name })}>${icon(sign)}<small>${t(`tool.${name}`)}</small></button>`)}
      </div>
    </header>`;
  }

  #tabs(home: Complete): TemplateResult {
    const tab = (area: Area | null) => {
      const isHere = (area?.id ?? null) === this.area;
      return html`<button role="tab" id="tab-${area?.id ?? 'all'}" aria-selected=${isHere} aria-controls="things" tabindex=${isHere ? 0 : -1}
        @click=${() => go({ place: 'home', area: area?.id ?? null })}>${area ? area.names[lang()] : t('home.all')}</button>`;
    };
    return html`<nav role="tablist" aria-label=${t('home.rooms')} @keydown=${this.#key}>${tab(null)}${home.areas.map(tab)}</nav>`;
  }

  #things(home: Complete): TemplateResult {
    const things = home.things.filter((thing) => (this.area === null || thing.area === this.area) && !keeping.leaving.value.has(thing.id));
    return html`<main id="things" role="tabpanel" aria-labelledby="tab-${this.area ?? 'all'}" tabindex="-1">
      ${things.length
        ? html`<div class="grid">${things.map((thing) => html`<jn-card .thing=${thing} .areas=${home.areas} .showsArea=${this.area === null}></jn-card>`)}</div>`
        : html`<div class="empty"><h2>${t(this.area ? 'home.empty_room' : 'home.empty')}</h2><p>${t('home.empty_how')}</p><button class="first" @click=${() => go({ place: 'add', way: 'all' })}>${icon('plus')}${t('place.add')}</button></div>`}
    </main>`;
  }

  #key(event: KeyboardEvent): void {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const tabs = [...this.renderRoot.querySelectorAll<HTMLElement>('[role=tab]')];
    const at = tabs.findIndex((each) => each.getAttribute('aria-selected') === 'true');
    const next = tabs[(at + step + tabs.length) % tabs.length];
    next?.focus();
    next?.click();
  }
}

/** What is going on now: open doors before what cleans, plays or cools; lights in one sum. */
function nowStrip(home: Complete): readonly { thing: Thing; name: string; words: string }[] {
  const speech = { lang: lang(), say: t };
  const active = home.things.filter((thing) => isActive(thing) || isDoorOpen(thing));
  const lights = active.filter((thing) => thing.kind === 'light');
  const others = active.filter((thing) => thing.kind !== 'light').sort((a, b) => Number(isDoorOpen(b)) - Number(isDoorOpen(a)));
  const items = others.map((thing) => ({ thing, name: thing.names[lang()], words: stateText(thing, speech) }));
  const first = lights[0];
  if (first) items.push({ thing: first, name: t('now.lights'), words: t('now.lights_on', { count: lights.length }) });
  return items.slice(0, NOW_MAX);
}

function isDoorOpen(thing: Thing): boolean {
  const contact = withAbility(thing, 'contact');
  return thing.online && contact !== undefined && isTrue(valueOf(thing, contact.id));
}
