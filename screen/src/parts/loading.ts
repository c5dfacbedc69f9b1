// Waiting for the hub, a failure with a way to try again, or nothing there yet: each in words.
import { html, nothing, type TemplateResult } from 'lit';
import { problemText, t } from '../i18n';
import { valueIn, type Load } from '../store/load';
import { icon } from './icon';

/** What is shown of a load: its value, also the one from before while it is asked again; else why there is none. */
export function loaded<T>(load: Load<T>, shown: (value: T) => unknown, again: () => void): unknown {
  const value = valueIn(load);
  const trouble = load.state === 'error' ? failure(problemText(load.problem), again) : nothing;
  if (value !== null) return html`${trouble}${shown(value)}`;
  return load.state === 'error' ? trouble : html`<p class="loading" role="status">${t('load.pending')}</p>`;
}

export function failure(words: string, again: (() => void) | null): TemplateResult {
  return html`<div class="failure" role="alert">${icon('triangle')}<p>${words}</p>${again ? html`<button @click=${again}>${t('load.again')}</button>` : nothing}</div>`;
}

export function empty(title: string, how: string): TemplateResult {
  return html`<div class="nothing"><h2>${title}</h2><p>${how}</p></div>`;
}
