import { Fragment } from 'preact';
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import { Icon } from '../../kit';
import type { Conversation, Message } from '../api-types';
import { t } from '../i18n';
import { day, dayStart } from '../i18n/time';
import { me } from '../store/session';
import type { Thread, ThreadMessage } from '../store/threads';
import { Bubble } from './message';
import { EventLine } from './event-line';

const NEAR_END = 80;
const NEAR_TOP = 400;
const TOGETHER_MS = 5 * 60_000;

interface Props {
  thread: Thread;
  row: Conversation;
  onReply: (message: Message) => void;
  onUndo: (message: Message) => void;
  onEdit: (message: ThreadMessage) => void;
}

/* Written by the same person within five minutes: drawn as one group. */
function together(a: ThreadMessage | undefined, b: ThreadMessage): boolean {
  if (!a || a.kind === 'event' || b.kind === 'event') return false;
  if (a.author !== b.author || a.author_id !== b.author_id || (a.kind === 'note') !== (b.kind === 'note')) return false;
  return Date.parse(b.at) - Date.parse(a.at) < TOGETHER_MS && dayStart(Date.parse(a.at)) === dayStart(Date.parse(b.at));
}

/* The first message that was unread when the thread was opened; it does not move while one reads. */
function useFirstUnread(thread: Thread, row: Conversation): string | null {
  return useMemo(() => {
    let left = row.unread;
    if (left === 0) return null;
    const items = thread.items.peek();
    for (let i = items.length - 1; i >= 0; i--) if (items[i]!.direction === 'in' && --left === 0) return items[i]!.id;
    return null;
  }, [thread.id]);
}

/*
 * Keeps the end in sight when it was in sight, keeps the eye's place when older messages come in above,
 * and counts what arrives while one reads further up.
 */
function useScroll(thread: Thread, items: readonly ThreadMessage[]) {
  const box = useRef<HTMLDivElement>(null);
  const last = useRef({ atEnd: true, height: 0, top: 0, firstId: '', lastId: '' });
  const [below, setBelow] = useState(0);

  const toEnd = (smooth = false) => box.current?.scrollTo({ top: box.current.scrollHeight, behavior: smooth ? 'smooth' : 'instant' });

  useLayoutEffect(() => {
    const element = box.current!;
    const was = last.current;
    const firstId = items[0]?.id ?? '';
    const lastItem = items[items.length - 1];
    const mine = lastItem?.id !== was.lastId && lastItem?.author_id === me() && lastItem.author === 'user';
    if (was.firstId === '' || was.atEnd || mine) toEnd();
    else if (firstId !== was.firstId) element.scrollTop = was.top + element.scrollHeight - was.height;
    else if (lastItem?.id !== was.lastId) setBelow((n) => n + 1);
    last.current = { ...was, height: element.scrollHeight, top: element.scrollTop, firstId, lastId: lastItem?.id ?? '' };
  }, [items]);

  useEffect(() => {
    const element = box.current!;
    const scrolled = () => {
      const atEnd = element.scrollHeight - element.scrollTop - element.clientHeight < NEAR_END;
      Object.assign(last.current, { atEnd, top: element.scrollTop, height: element.scrollHeight });
      if (atEnd) setBelow(0);
      if (element.scrollTop < NEAR_TOP && thread.older.peek()) void thread.loadOlder();
    };
    // the composer grows, a picture opens: the end stays where it is
    const watch = new ResizeObserver(() => last.current.atEnd && toEnd());
    watch.observe(element);
    watch.observe(element.firstElementChild!);
    element.addEventListener('scroll', scrolled, { passive: true });
    scrolled();
    return () => {
      watch.disconnect();
      element.removeEventListener('scroll', scrolled);
    };
  }, [thread]);
  return { box, below, toEnd };
}

function jump(id: string): void {
  const element = document.getElementById(`m-${id}`);
  if (!element) return;
  element.scrollIntoView({ block: 'center', behavior: 'smooth' });
  element.classList.add('is-found');
  setTimeout(() => element.classList.remove('is-found'), 1600);
}

export function Messages({ thread, row, onReply, onUndo, onEdit }: Props) {
  const items = thread.items.value;
  const firstUnread = useFirstUnread(thread, row);
  const { box, below, toEnd } = useScroll(thread, items);
  const lastOut = items.findLast((item) => item.direction === 'out' && item.kind !== 'note' && item.kind !== 'event')?.id;

  return (
    <div class="thread-body">
      <div class="messages" ref={box} tabIndex={0} role="group" aria-label={t('thread.messages')}>
        <div class="messages-in">
          {thread.older.value ? <div class="messages-older">{t('thread.loadingOlder')}</div> : <div class="messages-start">{t('thread.start', { channel: row.channel.name })}</div>}
          {items.map((item, i) => {
            const before = items[i - 1];
            const newDay = !before || dayStart(Date.parse(before.at)) !== dayStart(Date.parse(item.at));
            return (
              <Fragment key={item.id}>
                {newDay && (
                  <div class="messages-day" role="separator">
                    <time dateTime={item.at.slice(0, 10)}>{day(item.at)}</time>
                  </div>
                )}
                {item.id === firstUnread && (
                  <div class="messages-new" role="separator">
                    {t('thread.newBelow')}
                  </div>
                )}
                {item.kind === 'event' ? (
                  <EventLine item={item} />
                ) : (
                  <Bubble
                    thread={thread}
                    item={item}
                    row={row}
                    joined={!newDay && item.id !== firstUnread && together(before, item)}
                    last={item.id === lastOut}
                    onReply={() => onReply(item)}
                    onUndo={() => onUndo(item)}
                    onEdit={() => onEdit(item)}
                    onJump={jump}
                  />
                )}
              </Fragment>
            );
          })}
        </div>
      </div>
      {below > 0 && (
        <button type="button" class="messages-below" onClick={() => toEnd(true)}>
          <Icon name="arrowDown" size={16} />
          {t('thread.newMessages', { n: below })}
        </button>
      )}
    </div>
  );
}
