// What one thing reported over an hour, a day, a week, a month or a year, and what happened to it.
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { clock, history, lang } from '../control/app';
import type { Resource } from '../control/resource';
import { isCharted, sumOf } from '../format/chart';
import { momentText, PERIODS, rangeOf, rangeText, type Period, type Range } from '../format/period';
import { valueWords } from '../format/state';
import { capital, valueText } from '../format/value';
import { t } from '../i18n';
import '../parts/chart';
import '../parts/choice';
import { icon } from '../parts/icon';
import { empty, loaded } from '../parts/loading';
import { house, Part, PHONE, sheets } from '../parts/part';
import '../parts/pick';
import type { Watchable } from '../store/store';
import type { Happening, PropertySpec, Series, Thing, Value } from '../wire';

const RENEW_MS = 60_000;

@customElement('jn-thing-history')
export class ThingHistory extends Part {
  @property({ attribute: false }) thing!: Thing;
  @state() private chosen: string | null = null;
  @state() private period: Period = 'day';
  @state() private back = 0;
  #renewed_ms = 0;

  static override readonly styles = [house, sheets, css`
    .both { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 1fr); gap: var(--space-two); align-items: start; }
    .bar { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; justify-content: space-between; margin-bottom: 8px; }
    .bar jn-choice { width: 430px; }
    .when { display: flex; align-items: center; gap: 4px; flex: 1; justify-content: center; min-width: 240px; font-size: var(--type-label); }
    .when p { flex: 1; text-align: center; max-width: 280px; }
    .when button { display: grid; place-items: center; color: var(--accent); }
    .plot { min-height: 328px; }
    .sums { display: flex; gap: 32px; flex-wrap: wrap; margin-top: 12px; font-size: var(--type-label); color: var(--muted); }
    .sums b { display: block; color: var(--ink); font-size: var(--type-body); font-weight: 600; }
    li { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 2px 12px; padding: 12px 0; border-top: 1px solid var(--soft); font-size: 20px; line-height: 26px; }
    li:first-child { border-top: 0; }
    li .icon { font-size: 24px; color: var(--muted); padding-top: 2px; }
    li .alert, li .error { color: var(--warning); }
    li p { overflow-wrap: anywhere; }
    li small { grid-column: 2; color: var(--muted); font-size: var(--type-small); }
    @media (max-width: 900px) { .both { grid-template-columns: minmax(0, 1fr); } }
    @media ${PHONE} { .bar jn-choice, .bar jn-pick { width: 100%; } .sheet { padding: 16px; } .sums { gap: 16px 24px; } }
  `];

  protected override follows(): readonly Watchable[] {
    return [clock];
  }

  override render() {
    const specs = this.thing.specs.filter(isCharted);
    const spec = specs.find((each) => each.id === this.chosen) ?? telling(specs);
    const events = history.events.of(this.thing.id);
    const range = rangeOf(this.period, this.back, clock.value);
    const series = spec ? history.series(this.thing.id, spec.id, range.from_ms, range.to_ms) : null;
    // The running period goes on while one looks at it.
    if (series && this.back === 0 && clock.value - this.#renewed_ms > RENEW_MS) {
      this.#renewed_ms = clock.value;
      series.refresh();
    }
    return html`<div class="both">
      <section class="sheet">${spec && series ? this.#chart(specs, spec, series, range) : html`<p class="quiet">${t('chart.none')}</p>`}</section>
      <section class="sheet"><h2>${t('events.title')}</h2>${loaded(this.need(events), (all) => this.#events(all), () => void events.load())}</section>
    </div>`;
  }

  #chart(specs: readonly PropertySpec[], spec: PropertySpec, series: Resource<Series>, range: Range): TemplateResult {
    const options = specs.map((each) => ({ value: each.id, label: capital(each.names[lang()]) }));
    const move = (by: number) => { this.back = Math.max(0, this.back + by); };
    return html`
      <div class="bar">
        <jn-pick .label=${t('chart.what')} .options=${options} .value=${spec.id} @choose=${(event: CustomEvent<string>) => { this.chosen = event.detail; }}></jn-pick>
        <jn-choice .label=${t('chart.period')} .options=${PERIODS.map((value) => ({ value, label: t(`period.${value}`) }))} .value=${this.period}
          @choose=${(event: CustomEvent<Period>) => { this.period = event.detail; this.back = 0; }}></jn-choice>
      </div>
      <div class="when">
        <button aria-label=${t('chart.before')} @click=${() => move(1)}>${icon('chevronLeft')}</button><p>${(this.period === 'hour' || this.period === 'day') && this.back === 0 ? t(`period_last.${this.period}`) : rangeText(range, this.period, lang())}</p>
        <button aria-label=${t('chart.after')} ?disabled=${this.back === 0} @click=${() => move(-1)}>${icon('chevronRight')}</button>
      </div>
      <div class="plot">${loaded(this.need(series), (value) => this.#drawn(value, spec), () => void series.load())}</div>`;
  }

  #drawn(series: Series, spec: PropertySpec): TemplateResult {
    const sum = sumOf(series);
    if (!sum) return empty(t('chart.empty'), t('chart.empty_how'));
    return html`<jn-chart .series=${series} .spec=${spec} .period=${this.period} .now_ms=${clock.value}></jn-chart>
      ${spec.options?.length || spec.type === 'bool' ? nothing : html`<div class="sums">${([['low', sum.low], ['mean', sum.mean], ['high', sum.high]] as const).map(([name, value]) => html`
        <p>${t(`sum.${name}`)}<b>${valueText(spec, Number(value.toFixed(1)), lang(), valueWords(t))}</b></p>`)}</div>`}`;
  }

  #events(all: readonly Happening[]): TemplateResult {
    if (!all.length) return html`<p class="quiet">${t('events.none')}</p>`;
    return html`<ol>${all.map((each) => html`<li>
      <span class=${each.kind}>${icon(each.kind === 'info' ? 'info' : 'triangle')}</span>
      <p>${capital(each.names[lang()])}${each.kind === 'info' ? nothing : html`<span class="unseen">${t(`event_kind.${each.kind}`)}</span>`}</p>
      <small>${momentText(each.at_ms, clock.value, lang())}${this.#outputs(each)}</small></li>`)}</ol>`;
  }

  /** What the thing said with it, in words where its model has some. */
  #outputs(happening: Happening): string {
    const specs = this.thing.events?.find((event) => event.id === happening.event)?.outputs ?? [];
    const said = Object.entries(happening.outputs).map(([name, value]) => {
      const spec = specs.find((each) => each.id === name);
      return spec ? `${spec.names[lang()]} ${valueText(spec, value as Value, lang(), valueWords(t))}` : `${name} ${String(value)}`;
    });
    return said.length ? ` · ${said.join(' · ')}` : '';
  }
}

/** What one most wants to see of a thing: a measured figure before a setting, a setting before a switch. */
function telling(specs: readonly PropertySpec[]): PropertySpec | undefined {
  const isFigure = (spec: PropertySpec) => spec.type !== 'bool' && !spec.options?.length;
  return specs.find((spec) => !spec.writable && isFigure(spec) && spec.ability !== 'battery') ?? specs.find((spec) => !spec.writable && !isFigure(spec)) ?? specs.find(isFigure) ?? specs[0];
}
