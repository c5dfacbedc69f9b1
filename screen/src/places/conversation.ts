// The conversation, over everything, bottom third: what is heard, what is answered, and when it leaves.
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, query } from 'lit/decorators.js';
import { go, hub, lazily, voice } from '../control/app';
import { problemText, t } from '../i18n';
import { icon } from '../parts/icon';
import '../parts/wave';
import { house, Part, PHONE } from '../parts/part';
import type { Watchable } from '../store/store';
import type { Talk } from '../store/talk';
import type { Card, PropertySpec, Series } from '../wire';

type Answered = Extract<Talk, { state: 'answered' }>;

@customElement('jn-conversation')
export class Conversation extends Part {
  @query('input') private field?: HTMLInputElement;
  #before: Talk['state'] = 'quiet';

  static override readonly styles = [house, css`
    :host { position: fixed; inset: auto 0 0 0; z-index: 3; pointer-events: none; }
    section {
      pointer-events: auto; position: relative; margin: 0 auto; max-width: 1280px; min-height: 34vh; padding: 24px 40px 20px;
      background: var(--card); border-radius: 32px 32px 0 0; box-shadow: 0 -1px 0 var(--soft), 0 -24px 80px rgb(0 0 0 / 0.22);
      display: flex; flex-direction: column; justify-content: center; gap: 14px; animation: rise var(--motion) ease-out;
    }
    @keyframes rise { from { transform: translateY(24px); opacity: 0; } }
    .words { color: var(--muted); font-size: var(--type-body); padding-right: 64px; overflow-wrap: anywhere; }
    .said { font-size: var(--type-title); line-height: 1.25; font-weight: 600; padding-right: 64px; overflow-wrap: anywhere; text-wrap: balance; }
    .soft { font-weight: 400; }
    .heard { text-align: center; padding-left: 64px; }
    .answer { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 32px; align-items: center; max-height: 60vh; overflow-y: auto; }
    .speech { display: grid; gap: 8px; }
    .card { background: var(--ground); border-radius: var(--radius); padding: 20px 24px; min-width: 280px; max-width: 480px; margin-right: 56px; }
    .drawn { width: 480px; }
    .card h3 { font-size: var(--type-label); color: var(--muted); }
    .card .figure { font-size: var(--type-figure); line-height: 1.15; font-weight: 300; }
    .card li { font-size: var(--type-label); }
    .actions { display: flex; gap: 8px; margin-top: 12px; flex-wrap: wrap; }
    .actions button, .links button { padding: 0 20px; background: var(--soft); font-size: var(--type-label); }
    .middle { justify-content: center; margin: 0; }
    .links { display: flex; gap: 8px; }
    .links button { background: none; padding: 0; color: var(--muted); text-decoration: underline; text-underline-offset: 4px; text-decoration-thickness: 1px; }
    .hint { color: var(--muted); font-size: var(--type-label); text-align: center; }
    .close { position: absolute; top: 16px; right: 16px; display: grid; place-items: center; color: var(--muted); }
    .closing { position: absolute; left: 40px; right: 40px; bottom: 0; height: 4px; border-radius: 2px; background: var(--accent); transform-origin: left; animation: close linear both; }
    @keyframes close { from { transform: scaleX(1); } to { transform: scaleX(0); } }
    form { display: flex; gap: 12px; padding-right: 64px; }
    input { flex: 1; min-width: 0; height: 72px; padding: 0 24px; background: var(--ground); border: 2px solid var(--line); font-size: var(--type-body); }
    form button { width: 72px; height: 72px; display: grid; place-items: center; background: var(--accent); color: var(--on-accent); flex: none; }
    .bad { display: flex; gap: 16px; align-items: center; font-size: var(--type-body); }
    .bad .icon { color: var(--warning); }
    .after { margin: 0 0 0 48px; }
    @media (prefers-reduced-motion: reduce) { section { animation: none; } .closing { animation: none; } }
    @media ${PHONE} {
      section { padding: 20px 16px 24px; border-radius: 24px 24px 0 0; }
      .said { font-size: var(--type-body); padding-right: 56px; }
      .soft { font-weight: 400; }
    .heard { text-align: center; padding-left: 64px; }
    .answer { grid-template-columns: minmax(0, 1fr); gap: 16px; }
      .card { min-width: 0; margin-right: 0; width: auto; }
      .closing { left: 16px; right: 16px; }
      form { padding-right: 56px; }
    }
  `];

  protected override follows(): readonly Watchable[] {
    return [voice.talk, hub.link];
  }

