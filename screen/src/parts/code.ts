// A code to be read by another machine's camera; black on white by day and night, since that is what cameras expect.
import { css, html, LitElement, svg } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { drawn } from '../control/scanning';
import { house } from './part';

@customElement('jn-code')
export class Code extends LitElement {
  @property() text = '';
  @property() label = '';
  @state() private code: { readonly path: string; readonly size: number } | null = null;

  static override readonly styles = [house, css`
    :host { width: 240px; height: 240px; background: #fff; border-radius: 16px; padding: 8px; }
    svg { width: 100%; height: 100%; }
  `];

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('text')) void drawn(this.text).then((code) => { this.code = code; });
  }

  override render() {
    if (!this.code) return html``;
    const { path, size } = this.code;
    return html`<svg viewBox="0 0 ${size} ${size}" role="img" aria-label=${this.label} shape-rendering="crispEdges">${svg`<path d=${path} fill="#000"></path>`}</svg>`;
  }
}
