// Software for all: which packages there are, and each rollout with its bar, its reason and its handles.
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, state } from 'lit/decorators.js';
import { attempt, clock, hub, lang, updates } from '../control/app';
import type { Order } from '../control/updates';
import { momentText } from '../format/period';
import { problemText, t } from '../i18n';
import '../parts/choice';
import { icon } from '../parts/icon';
import { empty, loaded } from '../parts/loading';
import '../parts/page';
import { house, Part, PHONE, sheets } from '../parts/part';
import '../parts/pick';
import type { Watchable } from '../store/store';
import type { Firmware, Rollout, ThingUpdate } from '../wire';

const STAGES = [5, 25, 50, 100] as const;
/** As many failures of a hundred stop a rollout by itself, unless somebody says otherwise. */
const LIMITS = [2, 5, 10, 20] as const;
const EVERYWHERE = '';
const SHOWN = 6;

@customElement('jn-updates')
export class UpdatesPlace extends Part {
  @state() private chosen: string | null = null;
  @state() private percent = 25;
  @state() private limit = 10;
  @state() private group = EVERYWHERE;
  @state() private busy: string | null = null;
  @state() private open: string | null = null;

  static override readonly styles = [house, sheets, css`
    :host { height: 100%; }
    .both { display: grid; grid-template-columns: minmax(0, 2fr) minmax(0, 1fr); gap: var(--space-two); align-items: start; }
    .head { display: flex; justify-content: space-between; gap: 16px; align-items: baseline; flex-wrap: wrap; }
    .head h3 { font-size: var(--type-body); font-weight: 600; }
    .state { font-size: var(--type-label); font-weight: 600; }
    .state.stopped { color: var(--warning); }
    .bar { display: flex; gap: 3px; height: 24px; border-radius: 12px; overflow: hidden; background: var(--soft); margin: 12px 0; }
    .bar i { display: block; min-width: 0; transition: flex-grow var(--motion) ease-out; }
    .confirmed { background: var(--accent); }
    .updating { background: var(--waiting); }
    .failed { background: var(--warning); }
    .counts { display: flex; flex-wrap: wrap; gap: 4px 24px; font-size: var(--type-label); }
    .counts span { display: flex; gap: 8px; align-items: center; }
    .counts i { width: 14px; height: 14px; border-radius: 4px; background: var(--soft); box-shadow: inset 0 0 0 1px var(--line); }
    .counts i.confirmed, .counts i.updating, .counts i.failed { box-shadow: none; }
    .counts i.confirmed { background: var(--accent); } .counts i.updating { background: var(--waiting); } .counts i.failed { background: var(--warning); }
    .reason { margin: 12px 0 0; padding: 12px 16px; background: var(--warning-soft); border-radius: 16px; font-size: var(--type-label); line-height: 24px; }
    .orders { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 16px; align-items: center; }
    .orders jn-choice { width: 280px; }
    .things { margin-top: 12px; }
    .things li { display: flex; justify-content: space-between; gap: 16px; padding: 10px 0; border-top: 1px solid var(--soft); font-size: var(--type-label); line-height: 24px; }
    .things .gone { color: var(--warning); }
    .begin { display: grid; gap: 12px; }
    .begin jn-pick { display: block; }
    .more { color: var(--accent); font-size: var(--type-label); min-height: 48px; text-decoration: underline; text-underline-offset: 4px; }
    @media (max-width: 900px) { .both { grid-template-columns: minmax(0, 1fr); } }
    @media ${PHONE} { .sheet { padding: 16px; } .orders jn-choice { width: 100%; } }
  `];

  override connectedCallback(): void {
    super.connectedCallback();
    // Nobody tells when an operator adds a package.
    updates.firmware.refresh();
  }

  protected override follows(): readonly Watchable[] {
    return [clock];
  }