  override updated(): void {
    const { state } = voice.talk.value;
    if (state === 'typing' && this.#before !== 'typing') this.field?.focus();
    this.#before = state;
  }

  override render() {
    const talk = voice.talk.value;
    const spoken = talk.state === 'answered' ? talk.turn.said : talk.state === 'trouble' ? problemText(talk.problem) : '';
    return html`<div class="unseen" role="status" aria-live="polite">${spoken}</div>${talk.state === 'quiet' ? nothing : html`
      <section role="dialog" aria-label=${t('talk.title')} @keydown=${this.#key}>
        ${this.#inside(talk)}
        <button class="close" aria-label=${t('talk.close')} @click=${() => voice.dismiss()}>${icon('x')}</button>
      </section>`}`;
  }

  #inside(talk: Talk): TemplateResult | typeof nothing {
    switch (talk.state) {
      case 'quiet':
        return nothing;
      case 'typing':
        return html`<form @submit=${this.#submit}>
          <input aria-label=${t('talk.field')} placeholder=${t('talk.field')} maxlength="400" autocomplete="off" enterkeyhint="send" />
          <button aria-label=${t('talk.send')}>${icon('send')}</button>
        </form>`;
      case 'listening':
        return html`<jn-wave .level=${talk.level}></jn-wave>
          ${talk.words ? html`<p class="said heard">${talk.words}</p>` : nothing}
          <p class="hint">${t(talk.held ? 'talk.let_go' : 'talk.listening')}</p>
          ${talk.held ? nothing : html`<div class="actions middle"><button @click=${() => voice.release()}>${t('talk.done')}</button></div>`}`;
      case 'thinking':
        return html`<p class="words">${quoted(talk.words)}</p><p class="said soft">${t('talk.thinking')}</p>`;
      case 'answered':
        return this.#answer(talk);
      case 'trouble':
        return html`<p class="said bad">${icon('triangle')}<span>${problemText(talk.problem)}</span></p>
          <div class="actions after"><button @click=${() => voice.write()}>${t('dock.write')}</button></div>`;
    }
  }

  #answer({ words, turn, closing }: Answered): TemplateResult {
    return html`
      <div class="answer">
        <div class="speech">
          <p class="words">${quoted(words)}</p>
          <p class="said">${turn.said || t(`outcome.${turn.outcome}`)}</p>
          <div class="links"><button @click=${() => { voice.dismiss(); go({ place: 'trace' }); }}>${t('talk.why')}</button></div>
        </div>
        ${turn.card ? this.#card(turn.card) : nothing}
      </div>
      ${turn.follow_up && closing ? html`<p class="unseen">${t('talk.follow_up')}</p>` : nothing}
      ${closing ? html`<div class="closing" style="animation-duration:${closing.for_ms}ms"></div>` : nothing}`;
  }

  #card(card: Card): TemplateResult {
    return html`<aside class="card ${card.chart ? 'drawn' : ''}">
      <h3>${card.title}</h3>
      ${card.figure ? html`<p class="figure">${card.figure}</p>` : nothing}
      ${this.#chart(card)}
      ${card.facts?.length ? html`<ul>${card.facts.map((fact) => html`<li>${fact}</li>`)}</ul>` : nothing}
      ${card.actions?.length ? html`<div class="actions">${card.actions.map((words) => html`
        <button @click=${() => void voice.say(words)}>${words}</button>`)}</div>` : nothing}
    </aside>`;
  }

  /** "How warm was the fridge last night?" is answered with a picture. */
  #chart(card: Card): TemplateResult | typeof nothing {
    if (!card.chart) return nothing;
    const { chart } = card;
    const points = chart.points.map(([at_ms, value]) => ({ at_ms: at_ms ?? 0, value: value ?? null }));
    const step_ms = points[1] && points[0] ? points[1].at_ms - points[0].at_ms : 0;
    const series: Series = { thing: '', property: '', from_ms: chart.from_ms, to_ms: chart.to_ms, step_ms, points };
    const spec: PropertySpec = {
      id: '', names: { en: card.title, zh: card.title }, ability: null, type: chart.is_steps ? 'bool' : 'double', writable: false, unit: chart.unit,
    };
    lazily(() => import('../parts/chart'));
    const days = (chart.to_ms - chart.from_ms) / 86_400_000;
    return html`<jn-chart small .series=${series} .spec=${spec} .period=${days > 8 ? 'month' : days > 1.5 ? 'week' : 'day'}></jn-chart>`;
  }

  #submit(event: SubmitEvent): void {
    event.preventDefault();
    const text = this.field?.value.trim();
    if (text) void voice.say(text);
  }

  #key(event: KeyboardEvent): void {
    if (event.key === 'Escape') voice.dismiss();
  }
}

const quoted = (words: string): string => (words ? `“${words}”` : '');
