// On or off at once, for what is the hub's own and needs no report of a thing: a rule.
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { house } from './part';

/** Fires `turn` with what is wanted. */
@customElement('jn-switch')
export class Switch extends LitElement {
  @property({ type: Boolean }) on = false;
  @property() label = '';
  @property({ type: Boolean, reflect: true }) disabled = false;

  static override readonly styles = [house, css`
    button { display: grid; place-items: center; width: 80px; }
    i { display: block; position: relative; width: 64px; height: 36px; border-radius: 18px; background: var(--soft); border: 2px solid var(--line); transition: background var(--motion) ease-out; }
    i::after { content: ''; position: absolute; top: 4px; left: 4px; width: 24px; height: 24px; border-radius: 50%; background: var(--line); transition: left var(--motion) ease-out; }
    [aria-checked='true'] i { background: var(--accent); border-color: var(--accent); }
    [aria-checked='true'] i::after { left: 32px; background: var(--on-accent); }
  `];

  override render() {
    return html`<button role="switch" aria-checked=${this.on} aria-label=${this.label} ?disabled=${this.disabled}
      @click=${() => this.dispatchEvent(new CustomEvent('turn', { detail: !this.on }))}><i></i></button>`;
  }
}
