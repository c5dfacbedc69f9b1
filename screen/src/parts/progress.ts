// How far the update of one thing is: its stages with their words, or why it went back.
import { css, html, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { clock, lang } from '../control/app';
import { momentText } from '../format/period';
import { problemText, t } from '../i18n';
import type { Watchable } from '../store/store';
import type { ThingUpdate } from '../wire';
import { icon } from './icon';
import { house, Part, sheets } from './part';

/** In this order; each gets its share of the bar. */
const STAGES: readonly ThingUpdate['state'][] = ['sent', 'downloading', 'verifying', 'installing'];
export const isUnderWay = (of: ThingUpdate): boolean => of.state === 'waiting' || STAGES.includes(of.state);

@customElement('jn-progress')
export class Progress extends Part {
  @property({ attribute: false }) of!: ThingUpdate;

  static override readonly styles = [house, sheets, css`
    .head { display: flex; gap: 12px; align-items: center; font-size: 20px; line-height: 28px; font-weight: 600; }
    .head .icon { font-size: 26px; }
    .good .icon { color: var(--accent); }
    .gone { color: var(--warning); }
    .bar { display: grid; grid-template-columns: 1fr 5fr 1fr 3fr; gap: 4px; height: 12px; margin: 8px 0; }
    .bar i { display: block; border-radius: 6px; background: var(--soft); overflow: hidden; }
    .bar i b { display: block; height: 100%; background: var(--waiting); border-radius: 6px; transition: width var(--motion) ease-out; }
  `];

  protected override follows(): readonly Watchable[] {
    return [clock];
  }

  override render() {
    const { of } = this;
    const isBad = of.state === 'failed' || of.state === 'rolled_back';
    const words = t(`update.${of.state}`, { version: of.version, percent: of.percent });
    return html`<div role="status">
      <p class="head ${isBad ? 'gone' : of.state === 'confirmed' ? 'good' : ''}">${isBad ? icon('triangle') : of.state === 'confirmed' ? icon('check') : nothing}<span>${words}</span></p>
      ${isUnderWay(of) ? this.#bar() : nothing}
      ${of.problem ? html`<p class="quiet">${problemText(of.problem)}</p>` : nothing}
      <p class="quiet">${momentText(of.changed_ms, clock.value, lang())}</p></div>`;
  }

  #bar() {
    const stage = STAGES.indexOf(this.of.state);
    return html`<div class="bar" role="progressbar" aria-label=${t('update.label')} aria-valuemin="0" aria-valuemax="100" aria-valuenow=${this.of.percent}>
      ${STAGES.map((each, index) => html`<i><b style="width:${index < stage ? 100 : index > stage ? 0 : each === 'sent' ? 100 : this.of.percent}%"></b></i>`)}</div>`;
  }
}
