/* The messages of a conversation: what the server has, and what this tab has sent and not heard of yet. */
import { batch, signal } from '@preact/signals';
import { api, type SendBody } from '../api';
import type { Attachment, Message } from '../api-types';
import { newKey } from '../api/client';
import { ApiError, inDoubt, isProblem } from '../api/problem';
import { session } from './session';
import { Refetch } from './refetch';

/* A message on its way: shown at once, replaced by the server's own. */
export interface Pending {
  key: string;
  body: SendBody;
  error: ApiError | null;
  /* the server may have it, though we have no answer: only the same key may be used again */
  doubt: boolean;
  /* the newest that the server had when this was written; its own copy is not older */
  after: number;
}
export type ThreadMessage = Message & { pending?: Pending };

const PAGE = 40;
const KEPT = 24; // threads whose messages stay in memory

const NEWEST = 'newest'; // for Refetch: the newest page, not one message

const order = (a: Message, b: Message): number => Date.parse(a.at) - Date.parse(b.at) || (a.id < b.id ? -1 : 1);

export class Thread {
  readonly items = signal<readonly ThreadMessage[]>([]);
  readonly status = signal<'loading' | 'ready' | 'failed'>('loading');
  readonly older = signal(true);
  /* Rises when something arrived at the end that was not there before. */
  readonly arrivals = signal<Message[]>([]);
  private cursor: string | null = null;
  private loading: Promise<void> | null = null;
  private stale = false;
  readonly refetch: Refetch;

  constructor(readonly id: string) {
    this.refetch = new Refetch((what) => (what === NEWEST ? this.refresh() : this.read(what)), 8, () => void this.refresh().catch(() => undefined));
  }

  load(): Promise<void> {
    return (this.loading ??= api.messages
      .list(this.id, { limit: PAGE })
      .then((page) => {
        this.merge(page.items);
        this.cursor = page.next_cursor;
        this.older.value = page.next_cursor !== null;
        this.status.value = 'ready';
      })
      .catch(() => {
        this.status.value = 'failed';
      })
      .finally(() => (this.loading = null)));
  }

  retry(): Promise<void> {
    this.status.value = 'loading';
    return this.load();
  }

  readonly loadOlder = async (): Promise<void> => {
    if (this.loading || !this.cursor) return;
    const run = api.messages.list(this.id, { limit: PAGE, cursor: this.cursor }).then((page) => {
      this.merge(page.items);
      this.cursor = page.next_cursor;
      this.older.value = page.next_cursor !== null;
    });
    this.loading = run.catch(() => undefined).finally(() => (this.loading = null));
    await this.loading;
  };

  /* The newest page again: one request however many messages changed. */
  async refresh(): Promise<void> {
    if (this.status.peek() !== 'ready') return;
    const page = await api.messages.list(this.id, { limit: PAGE });
    const newest = this.items.peek().findLast((item) => !item.pending);
    const gap = newest && page.items.length > 0 && page.next_cursor !== null && order(newest, page.items[page.items.length - 1]!) < 0;
    // so much came at once that there is a hole between what we have and the newest page
    if (gap) this.items.value = this.items.peek().filter((item) => item.pending);
    if (gap) this.cursor = page.next_cursor;
    const known = new Set(this.items.peek().map((item) => item.id));
    this.merge(page.items);
    const news = page.items.filter((item) => !known.has(item.id) && item.author !== 'system');
    if (news.length > 0 && known.size > 0) this.arrivals.value = news;
  }

  private async read(id: string): Promise<void> {
    this.put(await api.messages.get(id));
  }

  /* The feed names messages: those we show are read one by one, others are new and on the newest page. */
  changed(ids: Iterable<string>): void {
    if (this.id !== openThread.peek()) {
      this.stale = true;
      return;
    }
    const shown = new Set(this.items.peek().map((item) => item.id));
    for (const id of ids) this.refetch.add(shown.has(id) ? id : NEWEST);
  }

  version(id: string): number {
    return this.items.peek().find((item) => item.id === id)?.version ?? -1;
  }

  merge(rows: readonly ThreadMessage[]): void {
    const byId = new Map<string, ThreadMessage>(this.items.peek().map((item) => [item.id, item]));
    for (const row of rows) {
      const known = byId.get(row.id);
      if (known && known.version > row.version) continue;
      if (!known && !row.pending) this.adopt(byId, row);
      byId.set(row.id, row);
    }
    this.items.value = [...byId.values()].sort(order);
  }

  /* The feed was quicker than the answer to our own send, or the answer was lost: the waiting copy gives way. */
  private adopt(byId: Map<string, ThreadMessage>, row: Message): void {
    if (row.direction !== 'out' || row.author_id !== session.peek()?.user.id) return;
    const waiting = [...byId].filter(([, item]) => item.pending && isCopy(item, row));
    // one that is on its way before one that may have arrived; one that was refused is not this
    const [id] = waiting.find(([, item]) => !item.pending!.error) ?? waiting.find(([, item]) => item.pending!.doubt) ?? [];
    if (id) byId.delete(id);
  }

  put(row: Message): void {
    this.merge([row]);
  }

  private newer(row: Message): Message {
    const known = this.items.peek().find((item) => item.id === row.id);
    return known && known.version > row.version ? known : row;
  }

  private drop(id: string): void {
    this.items.value = this.items.peek().filter((item) => item.id !== id);
  }

