// How the home's lines are, in words that a household understands.
import { css, html, nothing, type TemplateResult } from 'lit';
import { customElement } from 'lit/decorators.js';
import { clock, go, hub, lang, network } from '../control/app';
import { agoText, durationText } from '../format/value';
import { problemText, t } from '../i18n';
import { icon, iconOf, type IconName } from '../parts/icon';
import { loaded } from '../parts/loading';
import '../parts/page';
import { house, Part, PHONE, sheets } from '../parts/part';
import type { Watchable } from '../store/store';
import type { Network, Thing } from '../wire';

type Look = 'good' | 'bad' | 'off';

@customElement('jn-network')
export class NetworkPlace extends Part {
  static override readonly styles = [house, sheets, css`
    :host { height: 100%; }
    .sum { display: flex; gap: 16px; align-items: center; background: var(--card); border-radius: var(--radius); padding: 20px var(--space-three); font-size: var(--type-title); line-height: 40px; font-weight: 300; margin-bottom: 16px; text-wrap: balance; }
    .sum .icon { font-size: 40px; color: var(--accent); }
    .sum.bad { background: var(--warning-soft); color: var(--ink); font-size: var(--type-title); line-height: 40px; font-weight: 300; }
    .sum.bad .icon { color: var(--warning); }
    .both { display: grid; grid-template-columns: minmax(0, 1fr) minmax(0, 1fr); gap: var(--space-two); align-items: start; }
    .line { display: grid; grid-template-columns: auto minmax(0, 1fr) auto; gap: 4px 16px; align-items: center; padding: 14px 0; border-top: 1px solid var(--soft); min-height: 72px; width: 100%; border-radius: 0; }
    .line:first-of-type { border-top: 0; }
    .line > .icon { font-size: 28px; color: var(--muted); }
    .line b { font-weight: 400; font-size: 20px; line-height: 26px; overflow-wrap: anywhere; }
    .line small { display: block; font-size: var(--type-label); line-height: 24px; color: var(--muted); }
    .state { font-size: var(--type-label); font-weight: 600; text-align: right; display: flex; align-items: center; gap: 8px; }
    .state::before { content: ''; width: 12px; height: 12px; border-radius: 50%; background: var(--line); flex: none; }
    .state.good::before { background: var(--accent); }
    .state.bad { color: var(--warning); }
    .state.bad::before { background: var(--warning); border-radius: 2px; }
    .state.off { color: var(--muted); font-weight: 400; }
    .state.off::before { background: none; border: 2px solid var(--line); }
    @media (max-width: 900px) { .both { grid-template-columns: minmax(0, 1fr); } }
    @media ${PHONE} { .sum, .sum.bad { font-size: var(--type-body); line-height: 30px; padding: 16px; } .sheet { padding: 12px 16px; } }
  `];

  protected override follows(): readonly Watchable[] {
    return [clock];
  }

  override render() {
    return html`<jn-page heading=${t('place.network')}>${loaded(this.need(network), (now) => this.#now(now), () => void network.load())}</jn-page>`;
  }

