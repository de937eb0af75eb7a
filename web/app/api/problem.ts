import type { Problem } from '../api-types';

/* The API's closed list of codes, and the three that only a browser knows. */
export type ProblemCode =
  | 'invalid' | 'unauthorized' | 'forbidden' | 'not_found' | 'conflict' | 'stale_version' | 'too_large' | 'rate_limited'
  | 'unavailable' | 'uncertain' | 'internal' | 'method_not_allowed' | 'unsupported_media_type' | 'bad_origin'
  | 'idempotency_mismatch' | 'window_closed' | 'channel_disconnected' | 'too_late' | 'bad_credentials' | 'slow_down'
  | 'bad_code' | 'challenge_over' | 'second_factor_needed' | 'stale_sign_in' | 'not_for_keys' | 'bad_refresh_token'
  | 'offline' | 'cancelled';

/* A request that did not do what it was meant to, in one shape wherever it failed. */
export class ApiError extends Error {
  override name = 'ApiError';
  /* it may have been done all the same: by this try or by one before it */
  doubt = true;
  constructor(
    readonly code: ProblemCode,
    readonly status: number,
    readonly detail: string,
    readonly field: string | null = null,
    readonly requestId: string | null = null,
    readonly retryAfter: number | null = null,
    /* said by the server itself, not by something in between */
    readonly told = false,
  ) {
    super(`${code}: ${detail}`);
  }

  static async from(response: Response): Promise<ApiError> {
    const wait = Number(response.headers.get('Retry-After'));
    const after = Number.isFinite(wait) && wait > 0 ? wait : null;
    const problem = (await response.json().catch(() => null)) as Partial<Problem> | null;
    const code = (problem?.code ?? fallback(response.status)) as ProblemCode;
    const id = problem?.request_id ?? response.headers.get('X-Request-Id');
    return new ApiError(code, response.status, problem?.detail ?? problem?.title ?? '', problem?.field ?? null, id, after, typeof problem?.code === 'string');
  }
}

/* A proxy in between answers without a problem document. */
function fallback(status: number): ProblemCode {
  if (status === 401) return 'unauthorized';
  if (status === 404) return 'not_found';
  if (status === 413) return 'too_large';
  if (status === 429) return 'rate_limited';
  return status >= 502 && status <= 504 ? 'unavailable' : 'internal';
}

/* Refused before anything was done. A conflict may be the first try, still at work under the same key. */
const nothingDone = (error: ApiError): boolean =>
  error.told && (error.status === 503 || (error.status >= 400 && error.status < 500 && ![408, 425, 429].includes(error.status) && error.code !== 'conflict' && error.code !== 'idempotency_mismatch'));

/* Said by those who look at the message itself, after its key: a try before this one was not taken either. */
const looked: ReadonlySet<ProblemCode> = new Set(['invalid', 'too_large', 'window_closed', 'channel_disconnected']);

/* Whether it may have been done, when the tries before this one left that open or not. */
export const inDoubt = (error: ApiError, before: boolean): boolean => !nothingDone(error) || (before && !looked.has(error.code));

export function isProblem(error: unknown, ...codes: ProblemCode[]): error is ApiError {
  return error instanceof ApiError && (codes.length === 0 || codes.includes(error.code));
}
