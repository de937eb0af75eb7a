import { useEffect, useLayoutEffect } from 'preact/hooks';
import { EmptyState, Kbd } from '../../kit';
import { nameOf } from '../contacts/name';
import { ContactPanel } from '../contacts/panel';
import { t } from '../i18n';
import { go, query } from '../router';
import { announce } from '../shell/announce';
import { screenCommands } from '../shell/command-bar';
import { modKey, useBindings } from '../shell/keys';
import type { PickerItem } from '../../kit';
import { arrived, conversations, counts } from '../store/conversations';
import { resolve, setPending, undoLast } from './actions';
import { asking, assignItems, ConversationDialogs, snoozeItems } from './dialogs';
import { cursor, filter, move, pathOf, setFilter } from './filter';
import { ListPane } from './list';
import { Lightbox } from './media';
import { ThreadPane } from './thread';
import { focusComposer } from './composer';
import './inbox.css';

/* What the command bar offers for the open conversation. */
function commands(id: string): PickerItem[] {
  const row = conversations.peek(id);
  if (!row) return [];
  const group = nameOf(row);
  return [
    { key: 'reply', group, icon: 'reply', label: t('keys.reply'), kbd: 'r', run: () => focusComposer('text') },
    { key: 'note', group, icon: 'lock', label: t('keys.note'), kbd: 'n', run: () => focusComposer('note') },
    { key: 'resolve', group, icon: 'check', label: row.state === 'resolved' ? t('thread.reopen') : t('thread.resolve'), kbd: 'e', run: () => resolve(id) },
    { key: 'pending', group, icon: 'pause', label: t('thread.pending'), run: () => setPending(id) },
    { key: 'contact', group, icon: 'user', label: t('thread.contactPage'), run: () => go(`/contacts/${row.contact.id}`) },
    ...assignItems(id),
    ...snoozeItems(id),
  ];
}

function Nothing() {
  return (
    <section class="thread-none" aria-label={t('inbox.pick')}>
      <EmptyState icon="inbox" title={t('inbox.pick')}>
        <p>{t('inbox.pickText')}</p>
        <p class="inbox-keys">
          <span>
            <Kbd>j</Kbd> <Kbd>k</Kbd> {t('keys.next')}
          </span>
          <span>
            <Kbd>{modKey} K</Kbd> {t('keys.command')}
          </span>
          <span>
            <Kbd>?</Kbd> {t('keys.help')}
          </span>
        </p>
      </EmptyState>
    </section>
  );
}

export function Inbox({ id }: { id: string | null }) {
  const panel = query.value.get('panel') === 'contact';
  const row = id ? conversations.get(id) : undefined;
  const name = row && nameOf(row);
  const views = ['mine', 'unassigned', null, 'snoozed'] as const;

  useBindings(
    [
      { keys: 'j', label: 'keys.next', group: 'keys.move', run: () => move(1, id) },
      { keys: 'k', label: 'keys.next', group: 'keys.move', run: () => move(-1, id) },
      ...views.map((view, i) => ({ keys: String(i + 1), label: 'keys.views' as const, group: 'keys.move' as const, run: () => setFilter({ view }) })),
      { keys: 'z', label: 'keys.undo', group: 'keys.act', run: undoLast },
    ],
    [id],
  );
  useBindings(
    id
      ? [
          { keys: 'r', label: 'keys.reply', group: 'keys.act', run: () => focusComposer('text') },
          { keys: 'n', label: 'keys.note', group: 'keys.act', run: () => focusComposer('note') },
          { keys: 'a', label: 'keys.assign', group: 'keys.act', run: () => (asking.value = 'assign') },
          { keys: 's', label: 'keys.snooze', group: 'keys.act', run: () => (asking.value = 'snooze') },
          { keys: 'e', label: 'keys.resolve', group: 'keys.act', run: () => resolve(id) },
          { keys: 'u Escape', label: 'keys.back', group: 'keys.move', run: () => go(pathOf(null)) },
        ]
      : [],
    [id],
  );
  useEffect(() => {
    document.title = `${name ?? t('nav.inbox')} · Sambung`;
  }, [name]);
  useLayoutEffect(() => {
    if (id) cursor.value = id;
    screenCommands.value = () => (id ? commands(id) : []);
    return () => (screenCommands.value = () => []);
  }, [id]);
  const news = arrived.value;
  useEffect(() => {
    // the open thread says it itself
    if (news && news.id !== id) announce(t('thread.announce', { name: nameOf(news), text: news.last_preview }));
  }, [news]);
  // the counts are small and change with everything: fresh whenever the view changes
  useEffect(() => counts.refresh(), [filter.value]);

  return (
    <div class="inbox" data-open={id ? '' : undefined} data-panel={panel || undefined}>
      <ListPane open={id} />
      {id ? (
        <main id="main" class="conversation" tabIndex={-1} aria-label={t('thread.label', { name: name ?? '' })}>
          <ThreadPane key={id} id={id} />
          {row && <ContactPanel id={row.contact.id} conversation={id} />}
        </main>
      ) : (
        <Nothing />
      )}
      {id && <ConversationDialogs id={id} />}
      <Lightbox />
    </div>
  );
}