  override render() {
    return html`<jn-page heading=${t('place.updates')}><div class="both">
      <div class="stack">${loaded(this.need(updates.rollouts), (all) => this.#rollouts(all), () => void updates.rollouts.load())}</div>
      <section class="sheet"><h2>${t('rollout.new')}</h2>${loaded(this.need(updates.firmware), (all) => this.#begin(all), () => void updates.firmware.load())}</section>
    </div></jn-page>`;
  }

  #rollouts(all: readonly Rollout[]): unknown {
    if (!all.length) return empty(t('rollout.empty'), t('rollout.empty_how'));
    return [...all].sort((a, b) => b.created_ms - a.created_ms).map((rollout) => this.#rollout(rollout));
  }

  #rollout(rollout: Rollout): TemplateResult {
    const { counts, firmware } = rollout;
    const parts = ['confirmed', 'updating', 'failed', 'waiting'] as const;
    const name = softwareNamed(firmware);
    return html`<section class="sheet" aria-label=${name}>
      <div class="head"><h3>${name}</h3><span class="state ${rollout.state}">${t(`rollout_state.${rollout.state}`)}</span></div>
      <p class="quiet">${t('rollout.stage', { percent: rollout.percent })}${rollout.group ? ` · ${groupNamed(rollout.group)}` : ''} · ${momentText(rollout.created_ms, clock.value, lang())}</p>
      <div class="bar" role="progressbar" aria-label=${name} aria-valuemin="0" aria-valuemax=${counts.total || 1} aria-valuenow=${counts.confirmed}>
        ${parts.slice(0, 3).map((part) => (counts[part] ? html`<i class=${part} style="flex:${counts[part]} 0 0"></i>` : nothing))}<i style="flex:${counts.waiting || (counts.total ? 0 : 1)} 0 0"></i></div>
      <div class="counts">${parts.map((part) => html`<span><i class=${part}></i>${t(`rollout_count.${part}`, { count: counts[part] })}</span>`)}</div>
      ${rollout.reason ? html`<p class="reason">${rollout.reason[lang()]}</p>` : nothing}
      ${this.#orders(rollout)}${this.#things(rollout)}
    </section>`;
  }

  #orders(rollout: Rollout): TemplateResult | typeof nothing {
    if (rollout.state === 'done' || rollout.state === 'stopped') return nothing;
    const order = (word: Order) => html`<button class="button ${word === 'stop' ? 'danger' : ''}" ?disabled=${this.busy === rollout.id} @click=${() => void this.#order(rollout, word)}>${icon(word === 'pause' ? 'pause' : word === 'resume' ? 'play' : 'square')}${t(`order.${word}`)}</button>`;
    const stages = STAGES.filter((stage) => stage >= rollout.percent);
    return html`<div class="orders">${order(rollout.state === 'running' ? 'pause' : 'resume')}${order('stop')}
      ${stages.length < 2 ? nothing : html`<jn-choice .label=${t('rollout.widen')} ?disabled=${this.busy === rollout.id} .value=${rollout.percent}
        .options=${stages.map((stage) => ({ value: stage, label: `${stage} %` }))}
        @choose=${(event: CustomEvent<number>) => void this.#do(rollout.id, () => updates.widen(rollout, event.detail))}></jn-choice>`}</div>`;
  }

  #things(rollout: Rollout): TemplateResult | typeof nothing {
    if (!rollout.updates.length) return nothing;
    const isOpen = this.open === rollout.id;
    const order = (of: ThingUpdate) => (of.problem ? 0 : of.state === 'confirmed' ? 2 : 1);
    const sorted = [...rollout.updates].sort((a, b) => order(a) - order(b));
    const shown = isOpen ? sorted : sorted.filter((each) => each.problem).slice(0, SHOWN);
    return html`${shown.length ? html`<ul class="things">${shown.map((each) => html`<li><span>${thingNamed(each.thing)}</span>
        <span class=${each.problem ? 'gone' : ''}>${t(`update.${each.state}`, { version: each.version, percent: each.percent })}${each.problem ? html`<br />${problemText(each.problem)}` : nothing}</span></li>`)}</ul>` : nothing}
      <button class="more" aria-expanded=${isOpen} @click=${() => { this.open = isOpen ? null : rollout.id; }}>${t(isOpen ? 'rollout.less' : 'rollout.each', { count: rollout.updates.length })}</button>`;
  }

  #begin(all: readonly Firmware[]): TemplateResult {
    if (!all.length) return html`<p class="quiet">${t('rollout.no_firmware')}</p>`;
    const home = hub.home.value;
    const areas = home.state === 'complete' ? home.areas : [];
    const newest = [...all].sort((one, other) => other.added_ms - one.added_ms);
    const firmware = all.find((each) => each.id === this.chosen) ?? newest[0];
    const number = (label: string, values: readonly number[], value: number, choose: (value: number) => void) => html`<div><p class="label">${label}</p>
      <jn-choice .label=${label} .value=${value} .options=${values.map((each) => ({ value: each, label: `${each} %` }))} @choose=${(event: CustomEvent<number>) => choose(event.detail)}></jn-choice></div>`;
    return html`<div class="begin">
      <jn-pick .label=${t('rollout.firmware')} .value=${firmware?.id ?? null} .options=${newest.map((each) => ({ value: each.id, label: softwareNamed(each), hint: each.notes[lang()] }))} @choose=${(event: CustomEvent<string>) => { this.chosen = event.detail; }}></jn-pick>
      ${firmware?.notes[lang()] ? html`<p class="quiet">${firmware.notes[lang()]}</p>` : nothing}
      ${number(t('rollout.first'), STAGES, this.percent, (value) => { this.percent = value; })}
      <div><p class="label">${t('rollout.where')}</p><jn-pick .label=${t('rollout.where')} .value=${this.group} .options=${[{ value: EVERYWHERE, label: t('rollout.everywhere') }, ...areas.map((area) => ({ value: area.id, label: area.names[lang()] }))]}
        @choose=${(event: CustomEvent<string>) => { this.group = event.detail; }}></jn-pick></div>
      ${number(t('rollout.limit'), LIMITS, this.limit, (value) => { this.limit = value; })}
      <button class="button main" ?disabled=${!firmware || this.busy !== null} @click=${() => void this.#start(firmware!)}>${icon('download')}${t('rollout.start')}</button></div>`;
  }

  async #start(firmware: Firmware): Promise<void> {
    await this.#do('new', () => updates.begin({ firmware: firmware.id, percent: this.percent, group: this.group ? `area:${this.group}` : null, failure_limit_percent: this.limit }));
  }

  #order(rollout: Rollout, order: Order): Promise<void> {
    return this.#do(rollout.id, () => updates.order(rollout, order));
  }

  async #do(what: string, act: () => Promise<void>): Promise<void> {
    this.busy = what;
    await attempt(act);
    this.busy = null;
  }
}

/** A household knows its things, not the keys of their products; those stand where no such thing is at home. */
function softwareNamed(firmware: Pick<Firmware, 'product_key' | 'version'>): string {
  const home = hub.home.value;
  const [first, ...others] = home.state === 'complete' ? home.things.filter((thing) => thing.product_key === firmware.product_key) : [];
  const name = !first ? firmware.product_key : others.length ? t('rollout.like', { name: first.names[lang()], count: others.length }) : first.names[lang()];
  return `${name} · ${firmware.version}`;
}

function thingNamed(id: string): string {
  const home = hub.home.value;
  return (home.state === 'complete' ? home.things.find((thing) => thing.id === id)?.names[lang()] : undefined) ?? id;
}

/** `area:kitchen` and `things:a,b` by the names that people know; a tag as it is written. */
function groupNamed(group: string): string {
  const [kind, ids = ''] = group.split(/:(.*)/s);
  const home = hub.home.value;
  if (kind === 'things') return ids.split(',').map(thingNamed).join(t('list.and'));
  const area = kind === 'area' && home.state === 'complete' ? home.areas.find((each) => each.id === ids) : undefined;
  return area?.names[lang()] ?? group;
}