  /* Shown at once, sent with a key of its own; the answer takes its place. */
  async send(body: SendBody, files: Attachment[], replyTo?: Message): Promise<Message> {
    const newest = this.items.peek().findLast((item) => !item.pending);
    const pending: Pending = { key: newKey(), body, error: null, doubt: false, after: newest ? Date.parse(newest.at) : 0 };
    this.merge([local(this.id, pending, files, replyTo)]);
    return this.deliver(pending);
  }

  private async deliver(pending: Pending): Promise<Message> {
    const id = `local-${pending.key}`;
    try {
      const message = await api.messages.send(this.id, pending.body, pending.key);
      batch(() => {
        // the message of this key, and of no other that says the same
        this.items.value = [...this.items.peek().filter((item) => item.id !== id && item.id !== message.id), this.newer(message)].sort(order);
      });
      if ((pending.body.attachment_ids?.length ?? 0) > 1) this.refetch.add(NEWEST);
      return message;
    } catch (error) {
      const told = error instanceof ApiError ? error : new ApiError('internal', 0, String(error));
      // the tries of one call are one try here
      const doubt = inDoubt(told, pending.doubt || told.doubt);
      this.items.value = this.items.peek().map((item) => (item.id === id ? { ...item, state: 'failed', pending: { ...pending, error: told, doubt } } : item));
      throw told;
    }
  }

  /* The same key again: if the first try got through after all, it is not sent twice. */
  resend(item: ThreadMessage): Promise<Message> {
    const pending = { ...item.pending!, error: null };
    this.items.value = this.items.peek().map((other) => (other.id === item.id ? { ...other, state: 'queued', pending } : other));
    return this.deliver(pending);
  }

  /* A message and those that were sent with it and have not left. */
  sentWith(first: Message): Message[] {
    const rest = this.items.peek().filter((item) => item.id !== first.id && item.direction === 'out' && item.state === 'queued' && item.at === first.at && item.author_id === first.author_id);
    return [first, ...rest];
  }

  get hasPending(): boolean {
    return this.items.peek().some((item) => item.pending);
  }

  /* Lets go of all that can be read again. */
  keepPending(): boolean {
    this.items.value = this.items.peek().filter((item) => item.pending);
    this.status.value = 'loading';
    return this.hasPending;
  }

  discard(item: ThreadMessage): void {
    this.drop(item.id);
  }

  /* Not looked at now: it is read again when somebody opens it. */
  markStale(): void {
    this.stale = true;
  }

  open(): void {
    if (this.status.peek() !== 'ready') void this.retry();
    else if (this.stale) void this.refresh().catch(() => undefined);
    this.stale = false;
  }
}

/* Whether the server's row is what this tab has sent: the same files, or the same words, and not older. */
function isCopy(item: ThreadMessage, row: Message): boolean {
  if (item.kind !== row.kind || Date.parse(row.at) < item.pending!.after) return false;
  const files = new Set(item.attachments.map((one) => one.id));
  if (files.size > 0) return row.attachments.some((one) => files.has(one.id));
  return row.attachments.length === 0 && item.body === row.body && item.reply_to?.id === row.reply_to?.id;
}

function local(conversation: string, pending: Pending, files: Attachment[], replyTo?: Message): ThreadMessage {
  const { key, body } = pending;
  const user = session.peek()!.user;
  const at = new Date().toISOString();
  return {
    id: `local-${key}`,
    conversation_id: conversation,
    direction: 'out',
    kind: body.kind === 'note' ? 'note' : files[0]?.kind ?? 'text',
    author: 'user',
    author_id: user.id,
    author_name: user.name,
    body: body.body,
    reply_to: replyTo ? { id: replyTo.id, kind: replyTo.kind, body: replyTo.body, author: replyTo.author, author_name: replyTo.author_name } : null,
    forwarded: false,
    state: body.kind === 'note' ? 'sent' : 'queued',
    at,
    attachments: files,
    reactions: [],
    version: 0,
    pending,
  };
}

const threads = new Map<string, Thread>();
/* The one on the screen. */
export const openThread = signal<string | null>(null);

export function threadOf(id: string): Thread {
  let thread = threads.get(id);
  if (thread) threads.delete(id);
  else thread = new Thread(id);
  // the map keeps the order of use, so the first is the one longest unused
  threads.set(id, thread);
  for (const old of threads.keys()) {
    if (threads.size <= KEPT) break;
    if (old !== openThread.peek() && !threads.get(old)!.hasPending) threads.delete(old);
  }
  return thread;
}

export const knownThread = (id: string): Thread | undefined => threads.get(id);

export function refreshThreads(): void {
  for (const thread of threads.values()) {
    if (thread.id === openThread.peek()) thread.refetch.add(NEWEST);
    else thread.markStale();
  }
}

/* Others that failed are read when somebody opens them. */
export function readFailed(): void {
  const open = threads.get(openThread.peek() ?? '');
  if (open?.status.peek() === 'failed') void open.retry();
}

/* keep: what is on its way, or could not be sent, waits for its writer to come back. */
export function forget(keep = false): void {
  for (const [id, thread] of threads) if (!keep || !thread.keepPending()) threads.delete(id);
  openThread.value = null;
}

/* After a write whose answer was refused because the message has moved on: show how it stands. */
export async function orRefresh(thread: Thread, write: Promise<Message>): Promise<Message | null> {
  try {
    const message = await write;
    thread.put(message);
    return message;
  } catch (error) {
    if (isProblem(error, 'conflict', 'stale_version', 'too_late', 'not_found')) thread.refetch.add(NEWEST);
    throw error;
  }
}
