// What the home decides by itself: every rule as a sentence; beside them the scenes.
import { css, html, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { automation, go } from '../control/app';
import { t } from '../i18n';
import '../parts/choice';
import { icon } from '../parts/icon';
import { empty, loaded } from '../parts/loading';
import '../parts/page';
import { house, Part, sheets } from '../parts/part';
import '../parts/rule_row';
import type { Rule } from '../wire';

export const bothTabs = (here: 'rules' | 'scenes', words: string, begin: () => void): TemplateResult => html`
  <button slot="tools" class="button main" @click=${begin}>${icon('plus')}${words}</button>
  <jn-choice slot="tools" class="tabs" .label=${t('place.automation')} .options=${[{ value: 'scenes', label: t('place.scenes') }, { value: 'rules', label: t('place.rules') }]} .value=${here}
    style="min-width:220px" @choose=${(event: CustomEvent<'rules' | 'scenes'>) => go({ place: event.detail }, true)}></jn-choice>`;

@customElement('jn-rules')
export class RulesPlace extends Part {
  static override readonly styles = [house, sheets, css`
    :host { height: 100%; }
    .how { margin-top: 24px; text-align: center; }
  `];

  override render() {
    return html`<jn-page heading=${t('place.rules')}>${bothTabs('rules', t('rules.new'), () => go({ place: 'rule', id: null, about: null }))}
      ${loaded(this.need(automation.rules), (rules) => this.#list(rules), () => void automation.rules.load())}
    </jn-page>`;
  }

  #list(rules: readonly Rule[]): TemplateResult {
    if (!rules.length) return empty(t('rules.empty'), t('rules.empty_how'));
    return html`<div class="stack">${rules.map((rule) => html`<jn-rule-row .rule=${rule}></jn-rule-row>`)}</div>
      <p class="quiet how">${t('rules.say_how')}</p>`;
  }
}
