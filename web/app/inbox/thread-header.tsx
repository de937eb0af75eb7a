import { Avatar, Button, Icon, IconButton, Menu, toast, type MenuEntry } from '../../kit';
import type { Conversation } from '../api-types';
import { nameOf } from '../contacts/name';
import { t } from '../i18n';
import { go, query, withQuery } from '../router';
import { member, team } from '../store/organisation';
import { whoIsHere } from '../store/presence';
import { can } from '../store/session';
import { resolve, setPending } from './actions';
import { asking } from './dialogs';
import { pathOf } from './filter';

/* "Farid is typing", "Farid and 2 others are reading" */
function Others({ id }: { id: string }) {
  const here = whoIsHere(id);
  if (here.length === 0) return null;
  const typing = here.filter((one) => one.state === 'typing');
  const shown = typing.length > 0 ? typing : here;
  const name = shown[0]!.name;
  const key = typing.length > 0 ? 'presence.typing' : 'presence.reading';
  return (
    <span class={`thread-here ${typing.length > 0 ? 'is-typing' : ''}`}>
      {' · '}
      {t(key, { name, n: shown.length })}
    </span>
  );
}

function moreItems(row: Conversation): MenuEntry[] {
  const write = can('conversations:write');
  return [
    ...(write
      ? ([
          { key: 'assign', icon: 'user', label: t('thread.assign'), kbd: 'a', run: () => (asking.value = 'assign') },
          { key: 'snooze', icon: 'clock', label: t('thread.snooze'), kbd: 's', run: () => (asking.value = 'snooze') },
          { key: 'pending', icon: 'pause', label: t('thread.pending'), disabled: row.state === 'pending', run: () => setPending(row.id) },
          { key: 'rule', rule: true },
        ] as MenuEntry[])
      : []),
    { key: 'panel', icon: 'info', label: t('thread.contact'), run: () => go(withQuery({ panel: 'contact' })) },
    { key: 'contact', icon: 'users', label: t('thread.contactPage'), run: () => go(`/contacts/${row.contact.id}`) },
    {
      key: 'link',
      icon: 'copy',
      label: t('thread.copyLink'),
      run: () => void navigator.clipboard?.writeText(`${location.origin}/inbox/${row.id}`).then(() => toast(t('copied'))),
    },
  ];
}

export function ThreadHeader({ row }: { row: Conversation }) {
  const owner = member(row.assignee_id);
  const group = team(row.team_id);
  const write = can('conversations:write');
  const panel = query.value.get('panel') === 'contact';
  const name = nameOf(row);
  return (
    <header class="bar thread-bar">
      <a class="k-ib phone-only" href={pathOf(null)} aria-label={t('thread.back')}>
        <Icon name="chevronLeft" size={22} />
      </a>
      <a class="thread-who" href={withQuery({ panel: 'contact' })}>
        <Avatar id={row.contact.id} name={row.contact.name} src={row.contact.avatar_url} />
        <span class="thread-name">
          <h1 class="cut">{name}</h1>
          <small class="cut">
            {row.channel.name} · #{row.number}
            {group && ` · ${group.name}`}
            <Others id={row.id} />
          </small>
        </span>
      </a>
      {write && (
        <>
          <Button class="wide-only thread-owner" tone="quiet" onClick={() => (asking.value = 'assign')} data-tip={t('thread.assign')} data-tip-key="a">
            <span class="thread-owner-in">
              <span class="sr-only">{t('thread.assignedTo')} </span>
              {owner ? <Avatar id={owner.id} name={owner.name} size="s" /> : <Icon name="user" size={16} />}
              <span class="cut">{owner?.name ?? t('assign.nobody')}</span>
            </span>
          </Button>
          <IconButton class="wide-only" icon="clock" label={t('thread.snooze')} kbd="s" onClick={() => (asking.value = 'snooze')} />
          <Button class="thread-resolve" icon={row.state === 'resolved' ? 'undo' : 'check'} onClick={() => resolve(row.id)} data-tip={row.state === 'resolved' ? t('thread.reopen') : t('thread.resolve')} data-tip-key="e">
            {row.state === 'resolved' ? t('thread.reopen') : t('thread.resolve')}
          </Button>
        </>
      )}
      <IconButton class="narrow-only" icon="info" label={t('thread.contact')} pressed={panel} onClick={() => go(withQuery({ panel: panel ? null : 'contact' }))} />
      <Menu label={t('more')} items={moreItems(row)} align="end" trigger={(props) => <IconButton {...props} icon="more" label={t('more')} />} />
    </header>
  );
}
