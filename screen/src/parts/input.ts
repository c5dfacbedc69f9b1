// A value for a property or a service's input that nothing has reported: for rules, scenes and forms.
import { css, html } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { lang } from '../control/app';
import { isTrue } from '../format/thing';
import { capital, valueText, withUnit } from '../format/value';
import { valueWords } from '../format/state';
import { t } from '../i18n';
import { number } from '../i18n/phrase';
import type { Area, PropertySpec, Value } from '../wire';
import { COLOURS } from './control';
import { house, Part, PHONE, sheets } from './part';
import './pick';
import type { Pickable } from './pick';
import './stepper';

/** More steps than this from end to end and a stepper goes in larger strides. */
const STRIDES = 40;

/** Fires `choose` with the value. */
@customElement('jn-input')
export class Input extends Part {
  @property({ attribute: false }) spec!: PropertySpec;
  @property({ attribute: false }) value: Value = null;
  @property({ attribute: false }) areas: readonly Area[] = [];

  static override readonly styles = [house, sheets, css`
    :host { display: inline-block; max-width: 100%; }
    jn-stepper { width: 240px; max-width: 100%; }
    @media ${PHONE} { jn-stepper { width: 190px; } }
    .field { width: 260px; max-width: 100%; }
  `];

  override render() {
    const { spec } = this;
    const label = capital(spec.names[lang()]);
    const options = this.#options();
    if (options) return html`<jn-pick .label=${label} .options=${options} .value=${this.#chosen()} @choose=${(event: CustomEvent<string>) => this.#pick(event.detail)}></jn-pick>`;
    if (spec.min !== undefined && spec.max !== undefined) {
      return html`<jn-stepper quick .label=${label} .less=${t('control.less')} .more=${t('control.more')} .value=${typeof this.value === 'number' ? this.value : null}
        .min=${spec.min} .max=${spec.max} .step=${this.#stride(spec.min, spec.max)} .figure=${(figure: number) => withUnit(number(figure, lang()), spec.unit)}
        @choose=${(event: CustomEvent<number>) => this.#tell(event.detail)}></jn-stepper>`;
    }
    const isNumber = ['int', 'float', 'double'].includes(spec.type);
    return html`<input class="field" aria-label=${label} placeholder=${label} inputmode=${isNumber ? 'decimal' : 'text'} .value=${this.value === null ? '' : String(this.value)}
      @change=${(event: Event) => this.#typed((event.target as HTMLInputElement).value, isNumber)} />`;
  }

  #options(): readonly Pickable[] | null {
    const { spec } = this;
    if (spec.ability === 'cleaning_area') return this.areas.map((area) => ({ value: area.id, label: area.names[lang()] }));
    if (spec.options?.length) return spec.options.map((option) => ({ value: String(option.value), label: capital(option.names[lang()]) }));
    if (spec.type === 'bool') return [1, 0].map((value) => ({ value: String(value), label: capital(valueText(spec, value, lang(), valueWords(t))) }));
    if (spec.ability === 'color' && spec.type === 'text') return COLOURS.map((colour) => ({ value: colour, label: t(`color.${colour}`), colour }));
    return null;
  }

  #chosen(): string | null {
    if (this.value === null) return null;
    return this.spec.type === 'bool' ? String(Number(isTrue(this.value))) : String(this.value);
  }

  #pick(value: string): void {
    this.#tell(this.spec.options?.length || this.spec.type === 'bool' ? Number(value) : value);
  }

  #typed(text: string, isNumber: boolean): void {
    const figure = Number(text.replace(',', '.'));
    if (!isNumber) this.#tell(text.trim());
    else this.#tell(text.trim() && Number.isFinite(figure) ? figure : null);
  }

  #stride(min: number, max: number): number {
    const step = this.spec.step || 1;
    const steps = (max - min) / step;
    return steps > STRIDES ? step * Math.max(1, Math.round(steps / STRIDES / 5) * 5 || 1) : step;
  }

  #tell(value: Value): void {
    this.dispatchEvent(new CustomEvent('choose', { detail: value }));
  }
}
