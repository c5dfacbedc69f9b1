// Six digits make a stranger's browser a screen of this home.
import { Store } from '../store/store';

export type Claim =
  | { readonly state: 'initial' }
  | { readonly state: 'pending' }
  | { readonly state: 'complete' }
  | { readonly state: 'error'; readonly why: 'wrong' | 'too-many' | 'unreachable' };

export class Pairing {
  readonly claim = new Store<Claim>({ state: 'initial' });
  readonly #onPaired: () => void;

  constructor(onPaired: () => void) {
    this.#onPaired = onPaired;
  }

  /** The cookie that the hub sets on success is all that is kept. */
  async enter(code: string): Promise<void> {
    this.claim.set({ state: 'pending' });
    const status = await post('api/pairing/claim', { code });
    if (status >= 200 && status < 300) {
      this.claim.set({ state: 'complete' });
      this.#onPaired();
      return;
    }
    this.claim.set({ state: 'error', why: status === 429 ? 'too-many' : status === 0 || status >= 500 ? 'unreachable' : 'wrong' });
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

/** The HTTP status, 0 when nobody answered. */
async function post(path: string, body: unknown): Promise<number> {
  try {
    const answer = await fetch(path, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body),
    });
    return answer.status;
  } catch (error) {
    if (error instanceof TypeError) return 0;
    throw error;
  }
}