  #now(now: Network): TemplateResult {
    const trouble = troubleOf(now);
    return html`
      <p class="sum ${trouble ? 'bad' : ''}" role="status">${icon(trouble ? 'triangle' : 'check')}<span>${trouble ?? t('network.good')}</span></p>
      <div class="both">
        <section class="sheet"><h2>${t('network.lines')}</h2>
          ${this.#line('home', t('network.engine'), now.engine.state === 'up' ? t('network.engine_up') : this.#since(now.engine.since_ms), now.engine.state === 'up' ? 'good' : 'bad', t(`line.${now.engine.state}`))}
          ${this.#line('cloud', t('network.uplink'), this.#uplink(now), now.uplink.state === 'up' ? 'good' : now.uplink.state === 'down' ? 'bad' : 'off', t(now.uplink.state === 'none' ? 'line.none' : `line.${now.uplink.state}`))}
          ${this.#line('doorOpen', t('network.door'), t('network.connections', { count: now.door.connections }), 'good', t('line.up'))}
          ${this.#line('network', t('network.broker'), now.broker.state === 'off' ? t('network.broker_off') : t('network.clients', { count: now.broker.clients }), now.broker.state === 'up' ? 'good' : now.broker.state === 'down' ? 'bad' : 'off', t(`line.${now.broker.state}`))}
          ${now.bridges.map((bridge) => this.#line('plug', bridge.names[lang()], bridge.problem ? problemText(bridge.problem) : t('network.bridged', { count: bridge.things }),
            bridge.state === 'up' ? 'good' : bridge.state === 'down' ? 'bad' : 'off', t(`line.${bridge.state}`)))}
        </section>
        <div class="stack">${this.#lost(now)}${this.#slow(now)}</div>
      </div>`;
  }

  #line(sign: IconName, name: string, words: string, look: Look, state: string): TemplateResult {
    return html`<div class="line">${icon(sign)}<b>${name}<small>${words}</small></b><span class="state ${look}">${state}</span></div>`;
  }

  #uplink({ uplink }: Network): string {
    if (uplink.state === 'none') return t('network.uplink_none');
    if (uplink.state === 'down') return uplink.waiting ? t('network.waiting', { count: uplink.waiting }) : this.#since(uplink.since_ms);
    return uplink.waiting ? t('network.sending', { count: uplink.waiting }) : t('network.uplink_up');
  }

  #since(at_ms: number | null): string {
    return at_ms === null ? t('network.since_unknown') : t('network.since', { ago: agoText(at_ms, clock.value, lang()) });
  }

  #lost({ lost, things }: Network): TemplateResult {
    return html`<section class="sheet"><h2>${t('network.things', { online: things.online, total: things.total })}</h2>
      ${lost.length ? lost.map((each) => {
        const thing = thingOf(each.thing);
        const isGone = !thing?.online;
        const words = isGone ? (each.since_ms === null ? t('card.never_seen') : t('card.seen', { ago: agoText(each.since_ms, clock.value, lang()) })) : t('network.drops', { count: each.drops_today });
        return this.#thing(each.thing, thing, words, isGone ? t('card.offline') : t('network.unstable'), 'bad', isGone && each.drops_today > 1 ? t('network.drops', { count: each.drops_today }) : '');
      }) : html`<p class="quiet">${t('network.none_lost')}</p>`}</section>`;
  }

  #slow({ slow }: Network): TemplateResult | typeof nothing {
    if (!slow.length) return nothing;
    return html`<section class="sheet"><h2>${t('network.slow')}</h2>${slow.map((each) => this.#thing(each.thing, thingOf(each.thing), t('network.slow_how', { time: durationText(each.round_trip_ms, lang()) }), t('network.slowly'), 'off', ''))}</section>`;
  }

  #thing(id: string, thing: Thing | undefined, words: string, state: string, look: Look, more: string): TemplateResult {
    return html`<button class="line" @click=${() => go({ place: 'thing', id, tab: 'control' })}>${icon(thing ? iconOf(thing) : 'circle')}
      <b>${thing?.names[lang()] ?? id}<small>${words}${more ? ` · ${more}` : ''}</small></b><span class="state ${look}">${state}</span></button>`;
  }
}

/** The one sentence that matters most; null when all is well. */
export function troubleOf(now: Network): string | null {
  if (now.engine.state === 'down') return t('network.bad_engine');
  const bridge = now.bridges.find((each) => each.state === 'down');
  if (bridge) return t('network.bad_bridge', { name: bridge.names[lang()] });
  const away = now.things.total - now.things.online;
  if (away) return t('network.bad_things', { count: away });
  if (now.broker.state === 'down') return t('network.bad_broker');
  if (now.uplink.state === 'down') return t('network.bad_uplink');
  return now.lost.length ? t('network.bad_unstable', { count: now.lost.length }) : null;
}

function thingOf(id: string): Thing | undefined {
  const home = hub.home.value;
  return home.state === 'complete' ? home.things.find((thing) => thing.id === id) : undefined;
}
