// One rule, written by somebody who has never written a program: when … and if … then …
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { attempt, automation, clock, go, hub, lang, notices } from '../control/app';
import { draftOf } from '../control/automation';
import { Editing, type Rehearsal } from '../control/editing';
import { blank, lackOf, YESTERDAY_MS, type Part as Piece } from '../format/rule';
import { capital } from '../format/value';
import { problemText, t, type Key } from '../i18n';
import { icon } from '../parts/icon';
import { failure, loaded } from '../parts/loading';
import '../parts/page';
import { house, Part, PHONE, sheets } from '../parts/part';
import '../parts/pick';
import '../parts/runs';
import {
  ACTIONS, actionRow, CONDITIONS, conditionRow, freshAction, freshCondition, freshTrigger, KIND_ICONS, TRIGGERS, triggerRow, type Context,
} from '../parts/ruling';
import type { Condition, Finding, Rule, RuleDraft } from '../wire';

type Group = 'triggers' | 'conditions' | 'actions';

@customElement('jn-rule')
export class RulePlace extends Part {
  @property({ attribute: false }) rule: string | null = null;
  @property({ attribute: false }) about: string | null = null;
  @state() private isSaving = false;
  #editing: Editing | null = null;

  static override readonly styles = [house, sheets, css`
    :host { height: 100%; }
    .both { display: grid; grid-template-columns: minmax(0, 8fr) minmax(0, 5fr); gap: var(--space-two); align-items: start; }
    .group { background: var(--card); border-radius: var(--radius); padding: 16px 20px; display: grid; gap: 8px; }
    .group > h2 { font-size: var(--type-body); font-weight: 600; display: flex; gap: 12px; align-items: baseline; }
    .group > h2 { white-space: nowrap; }
    .group > h2 small { white-space: normal; min-width: 0; font-size: var(--type-label); font-weight: 400; color: var(--muted); }
    .piece { display: grid; grid-template-columns: 40px minmax(0, 1fr) var(--target); gap: 4px 8px; align-items: start; padding: 8px 0; border-top: 1px solid var(--soft); }
    .piece > .icon { font-size: 26px; color: var(--accent); padding: 15px 0 0 6px; }
    .chips { display: flex; flex-wrap: wrap; gap: 8px; align-items: center; min-width: 0; }
    .pair, .time { display: inline-flex; flex-wrap: wrap; gap: 8px; align-items: center; max-width: 100%; }
    .word { color: var(--muted); font-size: var(--type-label); }
    .time { gap: 6px; }
    .words { display: grid; gap: 8px; width: 100%; }
    .days { display: inline-flex; gap: 4px; flex-wrap: wrap; }
    .days button { min-width: 48px; min-height: 48px; padding: 0 6px; border-radius: 12px; text-align: center; font-size: var(--type-label); background: var(--soft); color: var(--muted); border: 2px solid transparent; }
    .days [aria-pressed='true'] { color: var(--ink); font-weight: 600; border-color: var(--accent); background: var(--card); }
    .drop { display: grid; place-items: center; color: var(--muted); }
    .drop .icon { font-size: 24px; }
    .lack { grid-column: 2; font-size: var(--type-label); color: var(--waiting); }
    .lack.gone { color: var(--warning); font-weight: 600; }
    .inside { grid-column: 2 / -1; border-left: 4px solid var(--soft); padding-left: 12px; display: grid; gap: 4px; }
    .inside .piece { border-top: 0; }
    .or { color: var(--muted); font-size: var(--type-label); padding-left: 48px; }
    .side { position: sticky; top: 0; display: grid; gap: 8px; }
    .said { font-size: var(--type-body); line-height: 34px; text-wrap: pretty; overflow-wrap: anywhere; min-height: 68px; }
    .said.unsaid { color: var(--muted); }
    .finding { display: grid; grid-template-columns: auto minmax(0, 1fr); gap: 4px 12px; padding: 12px; border-radius: 16px; background: var(--ground); margin-top: 8px; font-size: var(--type-label); line-height: 24px; }
    .finding.error { background: var(--warning-soft); }
    .finding .icon { color: var(--warning); font-size: 24px; }
    .finding button { grid-column: 2; color: var(--ink); font-size: var(--type-label); min-height: 48px; text-decoration: underline; text-underline-offset: 4px; }
    .save { display: flex; gap: 8px; }
    .save .main { flex: 1; }
    @media (max-width: 900px) { .both { grid-template-columns: minmax(0, 1fr); } .side { position: static; } }
    @media ${PHONE} { .group, .sheet { padding: 12px 16px; } .piece { grid-template-columns: minmax(0, 1fr) var(--target); } .piece > .icon { display: none; } .lack { grid-column: 1; } .inside { grid-column: 1 / -1; } .or { padding-left: 0; } }
  `];

