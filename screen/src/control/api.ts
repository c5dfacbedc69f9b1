// Asking the hub over HTTP: what it answers, or its problem in its own code.
import type { Problem } from '../wire';

/** The hub said no, or nobody answered (`connection-lost`). */
export class Failed extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.message || problem.code);
    this.problem = problem;
  }
}

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** Raises `Failed`. `keepalive`: let it reach the hub although the page is being left. */
export async function ask<T>(method: Method, path: string, content?: unknown, keepalive = false): Promise<T> {
  const options: RequestInit = { method, cache: 'no-store', keepalive };
  if (content instanceof FormData) options.body = content;
  else if (content !== undefined) {
    options.headers = { 'content-type': 'application/json' };
    options.body = JSON.stringify(content);
  }
  const [status, body] = await reply(path, options);
  if (status >= 200 && status < 300) return body as T;
  const problem = body as Partial<Problem> | null;
  throw new Failed({ code: problem?.code ?? `http-${status}`, message: problem?.message ?? '' });
}

async function reply(path: string, options: RequestInit): Promise<readonly [number, unknown]> {
  try {
    const answer = await fetch(path, options);
    return [answer.status, parse(await answer.text())];
  } catch (error) {
    if (error instanceof TypeError) throw new Failed({ code: 'connection-lost', message: '' });
    throw error;
  }
}

/** null for what is no JSON, such as a proxy's page. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text || 'null');
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}

/** `path?name=value`, without the names that have none. */
export function query(path: string, values: Readonly<Record<string, string | number | undefined>>): string {
  const given = Object.entries(values).filter(([, value]) => value !== undefined);
  return given.length ? `${path}?${new URLSearchParams(given.map(([name, value]) => [name, String(value)]))}` : path;
}

export const segment = encodeURIComponent;
