import { describe, expect, it } from 'vitest';
import { converse, FOLLOW_UP_MS, QUIET, STAY_MS, type Talk, type TalkEvent } from '../src/store/talk';
import type { SatelliteDown, Turn } from '../src/wire';
import { sample, samples, satellite } from './samples';

const after = (...events: TalkEvent[]): Talk => events.reduce(converse, QUIET);
const hub = (news: SatelliteDown, now_ms = 0): TalkEvent => ({ type: 'hub', news, now_ms });
const stage = (state: 'waiting' | 'listening' | 'thinking' | 'speaking'): TalkEvent => hub({ type: 'state', state });
const pressed: TalkEvent = { type: 'pressed', held: true };
const turn = satellite('turn').turn;
const question: Turn = sample<{ turn: Turn }>('ScreenDown.answer_turn').turn;

describe('a conversation', () => {
  it('goes from the button through words to the reply and leaves by itself', () => {
    const listening = after(pressed, stage('waiting'), stage('listening'), hub(satellite('level')), hub(satellite('heard')));
    expect(listening).toMatchObject({ state: 'listening', level: 0.42, words: 'turn on the', begun: true });
    const thinking = [{ type: 'let_go' } as const, stage('thinking'), hub(satellite('heard', 'heard_final'))].reduce(converse, listening);
    expect(thinking).toEqual({ state: 'thinking', words: 'turn on the hall light' });
    const spoken = [hub({ type: 'turn', turn }), stage('speaking'), hub(satellite('speech'))].reduce(converse, thinking);
    expect(spoken).toMatchObject({ state: 'answered', speaking: true, closing: null });
    const over = converse(spoken, { type: 'played', now_ms: 1000 });
    expect(over).toMatchObject({ speaking: false, closing: { at_ms: 1000 + STAY_MS } });
    expect(converse(over, { type: 'tick', now_ms: 999 + STAY_MS })).toBe(over);
    expect(converse(over, { type: 'tick', now_ms: 1000 + STAY_MS })).toEqual(QUIET);
  });

  it('takes every sample in every state', () => {
    const states = [QUIET, after(pressed), after({ type: 'typed', text: 'a' }), after(hub({ type: 'turn', turn })), after({ type: 'write' })];
    for (const state of states) for (const news of samples<SatelliteDown>('SatelliteDown')) expect(converse(state, hub(news)).state).toBeTruthy();
  });

  it('is not ended by the hub greeting us before it took the button', () => {
    expect(after(pressed, stage('waiting')).state).toBe('listening');
    expect(after(pressed, stage('listening'), stage('waiting'))).toEqual(QUIET);
  });

  it('opens by the wake word', () => {
    expect(after(hub(satellite('wake')))).toMatchObject({ state: 'listening', held: false });
  });

  it('keeps the question readable until the first word of the answer', () => {
    const asked = after({ type: 'answer', turn: question, now_ms: 0 });
    expect(asked).toMatchObject({ closing: { for_ms: FOLLOW_UP_MS } });
    expect(converse(asked, stage('listening'))).toBe(asked);
    expect([stage('listening'), hub(satellite('heard'))].reduce(converse, asked)).toMatchObject({ state: 'listening', words: 'turn on the' });
  });

  it('says what went wrong, and that leaves too', () => {
    const trouble = after(pressed, hub(satellite('problem'), 500), stage('waiting'));
    expect(trouble).toMatchObject({ state: 'trouble', problem: { code: 'model-loading' } });
    expect(converse(trouble, { type: 'tick', now_ms: 500 + STAY_MS })).toEqual(QUIET);
  });

  it('hears nothing of a turn that was dismissed', () => {
    expect(after(pressed, { type: 'dismissed' }, hub(satellite('level')), hub(satellite('heard')), stage('waiting'))).toEqual(QUIET);
  });
});
