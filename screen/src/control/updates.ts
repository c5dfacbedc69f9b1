// Software of things: what is installed, what is newer, and how a rollout goes.
import type { Firmware, Rollout, ThingFirmware, ThingUpdate } from '../wire';
import { ask, segment } from './api';
import { Resource, Resources } from './resource';

/** What a rollout is begun with; `group`: `area:ID`, `things:ID,ID`, or null for all. */
export type Begin = {
  readonly firmware: string;
  readonly percent: number;
  readonly group: string | null;
  readonly failure_limit_percent?: number;
};
export type Order = 'pause' | 'resume' | 'stop';

export class Updates {
  readonly firmware = new Resource<readonly Firmware[]>(() => ask('GET', 'api/firmware'));
  readonly rollouts = new Resource<readonly Rollout[]>(() => ask('GET', 'api/rollouts'));
  readonly things = new Resources<ThingFirmware>((thing) => ask('GET', `api/things/${segment(thing)}/firmware`));

  changed(update: ThingUpdate): void {
    const known = this.things.of(update.thing);
    known.amend((value) => ({ ...value, update }));
    if (update.state === 'confirmed') known.refresh();
    this.rollouts.refresh();
  }

  async begin(begin: Begin): Promise<void> {
    this.#keep(await ask('POST', 'api/rollouts', begin));
  }

  async order(rollout: Rollout, order: Order): Promise<void> {
    this.#keep(await ask('POST', `api/rollouts/${segment(rollout.id)}/${order}`, {}));
  }

  async widen(rollout: Rollout, percent: number): Promise<void> {
    this.#keep(await ask('PUT', `api/rollouts/${segment(rollout.id)}`, { percent }));
  }

  /** Only this thing. */
  async update(thing: string, firmware: Firmware): Promise<void> {
    await this.begin({ firmware: firmware.id, percent: 100, group: `things:${thing}` });
    await this.things.of(thing).load();
  }

  #keep(rollout: Rollout): void {
    this.rollouts.amend((known) => (known.some((each) => each.id === rollout.id) ? known.map((each) => (each.id === rollout.id ? rollout : each)) : [rollout, ...known]));
  }
}
