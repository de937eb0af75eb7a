/* Joins the stream to the store: each change reads again what it names, and nothing else. */
import { effect, signal } from '@preact/signals';
import { clearToasts } from '../../kit';
import { api } from '../api';
import * as contactStore from '../store/contacts';
import * as conversationStore from '../store/conversations';
import * as draftStore from '../store/drafts';
import { channels, channelKinds, fields, members, rules, stages, teams } from '../store/organisation';
import { heard } from '../store/presence';
import { onLeave, session } from '../store/session';
import * as threadStore from '../store/threads';
import { noWork, reduce, type Change, type StreamEvent } from './events';
import { Stream } from './stream';

const GATHER_MS = 20;

export const stream = signal<Stream | null>(null);


function known(change: Change): number {
  if (change.kind === 'conversation') return conversationStore.conversations.version(change.id);
  if (change.kind === 'contact') return contactStore.contacts.version(change.id);
  if (change.kind === 'message' && change.conversation_id) return threadStore.knownThread(change.conversation_id)?.version(change.id) ?? -1;
  return -1;
}

let gathered: Change[] = [];
let timer: ReturnType<typeof setTimeout> | null = null;

function flush(): void {
  timer = null;
  const work = noWork();
  for (const change of gathered) {
    reduce(work, change, known);
    if (change.kind === 'message' && change.conversation_id) conversationStore.messageChanged(change.conversation_id);
  }
  gathered = [];
  for (const id of work.conversations) conversationStore.changed(id);
  for (const [conversation, ids] of work.messages) threadStore.knownThread(conversation)?.changed(ids);
  for (const id of work.contacts) {
    contactStore.changed(id);
    conversationStore.contactChanged(id);
  }
  for (const id of work.notes) contactStore.notesChanged(id);
  if (work.lists.has('channel')) channels.refresh();
  if (work.lists.has('member')) members.refresh();
  if (work.lists.has('field')) fields.refresh();
  if (work.lists.has('team')) for (const list of [teams, rules]) list.refresh();
}

function refreshEverything(): void {
  conversationStore.refreshLists();
  threadStore.refreshThreads();
  contactStore.refreshAll();
  for (const list of [channels, members, fields, rules, stages, teams]) list.refresh();
}

/* The line is back.  What changed meanwhile the stream tells by itself; what could not be read is read now. */
function readFailed(): void {
  conversationStore.readFailed();
  threadStore.readFailed();
  contactStore.readFailed();
  for (const list of [channels, channelKinds, members, fields, rules, stages, teams]) list.readFailed();
}

function onEvent(event: StreamEvent): void {
  switch (event.type) {
    case 'hello':
      // the screens did not wait for the stream: what changed since they asked must be read
      refreshEverything();
      break;
    case 'reset':
      refreshEverything();
      break;
    case 'presence':
      heard(event);
      break;
    case 'change':
      gathered.push(event);
      timer ??= setTimeout(flush, GATHER_MS);
      break;
  }
}

/* While somebody is signed in there is a stream; when they go, so does all that was read for them. */
export function followSession(): void {
  onLeave((keep) => {
    threadStore.forget(keep);
    draftStore.forget(keep);
    clearToasts();
  });
  let user: string | null = null;
  effect(() => {
    const next = session.value?.user.id ?? null;
    if (next === user) return;
    user = next;
    stream.peek()?.stop();
    stream.value = null;
    if (!next) {
      conversationStore.forget();
      contactStore.forget();
      for (const list of [channels, channelKinds, members, fields, rules, stages, teams]) list.clear();
      return;
    }
    const made = new Stream(onEvent, () => void api.session.get().catch(() => undefined));
    stream.value = made;
    let line = made.status.peek();
    made.status.subscribe((next) => {
      if (line === 'down' && next === 'open') readFailed();
      line = next;
    });
    made.start();
  });
}