  override willUpdate(changed: Map<string, unknown>): void {
    if (changed.has('rule') || changed.has('about')) this.#editing = null;
  }

  override render() {
    const home = hub.home.value;
    if (home.state === 'initial') return nothing;
    const scenes = this.need(automation.scenes);
    const context: Context = { things: home.things, areas: home.areas, scenes: scenes.state === 'complete' ? scenes.value : [] };
    if (this.rule === null) {
      this.#editing ??= this.#begin(blank(home.things.find((thing) => thing.id === this.about)), null, context);
      return this.#page(this.#editing, context, null);
    }
    return html`${loaded(this.need(automation.rules), (rules) => this.#known(rules.find((each) => each.id === this.rule), context), () => void automation.rules.load())}`;
  }

  #known(rule: Rule | undefined, context: Context): TemplateResult {
    if (!rule && !this.#editing) return html`<jn-page heading=${t('rule.gone')}><p class="quiet">${t('rule.gone_how')}</p></jn-page>`;
    if (rule) this.#editing ??= this.#begin(draftOf(rule), rule.id, context);
    return this.#editing ? this.#page(this.#editing, context, rule ?? null) : html``;
  }

  #begin(draft: RuleDraft, id: string | null, context: Context): Editing {
    const editing = new Editing(automation, draft, id);
    editing.look(this.#isWhole(context));
    return editing;
  }

