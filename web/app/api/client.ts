/*
 * One way to the server.  What may be repeated is repeated: reads, and writes that carry an
 * idempotency key; after a lost answer the same key gets the first answer again.
 */
import { ApiError, inDoubt } from './problem';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
type Query = Record<string, string | number | undefined | null>;

export interface Options {
  query?: Query;
  body?: unknown;
  /* a client's own id for this write: it happens once, however often it is sent */
  key?: string;
  signal?: AbortSignal;
  /* finish even while the page goes away */
  keepalive?: boolean;
}

const TRIES = 3;
const BASE_MS = 250;

/* Told when the server no longer knows us, and when the call was made; set by the session. */
type Unauthorized = (began: number) => void;
let onUnauthorized: Unauthorized = () => {};
export const setUnauthorizedHandler = (handler: Unauthorized): void => void (onUnauthorized = handler);

/* randomUUID wants a secure context; plain http on a local network is not one. */
export function newKey(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6]! & 0x0f) | 0x40;
  b[8] = (b[8]! & 0x3f) | 0x80;
  const hex = [...b].map((x) => x.toString(16).padStart(2, '0')).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

function address(path: string, query?: Query): string {
  const params = new URLSearchParams();
  for (const [name, value] of Object.entries(query ?? {})) if (value !== undefined && value !== null && value !== '') params.set(name, String(value));
  const text = params.toString();
  return text ? `${path}?${text}` : path;
}

const sleep = (ms: number): Promise<void> => new Promise((done) => setTimeout(done, ms));

async function once(method: Method, url: string, options: Options): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' };
  if (options.body !== undefined) headers['Content-Type'] = 'application/json';
  if (options.key) headers['Idempotency-Key'] = options.key;
  try {
    return await fetch(url, {
      method,
      headers,
      body: options.body === undefined ? null : JSON.stringify(options.body),
      credentials: 'same-origin',
      signal: options.signal ?? null,
      keepalive: options.keepalive ?? false,
    });
  } catch (error) {
    if (options.signal?.aborted) throw new ApiError('cancelled', 0, '');
    throw new ApiError('offline', 0, String(error));
  }
}

/* Worth another try, and after how long; null: no. */
function again(error: ApiError, tried: number): number | null {
  if (tried + 1 >= TRIES) return null;
  if (error.code === 'rate_limited') return error.retryAfter !== null && error.retryAfter <= 5 ? error.retryAfter * 1000 : null;
  const passing = error.code === 'offline' || error.status === 503 || error.status === 502 || error.status === 504;
  return passing ? BASE_MS * 2 ** tried * (0.5 + Math.random()) : null;
}

export async function request<T>(method: Method, path: string, options: Options = {}): Promise<T> {
  const url = address(path, options.query);
  const began = performance.now();
  const repeatable = method === 'GET' || method === 'PUT' || options.key !== undefined;
  let doubt = false;
  for (let tried = 0; ; tried++) {
    let error: ApiError;
    try {
      const response = await once(method, url, options);
      if (response.ok) {
        const text = await response.text();
        return (text ? JSON.parse(text) : undefined) as T;
      }
      error = await ApiError.from(response);
    } catch (caught) {
      error = caught instanceof ApiError ? caught : new ApiError('internal', 0, String(caught));
    }
    error.doubt = doubt = inDoubt(error, doubt);
    if (error.code === 'unauthorized') onUnauthorized(began);
    const wait = repeatable ? again(error, tried) : null;
    if (wait === null) throw error;
    await sleep(wait);
  }
}

export const get = <T>(path: string, query?: Query, signal?: AbortSignal): Promise<T> => request<T>('GET', path, { query, signal });
export const post = <T>(path: string, body?: unknown, key?: string): Promise<T> => request<T>('POST', path, { body, key });
export const put = <T>(path: string, body: unknown, keepalive = false): Promise<T> => request<T>('PUT', path, { body, keepalive });
export const patch = <T>(path: string, body: unknown): Promise<T> => request<T>('PATCH', path, { body });
export const del = <T>(path: string): Promise<T> => request<T>('DELETE', path);

/* A file that the server makes; its errors are told like any other call's. */
export async function download(path: string, body: unknown): Promise<Blob> {
  const began = performance.now();
  const response = await once('POST', path, { body });
  if (response.ok) return response.blob();
  const error = await ApiError.from(response);
  if (error.code === 'unauthorized') onUnauthorized(began);
  throw error;
}

/* A file as the raw body.  XMLHttpRequest, because fetch does not tell how far it is. */
export function upload<T>(path: string, file: Blob, onProgress: (part: number) => void, signal: AbortSignal, headers: Record<string, string> = {}): Promise<T> {
  return new Promise((done, fail) => {
    const xhr = new XMLHttpRequest();
    xhr.open('POST', path);
    xhr.setRequestHeader('Content-Type', file.type || 'application/octet-stream');
    for (const [name, value] of Object.entries(headers)) xhr.setRequestHeader(name, value);
    xhr.upload.onprogress = (event) => event.lengthComputable && onProgress(event.loaded / event.total);
    xhr.onerror = () => fail(new ApiError('offline', 0, ''));
    xhr.onabort = () => fail(new ApiError('cancelled', 0, ''));
    xhr.onload = () => {
      const answer = new Response(xhr.response as string, { status: xhr.status, headers: { 'Retry-After': xhr.getResponseHeader('Retry-After') ?? '' } });
      if (answer.ok) answer.json().then((json) => done(json as T), fail);
      else ApiError.from(answer).then(fail, fail);
    };
    signal.addEventListener('abort', () => xhr.abort(), { once: true });
    xhr.send(file);
  });
}
