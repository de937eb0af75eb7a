/* What the event stream says, and what that asks us to read again.  Pure, so that it is tested as it stands. */

export type ChangeKind = 'message' | 'conversation' | 'contact' | 'note' | 'channel' | 'member' | 'field' | 'draft' | 'team';

export interface Change {
  type: 'change';
  cursor: string;
  kind: ChangeKind;
  id: string;
  conversation_id?: string | null;
  contact_id?: string | null;
  version: number;
  actor_id?: string | null;
}

export interface Presence {
  type: 'presence';
  conversation_id: string;
  user_id: string | null;
  /* the customer, in the web chat */
  visitor?: boolean;
  name: string;
  state: 'reading' | 'typing' | 'gone';
}

export type StreamEvent = { type: 'hello'; cursor: string } | { type: 'reset' } | Change | Presence;

/* What to read again after some changes. */
export interface Work {
  conversations: Set<string>;
  /* message ids by conversation */
  messages: Map<string, Set<string>>;
  contacts: Set<string>;
  /* contacts whose notes changed */
  notes: Set<string>;
  lists: Set<'channel' | 'member' | 'field' | 'team'>;
}

export const noWork = (): Work => ({ conversations: new Set(), messages: new Map(), contacts: new Set(), notes: new Set(), lists: new Set() });

/* known: the version that we already have of what a change is about, -1 when none. */
export type Known = (change: Change) => number;

/* Adds to work what one change asks for; a change that we are already past asks for nothing. */
export function reduce(work: Work, change: Change, known: Known): Work {
  if (change.version > 0 && known(change) >= change.version) return work;
  switch (change.kind) {
    case 'conversation':
      work.conversations.add(change.id);
      break;
    case 'message':
      if (change.conversation_id) {
        const ids = work.messages.get(change.conversation_id) ?? new Set<string>();
        work.messages.set(change.conversation_id, ids.add(change.id));
      }
      break;
    case 'contact':
      work.contacts.add(change.id);
      break;
    case 'note':
      if (change.contact_id) work.notes.add(change.contact_id);
      break;
    case 'channel':
    case 'member':
    case 'field':
    case 'team':
      work.lists.add(change.kind);
      break;
    case 'draft':
      // a draft of my own, written in another tab; the open composer is never overwritten
      break;
  }
  return work;
}

/* One frame of the stream; null: not for us, or from a later server. */
export function decode(text: string): StreamEvent | null {
  try {
    const event = JSON.parse(text) as { type?: unknown } | null;
    const type = event?.type;
    return type === 'hello' || type === 'reset' || type === 'change' || type === 'presence' ? (event as StreamEvent) : null;
  } catch {
    return null;
  }
}

/* How long to wait before try n (from 0): doubled each time to half a minute, with full jitter so that tabs do not come back together. */
export const backoff = (tried: number, random: () => number = Math.random): number => 250 + random() * Math.min(30_000, 500 * 2 ** tried);
