// A series over its time: mean line, band from least to most, steps for switches, gaps left open. A touch reads a value.
import { css, html, LitElement, nothing, svg, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { lang } from '../control/app';
import { draw, nearest, scaleOf, x, y, type Box, type Scale } from '../format/chart';
import { momentText, ticksOf, type Period } from '../format/period';
import { valueWords } from '../format/state';
import { valueText, withUnit } from '../format/value';
import { t } from '../i18n';
import { number } from '../i18n/phrase';
import type { Point, PropertySpec, Series } from '../wire';
import { house, PHONE } from './part';

@customElement('jn-chart')
export class Chart extends LitElement {
  @property({ attribute: false }) series!: Series;
  @property({ attribute: false }) spec!: PropertySpec;
  @property() period: Period = 'day';
  @property({ type: Number }) now_ms = 0;
  /** In a conversation: without readout, smaller. */
  @property({ type: Boolean, reflect: true }) small = false;
  @state() private width = 0;
  @state() private at: number | null = null;
  readonly #sizes = new ResizeObserver(([entry]) => { this.width = Math.round(entry?.contentRect.width ?? 0); });

  static override readonly styles = [house, css`
    .read { display: flex; justify-content: space-between; gap: 16px; height: 40px; align-items: baseline; font-size: var(--type-label); color: var(--muted); }
    .read b { color: var(--ink); font-size: var(--type-body); font-weight: 600; }
    .read span, .read b { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
    @media ${PHONE} { .read { flex-direction: column; gap: 0; height: 60px; } .read b { line-height: 32px; } }
    .plot { touch-action: pan-y; cursor: crosshair; border-radius: 12px; }
    svg { width: 100%; height: 100%; overflow: visible; }
    text { font: var(--type-small) var(--font); fill: var(--muted); font-variant-numeric: tabular-nums; }
    .grid { stroke: var(--soft); stroke-width: 1; }
    .band { fill: var(--accent); fill-opacity: 0.18; }
    .line { fill: none; stroke: var(--accent); stroke-width: 3; stroke-linejoin: round; stroke-linecap: round; }
    .dot { fill: var(--accent); }
    .gap { fill: url(#hatch); }
    .hatch { stroke: var(--line); stroke-width: 1; stroke-opacity: 0.5; }
    .now { stroke: var(--muted); stroke-width: 1; stroke-dasharray: 2 4; }
    .cursor { stroke: var(--ink); stroke-width: 1; }
    .mark { fill: var(--card); stroke: var(--ink); stroke-width: 3; }
  `];

  override connectedCallback(): void {
    super.connectedCallback();
    this.#sizes.observe(this);
  }

  override disconnectedCallback(): void {
    this.#sizes.disconnect();
    super.disconnectedCallback();
  }

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('series')) this.at = null;
  }

  override render() {
    const { series, width } = this;
    const scale = scaleOf(series, this.spec);
    const point = this.at === null ? undefined : series.points[this.at];
    const plot = width ? this.#plot(scale, this.#box(scale)) : nothing;
    if (this.small) return html`<div role="img" aria-label=${this.#label()} style="height:150px">${plot}</div>`;
    return html`
      <p class="read" aria-hidden="true">${point ? html`<b>${this.#words(point)}</b><span>${this.#when(point)}</span>` : html`<span>${t('chart.touch')}</span>`}</p>
      <div class="plot" role="slider" tabindex="0" aria-label=${this.#label()} aria-valuemin="0" aria-valuemax=${Math.max(0, series.points.length - 1)}
        aria-valuenow=${this.at ?? 0} aria-valuetext=${point ? `${this.#when(point)}: ${this.#words(point)}` : t('chart.touch')} style="height:280px"
        @pointerdown=${this.#read} @pointermove=${this.#read} @keydown=${this.#key}>${plot}</div>`;
  }

  #box(scale: Scale): Box {
    const labels = scale.kind === 'numbers' ? scale.ticks.map((tick) => this.#figure(tick)) : scale.values.map((value) => this.#answer(value));
    const longest = Math.max(1, ...labels.map((label) => [...label].reduce((sum, letter) => sum + (/[\u2e80-\uffef]/.test(letter) ? 14 : 8.2), 0)));
    return { width: this.width, height: this.small ? 150 : 280, left: Math.min(this.width * 0.3, longest + 14), right: 12, top: 12, bottom: 28 };
  }

  #plot(scale: Scale, box: Box): TemplateResult {
    const { series } = this;
    const drawing = draw(series, scale, box);
    const levels = scale.kind === 'numbers' ? scale.ticks : scale.values;
    const shown = this.small && scale.kind === 'numbers' ? levels.filter((_, index) => index % 2 === 0) : levels;
    const point = this.at === null ? undefined : series.points[this.at];
    const floor = box.height - box.bottom;
    return html`<svg viewBox="0 0 ${box.width} ${box.height}" height=${box.height} aria-hidden="true">
      <defs><pattern id="hatch" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)"><line class="hatch" x1="0" y1="0" x2="0" y2="8"></line></pattern></defs>
      ${shown.map((level) => svg`<line class="grid" x1=${box.left} x2=${box.width - box.right} y1=${y(level, scale, box)} y2=${y(level, scale, box)}></line>
        <text x=${box.left - 10} y=${y(level, scale, box) + 5} text-anchor="end">${scale.kind === 'numbers' ? this.#figure(level) : this.#answer(level)}</text>`)}
      ${ticksOf(series, this.period, lang(), this.small ? 0 : box.width).map((tick) => svg`<text x=${x(tick.at_ms, series, box)} y=${box.height - 6} text-anchor="start">${tick.label}</text>`)}
      ${drawing.gaps.map(([from, to]) => this.#gap(from, to, box))}
      <path class="band" d=${drawing.band}></path><path class="line" d=${drawing.line}></path>
      ${drawing.dots.map((dot) => svg`<circle class="dot" cx=${dot.x} cy=${dot.y} r="4"></circle>`)}
      ${point ? svg`<line class="cursor" x1=${x(point.at_ms, series, box)} x2=${x(point.at_ms, series, box)} y1=${box.top} y2=${floor}></line>` : nothing}
      ${point && point.value !== null ? svg`<circle class="mark" cx=${x(point.at_ms, series, box)} cy=${y(point.value, scale, box)} r="7"></circle>` : nothing}
    </svg>`;
  }

  /** What has not been yet is no gap. */
  #gap(from: number, to: number, box: Box) {
    const now = this.now_ms ? Math.min(x(this.now_ms, this.series, box), box.width - box.right) : to;
    const end = Math.min(to, Math.max(from, now));
    return end - from > 3 ? svg`<rect class="gap" x=${from} y=${box.top} width=${end - from} height=${box.height - box.top - box.bottom}></rect>` : nothing;
  }

  #label(): string {
    return t('chart.label', { name: this.spec.names[lang()] });
  }

  #figure(value: number): string {
    return withUnit(number(value, lang(), 2), this.spec.unit?.startsWith('°') || this.spec.unit === '%' ? this.spec.unit : undefined);
  }

  #answer(value: number): string {
    return valueText(this.spec, value, lang(), valueWords(t));
  }

  #words(point: Point): string {
    if (point.value === null) return t('chart.unknown');
    if (this.spec.options?.length || this.spec.type === 'bool') return this.#answer(Math.round(point.value));
    const mean = valueText(this.spec, Number(point.value.toFixed(1)), lang(), valueWords(t));
    if (point.min === undefined || point.max === undefined || point.min === point.max) return mean;
    return t('chart.between', { mean, least: number(point.min, lang()), most: withUnit(number(point.max, lang()), this.spec.unit) });
  }

  #when(point: Point): string {
    return momentText(point.at_ms, this.now_ms || Date.now(), lang());
  }

  #read(event: PointerEvent): void {
    // A mouse reads as it passes, a finger only where it is set down and drawn.
    if (event.type === 'pointermove' && event.pointerType !== 'mouse' && event.pressure === 0) return;
    const box = this.#box(scaleOf(this.series, this.spec));
    this.at = nearest(this.series, event.clientX - this.getBoundingClientRect().left, box);
  }

  #key(event: KeyboardEvent): void {
    const last = this.series.points.length - 1;
    const here = this.at ?? last;
    const to: Record<string, number> = { ArrowLeft: here - 1, ArrowRight: here + 1, PageUp: here - 12, PageDown: here + 12, Home: 0, End: last };
    const wanted = to[event.key];
    if (wanted === undefined) return;
    event.preventDefault();
    this.at = Math.min(last, Math.max(0, wanted));
  }
}
