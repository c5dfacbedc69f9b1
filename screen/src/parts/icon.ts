// The icons used, from Lucide.
import airVent from 'lucide-static/icons/air-vent.svg?raw';
import arrowLeft from 'lucide-static/icons/arrow-left.svg?raw';
import bot from 'lucide-static/icons/bot.svg?raw';
import blinds from 'lucide-static/icons/blinds.svg?raw';
import chart from 'lucide-static/icons/chart-gantt.svg?raw';
import circle from 'lucide-static/icons/circle-dot.svg?raw';
import doorClosed from 'lucide-static/icons/door-closed.svg?raw';
import doorOpen from 'lucide-static/icons/door-open.svg?raw';
import ellipsis from 'lucide-static/icons/ellipsis.svg?raw';
import keyboard from 'lucide-static/icons/keyboard.svg?raw';
import lamp from 'lucide-static/icons/lamp-ceiling.svg?raw';
import mic from 'lucide-static/icons/mic.svg?raw';
import minus from 'lucide-static/icons/minus.svg?raw';
import moon from 'lucide-static/icons/moon.svg?raw';
import plus from 'lucide-static/icons/plus.svg?raw';
import refrigerator from 'lucide-static/icons/refrigerator.svg?raw';
import send from 'lucide-static/icons/send-horizontal.svg?raw';
import settings from 'lucide-static/icons/settings-2.svg?raw';
import shirt from 'lucide-static/icons/shirt.svg?raw';
import speaker from 'lucide-static/icons/speaker.svg?raw';
import television from 'lucide-static/icons/tv.svg?raw';
import triangle from 'lucide-static/icons/triangle-alert.svg?raw';
import unplug from 'lucide-static/icons/unplug.svg?raw';
import x from 'lucide-static/icons/x.svg?raw';
import type { TemplateResult } from 'lit';
import { html } from 'lit';
import { unsafeSVG } from 'lit/directives/unsafe-svg.js';
import type { Thing } from '../wire';
import { isActive } from '../format/thing';

const ICONS = {
  airVent, arrowLeft, bot, blinds, chart, circle, doorClosed, doorOpen, ellipsis, keyboard, lamp, mic, minus, moon, plus,
  refrigerator, send, settings, shirt, speaker, television, triangle, unplug, x,
} as const;

export type IconName = keyof typeof ICONS;

/** Always beside a word, or inside a button that carries one: the drawing itself is silent. */
export function icon(name: IconName): TemplateResult {
  return html`<span class="icon" aria-hidden="true">${unsafeSVG(ICONS[name])}</span>`;
}

const KINDS: Readonly<Record<string, IconName>> = {
  light: 'lamp', curtain: 'blinds', air_conditioner: 'airVent', fridge: 'refrigerator', vacuum: 'bot',
  speaker: 'speaker', television: 'television', shirt: 'shirt',
};

export function iconOf(thing: Thing): IconName {
  if (thing.kind === 'door_sensor') return isActive(thing) ? 'doorOpen' : 'doorClosed';
  return KINDS[thing.kind] ?? 'circle';
}
