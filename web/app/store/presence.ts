/* Who reads or types in a conversation right now.  Heard, shown, and forgotten: it is stored nowhere. */
import { signal } from '@preact/signals';
import { api } from '../api';
import type { Presence } from '../live/events';
import { session } from './session';

export interface Here {
  userId: string | null;
  name: string;
  state: 'reading' | 'typing';
  visitor: boolean;
  until: number;
}

// the server forgets after ten seconds; a little longer here, for what is on its way
const READING_MS = 12_000;
const TYPING_MS = 6_000;
const TELL_AGAIN_MS = 8_000;

const here = signal<ReadonlyMap<string, Here[]>>(new Map());

export const whoIsHere = (conversation: string): Here[] => here.value.get(conversation) ?? [];

function set(conversation: string, list: Here[]): void {
  const next = new Map(here.peek());
  if (list.length > 0) next.set(conversation, list);
  else next.delete(conversation);
  here.value = next;
}

export function heard(event: Presence): void {
  if (event.user_id && event.user_id === session.peek()?.user.id) return;
  const others = (here.peek().get(event.conversation_id) ?? []).filter((one) => one.userId !== event.user_id);
  if (event.state === 'gone') return set(event.conversation_id, others);
  const until = Date.now() + (event.state === 'typing' ? TYPING_MS : READING_MS);
  set(event.conversation_id, [...others, { userId: event.user_id, name: event.name, state: event.state, visitor: event.visitor ?? false, until }]);
}

/* Whoever fell silent is gone; one who stopped typing is taken to be reading still. */
setInterval(() => {
  const moment = Date.now();
  for (const [conversation, list] of here.peek()) {
    const left = list.flatMap((one): Here[] => {
      if (one.until > moment) return [one];
      return one.state === 'typing' && !one.visitor ? [{ ...one, state: 'reading', until: moment + READING_MS }] : [];
    });
    if (left.length !== list.length || left.some((one, i) => one !== list[i])) set(conversation, left);
  }
}, 1_000);

/* Tells the others while this conversation is open here.  Returns how to leave. */
export function enter(conversation: string): { typing: () => void; leave: () => void } {
  let lastTyping = 0;
  const tell = (state: 'reading' | 'typing' | 'gone') => void api.conversations.presence(conversation, state).catch(() => undefined);
  const reading = () => document.visibilityState === 'visible' && tell('reading');
  reading();
  const timer = setInterval(reading, TELL_AGAIN_MS);
  const away = () => (document.visibilityState === 'hidden' ? tell('gone') : tell('reading'));
  document.addEventListener('visibilitychange', away);
  return {
    typing: () => {
      if (Date.now() - lastTyping < 3_000) return;
      lastTyping = Date.now();
      tell('typing');
    },
    leave: () => {
      clearInterval(timer);
      document.removeEventListener('visibilitychange', away);
      tell('gone');
    },
  };
}
