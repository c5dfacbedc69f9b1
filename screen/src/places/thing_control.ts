// All that one thing says, and what can be asked of it: its properties and its services.
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { clock, commands, hub, lang } from '../control/app';
import { valueWords } from '../format/state';
import { agoText, capital, valueText } from '../format/value';
import { t } from '../i18n';
import { colourName } from '../parts/control';
import '../parts/input';
import { house, Part, sheets } from '../parts/part';
import type { Watchable } from '../store/store';
import type { Area, PropertySpec, ServiceSpec, Thing, Value } from '../wire';

@customElement('jn-thing-control')
export class ThingControl extends Part {
  @property({ attribute: false }) thing!: Thing;
  /** What was filled in for a service, by `service field`. */
  @state() private given: Readonly<Record<string, Value>> = {};

  static override readonly styles = [house, sheets, css`
    .rows { display: grid; gap: 8px; }
    .row { background: var(--card); border-radius: var(--radius); padding: 16px var(--space-three); display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 4px 16px; align-items: center; }
    .row jn-control, .row .inputs { grid-column: 1 / -1; margin-top: 8px; }
    .value { font-weight: 600; text-align: right; overflow-wrap: anywhere; }
    .age { grid-column: 1 / -1; color: var(--muted); font-size: var(--type-small); }
    .asked { color: var(--waiting); }
    .does { display: flex; flex-wrap: wrap; gap: 8px; }
    .inputs { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 8px; align-items: center; }
    .waiting { border: 2px dashed var(--waiting); color: var(--waiting); }
  `];

  protected override follows(): readonly Watchable[] {
    return [clock, commands.asked, hub.link];
  }

  override render() {
    const home = hub.home.value;
    const areas = home.state === 'complete' ? home.areas : [];
    return html`<div class="rows">${this.#services(areas)}${this.thing.specs.map((spec) => this.#row(spec, areas))}</div>`;
  }

  #services(areas: readonly Area[]): TemplateResult | typeof nothing {
    const services = this.thing.services ?? [];
    if (!services.length) return nothing;
    const plain = services.filter((service) => !service.inputs.length);
    return html`
      ${plain.length ? html`<section class="row"><h2>${t('thing.services')}</h2><p></p><div class="inputs" style="display:block"><div class="does">${plain.map((service) => this.#button(service, {}))}</div></div></section>` : nothing}
      ${services.filter((service) => service.inputs.length).map((service) => this.#form(service, areas))}`;
  }

  #form(service: ServiceSpec, areas: readonly Area[]): TemplateResult {
    const key = (field: PropertySpec) => `${service.id} ${field.id}`;
    const inputs = Object.fromEntries(service.inputs.map((field) => [field.id, this.given[key(field)] ?? null]));
    const isFilled = Object.values(inputs).every((value) => value !== null && value !== '');
    return html`<section class="row"><h2>${capital(service.names[lang()])}</h2><p></p><div class="inputs">
      <div class="does">${service.inputs.map((field) => html`<jn-input .spec=${field} .areas=${areas} .value=${inputs[field.id]}
        @choose=${(event: CustomEvent<Value>) => { this.given = { ...this.given, [key(field)]: event.detail }; }}></jn-input>`)}</div>
      ${this.#button(service, inputs, isFilled, t('thing.do'))}</div></section>`;
  }

  #button(service: ServiceSpec, inputs: Readonly<Record<string, Value>>, isReady = true, words = capital(service.names[lang()])): TemplateResult {
    const isWaiting = commands.calling(this.thing, service.id);
    const isStuck = !this.thing.online || hub.link.value.state !== 'open' || isWaiting || !isReady;
    return html`<button class="button ${isWaiting ? 'waiting' : ''}" ?disabled=${isStuck} @click=${() => void commands.call(this.thing, service.id, inputs)}>${words}</button>`;
  }

  #row(spec: PropertySpec, areas: readonly Area[]): TemplateResult {
    const { thing } = this;
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
