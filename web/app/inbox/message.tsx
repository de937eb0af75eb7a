import { Icon, IconButton, Menu, toast, type MenuEntry } from '../../kit';
import { api } from '../api';
import type { Conversation, Message, Reaction } from '../api-types';
import { nameOf } from '../contacts/name';
import { explain } from '../explain';
import { t, tMaybe } from '../i18n';
import { clock, fullTime } from '../i18n/time';
import { channelKind, member } from '../store/organisation';
import { can, me } from '../store/session';
import { orRefresh, type Thread, type ThreadMessage } from '../store/threads';
import { Linked } from './linked';
import { DeliveryMark, DeliveryNote, stateTime } from './delivery';
import { Files } from './media';
import { Special, speaksForItself } from './special';
import './message.css';

interface Props {
  thread: Thread;
  item: ThreadMessage;
  row: Conversation;
  /* belongs to the one above */
  joined: boolean;
  /* the last one we sent says its state in words */
  last: boolean;
  onReply: () => void;
  onUndo: () => void;
  onEdit: () => void;
  onJump: (id: string) => void;
}

const quick = ['👍', '❤️', '😂', '🙏', '😮', '😢'];

async function react(thread: Thread, item: Message, emoji: string) {
  const mine = item.reactions.find((one) => !one.by_contact && one.actor_id === me());
  try {
    await orRefresh(thread, api.messages.react(item.id, mine?.emoji === emoji ? '' : emoji));
  } catch (error) {
    toast(explain(error), { tone: 'bad' });
  }
}

export function quoted(reply: { kind: Message['kind']; body: string }): string {
  return reply.body || (tMaybe(`kind.${reply.kind}`) ?? '');
}

function Quote({ item, onJump, contact }: { item: Message; onJump: (id: string) => void; contact: string }) {
  const to = item.reply_to;
  if (!to) return null;
  const who = to.author === 'contact' ? contact : to.author_name ?? '';
  return (
    <button type="button" class="quote" onClick={() => onJump(to.id)} aria-label={t('message.quoted', { name: who, text: quoted(to) })}>
      <strong>{who}</strong>
      <span>{quoted(to)}</span>
    </button>
  );
}

/* One pill per emoji, with how many gave it. */
function Reactions({ list }: { list: Reaction[] }) {
  if (list.length === 0) return null;
  const tally = new Map<string, number>();
  for (const { emoji } of list) tally.set(emoji, (tally.get(emoji) ?? 0) + 1);
  return (
    <div class="reactions">
      {[...tally].map(([emoji, n]) => (
        <span key={emoji} class="reaction" role="img" aria-label={t('message.reaction', { emoji, n })}>
          {emoji}
          {n > 1 && <b class="num">{n}</b>}
        </span>
      ))}
    </div>
  );
}

function Actions({ thread, item, row, onReply }: Pick<Props, 'thread' | 'item' | 'row' | 'onReply'>) {
  if (item.pending || item.revoked_at) return null;
  const kind = channelKind(row.channel.kind);
  const write = can('messages:write') && item.kind !== 'note';
  const items: MenuEntry[] = [
    ...(write && kind?.reactions
      ? quick.map((emoji): MenuEntry => ({ key: emoji, label: t('message.react', { emoji }), run: () => void react(thread, item, emoji) }))
      : []),
    ...(write && kind?.reactions ? [{ key: 'rule', rule: true } as MenuEntry] : []),
    ...(write && kind?.replies ? [{ key: 'reply', icon: 'reply', label: t('message.reply'), run: onReply } as MenuEntry] : []),
    ...(item.body
      ? [{ key: 'copy', icon: 'copy', label: t('message.copy'), run: () => void navigator.clipboard?.writeText(item.body).then(() => toast(t('copied'))) } as MenuEntry]
      : []),
    { key: 'time', icon: 'clock', label: fullTime(item.at), disabled: true, run: () => undefined },
  ];
  return (
    <div class="message-actions">
      {write && kind?.replies && <IconButton class="message-quick" icon="reply" size={16} label={t('message.reply')} tabIndex={-1} onClick={onReply} />}
      <Menu label={t('message.actions')} items={items} align="end" trigger={(props) => <IconButton {...props} icon="more" size={16} label={t('message.actions')} />} />
    </div>
  );
}

