import type { Problem } from '../api-types';

/* The API's closed list of codes, and the three that only a browser knows. */
export type ProblemCode =
  | 'invalid' | 'unauthorized' | 'forbidden' | 'not_found' | 'conflict' | 'stale_version' | 'too_large' | 'rate_limited'
  | 'unavailable' | 'uncertain' | 'internal' | 'method_not_allowed' | 'unsupported_media_type' | 'bad_origin'
  | 'idempotency_mismatch' | 'window_closed' | 'channel_disconnected' | 'too_late' | 'bad_credentials' | 'slow_down'
  | 'offline' | 'cancelled';

/* A request that did not do what it was meant to, in one shape wherever it failed. */
export class ApiError extends Error {
  override name = 'ApiError';
  constructor(
    readonly code: ProblemCode,
    readonly status: number,
    readonly detail: string,
    readonly field: string | null = null,
    readonly requestId: string | null = null,
    readonly retryAfter: number | null = null,
  ) {
    super(`${code}: ${detail}`);
  }

  static async from(response: Response): Promise<ApiError> {
    const wait = Number(response.headers.get('Retry-After'));
    const after = Number.isFinite(wait) && wait > 0 ? wait : null;
    const problem = (await response.json().catch(() => null)) as Partial<Problem> | null;
    const code = (problem?.code ?? fallback(response.status)) as ProblemCode;
    const id = problem?.request_id ?? response.headers.get('X-Request-Id');
    return new ApiError(code, response.status, problem?.detail ?? problem?.title ?? '', problem?.field ?? null, id, after);
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

export function isProblem(error: unknown, ...codes: ProblemCode[]): error is ApiError {
  return error instanceof ApiError && (codes.length === 0 || codes.includes(error.code));
}
