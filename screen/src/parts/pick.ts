// Choosing one of many with a wet finger: a button that says what is chosen, and a sheet of large answers.
import { css, html, LitElement, nothing, type TemplateResult } from 'lit';
import { customElement, property, query, state } from 'lit/decorators.js';
import { t } from '../i18n';
import { icon, type IconName } from './icon';
import { house, PHONE } from './part';

export type Pickable = {
  readonly value: string;
  readonly label: string;
  /** Under the label, quiet: the room of a thing, what a kind is for. */
  readonly hint?: string | undefined;
  readonly icon?: IconName | undefined;
  /** A colour to be seen beside its name. */
  readonly colour?: string | undefined;
};

/** Fires `choose` with the option's value. */
@customElement('jn-pick')
export class Pick extends LitElement {
  @property({ attribute: false }) options: readonly Pickable[] = [];
  @property() value: string | null = null;
  /** What is being chosen; the title of the sheet. */
  @property() label = '';
  /** Words on the button while nothing is chosen, or always when it adds. */
  @property() empty = '';
  @property({ attribute: false }) sign: IconName | null = null;
  @property({ type: Boolean, reflect: true }) adds = false;
  /** Short answers, many to a row: hours. */
  @property({ type: Boolean, reflect: true }) short = false;
  @property({ type: Boolean, reflect: true }) disabled = false;
  @state() private isOpen = false;
  @query('dialog') private dialog?: HTMLDialogElement;

  static override readonly styles = [house, css`
    :host { display: inline-block; max-width: 100%; }
    .chip { display: flex; align-items: center; gap: 10px; max-width: 100%; min-height: var(--target); padding: 0 18px; background: var(--soft); border-radius: 16px; font-size: 20px; font-weight: 600; }
    .chip span:not(.icon) { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
    .chip .icon { font-size: 24px; color: var(--muted); }
    :host([adds]) { display: block; }
    :host([adds]) .chip { width: 100%; background: none; border: 2px dashed var(--line); color: var(--ink); font-weight: 400; }
    :host([adds]) .chip .icon { color: var(--accent); }
    .unset { color: var(--waiting); }
    .swatch { width: 24px; height: 24px; border-radius: 50%; border: 2px solid var(--line); flex: none; }
    dialog { border: 0; padding: 0; margin: auto; width: min(920px, calc(100vw - 48px)); max-height: min(640px, calc(100vh - 48px)); border-radius: 28px; background: var(--ground); color: var(--ink); overflow: hidden; box-shadow: 0 24px 80px rgb(0 0 0 / 0.35); }
    dialog[open] { display: grid; grid-template-rows: auto minmax(0, 1fr); }
    dialog::backdrop { background: rgb(0 0 0 / 0.45); }
    header { display: flex; align-items: center; justify-content: space-between; gap: 16px; padding: 16px 16px 8px 28px; }
    h2 { font-size: var(--type-body); font-weight: 600; }
    .close { display: grid; place-items: center; color: var(--muted); }
    .all { overflow-y: auto; padding: 4px 24px 24px; display: grid; grid-template-columns: repeat(auto-fill, minmax(250px, 1fr)); gap: 8px; align-content: start; }
    .one { min-height: 72px; display: flex; align-items: center; gap: 14px; padding: 10px 18px; background: var(--card); border: 2px solid transparent; font-size: 20px; line-height: 24px; }
    .one[aria-selected='true'] { border-color: var(--accent); }
    .one .icon { color: var(--accent); font-size: 28px; }
    .one div { min-width: 0; overflow-wrap: anywhere; }
    small { display: block; font-size: var(--type-small); line-height: 18px; color: var(--muted); }
    .none { padding: 8px 28px 32px; color: var(--muted); }
    :host([short]) .all { grid-template-columns: repeat(auto-fill, minmax(96px, 1fr)); }
    :host([short]) .one { justify-content: center; min-height: 64px; padding: 0; font-variant-numeric: tabular-nums; }
    :host([short]) .chip { padding: 0 12px; }
    @media ${PHONE} {
      :host([short]) .all { grid-template-columns: repeat(4, minmax(0, 1fr)); }
      dialog { width: 100vw; max-width: 100vw; margin: auto 0 0; border-radius: 24px 24px 0 0; max-height: 85vh; }
      :host(:not([short])) .all { grid-template-columns: minmax(0, 1fr); }
      .all { padding: 4px 12px 24px; }
    }
  `];

  override render() {
    const chosen = this.adds ? undefined : this.options.find((option) => option.value === this.value);
    return html`<button class="chip" aria-haspopup="dialog" aria-label=${chosen ? `${this.label}: ${chosen.label}` : this.empty || this.label} ?disabled=${this.disabled} @click=${this.open}>
        ${this.sign ? icon(this.sign) : chosen?.icon ? icon(chosen.icon) : nothing}
        ${chosen?.colour ? html`<i class="swatch" style="background:${chosen.colour}"></i>` : nothing}
        <span class=${chosen || this.adds || this.sign ? '' : 'unset'}>${chosen?.label ?? (this.empty || this.label)}</span>
        ${this.adds || this.sign ? nothing : icon('chevronDown')}
      </button>
      <dialog aria-label=${this.label} @close=${() => { this.isOpen = false; }} @click=${this.#outside}>${this.isOpen ? this.#sheet() : nothing}</dialog>`;
  }

  #sheet(): TemplateResult {
    return html`<header><h2>${this.label}</h2><button class="close" aria-label=${t('talk.close')} @click=${() => this.dialog?.close()}>${icon('x')}</button></header>
      ${this.options.length ? html`<div class="all" role="listbox" aria-label=${this.label} @keydown=${this.#key}>${this.options.map((option) => html`
        <button class="one" role="option" aria-selected=${option.value === this.value} @click=${() => this.#choose(option)}>
          ${option.icon ? icon(option.icon) : nothing}${option.colour ? html`<i class="swatch" style="background:${option.colour}"></i>` : nothing}
          <div>${option.label}${option.hint ? html`<small>${option.hint}</small>` : nothing}</div></button>`)}</div>`
        : html`<p class="none">${t('pick.none')}</p>`}`;
  }

  async open(): Promise<void> {
    this.isOpen = true;
    await this.updateComplete;
    this.dialog?.showModal();
    this.renderRoot.querySelector<HTMLElement>('.one[aria-selected=true], .one')?.focus();
  }

  #choose(option: Pickable): void {
    this.dialog?.close();
    this.dispatchEvent(new CustomEvent('choose', { detail: option.value }));
  }

  /** Beside the sheet: away with it. */
  #outside(event: MouseEvent): void {
    if (event.target === this.dialog) this.dialog?.close();
  }

  #key(event: KeyboardEvent): void {
    const step = { ArrowDown: 1, ArrowRight: 1, ArrowUp: -1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const all = [...this.renderRoot.querySelectorAll<HTMLElement>('.one')];
    const here = all.indexOf(this.shadowRoot?.activeElement as HTMLElement);
    all[(here + step + all.length) % all.length]?.focus();
  }
}
