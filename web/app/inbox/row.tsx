import { Avatar, Badge, Icon, Tag, type IconName } from '../../kit';
import type { Conversation, MessageKind } from '../api-types';
import { nameOf } from '../contacts/name';
import { t, tMaybe } from '../i18n';
import { ago, fullTime, when } from '../i18n/time';
import { conversations } from '../store/conversations';
import { channelColor, member } from '../store/organisation';
import { me } from '../store/session';
import { DeliveryMark } from './delivery';
import { cursor, pathOf } from './filter';

const kindIcons: Partial<Record<MessageKind, IconName>> = {
  image: 'image',
  sticker: 'smile',
  audio: 'mic',
  voice: 'mic',
  video: 'play',
  document: 'doc',
  location: 'pin',
  contact: 'user',
};

/* Who of us said it: nobody when the customer did. */
function speaker(row: Conversation): string | null {
  if (row.last_direction !== 'out') return null;
  if (row.last_author_id && row.last_author_id === me()) return t('list.you');
  const name = member(row.last_author_id)?.name.split(/\s/)[0];
  return name ? t('list.colleague', { name }) : t('list.team');
}

/* The last thing said, in one line. */
function Preview({ row }: { row: Conversation }) {
  const kind = row.last_kind ?? 'text';
  const icon = kindIcons[kind];
  const by = speaker(row);
  const words = row.last_preview || tMaybe(`kind.${kind}`) || t('list.noMessages');
  return (
    <span class="row-preview cut">
      {by && <span class="row-you">{by} </span>}
      {icon && <Icon name={icon} size={14} />}
      {words}
    </span>
  );
}

function Tags({ row }: { row: Conversation }) {
  const tags = [];
  if (row.attention === 'follow_up') tags.push(<Tag key="f" tone="warn" icon="bell">{row.attention_text || t('attention.followUp')}</Tag>);
  if (row.attention === 'snooze') tags.push(<Tag key="z" tone="warn" icon="clock">{row.attention_text || t('attention.snooze')}</Tag>);
  if (row.state === 'snoozed' && row.snoozed_until) tags.push(<Tag key="s" icon="clock">{t('list.until', { when: when(row.snoozed_until, true) })}</Tag>);
  if (row.state === 'pending') tags.push(<Tag key="p">{t('state.pending')}</Tag>);
  if (row.state === 'resolved') tags.push(<Tag key="r" icon="check">{t('state.resolved')}</Tag>);
  if (row.last_state === 'failed') tags.push(<Tag key="x" tone="bad" icon="alert">{t('delivery.failed')}</Tag>);
  if (row.last_state === 'uncertain') tags.push(<Tag key="u" tone="warn" icon="help">{t('delivery.uncertain')}</Tag>);
  return tags.length > 0 ? <span class="row-tags">{tags}</span> : null;
}

/* One conversation in the list. */
export function Row({ id, open, showOwner }: { id: string; open: boolean; showOwner: boolean }) {
  const row = conversations.get(id);
  if (!row) return <div class="row" />;
  const owner = showOwner ? member(row.assignee_id) : undefined;
  const at = row.last_message_at ?? row.sort_at;
  return (
    <a
      class="row"
      href={pathOf(id)}
      data-id={id}
      data-unread={row.unread > 0 || undefined}
      data-cursor={cursor.value === id || undefined}
      aria-current={open ? 'true' : undefined}
      draggable={false}
      onFocus={() => (cursor.value = id)}
    >
      <Avatar id={row.contact.id} name={row.contact.name} src={row.contact.avatar_url} dot={channelColor(row.channel.kind)} />
      <span class="row-name cut">
        {nameOf(row)}
        <span class="sr-only">, {row.channel.name}</span>
      </span>
      <time class="row-time num" dateTime={at} data-tip={fullTime(at)}>
        {ago(at)}
      </time>
      <Preview row={row} />
      <span class="row-end">
        {row.unread > 0 ? (
          <Badge count={row.unread} label={t('list.unread', { n: row.unread })} />
        ) : (
          row.last_direction === 'out' && row.last_state && <DeliveryMark state={row.last_state} />
        )}
        {owner && (
          <span class="row-owner">
            <Avatar id={owner.id} name={owner.name} size="s" />
            <span class="sr-only">{t('list.owner', { name: owner.name })}</span>
          </span>
        )}
      </span>
      <Tags row={row} />
    </a>
  );
}
