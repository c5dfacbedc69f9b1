// One rule in a list: what it does as a sentence, when it last did and why, and its switch.
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { attempt, automation, clock, go, lang } from '../control/app';
import { draftOf } from '../control/automation';
import { clause } from '../format/clause';
import { momentText } from '../format/period';
import { capital } from '../format/value';
import { problemText, t } from '../i18n';
import type { Watchable } from '../store/store';
import { valueIn } from '../store/load';
import type { Rule } from '../wire';
import { icon } from './icon';
import { house, Part, PHONE, sheets } from './part';
import './switch';

@customElement('jn-rule-row')
export class RuleRow extends Part {
  @property({ attribute: false }) rule!: Rule;

  static override readonly styles = [house, sheets, css`
    article { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 16px; align-items: center; background: var(--card); border-radius: var(--radius); padding: 12px 16px 12px var(--space-three); min-height: 104px; }
    article.off .said { color: var(--muted); }
    .open { display: grid; gap: 4px; border-radius: 12px; }
    .name { font-size: var(--type-label); color: var(--muted); }
    .said { font-size: var(--type-body); line-height: 32px; overflow-wrap: anywhere; text-wrap: pretty; }
    .why { font-size: var(--type-label); line-height: 24px; color: var(--muted); }
    .bad { display: flex; gap: 8px; align-items: center; }
    .bad .icon { font-size: 22px; }
    @media ${PHONE} { .said { font-size: 20px; line-height: 27px; } article { padding-left: 16px; gap: 8px; } }
  `];

  protected override follows(): readonly Watchable[] {
    return [clock];
  }

  override render() {
    const { rule } = this;
    const name = rule.names[lang()];
    const said = capital(rule.said[lang()]).replace(/[.。]$/, '');
    return html`<article class=${rule.enabled ? '' : 'off'} aria-label=${name || said}>
      <button class="open" @click=${() => go({ place: 'rule', id: rule.id, about: null })}>
        ${name && !rule.said[lang()].toLowerCase().startsWith(name.toLowerCase()) ? html`<span class="name">${name}</span>` : nothing}
        <span class="said">${said}</span>
        ${rule.problem ? html`<span class="bad">${icon('triangle')}${problemText(rule.problem)}</span>` : this.#why()}
      </button>
      <jn-switch .on=${rule.enabled} .label=${name || said} @turn=${(event: CustomEvent<boolean>) => void this.#turn(event.detail)}></jn-switch>
    </article>`;
  }

  /** When it last ran and because of what. */
  #why(): TemplateResult {
    const { rule } = this;
    if (!rule.enabled) return html`<span class="why">${t('rule.off')}</span>`;
    if (rule.last_run_ms === null) return html`<span class="why">${t('rule.never_ran')}</span>`;
    const when = momentText(rule.last_run_ms, clock.value, lang());
    const run = valueIn(this.need(automation.runs.of(rule.id)))?.find((each) => !each.dry);
    return html`<span class="why">${run ? t(`run_line.${run.outcome}`, { when, because: clause(run.because[lang()]) }) : t('rule.ran', { when })}</span>`;
  }

  async #turn(on: boolean): Promise<void> {
    await attempt(() => automation.save({ ...draftOf(this.rule), enabled: on }, this.rule.id));
  }
}
