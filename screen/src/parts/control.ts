// The control that fits a property: slider, stepper, choice or colours.
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { commands, hub, lang } from '../control/app';
import { boolLike, isTrue, slide, sliderValue, valueOf } from '../format/thing';
import { capital, valueText, withUnit } from '../format/value';
import { valueWords } from '../format/state';
import { t } from '../i18n';
import { number } from '../i18n/phrase';
import type { Watchable } from '../store/store';
import type { PropertySpec, Thing, Value } from '../wire';
import './choice';
import './slider';
import './stepper';
import { house, Part } from './part';

const STEPPED = ['target_temperature', 'cold_target', 'freezer_target', 'channel'];
/** Warm to cold, then the rainbow: what people ask a lamp for. */
export const COLOURS = ['#ffd8a8', '#ffffff', '#ff4d4d', '#ff9a3d', '#ffd93d', '#4dd07a', '#4da3ff', '#a070ff', '#ff7ac0'] as const;

@customElement('jn-control')
export class Control extends Part {
  @property({ attribute: false }) thing!: Thing;
  @property({ attribute: false }) spec!: PropertySpec;
  /** Only this property, even where a card would also turn the thing on or off. */
  @property({ type: Boolean }) plain = false;

  static override readonly styles = [house, css`
    .colours { display: flex; flex-wrap: wrap; gap: 8px; }
    .colours button { border-radius: 50%; border: 2px solid var(--line); box-shadow: inset 0 0 0 4px var(--card); }
    .colours [aria-checked='true'] { border: 4px solid var(--accent); }
    .colours .asked { border: 4px dashed var(--waiting); }
  `];

  protected override follows(): readonly Watchable[] {
    return [commands.asked, hub.link];
  }

  override render() {
    const { spec } = this;
    if (spec.type === 'bool') return this.#bool();
    if (spec.options?.length) return this.#options();
    if (spec.ability === 'color' && spec.type === 'text') return this.#colours();
    if (spec.min === undefined || spec.max === undefined) return nothing;
    return STEPPED.includes(spec.ability ?? '') ? this.#stepper() : this.#slider();
  }

  get #isStuck(): boolean {
    return !this.thing.online || hub.link.value.state !== 'open';
  }

  get #label(): string {
    return `${this.thing.names[lang()]}: ${this.spec.names[lang()]}`;
  }

  get #asked(): Value | undefined {
    return commands.waiting(this.thing, this.spec.id);
  }

  #set(properties: Record<string, Value>): void {
    void commands.set(this.thing, properties);
  }

  #bool(): TemplateResult {
    const before = valueOf(this.thing, this.spec.id);
    const asked = this.#asked;
    const words = (wanted: boolean) => valueText(this.spec, wanted ? 1 : 0, lang(), valueWords(t));
    return html`<jn-choice .label=${this.#label} ?disabled=${this.#isStuck}
      .options=${[{ value: 0, label: capital(words(false)) }, { value: 1, label: capital(words(true)) }]}
      .value=${before === null ? null : Number(isTrue(before))} .asked=${asked === undefined ? null : Number(isTrue(asked))}
      @choose=${(event: CustomEvent<number>) => this.#set({ [this.spec.id]: boolLike(before, event.detail === 1) })}></jn-choice>`;
  }

  #options(): TemplateResult {
    const asked = this.#asked;
    return html`<jn-choice .label=${this.#label} ?disabled=${this.#isStuck}
      .options=${(this.spec.options ?? []).map((option) => ({ value: option.value, label: capital(option.names[lang()]) }))}
      .value=${Number(valueOf(this.thing, this.spec.id))} .asked=${asked === undefined ? null : Number(asked)}
      @choose=${(event: CustomEvent<number>) => this.#set({ [this.spec.id]: event.detail })}></jn-choice>`;
  }

  #colours(): TemplateResult {
    const value = String(valueOf(this.thing, this.spec.id) ?? '').toLowerCase();
    return html`<div class="colours" role="radiogroup" aria-label=${this.#label}>
      ${COLOURS.map((colour) => html`<button role="radio" aria-checked=${colour === value} class=${this.#asked === colour ? 'asked' : ''}
        aria-label=${t(`color.${colour}`)} title=${t(`color.${colour}`)} style="background:${colour}"
        ?disabled=${this.#isStuck} @click=${() => this.#set({ [this.spec.id]: colour })}></button>`)}
    </div>`;
  }

  #stepper(): TemplateResult {
    const { spec, thing } = this;
    const value = valueOf(thing, spec.id);
    return html`<jn-stepper .label=${this.#label} ?disabled=${this.#isStuck} .less=${t('control.less')} .more=${t('control.more')}
      .value=${typeof value === 'number' ? value : null} .asked=${numberOrNull(this.#asked)}
      .min=${spec.min ?? 0} .max=${spec.max ?? 100} .step=${spec.step ?? 1}
      .figure=${(figure: number) => withUnit(number(figure, lang()), spec.unit)}
      @choose=${(event: CustomEvent<number>) => this.#set({ [spec.id]: event.detail })}></jn-stepper>`;
  }

  #slider(): TemplateResult {
    const { spec, thing } = this;
    const reported = valueOf(thing, spec.id);
    const value = this.plain ? numberOrNull(reported) : sliderValue(thing, spec);
    return html`<jn-slider .label=${this.#label} ?disabled=${this.#isStuck} .value=${value} .asked=${numberOrNull(this.#asked)}
      .min=${spec.min ?? 0} .max=${spec.max ?? 100} .step=${spec.step || 1} .unit=${spec.unit ?? ''}
      .words=${value === null ? '' : valueText(spec, value, lang(), valueWords(t))}
      @choose=${(event: CustomEvent<number>) => this.#set(this.plain ? { [spec.id]: event.detail } : slide(thing, spec, event.detail))}></jn-slider>`;
  }
}

/** What people call the colour, when it is one of those offered; else as the thing writes it. */
export function colourName(value: Value): string {
  const colour = COLOURS.find((each) => each === String(value).toLowerCase());
  return colour ? t(`color.${colour}`) : String(value ?? t('value.none'));
}

const numberOrNull = (value: Value | undefined): number | null => (typeof value === 'number' ? value : null);
