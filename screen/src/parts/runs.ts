// Runs of a rule: when, because of what, what it found and what it did; rehearsed ones also on a line of a day.
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { clock, hub, lang } from '../control/app';
import { clause } from '../format/clause';
import { momentText, ticksOf } from '../format/period';
import { valueWords } from '../format/state';
import { capital, valueText } from '../format/value';
import { t } from '../i18n';
import type { Deed, Run } from '../wire';
import { icon, type IconName } from './icon';
import { house, Part, sheets } from './part';

/** As many as are read; the rest is a number. */
const SHOWN = 8;

@customElement('jn-runs')
export class Runs extends Part {
  @property({ attribute: false }) runs: readonly Run[] = [];
  @property({ type: Boolean }) timeline = false;
  @property({ attribute: false }) from_ms = 0;
  @property({ attribute: false }) to_ms = 0;

  static override readonly styles = [house, sheets, css`
    li { display: grid; gap: 2px; padding: 10px 0; border-top: 1px solid var(--soft); font-size: var(--type-label); line-height: 24px; }
    li:first-child { border-top: 0; }
    .when { color: var(--muted); font-size: var(--type-small); line-height: 18px; }
    .what { overflow-wrap: anywhere; }
    .did { color: var(--muted); display: flex; gap: 8px; align-items: baseline; }
    .did .icon { font-size: 18px; transform: translateY(2px); }
    .unmet, .bad .icon { color: var(--warning); }
    .line { position: relative; height: 56px; margin: 8px 0 4px; }
    .line::before { content: ''; position: absolute; left: 0; right: 0; top: 12px; height: 16px; border-radius: 8px; background: var(--soft); }
    .line i { position: absolute; top: 8px; width: 8px; height: 24px; margin-left: -4px; border-radius: 4px; background: var(--accent); }
    .line i.no { background: var(--card); border: 2px solid var(--line); }
    .line span { position: absolute; top: 34px; font-size: var(--type-small); color: var(--muted); }
    .sum { font-size: 20px; line-height: 28px; }
  `];

  override render() {
    const { runs } = this;
    if (!runs.length) return html`<p class="quiet">${t(this.timeline ? 'rehearsal.nothing' : 'runs.none')}</p>`;
    const acted = runs.filter((run) => run.outcome === 'done');
    return html`${this.timeline ? html`<p class="sum">${t('rehearsal.sum', { count: acted.length })}</p>${this.#line(runs)}` : nothing}
      <ol>${runs.slice(0, SHOWN).map((run) => this.#run(run))}</ol>
      ${runs.length > SHOWN ? html`<p class="quiet">${t('runs.more', { count: runs.length - SHOWN })}</p>` : nothing}`;
  }

  #line(runs: readonly Run[]): TemplateResult {
    const part = (at_ms: number) => `${(((at_ms - this.from_ms) / (this.to_ms - this.from_ms || 1)) * 100).toFixed(2)}%`;
    const ticks = ticksOf({ from_ms: this.from_ms, to_ms: this.to_ms }, 'day', lang(), 0);
    return html`<div class="line" aria-hidden="true">${runs.map((run) => html`<i class=${run.outcome === 'conditions_not_met' ? 'no' : ''} style="left:${part(run.at_ms)}"></i>`)}
      ${ticks.map((tick) => html`<span style="left:${part(tick.at_ms)}">${tick.label}</span>`)}</div>`;
  }

  #run(run: Run): TemplateResult {
    const isBad = run.outcome === 'failed' || run.outcome === 'refused' || run.outcome === 'cut_off';
    return html`<li>
      <span class="when">${momentText(run.at_ms, clock.value, lang())}</span>
      <span class="what">${capital(t('runs.because', { because: clause(run.because[lang()]) }))}</span>
      ${run.found.map((found) => line(found.met ? 'check' : 'x', found.text[lang()], found.met ? '' : 'unmet'))}
      ${run.did.map((deed) => line(deed.outcome === 'confirmed' || deed.outcome === 'unchanged' || run.dry ? 'check' : 'triangle', this.#deed(deed, run.dry ?? false), ''))}
      ${isBad || run.outcome === 'conditions_not_met' || run.outcome === 'running' ? line(isBad ? 'triangle' : 'info', t(`run_outcome.${run.outcome}`), isBad ? 'unmet' : '') : nothing}
    </li>`;
  }

  #deed(deed: Deed, isDry: boolean): string {
    const home = hub.home.value;
    const thing = home.state === 'complete' ? home.things.find((each) => each.id === deed.thing) : undefined;
    const spec = thing?.specs.find((each) => each.id === deed.property);
    const name = thing?.names[lang()] ?? deed.thing;
    const service = thing?.services?.find((each) => each.id === deed.property);
    const what = spec ? `${spec.names[lang()]} → ${valueText(spec, deed.asked, lang(), valueWords(t))}` : (service?.names[lang()] ?? deed.property);
    return capital(isDry ? `${name}: ${what}` : `${name}: ${what} · ${t(`deed.${deed.outcome}`)}`);
  }
}

const line = (sign: IconName, words: string, look: string): TemplateResult => html`<span class="did ${look}">${icon(sign)}<span>${words}</span></span>`;
