// Six digits make a stranger's browser a screen of this home.
import { Store } from '../store/store';

export type Claim =
  | { readonly state: 'initial' }
  | { readonly state: 'pending' }
  | { readonly state: 'complete' }
  | { readonly state: 'error'; readonly why: 'wrong' | 'too-many' | 'unreachable' };

/** A code for another screen, as the hub gave it out. */
export type Code =
  | { readonly state: 'initial' }
  | { readonly state: 'pending' }
  | { readonly state: 'complete'; readonly code: string }
  | { readonly state: 'error' };

type Reply = { readonly status: number; readonly body: Readonly<Record<string, unknown>> };

export class Pairing {
  readonly claim = new Store<Claim>({ state: 'initial' });
  readonly code = new Store<Code>({ state: 'initial' });
  readonly #onPaired: () => void;

  constructor(onPaired: () => void) {
    this.#onPaired = onPaired;
  }

  /** The cookie that the hub sets on success is all that is kept. */
  async enter(code: string): Promise<void> {
    this.claim.set({ state: 'pending' });
    const { status, body } = await post('api/pairing/claim', { code });
    if (status >= 200 && status < 300) {
      this.claim.set({ state: 'complete' });
      this.#onPaired();
      return;
    }
    const isLocked = body['code'] === 'pairing-locked';
    this.claim.set({ state: 'error', why: isLocked ? 'too-many' : status === 0 || status >= 500 ? 'unreachable' : 'wrong' });
  }

  /** Ask the hub to let in one more screen; it refuses one that does not belong to an owner. */
  async invite(): Promise<void> {
    this.code.set({ state: 'pending' });
    const { body } = await post('api/pairing/codes', {});
    const code = body['code'];
    const isCode = typeof code === 'string' && /^\d{6}$/.test(code);
    this.code.set(isCode ? { state: 'complete', code } : { state: 'error' });
  }
}

/** Whether the hub answers 401 to this browser; false when it cannot be reached at all. */
export async function isUnpaired(): Promise<boolean> {
  try {
    return (await fetch('api/things', { cache: 'no-store' })).status === 401;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}

/** What the hub answers; status 0 when nobody did, an empty body when it is no JSON object. */
async function post(path: string, content: unknown): Promise<Reply> {
  try {
    const answer = await fetch(path, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(content),
    });
    return { status: answer.status, body: parse(await answer.text()) };
  } catch (error) {
    if (error instanceof TypeError) return { status: 0, body: {} };
    throw error;
  }
}

function parse(text: string): Reply['body'] {
  try {
    const body: unknown = JSON.parse(text);
    return typeof body === 'object' && body !== null ? (body as Reply['body']) : {};
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
