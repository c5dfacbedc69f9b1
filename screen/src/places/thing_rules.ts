// Why one thing did what it did: the rules that listen to it or move it, and the last of their runs.
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { automation, clock, go, lang } from '../control/app';
import { clause } from '../format/clause';
import { momentText } from '../format/period';
import { touches } from '../format/rule';
import { capital } from '../format/value';
import { t } from '../i18n';
import { icon } from '../parts/icon';
import { empty, loaded } from '../parts/loading';
import { house, Part, sheets } from '../parts/part';
import '../parts/rule_row';
import { valueIn } from '../store/load';
import type { Watchable } from '../store/store';
import type { Rule, Run, Thing } from '../wire';

@customElement('jn-thing-rules')
export class ThingRules extends Part {
  @property({ attribute: false }) thing!: Thing;

  static override readonly styles = [house, sheets, css`
    .why { background: var(--lit); border-radius: var(--radius); padding: 16px var(--space-three); margin-bottom: 8px; font-size: 20px; line-height: 28px; }
    .why b { display: block; font-size: var(--type-label); font-weight: 400; color: var(--muted); }
    .new { margin-top: 8px; }
  `];

  protected override follows(): readonly Watchable[] {
    return [clock];
  }

  override render() {
    return loaded(this.need(automation.rules), (rules) => this.#shown(rules), () => void automation.rules.load());
  }

  #shown(rules: readonly Rule[]): TemplateResult {
    const mine = rules.filter((rule) => touches(rule, this.thing.id));
    const begin = html`<button class="button main new" @click=${() => go({ place: 'rule', id: null, about: this.thing.id })}>${icon('plus')}${t('rules.new')}</button>`;
    if (!mine.length) return html`${empty(t('thing.no_rules'), t('thing.no_rules_how'))}<div style="text-align:center">${begin}</div>`;
    return html`${this.#why(mine)}<div class="stack">${mine.map((rule) => html`<jn-rule-row .rule=${rule}></jn-rule-row>`)}</div>${begin}`;
  }

  /** The newest run in which this thing was moved. */
  #why(rules: readonly Rule[]): TemplateResult | typeof nothing {
    const runs = rules.filter((rule) => rule.last_run_ms !== null).flatMap((rule) => valueIn(this.need(automation.runs.of(rule.id))) ?? []);
    const moved = runs.filter((run) => run.did.some((deed) => deed.thing === this.thing.id)).sort((a, b) => b.at_ms - a.at_ms);
    const [run] = moved;
    return run ? html`<p class="why"><b>${t('thing.why')}</b>${this.#sentence(run, rules)}</p>` : nothing;
  }

  #sentence(run: Run, rules: readonly Rule[]): string {
    const rule = rules.find((each) => each.id === run.rule);
    const name = rule?.names[lang()] || rule?.said[lang()] || '';
    return capital(t('thing.because', { rule: name, when: momentText(run.at_ms, clock.value, lang()), because: clause(run.because[lang()]) }));
  }
}
