// Rules and scenes: what the hub keeps of them, and what is done to them.
import type { Check, Deed, Rule, RuleDraft, Run, Scene } from '../wire';
import { ask, query, segment } from './api';
import { Resource, Resources } from './resource';

type Runs = { readonly runs: readonly Run[] };
export type SceneDraft = Omit<Scene, 'id'>;

export class Automation {
  readonly rules = new Resource<readonly Rule[]>(() => ask('GET', 'api/rules'));
  readonly scenes = new Resource<readonly Scene[]>(() => ask('GET', 'api/scenes'));
  /** Newest first, by the rule's id. */
  readonly runs = new Resources<readonly Run[]>(async (rule) => runsOf(await ask('GET', `api/rules/${segment(rule)}/runs`)));

  /** Rules or scenes changed somewhere. */
  refresh(): void {
    this.rules.refresh();
    this.scenes.refresh();
  }

  ran(run: Run): void {
    this.runs.of(run.rule).amend((known) => [run, ...known.filter((each) => each.id !== run.id)]);
    this.rules.amend((rules) => rules.map((rule) => (rule.id === run.rule ? { ...rule, last_run_ms: run.at_ms } : rule)));
  }

  check(draft: RuleDraft, id: string | null): Promise<Check> {
    return ask('POST', query('api/rules/check', { id: id ?? undefined }), draft);
  }

  async dryRun(draft: RuleDraft, from_ms: number, to_ms: number): Promise<readonly Run[]> {
    return runsOf(await ask('POST', query('api/rules/dry-run', { from: from_ms, to: to_ms }), draft));
  }

  async save(draft: RuleDraft, id: string | null): Promise<Rule> {
    const rule = await ask<Rule>(id ? 'PUT' : 'POST', id ? `api/rules/${segment(id)}` : 'api/rules', draft);
    this.rules.amend((rules) => [...rules.filter((each) => each.id !== rule.id), rule].sort((a, b) => a.created_ms - b.created_ms));
    return rule;
  }

  async remove(id: string): Promise<void> {
    await ask('DELETE', `api/rules/${segment(id)}`);
    this.rules.amend((rules) => rules.filter((each) => each.id !== id));
  }

  async saveScene(draft: SceneDraft, id: string | null): Promise<Scene> {
    const scene = await ask<Scene>(id ? 'PUT' : 'POST', id ? `api/scenes/${segment(id)}` : 'api/scenes', draft);
    this.scenes.amend((known) => (known.some((each) => each.id === scene.id) ? known.map((each) => (each.id === scene.id ? scene : each)) : [...known, scene]));
    return scene;
  }

  async removeScene(id: string): Promise<void> {
    await ask('DELETE', `api/scenes/${segment(id)}`);
    this.scenes.amend((scenes) => scenes.filter((each) => each.id !== id));
  }

  async run(scene: string): Promise<readonly Deed[]> {
    return (await ask<{ readonly did: readonly Deed[] }>('POST', `api/scenes/${segment(scene)}/run`)).did;
  }

  async undo(scene: string): Promise<void> {
    await ask('POST', `api/scenes/${segment(scene)}/undo`);
  }
}

const runsOf = (answer: Runs | readonly Run[]): readonly Run[] => ('runs' in answer ? answer.runs : answer);

/** A rule as it is written: without what the hub adds. */
export function draftOf(rule: Rule): RuleDraft {
  const { names, triggers, conditions, actions, enabled, mode, cooldown_s } = rule;
  return { names, triggers, conditions, actions, enabled, mode, cooldown_s };
}
