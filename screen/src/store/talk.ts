// Where a conversation stands, from the button to the end of the reply.
import type { Problem, SatelliteDown, Turn } from '../wire';

/** How long a reply stays after it has been said; after a question, how long the hub listens for the answer. */
export const STAY_MS = 6_000;
export const FOLLOW_UP_MS = 5_000;

export type Talk =
  | { readonly state: 'quiet' }
  | { readonly state: 'typing' }
  | { readonly state: 'listening'; readonly level: number; readonly words: string; readonly held: boolean; readonly begun: boolean }
  | { readonly state: 'thinking'; readonly words: string }
  | {
      readonly state: 'answered';
      readonly words: string;
      readonly turn: Turn;
      readonly speaking: boolean;
      /** Set once the reply is over: when the overlay leaves, and for how long it has been shown to leave. */
      readonly closing: { readonly at_ms: number; readonly for_ms: number } | null;
    }
  | { readonly state: 'trouble'; readonly problem: Problem; readonly until_ms: number };

export type TalkEvent =
  | { readonly type: 'pressed'; readonly held: boolean }
  | { readonly type: 'let_go' }
  | { readonly type: 'write' }
  | { readonly type: 'typed'; readonly text: string }
  | { readonly type: 'answer'; readonly turn: Turn; readonly now_ms: number }
  | { readonly type: 'played'; readonly now_ms: number }
  | { readonly type: 'failed'; readonly problem: Problem; readonly now_ms: number }
  | { readonly type: 'dismissed' }
  | { readonly type: 'tick'; readonly now_ms: number }
  | { readonly type: 'hub'; readonly news: SatelliteDown; readonly now_ms: number };

export const QUIET: Talk = { state: 'quiet' };
const HEARKENING = { state: 'listening', level: 0, words: '', held: false, begun: true } as const;

export function converse(talk: Talk, event: TalkEvent): Talk {
  switch (event.type) {
    case 'pressed':
      return { state: 'listening', level: 0, words: '', held: event.held, begun: false };
    case 'let_go':
      return talk.state === 'listening' ? { state: 'thinking', words: talk.words } : talk;
    case 'write':
      return { state: 'typing' };
    case 'typed':
      return { state: 'thinking', words: event.text };
    case 'answer':
      return answered(talk, event.turn, closing(event.turn, event.now_ms));
    case 'played':
      return talk.state === 'answered' ? { ...talk, speaking: false, closing: closing(talk.turn, event.now_ms) } : talk;
    case 'failed':
      return { state: 'trouble', problem: event.problem, until_ms: event.now_ms + STAY_MS };
    case 'dismissed':
      return QUIET;
    case 'tick':
      return isOver(talk, event.now_ms) ? QUIET : talk;
    case 'hub':
      return hear(talk, event.news, event.now_ms);
  }
}

function hear(talk: Talk, news: SatelliteDown, now_ms: number): Talk {
  switch (news.type) {
    case 'state':
      return stage(talk, news.state);
    case 'level':
      return talk.state === 'listening' ? { ...talk, level: news.level } : talk;
    case 'wake':
      return HEARKENING;
    case 'heard':
      return heard(talk, news.text);
    case 'turn':
      return answered(talk, news.turn, closing(news.turn, now_ms));
    case 'speech':
      return talk.state === 'answered' ? { ...talk, speaking: true, closing: null } : talk;
    case 'problem':
      return { state: 'trouble', problem: news.problem, until_ms: now_ms + STAY_MS };
    default:
      return talk;
  }
}

function stage(talk: Talk, state: 'waiting' | 'listening' | 'thinking' | 'speaking'): Talk {
  switch (state) {
    case 'listening':
      // In the follow-up window the reply stays readable until the first new word is heard.
      if (talk.state === 'answered') return talk;
      return talk.state === 'listening' ? { ...talk, begun: true } : HEARKENING;
    case 'thinking':
      return talk.state === 'listening' ? { state: 'thinking', words: talk.words } : talk;
    case 'waiting':
      // Nothing was heard: the overlay leaves. A reply leaves by its own time, and a hub that greets us waits already
      // before it has taken the button that was just pressed.
      return (talk.state === 'listening' && talk.begun) || talk.state === 'thinking' ? QUIET : talk;
    case 'speaking':
      return talk;
  }
}

function heard(talk: Talk, text: string): Talk {
  if (talk.state === 'listening' || talk.state === 'thinking') return { ...talk, words: text };
  if (talk.state === 'answered' && text) return { ...HEARKENING, words: text };
  return talk;
}

function answered(talk: Talk, turn: Turn, end: { at_ms: number; for_ms: number }): Talk {
  const words = turn.heard?.text ?? ('words' in talk ? talk.words : '');
  return { state: 'answered', words, turn, speaking: false, closing: end };
}

function closing(turn: Turn, now_ms: number): { at_ms: number; for_ms: number } {
  const for_ms = turn.follow_up ? FOLLOW_UP_MS : STAY_MS;
  return { at_ms: now_ms + for_ms, for_ms };
}

function isOver(talk: Talk, now_ms: number): boolean {
  if (talk.state === 'trouble') return now_ms >= talk.until_ms;
  return talk.state === 'answered' && talk.closing !== null && now_ms >= talk.closing.at_ms;
}