  #page(editing: Editing, context: Context, rule: Rule | null): TemplateResult {
    const draft = this.use(editing.draft);
    const heading = draft.names[lang()] || t(editing.id ? 'rule.heading' : 'rule.new_heading');
    return html`<jn-page heading=${heading}>
      <div class="both">
        <div class="stack">
          ${this.#group('triggers', draft.triggers.map((part, index) => this.#piece(editing, context, 'triggers', index, part)), editing, context)}
          ${this.#group('conditions', draft.conditions.map((part, index) => this.#piece(editing, context, 'conditions', index, part)), editing, context)}
          ${this.#group('actions', draft.actions.map((part, index) => this.#piece(editing, context, 'actions', index, part)), editing, context)}
        </div>
        <div class="side">${this.#opinion(editing, draft, context)}${this.#rehearsal(editing, context)}${rule ? this.#past(rule) : nothing}</div>
      </div>
    </jn-page>`;
  }

  #group(group: Group, rows: readonly TemplateResult[], editing: Editing, context: Context): TemplateResult {
    const kinds = { triggers: TRIGGERS, conditions: CONDITIONS, actions: ACTIONS }[group];
    const options = kinds.map((kind) => ({ value: kind, label: t(`part_kind.${group}_${kind}` as Key), hint: t(`part_hint.${group}_${kind}` as Key), icon: KIND_ICONS[kind] }));
    return html`<section class="group" aria-label=${t(`part_title.${group}`)}>
      <h2>${t(`part_title.${group}`)}<small>${t(`part_how.${group}`)}</small></h2>
      ${rows}
      <jn-pick adds .label=${t(`part_add.${group}`)} .empty=${t(`part_add.${group}`)} .sign=${'plus'} .options=${options}
        @choose=${(event: CustomEvent<string>) => this.#add(editing, context, group, event.detail)}></jn-pick>
    </section>`;
  }

  #piece(editing: Editing, context: Context, group: Group, index: number, part: Piece): TemplateResult {
    const all = editing.draft.value[group] as readonly Piece[];
    const put = (next: Piece | null) => this.#change(editing, context, { [group]: next ? all.map((each, at) => (at === index ? next : each)) : all.filter((_, at) => at !== index) });
    const shown = group === 'triggers' ? triggerRow(part as RuleDraft['triggers'][number], context, put)
      : group === 'actions' ? actionRow(part as RuleDraft['actions'][number], context, put) : conditionRow(part as Condition, context, put);
    return html`${group === 'triggers' && index ? html`<p class="or">${t('rule.or')}</p>` : nothing}${this.#row(part, shown, put, context)}`;
  }

  #row(part: Piece, shown: TemplateResult, put: (next: Piece | null) => void, context: Context): TemplateResult {
    const lack = part.type === 'any' && part.of.length ? null : lackOf(part, context.things, context.scenes);
    return html`<div class="piece">${icon(KIND_ICONS[part.type] ?? 'circle')}<div class="chips">${shown}</div>
      <button class="drop" aria-label=${t('rule.drop')} title=${t('rule.drop')} @click=${() => put(null)}>${icon('x')}</button>
      ${part.type === 'any' ? this.#inside(part, put, context) : part.type === 'not' ? html`<div class="inside">${this.#nested(part.of, (next) => put(next ? { ...part, of: next } : null), context)}</div>` : nothing}
      ${lack ? html`<p class="lack ${lack === 'gone' ? 'gone' : ''}">${t(`lack.${lack}`)}</p>` : nothing}</div>`;
  }

  #inside(part: Extract<Condition, { type: 'any' }>, put: (next: Piece | null) => void, context: Context): TemplateResult {
    const options = CONDITIONS.filter((kind) => kind !== 'any').map((kind) => ({ value: kind, label: t(`part_kind.conditions_${kind}` as Key), icon: KIND_ICONS[kind] }));
    return html`<div class="inside">
      ${part.of.map((each, index) => this.#nested(each, (next) => put({ ...part, of: next ? part.of.map((old, at) => (at === index ? next : old)) : part.of.filter((_, at) => at !== index) }), context))}
      <jn-pick adds .label=${t('rule.add_one')} .empty=${t('rule.add_one')} .sign=${'plus'} .options=${options}
        @choose=${(event: CustomEvent<string>) => put({ ...part, of: [...part.of, freshCondition(event.detail as (typeof CONDITIONS)[number])] })}></jn-pick></div>`;
  }

  #nested(part: Condition, put: (next: Condition | null) => void, context: Context): TemplateResult {
    return this.#row(part, conditionRow(part, context, put), (next) => put(next as Condition | null), context);
  }

  #opinion(editing: Editing, draft: RuleDraft, context: Context): TemplateResult {
    const opinion = this.use(editing.opinion);
    const check = opinion.state === 'complete' ? opinion.check : opinion.state === 'pending' ? opinion.before : null;
    const findings = check?.findings ?? [];
    const isWrong = findings.some((finding) => finding.severity === 'error');
    const canSave = this.#isWhole(context)(draft) && opinion.state === 'complete' && !isWrong && !this.isSaving && (editing.isChanged || editing.id === null);
    const waits = !draft.triggers.length ? t('rule.needs_trigger') : !draft.actions.length ? t('rule.needs_action') : t('rule.needs_rest');
    return html`<section class="sheet" aria-live="polite">
      <p class="said ${check ? '' : 'unsaid'}">${check ? capital(check.said[lang()]) : opinion.state === 'initial' ? waits : t('rule.checking')}</p>
      ${opinion.state === 'error' ? failure(problemText(opinion.problem), () => editing.look(this.#isWhole(context))) : nothing}
      ${findings.map((finding) => this.#finding(finding))}
      <label class="quiet" style="display:block;margin:12px 0 8px">${t('rule.name')}<input class="field" maxlength="60" placeholder=${t('rule.name_empty')} .value=${draft.names[lang()]} @change=${(event: Event) => this.#name(editing, context, (event.target as HTMLInputElement).value.trim())} /></label>
      <div class="save"><button class="button main" ?disabled=${!canSave} @click=${() => void this.#save(editing)}>${t(this.isSaving ? 'rule.saving' : 'rule.save')}</button>
        ${editing.id ? html`<button class="button danger" aria-label=${t('rule.delete')} title=${t('rule.delete')} @click=${() => void this.#delete(editing)}>${icon('trash')}</button>` : nothing}</div>
    </section>`;
  }

  #finding(finding: Finding): TemplateResult {
    const rules = finding.rules.filter((id) => id !== this.rule).map((id) => automation.rules.value?.find((rule) => rule.id === id)).filter((rule) => rule !== undefined);
    return html`<div class="finding ${finding.severity}">${icon(finding.severity === 'error' ? 'triangle' : 'info')}<p>${finding.message[lang()]}</p>
      ${rules.map((rule) => html`<button @click=${() => go({ place: 'rule', id: rule.id, about: null })}>${rule.names[lang()] || rule.said[lang()]}</button>`)}</div>`;
  }

  /** What it would have done since this time yesterday. */
  #rehearsal(editing: Editing, context: Context): TemplateResult {
    const rehearsal: Rehearsal = this.use(editing.rehearsal);
    const isWhole = this.#isWhole(context)(editing.draft.value);
    const rehearse = () => void editing.rehearse(clock.value - YESTERDAY_MS, clock.value);
    return html`<section class="sheet"><h2>${t('rehearsal.title')}</h2>
      ${rehearsal.state === 'complete' ? html`<jn-runs timeline .runs=${rehearsal.runs} .from_ms=${rehearsal.from_ms} .to_ms=${rehearsal.to_ms}></jn-runs>`
        : rehearsal.state === 'error' ? failure(problemText(rehearsal.problem), rehearse)
        : html`<p class="quiet" style="margin-bottom:8px">${t('rehearsal.how')}</p><button class="button" ?disabled=${!isWhole || rehearsal.state === 'pending'} @click=${rehearse}>${icon('repeat')}${t(rehearsal.state === 'pending' ? 'rehearsal.running' : 'rehearsal.start')}</button>`}
    </section>`;
  }

  #past(rule: Rule): TemplateResult {
    const resource = automation.runs.of(rule.id);
    return html`<section class="sheet"><h2>${t('runs.title')}</h2>${loaded(this.need(resource), (runs) => html`<jn-runs .runs=${runs}></jn-runs>`, () => void resource.load())}</section>`;
  }

  #isWhole(context: Context) {
    return (draft: RuleDraft): boolean => draft.triggers.length > 0 && draft.actions.length > 0
      && [...draft.triggers, ...draft.conditions, ...draft.actions].every((part) => lackOf(part, context.things, context.scenes) === null);
  }

  #add(editing: Editing, context: Context, group: Group, kind: string): void {
    const made = group === 'triggers' ? freshTrigger(kind as (typeof TRIGGERS)[number])
      : group === 'actions' ? freshAction(kind as (typeof ACTIONS)[number]) : freshCondition(kind as (typeof CONDITIONS)[number]);
    this.#change(editing, context, { [group]: [...editing.draft.value[group], made] });
  }

  #change(editing: Editing, context: Context, changed: Partial<RuleDraft>): void {
    editing.change(changed, this.#isWhole(context));
  }

  #name(editing: Editing, context: Context, name: string): void {
    const { names } = editing.draft.value;
    const other = lang() === 'zh' ? 'en' : 'zh';
    // A name given in one language stands for both until the other has its own.
    const isSame = !names[other] || names[other] === names[lang()];
    this.#change(editing, context, { names: { ...names, [lang()]: name, ...(isSame ? { [other]: name } : {}) } });
  }

  async #save(editing: Editing): Promise<void> {
    this.isSaving = true;
    const before = editing.id ? automation.rules.value?.find((rule) => rule.id === editing.id) : undefined;
    const isSaved = await attempt(async () => {
      const rule = await automation.save(editing.named(), editing.id);
      const undo = () => (before ? automation.save(draftOf(before), before.id) : automation.remove(rule.id));
      notices.say({ text: t('undo.saved', { name: rule.names[lang()] }), subject: `rule ${rule.id}`, offer: { label: t('undo.undo'), act: () => void attempt(undo) } });
    });
    this.isSaving = false;
    if (isSaved) this.#leave(editing);
  }

  async #delete(editing: Editing): Promise<void> {
    const { id } = editing;
    const rule = automation.rules.value?.find((each) => each.id === id);
    if (!id || !rule || !(await attempt(() => automation.remove(id)))) return;
    notices.say({ text: t('undo.deleted', { name: rule.names[lang()] }), offer: { label: t('undo.undo'), act: () => void attempt(() => automation.save(draftOf(rule), null)) } });
    this.#leave(editing);
  }

  /** To all rules; whoever has gone elsewhere meanwhile stays there. */
  #leave(editing: Editing): void {
    if (this.isConnected && this.rule === editing.id) go({ place: 'rules' }, true);
  }
}

