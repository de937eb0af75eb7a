/* What was typed and not sent.  Kept on the server, so it is there on the phone too; saved a moment after the last key. */
import { signal } from '@preact/signals';
import { api } from '../api';
import type { Draft } from '../api-types';

const SAVE_MS = 600;

export class DraftStore {
  /* null until the server's copy is here */
  readonly text = signal('');
  readonly note = signal('');
  private saved = { text: '', note: '' };
  private touched = { text: false, note: false };
  private timer: ReturnType<typeof setTimeout> | null = null;
  private loading: Promise<void> | null = null;

  constructor(readonly conversation: string) {}

  /* What was typed meanwhile is newer than what the server kept. */
  load(): Promise<void> {
    return (this.loading ??= api.conversations
      .drafts(this.conversation)
      .then((items) => {
        for (const { kind, body } of items) {
          this.saved[kind] = body;
          if (!this.touched[kind]) this[kind].value = body;
        }
        // what waited for its writer to sign in again
        if (!this.timer) this.flush();
      })
      .catch(() => {
        this.loading = null;
      }));
  }

  set(kind: Draft['kind'], body: string): void {
    this.touched[kind] = true;
    this[kind].value = body;
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), SAVE_MS);
  }

  /* Sent: nothing is left, here or there. */
  clear(kind: Draft['kind']): void {
    this.set(kind, '');
    this.flush();
  }

  /* Only what was typed in this tab; the rest is read again. */
  keep(): boolean {
    this.loading = null;
    return (['text', 'note'] as const).some((kind) => this.touched[kind] && this[kind].peek() !== '');
  }

  flush(leaving = false): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    for (const kind of ['text', 'note'] as const) {
      const body = this[kind].peek();
      if (!this.touched[kind] || body === this.saved[kind]) continue;
      const before = this.saved[kind];
      this.saved[kind] = body;
      api.conversations.saveDraft(this.conversation, kind, body, leaving).catch(() => {
        if (this.saved[kind] === body) this.saved[kind] = before;
      });
    }
  }
}

const drafts = new Map<string, DraftStore>();

export function draftsOf(conversation: string): DraftStore {
  let store = drafts.get(conversation);
  if (!store) drafts.set(conversation, (store = new DraftStore(conversation)));
  return store;
}

addEventListener('pagehide', () => {
  for (const store of drafts.values()) store.flush(true);
});

/* keep: what was typed here stays, for the same person; a save of it may just have been refused. */
export function forget(keep = false): void {
  for (const [id, store] of drafts) if (!keep || !store.keep()) drafts.delete(id);
}
