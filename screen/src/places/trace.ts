// Why it answered so: the last turn from the words to the report, with the time each step took.
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { hub, lang } from '../control/app';
import { waterfall } from '../format/waterfall';
import { capital, durationText, timeText, valueText } from '../format/value';
import { valueWords } from '../format/state';
import { t, type Key } from '../i18n';
import { number } from '../i18n/phrase';
import en from '../i18n/en.json';
import '../parts/page';
import { house, Part, PHONE } from '../parts/part';
import type { Deed, Thing, Turn, Understood, Value } from '../wire';

@customElement('jn-trace')
export class TracePlace extends Part {
  static override readonly styles = [house, css`
    :host { height: 100%; }
    .steps { display: grid; gap: 8px; }
    .step { background: var(--card); border-radius: var(--radius); padding: 14px var(--space-three); display: grid; grid-template-columns: 180px minmax(0, 1fr) auto; gap: 4px 16px; align-items: baseline; }
    .step h2 { color: var(--muted); font-size: var(--type-label); }
    .step p { overflow-wrap: anywhere; }
    .step .ms, .quiet { color: var(--muted); font-size: var(--type-label); white-space: nowrap; }
    .quiet { white-space: normal; }
    .bad { color: var(--warning); font-weight: 600; }
    .falls { margin-top: 24px; display: grid; gap: 4px; }
    .falls h2 { font-size: var(--type-label); color: var(--muted); margin-bottom: 8px; }
    .span { display: grid; grid-template-columns: 180px minmax(0, 1fr) 96px; gap: 16px; align-items: center; font-size: var(--type-label); min-height: 32px; }
    .track { position: relative; height: 20px; background: var(--soft); border-radius: 6px; overflow: hidden; }
    .bar { position: absolute; top: 0; bottom: 0; min-width: 4px; border-radius: 6px; background: var(--accent); }
    .bar.before { background: var(--line); }
    .span .ms { text-align: right; color: var(--muted); white-space: nowrap; }
    .empty { text-align: center; margin-top: 10vh; color: var(--muted); }
    .empty h2 { font-size: var(--type-title); color: var(--ink); }
    @media ${PHONE} {
      .step { grid-template-columns: minmax(0, 1fr) auto; }
      .step h2 { grid-column: 1 / -1; }
      .span { grid-template-columns: 96px minmax(0, 1fr) 72px; gap: 8px; font-size: var(--type-small); }
    }
  `];

  override render() {
    const home = hub.home.value;
    if (home.state === 'initial') return nothing;
    return html`<jn-page heading=${t('place.trace')}>${home.turn ? this.#turn(home.turn, home.things) : html`
      <div class="empty"><h2>${t('trace.empty')}</h2><p>${t('trace.empty_how')}</p></div>`}</jn-page>`;
  }

  #turn(turn: Turn, things: readonly Thing[]): TemplateResult {
    const { heard, understood } = turn;
    return html`<div class="steps">
        ${step(t('trace.heard'), heard ? html`“${heard.text}” <span class="quiet">${t('trace.sure', { figure: Math.round(heard.confidence * 100) })}</span>`
          : html`<span class="bad">${t('trace.heard_nothing')}</span>`, turn.at_ms === undefined ? '' : timeText(turn.at_ms, lang()))}
        ${step(t('trace.understood'), understood ? [understood, ...(understood.more ?? [])].map(meaning) : html`<span class="bad">${t('outcome.not_understood')}</span>`, '')}
        ${turn.did.map((deed) => this.#deed(deed, things))}
        ${step(t('trace.said'), html`${turn.said || t('trace.said_nothing')} <span class="quiet">${t(`outcome.${turn.outcome}`)}</span>`, '')}
      </div>
      ${turn.spans.length ? this.#falls(turn) : nothing}`;
  }

  #deed(deed: Deed, things: readonly Thing[]): TemplateResult {
    const thing = things.find((each) => each.id === deed.thing);
    const spec = thing?.specs.find((each) => each.id === deed.property);
    const words = (value: Value) => (spec ? valueText(spec, value, lang(), valueWords(t)) : String(value));
    const isGood = deed.outcome === 'confirmed' || deed.outcome === 'unchanged';
    return html`
      ${step(t('trace.asked'), html`${thing?.names[lang()] ?? deed.thing} · ${spec ? capital(spec.names[lang()]) : deed.property} · ${words(deed.asked)}`, '')}
      ${step(t('trace.reported'), html`${deed.reported === null ? '–' : words(deed.reported)} <span class=${isGood ? 'quiet' : 'bad'}>${t(`deed.${deed.outcome}`)}</span>`, durationText(deed.ms, lang()))}`;
  }

  #falls(turn: Turn): TemplateResult {
    const { bars, waited_ms } = waterfall(turn.spans);
    return html`<section class="falls">
      <h2>${t('trace.times', { total: durationText(waited_ms, lang()) })}</h2>
      ${bars.map(({ span, left, width, isBefore }) => html`<div class="span">
        <span>${spanName(span.name)}</span>
        <div class="track" aria-hidden="true"><div class="bar ${isBefore ? 'before' : ''}" style="left:${left}%;width:${width}%"></div></div>
        <span class="ms">${durationText(span.ms, lang())}</span>
      </div>`)}
    </section>`;
  }
}

function step(title: string, words: unknown, ms: string): TemplateResult {
  return html`<div class="step"><h2>${title}</h2><p>${words}</p><span class="ms">${ms}</span></div>`;
}

/** The intent with its slots, and by which layer. */
function meaning(understood: Understood): TemplateResult {
  const slots = Object.entries(understood.slots).map(([name, value]) => `${name} ${String(value)}`).join(' · ');
  return html`<span style="display:block">${understood.canon} <span class="quiet">${slots ? `${slots} · ` : ''}${t(`layer.${understood.layer}`)} · ${number(understood.confidence * 100, lang(), 0)}%</span></span>`;
}

/** A stage of a newer hub is shown by its own name. */
function spanName(name: string): string {
  const key = `span.${name}`;
  return key in en ? t(key as Key) : name;
}
