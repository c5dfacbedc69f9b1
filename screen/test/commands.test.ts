import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Commands, noticeOf } from '../src/control/commands';
import type { Answer, Deed } from '../src/wire';
import { sample, thing } from './samples';

const deed = (outcome: Deed['outcome']): Answer => ({
  type: 'answer', id: '1', ok: true, did: [{ thing: 'hall_light', property: 'on', asked: 1, reported: 0, outcome, ms: 2000 }],
});

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a command', () => {
  it('counts as asked from the touch until the answer', async () => {
    let answer = (_: Answer): void => undefined;
    const commands = new Commands(() => new Promise((settle) => (answer = settle)));
    const light = thing('hall_light');
    const done = commands.set(light, { on: 1 });
    expect(commands.waiting(light, 'on')).toBe(1);
    expect(commands.waiting(light, 'brightness')).toBeUndefined();
    answer(deed('confirmed'));
    await done;
    expect(commands.waiting(light, 'on')).toBeUndefined();
    expect(commands.notices.value.size).toBe(0);
  });

  it('counts as asked when somebody else asked', () => {
    const commands = new Commands(() => Promise.reject(new Error('nobody asks here')));
    expect(commands.waiting(sample<{ thing: ReturnType<typeof thing> }>('ScreenDown.thing').thing, 'on')).toBe(1);
  });

  it.each(['refused', 'timed_out', 'offline'] as const)('that ended %s is said so for a while', async (outcome) => {
    const commands = new Commands(() => Promise.resolve(deed(outcome)));
    await commands.set(thing('hall_light'), { on: 1 });
    expect(commands.notices.value.get('hall_light')?.kind).toBe(outcome);
    await vi.advanceTimersByTimeAsync(8_000);
    expect(commands.notices.value.size).toBe(0);
  });

  it('that was never sent is not called refused', () => {
    expect(noticeOf({ type: 'answer', id: '1', ok: false, problem: { code: 'connection-lost', message: '' } })?.kind).toBe('connection-lost');
    expect(noticeOf(sample('ScreenDown.answer_problem'))?.kind).toBe('failed');
    expect(noticeOf(sample('ScreenDown.answer'))).toBeNull();
  });
});
