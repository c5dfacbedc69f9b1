// A rule while it is written: what the hub thinks of it is asked a moment after each change.
import { Store } from '../store/store';
import type { Check, Problem, RuleDraft, Run } from '../wire';
import { Failed } from './api';
import type { Automation } from './automation';

const PAUSE_MS = 400;
const NAME_MAX = 60;
/** What a rule is called while nobody has, so that it can be looked at. */
const UNNAMED = { en: 'Rule', zh: '规则' } as const;

export type Opinion =
  | { readonly state: 'initial' }
  | { readonly state: 'pending'; readonly before: Check | null }
  | { readonly state: 'complete'; readonly check: Check }
  | { readonly state: 'error'; readonly problem: Problem };

export type Rehearsal =
  | { readonly state: 'initial' }
  | { readonly state: 'pending' }
  | { readonly state: 'complete'; readonly runs: readonly Run[]; readonly from_ms: number; readonly to_ms: number }
  | { readonly state: 'error'; readonly problem: Problem };

export class Editing {
  readonly draft: Store<RuleDraft>;
  readonly opinion = new Store<Opinion>({ state: 'initial' });
  readonly rehearsal = new Store<Rehearsal>({ state: 'initial' });
  readonly id: string | null;
  readonly #automation: Automation;
  readonly #first: RuleDraft;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #asked = 0;

  constructor(automation: Automation, draft: RuleDraft, id: string | null) {
    this.#automation = automation;
    this.#first = draft;
    this.draft = new Store(draft);
    this.id = id;
  }

  get isChanged(): boolean {
    return this.draft.value !== this.#first;
  }

  /** `isWhole`: nothing is missing, so that there is something to have an opinion on. */
  change(changed: Partial<RuleDraft>, isWhole: (draft: RuleDraft) => boolean): void {
    this.draft.set({ ...this.draft.value, ...changed });
    // What was rehearsed was another rule.
    this.rehearsal.set({ state: 'initial' });
    this.look(isWhole);
  }

  look(isWhole: (draft: RuleDraft) => boolean): void {
    clearTimeout(this.#timer);
    const number = ++this.#asked;
    if (!isWhole(this.draft.value)) {
      this.opinion.set({ state: 'initial' });
      return;
    }
    const before = this.opinion.value.state === 'complete' ? this.opinion.value.check : null;
    this.opinion.set({ state: 'pending', before });
    this.#timer = setTimeout(() => void this.#check(number), PAUSE_MS);
  }

  /** The draft as it is sent: a rule without a name is called what it says. */
  named(): RuleDraft {
    const { names } = this.draft.value;
    const said = this.opinion.value.state === 'complete' ? this.opinion.value.check.said : null;
    const name = (lang: 'en' | 'zh') => names[lang] || (said?.[lang] ?? UNNAMED[lang]).slice(0, NAME_MAX);
    return { ...this.draft.value, names: { en: name('en'), zh: name('zh') } };
  }

  async rehearse(from_ms: number, to_ms: number): Promise<void> {
    this.rehearsal.set({ state: 'pending' });
    try {
      this.rehearsal.set({ state: 'complete', runs: await this.#automation.dryRun(this.named(), from_ms, to_ms), from_ms, to_ms });
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      this.rehearsal.set({ state: 'error', problem: error.problem });
    }
  }

  async #check(number: number): Promise<void> {
    try {
      const check = await this.#automation.check(this.named(), this.id);
      if (number === this.#asked) this.opinion.set({ state: 'complete', check });
    } catch (error) {
      if (!(error instanceof Failed)) throw error;
      if (number === this.#asked) this.opinion.set({ state: 'error', problem: error.problem });
    }
  }
}
