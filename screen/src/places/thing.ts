// One thing with all it can say and do, in four views: control, history, rules, and what it is.
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { clock, commands, go, hub, keeping, lang, lazily } from '../control/app';
import { areaOf, isActive } from '../format/thing';
import { stateText } from '../format/state';
import { agoText } from '../format/value';
import { t } from '../i18n';
import '../parts/choice';
import { icon, iconOf } from '../parts/icon';
import '../parts/page';
import { house, Part, PHONE, sheets } from '../parts/part';
import { THING_TABS, type ThingTab } from '../store/place';
import type { Watchable } from '../store/store';
import type { Thing } from '../wire';
import './thing_control';

@customElement('jn-thing')
export class ThingPlace extends Part {
  @property() thing = '';
  @property() tab: ThingTab = 'control';

  static override readonly styles = [house, sheets, css`
    :host { height: 100%; }
    jn-choice { width: min(560px, 100%); }
    .both { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); gap: var(--space-two); align-items: start; }
    .now { background: var(--card); border-radius: var(--radius); padding: var(--space-four); display: grid; gap: 12px; position: sticky; top: 0; }
    .now.lit { background: var(--lit); }
    .now > .icon { font-size: 40px; width: 80px; height: 80px; border-radius: var(--radius); display: grid; place-items: center; background: var(--soft); color: var(--muted); }
    .lit > .icon { background: var(--accent); color: var(--on-accent); }
    .state { font-size: var(--type-figure); line-height: 1.15; font-weight: 300; overflow-wrap: anywhere; text-wrap: balance; }
    @media (max-width: 800px) { .both { grid-template-columns: minmax(0, 1fr); } .now { position: static; } }
    @media ${PHONE} { jn-choice { width: calc(100vw - 32px); } .state { font-size: var(--type-title); } .now { padding: 16px; grid-template-columns: auto minmax(0, 1fr); gap: 4px 16px; } .now > .icon { grid-row: 1 / 4; font-size: 32px; width: 64px; height: 64px; } }
  `];

  protected override follows(): readonly Watchable[] {
    return [clock, commands.asked, commands.notices, keeping.leaving];
  }

  override render() {
    const home = hub.home.value;
    if (home.state === 'initial') return nothing;
    const thing = home.things.find((each) => each.id === this.thing);
    if (!thing || keeping.leaving.value.has(this.thing)) {
      return html`<jn-page heading=${t('thing.gone')}><p class="quiet">${t('thing.gone_how')}</p></jn-page>`;
    }
    const tabs = THING_TABS.map((tab) => ({ value: tab, label: t(`thing_tab.${tab}`) }));
    return html`<jn-page heading=${thing.names[lang()]}>
      <jn-choice slot="tools" .label=${t('thing_tab.label')} .options=${tabs} .value=${this.tab}
        @choose=${(event: CustomEvent<ThingTab>) => go({ place: 'thing', id: thing.id, tab: event.detail }, true)}></jn-choice>
      ${this.#view(thing, areaOf(thing, home.areas)?.names[lang()])}
    </jn-page>`;
  }

  #view(thing: Thing, area: string | undefined): TemplateResult {
    switch (this.tab) {
      case 'control':
        return html`<div class="both">${this.#now(thing, area)}<jn-thing-control .thing=${thing}></jn-thing-control></div>`;
      case 'history':
        lazily(() => import('./thing_history'));
        return html`<jn-thing-history .thing=${thing}></jn-thing-history>`;
      case 'rules':
        lazily(() => import('./thing_rules'));
        return html`<jn-thing-rules .thing=${thing}></jn-thing-rules>`;
      case 'about':
        lazily(() => import('./thing_about'));
        return html`<jn-thing-about .thing=${thing}></jn-thing-about>`;
    }
  }

  #now(thing: Thing, area: string | undefined): TemplateResult {
    const notice = commands.notices.value.get(thing.id);
    return html`<section class="now ${isActive(thing) ? 'lit' : ''}" aria-live="polite">
      ${icon(iconOf(thing))}
      <p class="state">${stateText(thing, { lang: lang(), say: t })}</p>
      <p class="quiet">${area ?? t('thing.no_room')} · ${this.#seen(thing)}</p>
      ${notice ? html`<p class="bad">${t(`notice.${notice.kind}`)}</p>` : nothing}
    </section>`;
  }

  #seen(thing: Thing): string {
    if (thing.online) return t('thing.online');
    return thing.seen_ms === null ? t('card.never_seen') : `${t('card.offline')} · ${t('card.seen', { ago: agoText(thing.seen_ms, clock.value, lang()) })}`;
  }
}
