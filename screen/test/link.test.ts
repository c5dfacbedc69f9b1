import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { HubLink, pause_ms } from '../src/control/link';
import type { ScreenDown, ScreenUp } from '../src/wire';
import { sample, snapshot } from './samples';

/** The far end of a WebSocket, as a hub holds it. */
class Line {
  onmessage: ((event: { data: string }) => void) | null = null;
  onclose: (() => void) | null = null;
  readonly sent: ScreenUp[] = [];
  isClosed = false;
  readyState = 1;

  send(text: string): void {
    this.sent.push(JSON.parse(text) as ScreenUp);
  }

  close(): void {
    this.isClosed = true;
  }

  tell(message: ScreenDown): void {
    this.onmessage?.({ data: JSON.stringify(message) });
  }

  cut(): void {
    this.onclose?.();
  }
}

let lines: Line[];
let isUnpaired: boolean;
const last = () => lines.at(-1)!;

function connected(): HubLink {
  const link = new HubLink({
    open: () => lines[lines.push(new Line()) - 1] as unknown as WebSocket,
    isUnpaired: async () => isUnpaired,
    now: () => Date.now(),
    random: () => 0,
  });
  link.connect();
  return link;
}

beforeEach(() => {
  vi.useFakeTimers();
  lines = [];
  isUnpaired = false;
});
afterEach(() => vi.useRealTimers());

describe('the link', () => {
  it('is open once the snapshot is there', () => {
    const link = connected();
    expect(link.link.value.state).toBe('connecting');
    last().tell(snapshot());
    expect(link.link.value.state).toBe('open');
    expect(link.home.value).toMatchObject({ state: 'complete', lang: 'zh' });
  });

  it('asks in the words of the contract and takes the answer that carries the same id', async () => {
    const link = connected();
    last().tell(snapshot());
    const { id: _, ...question } = sample<Extract<ScreenUp, { type: 'set' }>>('ScreenUp.set');
    const answer = link.ask(question);
    expect(last().sent).toEqual([sample('ScreenUp.set')]);
    last().tell(sample('ScreenDown.answer_turn'));
    last().tell(sample('ScreenDown.answer'));
    expect((await answer).did).toHaveLength(1);
  });

  it('keeps what it knew while the line is lost, and finds the home again', async () => {
    const link = connected();
    last().tell(snapshot());
    last().cut();
    expect(link.link.value).toMatchObject({ state: 'lost', tries: 1 });
    expect(link.home.value.state).toBe('complete');
    await vi.advanceTimersByTimeAsync(200);
    expect(lines).toHaveLength(2);
    last().tell({ ...snapshot(), seq: 40 });
    expect(link.link.value.state).toBe('open');
    expect(link.home.value).toMatchObject({ seq: 40 });
  });

  it('says since when it has been lost, however often it tries', async () => {
    const link = connected();
    last().tell(snapshot());
    const lost_ms = Date.now();
    for (const _ of [1, 2, 3]) {
      last().cut();
      await vi.advanceTimersByTimeAsync(11_000);
    }
    expect(link.link.value).toMatchObject({ state: 'lost', since_ms: lost_ms, tries: 3 });
  });

  it('takes a new snapshot after a gap', async () => {
    connected();
    last().tell(snapshot());
    last().tell({ type: 'models', seq: 7, models: {} });
    expect(lines[0]!.isClosed).toBe(true);
    await vi.advanceTimersByTimeAsync(200);
    expect(lines).toHaveLength(2);
  });

  it('settles every question when the line is cut', async () => {
    const link = connected();
    last().tell(snapshot());
    const answer = link.ask({ type: 'ping' });
    last().cut();
    expect((await answer).problem?.code).toBe('connection-lost');
    expect((await link.ask({ type: 'ping' })).problem?.code).toBe('connection-lost');
  });

  it('asks nothing of a line that is just closing', async () => {
    const link = connected();
    last().tell(snapshot());
    last().readyState = 2;
    expect((await link.ask({ type: 'ping' })).problem?.code).toBe('connection-lost');
    expect(last().sent).toEqual([]);
  });

  it('leaves a line that answers no ping', async () => {
    connected();
    last().tell(snapshot());
    await vi.advanceTimersByTimeAsync(13_000);
    expect(lines[0]!.isClosed).toBe(true);
    expect(lines.length).toBeGreaterThan(1);
  });

  it('asks for a code when the hub does not know this browser, and comes back when it is paired', async () => {
    isUnpaired = true;
    const link = connected();
    last().cut();
    await vi.advanceTimersByTimeAsync(60_000);
    expect(link.link.value.state).toBe('unpaired');
    expect(lines).toHaveLength(1);
    isUnpaired = false;
    link.hurry();
    last().tell(snapshot());
    expect(link.link.value.state).toBe('open');
  });

  it('waits longer from try to try, never longer than ten seconds', () => {
    expect([0, 1, 2, 3, 9, 50].map((tries) => pause_ms(tries, 1))).toEqual([500, 1000, 2000, 4000, 10_000, 10_000]);
    expect(pause_ms(1, 0)).toBe(800);
  });
});
