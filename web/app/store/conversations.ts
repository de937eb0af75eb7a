/* Conversations by id, and the lists that show them in an order. */
import { signal } from '@preact/signals';
import { api } from '../api';
import type { Conversation, ConversationState } from '../api-types';
import { isProblem } from '../api/problem';
import { Refetch } from './refetch';
import { Resource } from './resource';
import { me } from './session';
import { Table } from './table';

export type View = 'mine' | 'unassigned' | 'all' | 'snoozed';
export type StateFilter = ConversationState | 'all';
export interface Filter {
  view: View;
  state: StateFilter;
  channel: string;
  team: string;
  q: string;
}

export const conversations = new Table<Conversation>();
export const counts = new Resource(api.conversations.counts);

const PAGE = 50;

/* Newest on top, as the server sorts. */
function before(a: Conversation, b: Conversation): number {
  const at = Date.parse(b.sort_at) - Date.parse(a.sort_at);
  return at !== 0 ? at : b.id < a.id ? -1 : 1;
}

export function matches(filter: Filter, row: Conversation, self: string): boolean {
  if (filter.channel && row.channel.id !== filter.channel) return false;
  if (filter.team && row.team_id !== filter.team) return false;
  if (filter.view === 'snoozed') return row.state === 'snoozed';
  if (filter.state !== 'all' && row.state !== filter.state) return false;
  if (filter.view === 'mine') return row.assignee_id === self;
  return filter.view === 'all' || !row.assignee_id;
}

export class ConversationList {
  readonly ids = signal<readonly string[]>([]);
  readonly status = signal<'loading' | 'ready' | 'failed'>('loading');
  readonly more = signal(true);
  private cursor: string | null = null;
  private loading: Promise<void> | null = null;

  constructor(readonly filter: Filter) {}

  private page(cursor: string | null) {
    const { view, state, channel, team, q } = this.filter;
    const snoozed = view === 'snoozed';
    return api.conversations.list({ view: snoozed ? 'all' : view, state: snoozed ? 'snoozed' : state, channel, team, q, limit: PAGE, cursor });
  }

  /* The first page anew; rows beyond it are let go. */
  load(): Promise<void> {
    return (this.loading ??= this.page(null)
      .then((page) => {
        for (const row of page.items) conversations.put(row);
        this.ids.value = page.items.map((row) => row.id);
        this.cursor = page.next_cursor;
        this.more.value = page.next_cursor !== null;
        this.status.value = 'ready';
      })
      .catch(() => {
        if (this.status.peek() === 'loading') this.status.value = 'failed';
      })
      .finally(() => (this.loading = null)));
  }

  retry(): Promise<void> {
    this.status.value = 'loading';
    return this.load();
  }

  readonly loadMore = (): void => {
    if (this.loading || !this.cursor) return;
    this.loading = this.page(this.cursor)
      .then((page) => {
        for (const row of page.items) conversations.put(row);
        const known = new Set(this.ids.peek());
        this.ids.value = [...this.ids.peek(), ...page.items.map((row) => row.id).filter((id) => !known.has(id))];
        this.cursor = page.next_cursor;
        this.more.value = page.next_cursor !== null;
      })
      .catch(() => undefined)
      .finally(() => (this.loading = null));
  };

  /* Puts one changed row where it now belongs: in, out, up or down. */
  settle(row: Conversation, self: string): void {
    const ids = this.ids.peek();
    const without = ids.filter((id) => id !== row.id);
    // what a search finds only the server knows: rows keep their place
    if (this.filter.q) return;
    if (!matches(this.filter, row, self)) {
      if (without.length !== ids.length) this.ids.value = without;
      return;
    }
    let at = without.findIndex((id) => before(row, conversations.peek(id) ?? row) < 0);
    if (at < 0) {
      // below everything loaded: a later page will bring it
      if (this.more.peek()) {
        if (without.length !== ids.length) this.ids.value = without;
        return;
      }
      at = without.length;
    }
    if (ids[at] === row.id) return;
    this.ids.value = [...without.slice(0, at), row.id, ...without.slice(at)];
  }
}

const lists = new Map<string, ConversationList>();
/* Rises when everything is forgotten: whoever holds a list asks for it again. */
const generation = signal(0);

/* The list of a filter; kept, so that going back to it is instant and then made fresh. */
export function listOf(filter: Filter): ConversationList {
  void generation.value;
  const key = [filter.view, filter.view === 'snoozed' ? '' : filter.state, filter.channel, filter.team, filter.q].join('\n');
  let list = lists.get(key);
  if (!list) {
    list = new ConversationList(filter);
    lists.set(key, list);
    void list.load();
    // searches are many and short-lived
    const old = [...lists.keys()].filter((other) => other.split('\n')[4] !== '' && other !== key);
    for (const other of old.slice(0, -4)) lists.delete(other);
  }
  return list;
}

/* A row has come from the server, or was guessed: every list that is kept takes note. */
export function settleAll(row: Conversation): void {
  for (const list of lists.values()) list.settle(row, me());
}

/* The last conversation in which somebody wrote; for saying it aloud. */
export const arrived = signal<Conversation | null>(null);

const NEWS_MS = 60_000;

/* One that no list had, and the stream told of: somebody has just written, if it is about as new as the newest we know. */
function isNews(row: Conversation): boolean {
  if (row.last_direction !== 'in' || !row.last_message_at) return false;
  const at = Date.parse(row.last_message_at);
  return conversations.where((one) => Date.parse(one.last_message_at ?? '') > at + NEWS_MS).length === 0;
}

export function take(row: Conversation, told = false): void {
  const before = conversations.peek(row.id);
  if (!conversations.put(row)) return;
  if (row.unread > (before?.unread ?? (told && isNews(row) ? 0 : row.unread))) arrived.value = row;
  settleAll(row);
}

const recount = new Refetch(async () => {
  counts.refresh();
});

async function read(id: string, told: boolean): Promise<void> {
  try {
    take(await api.conversations.get(id), told);
  } catch (error) {
    // no longer ours to see: it was assigned away
    if (!isProblem(error, 'not_found', 'forbidden')) throw error;
    for (const list of lists.values()) list.ids.value = list.ids.peek().filter((other) => other !== id);
    conversations.drop(id);
  }
}

const refetch = new Refetch((id) => read(id, true), 12, () => refreshLists());

export function changed(id: string): void {
  refetch.add(id);
  recount.add('counts');
}

/* A conversation shows its last message's state, and of that only the message's change tells. */
export function messageChanged(id: string): void {
  if (conversations.peek(id)) refetch.add(id);
}

/* A conversation shows its contact's name, stage and follow-up date. */
export function contactChanged(id: string): void {
  for (const row of conversations.where((one) => one.contact.id === id)) refetch.add(row.id);
}

export const readNow = (id: string): Promise<void> => read(id, false);

export function refreshLists(): void {
  for (const list of lists.values()) void list.load();
  counts.refresh();
}

export function readFailed(): void {
  for (const list of lists.values()) if (list.status.peek() === 'failed') void list.retry();
  counts.readFailed();
}

/* Signed out: the next person must not see a row of the last. */
export function forget(): void {
  lists.clear();
  generation.value++;
  conversations.clear();
  counts.clear();
}
