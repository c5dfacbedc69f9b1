// One thing with all it can say and do.
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { clock, commands, hub, lang } from '../control/app';
import { areaOf, isActive } from '../format/thing';
import { stateText, valueWords } from '../format/state';
import { agoText, capital, valueText } from '../format/value';
import { t } from '../i18n';
import { colourName } from '../parts/control';
import '../parts/page';
import { icon, iconOf } from '../parts/icon';
import { house, Part, PHONE } from '../parts/part';
import type { Watchable } from '../store/store';
import type { Area, PropertySpec, Thing } from '../wire';

@customElement('jn-thing')
export class ThingPlace extends Part {
  @property() thing = '';

  static override readonly styles = [house, css`
    :host { height: 100%; }
    .sheet { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 3fr); gap: var(--space-two); align-items: start; }
    .now { background: var(--card); border-radius: var(--radius); padding: var(--space-four); display: grid; gap: 12px; position: sticky; top: 0; }
    .now.lit { background: var(--lit); }
    .now > .icon { font-size: 40px; width: 80px; height: 80px; border-radius: var(--radius); display: grid; place-items: center; background: var(--soft); color: var(--muted); }
    .lit > .icon { background: var(--accent); color: var(--on-accent); }
    .state { font-size: var(--type-figure); line-height: 1.15; font-weight: 300; overflow-wrap: anywhere; text-wrap: balance; }
    .quiet, .age { color: var(--muted); font-size: var(--type-label); }
    .bad { color: var(--warning); font-size: var(--type-label); font-weight: 600; }
    .rows { display: grid; gap: 8px; }
    .row { background: var(--card); border-radius: var(--radius); padding: 16px var(--space-three); display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 4px 16px; align-items: center; }
    .row jn-control { grid-column: 1 / -1; margin-top: 8px; }
    .value { font-weight: 600; text-align: right; overflow-wrap: anywhere; }
    .age { grid-column: 1 / -1; font-size: var(--type-small); }
    .age.asked { color: var(--waiting); }
    @media (max-width: 800px) { .sheet { grid-template-columns: minmax(0, 1fr); } .now { position: static; } }
    @media ${PHONE} { .state { font-size: var(--type-title); } }
  `];

  protected override follows(): readonly Watchable[] {
    return [clock, commands.asked, commands.notices];
  }

  override render() {
    const home = hub.home.value;
    if (home.state === 'initial') return nothing;
    const thing = home.things.find((each) => each.id === this.thing);
    if (!thing) return html`<jn-page heading=${t('thing.gone')}><p class="quiet">${t('thing.gone_how')}</p></jn-page>`;
    const area = areaOf(thing, home.areas)?.names[lang()];
    const notice = commands.notices.value.get(thing.id);
    return html`<jn-page heading=${thing.names[lang()]}>
      <div class="sheet">
        <section class="now ${isActive(thing) ? 'lit' : ''}" aria-live="polite">
          ${icon(iconOf(thing))}
          <p class="state">${stateText(thing, { lang: lang(), say: t })}</p>
          <p class="quiet">${area ?? t('thing.no_room')} · ${this.#seen(thing)}</p>
          ${notice ? html`<p class="bad">${t(`notice.${notice.kind}`)}</p>` : nothing}
        </section>
        <div class="rows">${thing.specs.map((spec) => this.#row(thing, spec, home.areas))}</div>
      </div>
    </jn-page>`;
  }

  #seen(thing: Thing): string {
    if (thing.online) return t('thing.online');
    return thing.seen_ms === null ? t('card.never_seen') : `${t('card.offline')} · ${t('card.seen', { ago: agoText(thing.seen_ms, clock.value, lang()) })}`;
  }

  #row(thing: Thing, spec: PropertySpec, areas: readonly Area[]): TemplateResult {
    const words = valueWords(t);
    const at_ms = thing.properties[spec.id]?.at_ms ?? null;
    const asked = commands.waiting(thing, spec.id);
    const value = thing.properties[spec.id]?.value ?? null;
    // A thing knows rooms by id; people know them by name.
    const room = spec.ability === 'cleaning_area' ? areas.find((area) => area.id === value) : undefined;
    const shown = spec.ability === 'color' ? colourName(value) : (room?.names[lang()] ?? valueText(spec, value, lang(), words));
    const age = asked !== undefined
      ? t('thing.asked', { value: valueText(spec, asked, lang(), words) })
      : at_ms === null ? t('thing.never_reported') : t('thing.reported', { ago: agoText(at_ms, clock.value, lang()) });
    return html`<section class="row">
      <h2>${capital(spec.names[lang()])}</h2><p class="value">${shown}</p>
      <p class="age ${asked === undefined ? '' : 'asked'}">${age}</p>
      ${spec.writable ? html`<jn-control plain .thing=${thing} .spec=${spec}></jn-control>` : nothing}
    </section>`;
  }
}