function Meta({ item, last }: { item: ThreadMessage; last: boolean }) {
  const out = item.direction === 'out';
  const name = out && item.author === 'user' && item.author_id !== me() ? member(item.author_id)?.name ?? item.author_name : null;
  const word = last && (item.state === 'read' || item.state === 'delivered' || item.state === 'sent') ? t(`delivery.${item.state}`) : null;
  const at = stateTime(item);
  return (
    <footer class="message-meta">
      {item.kind === 'note' && (
        <span class="message-private">
          <Icon name="lock" size={12} />
          {t('message.private')}
        </span>
      )}
      {item.author === 'ai' && <span>{t('message.ai')}</span>}
      {name && <span class="cut">{name}</span>}
      {item.forwarded && (
        <span>
          <Icon name="forward" size={12} /> {t('message.forwarded')}
        </span>
      )}
      {item.edited_at && !item.revoked_at && <span data-tip={fullTime(item.edited_at)}>{t('message.edited')}</span>}
      <time class="num" dateTime={item.at} data-tip={fullTime(item.at)}>
        {clock(item.at)}
      </time>
      {word && <span class="message-state">{word}{at && at.slice(0, 16) !== item.at.slice(0, 16) ? ` ${clock(at)}` : ''}</span>}
      {out && item.kind !== 'note' && <DeliveryMark state={item.state} at={stateTime(item)} />}
    </footer>
  );
}

/* What a message says, whatever its kind. */
function Body({ item, thread }: { item: ThreadMessage; thread: Thread }) {
  if (item.revoked_at) return <p class="message-gone">{t('message.revoked')}</p>;
  return (
    <>
      <Files items={item.attachments} message={item.id} thread={thread} />
      <Special item={item} />
      {item.body && !speaksForItself(item.kind) && <Linked text={item.body} />}
      {item.state === 'cancelled' && !item.body && <p class="message-kind">{tMaybe(`kind.${item.kind}`)}</p>}
    </>
  );
}

/* Two or three emoji and nothing else are drawn large. */
const onlyEmoji = (text: string): boolean => /^(\p{Extended_Pictographic}(\uFE0F|\u200D\p{Extended_Pictographic}|\p{Emoji_Modifier})*\s*){1,3}$/u.test(text);

export function Bubble({ thread, item, row, joined, last, onReply, onUndo, onEdit, onJump }: Props) {
  const side = item.kind === 'note' ? 'note' : item.direction;
  const big = item.kind === 'text' && !item.reply_to && onlyEmoji(item.body);
  const bare = item.kind === 'sticker' || big;
  return (
    <article
      id={`m-${item.id}`}
      class={`message message-${side} ${joined ? 'is-joined' : ''} ${bare ? 'is-bare' : ''} ${item.state === 'cancelled' ? 'is-cancelled' : ''} ${item.pending ? 'is-pending' : ''}`}
      aria-label={t(`message.by.${side}`, { name: side === 'in' ? nameOf(row) : item.author_name ?? t('you'), time: clock(item.at) })}
    >
      <div class="message-line">
        <div class={`bubble ${big ? 'is-big' : ''}`}>
          <Quote item={item} onJump={onJump} contact={nameOf(row)} />
          <Body item={item} thread={thread} />
          <Meta item={item} last={last} />
        </div>
        <Actions thread={thread} item={item} row={row} onReply={onReply} />
      </div>
      <Reactions list={item.reactions} />
      <DeliveryNote thread={thread} item={item} onUndo={onUndo} onEdit={onEdit} />
    </article>
  );
}
