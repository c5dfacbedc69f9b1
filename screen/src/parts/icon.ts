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
import activity from 'lucide-static/icons/activity.svg?raw';
import bell from 'lucide-static/icons/bell.svg?raw';
import camera from 'lucide-static/icons/camera.svg?raw';
import check from 'lucide-static/icons/check.svg?raw';
import chevronDown from 'lucide-static/icons/chevron-down.svg?raw';
import chevronLeft from 'lucide-static/icons/chevron-left.svg?raw';
import chevronRight from 'lucide-static/icons/chevron-right.svg?raw';
import clock from 'lucide-static/icons/clock.svg?raw';
import cloud from 'lucide-static/icons/cloud.svg?raw';
import cpu from 'lucide-static/icons/cpu.svg?raw';
import download from 'lucide-static/icons/download.svg?raw';
import fan from 'lucide-static/icons/fan.svg?raw';
import home from 'lucide-static/icons/house.svg?raw';
import info from 'lucide-static/icons/info.svg?raw';
import list from 'lucide-static/icons/list-checks.svg?raw';
import network from 'lucide-static/icons/network.svg?raw';
import pause from 'lucide-static/icons/pause.svg?raw';
import pencil from 'lucide-static/icons/pencil.svg?raw';
import play from 'lucide-static/icons/play.svg?raw';
import plug from 'lucide-static/icons/plug.svg?raw';
import repeat from 'lucide-static/icons/repeat-2.svg?raw';
import scan from 'lucide-static/icons/scan-line.svg?raw';
import sparkles from 'lucide-static/icons/sparkles.svg?raw';
import speech from 'lucide-static/icons/message-circle.svg?raw';
import square from 'lucide-static/icons/square.svg?raw';
import sun from 'lucide-static/icons/sun.svg?raw';
import thermometer from 'lucide-static/icons/thermometer.svg?raw';
import timer from 'lucide-static/icons/timer.svg?raw';
import trash from 'lucide-static/icons/trash-2.svg?raw';
import undo from 'lucide-static/icons/undo-2.svg?raw';
import users from 'lucide-static/icons/users.svg?raw';
import wand from 'lucide-static/icons/wand-sparkles.svg?raw';
import workflow from 'lucide-static/icons/workflow.svg?raw';
import type { TemplateResult } from 'lit';
import { html } from 'lit';
import { unsafeSVG } from 'lit/directives/unsafe-svg.js';
import type { Thing } from '../wire';
import { isActive } from '../format/thing';

const ICONS = {
  airVent, arrowLeft, bot, blinds, chart, circle, doorClosed, doorOpen, ellipsis, keyboard, lamp, mic, minus, moon, plus,
  refrigerator, send, settings, shirt, speaker, television, triangle, unplug, x,
  activity, bell, camera, check, chevronDown, chevronLeft, chevronRight, clock, cloud, cpu, download, fan, home, info, list, network, pause, pencil, play, plug, repeat, scan, sparkles, speech, square, sun, thermometer, timer, trash, undo, users, wand, workflow,
} as const;

export type IconName = keyof typeof ICONS;

/** Always beside a word, or inside a button that carries one: the drawing itself is silent. */
export function icon(name: IconName): TemplateResult {
  return html`<span class="icon" aria-hidden="true">${unsafeSVG(ICONS[name])}</span>`;
}

const KINDS: Readonly<Record<string, IconName>> = {
  light: 'lamp', curtain: 'blinds', air_conditioner: 'airVent', fridge: 'refrigerator', vacuum: 'bot',
  speaker: 'speaker', television: 'television', shirt: 'shirt',
  fan: 'fan', switch: 'plug', sensor: 'thermometer', motion_sensor: 'activity',
};

/** Of something that is not a thing yet. */
export const iconOfKind = (kind: string): IconName => (kind === 'door_sensor' ? 'doorClosed' : KINDS[kind] ?? 'circle');

export function iconOf(thing: Thing): IconName {
  if (thing.kind === 'door_sensor') return isActive(thing) ? 'doorOpen' : 'doorClosed';
  return iconOfKind(thing.kind);
}
