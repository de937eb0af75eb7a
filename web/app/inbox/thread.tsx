import { useEffect, useRef, useState } from 'preact/hooks';
import { Button, EmptyState, Skeleton } from '../../kit';
import type { Message } from '../api-types';
import { api } from '../api';
import { nameOf } from '../contacts/name';
import { explain } from '../explain';
import { t } from '../i18n';
import { announce } from '../shell/announce';
import { conversations, readNow, take } from '../store/conversations';
import { draftsOf } from '../store/drafts';
import { enter } from '../store/presence';
import { openThread, threadOf, type Thread, type ThreadMessage } from '../store/threads';
import { can } from '../store/session';
import { filesOf } from './attachments';
import { cancel } from './delivery';
import { Composer, focusComposer } from './composer';
import { Messages } from './messages';
import { ThreadHeader } from './thread-header';
import { WindowClock } from './window';
import { pathOf } from './filter';
import './thread.css';

/* Reads the conversation when a link led straight here and no list has brought it. */
function useConversation(id: string): unknown {
  const [error, fail] = useState<unknown>(null);
  useEffect(() => {
    if (!conversations.peek(id)) readNow(id).then(() => !conversations.peek(id) && fail(new Error('gone')), fail);
  }, [id]);
  return error;
}

/* What came in while I look is read; what comes in while the tab is hidden is not. */
function useRead(id: string, thread: Thread): void {
  const unread = conversations.get(id)?.unread ?? 0;
  const attention = conversations.get(id)?.attention;
  const ready = thread.status.value === 'ready';
  useEffect(() => {
    if (!ready || (unread === 0 && !attention)) return;
    const read = () => {
      if (document.visibilityState !== 'visible') return;
      document.removeEventListener('visibilitychange', read);
      const row = conversations.peek(id);
      if (row) take({ ...row, unread: 0, attention: null });
      void api.conversations.read(id).catch(() => undefined);
    };
    document.addEventListener('visibilitychange', read);
    const timer = setTimeout(read, 300);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', read);
    };
  }, [id, unread, attention, ready]);
}

/* Says new messages aloud, whoever wrote them. */
function useAnnounced(id: string, thread: Thread): void {
  const news = thread.arrivals.value;
  useEffect(() => {
    const last = news.findLast((item) => item.direction === 'in');
    const row = conversations.peek(id);
    if (last && row) announce(t('thread.announce', { name: nameOf(row), text: last.body || t(`kind.${last.kind}`) }));
  }, [news]);
}

export function ThreadPane({ id }: { id: string }) {
  const thread = threadOf(id);
  const error = useConversation(id);
  const row = conversations.get(id);
  const [reply, setReply] = useState<Message | null>(null);
  const presence = useRef<ReturnType<typeof enter> | null>(null);

  useEffect(() => {
    openThread.value = id;
    thread.open();
    void draftsOf(id).load();
    const here = enter(id);
    presence.current = here;
    return () => {
      here.leave();
      draftsOf(id).flush();
      if (openThread.peek() === id) openThread.value = null;
    };
  }, [id]);
  useRead(id, thread);
  useAnnounced(id, thread);

  if (error)
    return (
      <section class="thread-pane">
        <EmptyState icon="alert" title={t('thread.gone')} action={<a class="k-btn" href={pathOf(null)}>{t('thread.back')}</a>}>
          {explain(error)}
        </EmptyState>
      </section>
    );

  const giveBack = (item: Message) => {
    filesOf(id).giveBack(item.attachments);
    const answered = item.reply_to && thread.items.peek().find((other) => other.id === item.reply_to!.id);
    if (answered) setReply(answered);
  };

  /* Taken back in time: words, files and what they answered return to where they were written. */
  const undo = async (item: Message) => {
    if (!(await cancel(thread, item))) return;
    const drafts = draftsOf(id);
    if (item.body && drafts.text.peek() === '') drafts.set('text', item.body);
    giveBack(item);
  };

  /* Refused by the server, so nobody has it: as above, and below what was written since. */
  const edit = (item: ThreadMessage) => {
    const kind = item.kind === 'note' ? 'note' : 'text';
    const drafts = draftsOf(id);
    thread.discard(item);
    drafts.set(kind, [drafts[kind].peek(), item.body].filter(Boolean).join('\n'));
    giveBack(item);
    focusComposer(kind);
  };

  return (
    <section id="thread-pane" class="thread-pane" aria-label={t('thread.messages')}>
      {row ? <ThreadHeader row={row} /> : <header class="bar" />}
      {row && <WindowClock row={row} />}
      {thread.status.value === 'failed' ? (
        <div class="thread-body">
          <EmptyState icon="alert" title={t('thread.failed')} action={<Button onClick={() => void thread.retry()}>{t('retry')}</Button>}>
            {t('list.failedText')}
          </EmptyState>
        </div>
      ) : thread.status.value === 'loading' || !row ? (
        <div class="thread-body">
          <Skeleton look="bubble" rows={4} label={t('loading')} />
        </div>
      ) : (
        <Messages thread={thread} row={row} onReply={setReply} onUndo={undo} onEdit={edit} />
      )}
      {row && can('messages:write') && <Composer row={row} thread={thread} reply={reply} onReply={setReply} onUndo={undo} onTyping={() => presence.current?.typing()} />}
    </section>
  );
}
