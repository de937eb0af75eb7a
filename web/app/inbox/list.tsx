import { useEffect, useRef, useState } from 'preact/hooks';
import { Button, EmptyState, IconButton, Input, Menu, Skeleton, Tabs, Tag, VirtualList, type MenuEntry } from '../../kit';
import { t } from '../i18n';
import { useBindings } from '../shell/keys';
import { counts, type StateFilter, type View } from '../store/conversations';
import { channels, teams } from '../store/organisation';
import { can } from '../store/session';
import { cursor, filter, list, move, setFilter, usualState } from './filter';
import { Row } from './row';
import './list.css';

const capped = (n: number): string => (n > 99 ? '99+' : String(n));
const keyOf = (id: string): string => id;

function filterItems(): MenuEntry[] {
  const { state, channel, team } = filter.value;
  const groups = teams.value ?? [];
  const states: StateFilter[] = ['open', 'pending', 'resolved', 'all'];
  return [
    { key: 'h1', heading: t('filter.state') },
    ...states.map((value): MenuEntry => ({ key: value, label: t(`state.${value as 'open'}`), checked: state === value, run: () => setFilter({ state: value === usualState() ? null : value }) })),
    { key: 'h2', heading: t('filter.channel') },
    { key: 'every', label: t('filter.everyChannel'), checked: channel === '', run: () => setFilter({ channel: null }) },
    ...(channels.value ?? []).map((one): MenuEntry => ({ key: one.id, label: one.name, checked: channel === one.id, run: () => setFilter({ channel: one.id }) })),
    ...(groups.length > 0
      ? [
          { key: 'h3', heading: t('filter.team') },
          { key: 'everyTeam', label: t('filter.everyTeam'), checked: team === '', run: () => setFilter({ team: null }) },
          ...groups.map((one): MenuEntry => ({ key: one.id, label: one.name, checked: team === one.id, run: () => setFilter({ team: one.id }) })),
        ]
      : []),
  ];
}

/* The search field: what is typed goes to the server a moment after the last key. */
function Search({ onClose }: { onClose: () => void }) {
  const [text, setText] = useState(filter.peek().q);
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => input.current?.focus(), []);
  const type = (value: string) => {
    setText(value);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => setFilter({ q: value.trim() || null }, true), 200);
  };
  const close = () => {
    clearTimeout(timer.current);
    setFilter({ q: null }, true);
    onClose();
  };
  return (
    <div class="list-search" role="search">
      <Input
        fieldRef={input}
        type="search"
        aria-label={t('list.search')}
        placeholder={t('list.search')}
        value={text}
        onInput={(event) => type(event.currentTarget.value)}
        onKeyDown={(event) => event.key === 'Escape' && (event.preventDefault(), close())}
      />
      <IconButton icon="close" label={t('list.searchClose')} onClick={close} />
    </div>
  );
}

/* Nothing in the list: why, and what to do about it. */
function Empty() {
  const { view, q, channel, team, state } = filter.value;
  const elsewhere = channel !== '' || team !== '' || state !== usualState() || view !== 'all';
  const everywhere = elsewhere && <Button onClick={() => setFilter({ view: 'all', channel: null, team: null, state: null })}>{q ? t('empty.searchAll') : t('empty.showAll')}</Button>;
  if (q)
    return (
      <EmptyState icon="search" title={t('empty.search')} action={everywhere}>
        {t('empty.searchText', { q })}
      </EmptyState>
    );
  if (channels.value?.length === 0)
    return (
      <EmptyState
        icon="plug"
        title={t('empty.noChannel')}
        action={
          can('channels:write') && (
            <a class="k-btn k-btn-primary" href="/settings/channels">
              {t('empty.connect')}
            </a>
          )
        }
      >
        {t('empty.noChannelText')}
      </EmptyState>
    );
  return (
    <EmptyState
      icon={view === 'snoozed' ? 'clock' : 'check'}
      title={t(`empty.${view}`)}
      action={everywhere}
    >
      {t(`empty.${view}Text`)}
    </EmptyState>
  );
}

function Chips() {
  const { state, channel, team, view } = filter.value;
  const group = teams.value?.find((one) => one.id === team)?.name;
  const name = channels.value?.find((one) => one.id === channel)?.name;
  const unusual = state !== usualState() && view !== 'snoozed';
  if (!unusual && !name && !group) return null;
  return (
    <div class="list-chips">
      {unusual && <Tag>{t(`state.${state as 'open'}`)}</Tag>}
      {name && <Tag>{name}</Tag>}
      {group && <Tag>{group}</Tag>}
      <button type="button" class="list-clear" onClick={() => setFilter({ state: null, channel: null, team: null })}>
        {t('filter.clear')}
      </button>
    </div>
  );
}

function Rows({ open }: { open: string | null }) {
  const current = list.value;
  const ids = current.ids.value;
  const { view } = filter.value;
  if (current.status.value === 'loading') return <Skeleton rows={9} label={t('loading')} />;
  if (current.status.value === 'failed')
    return (
      <EmptyState icon="alert" title={t('list.failed')} action={<Button onClick={() => void current.retry()}>{t('retry')}</Button>}>
        {t('list.failedText')}
      </EmptyState>
    );
  if (ids.length === 0) return <Empty />;
  return (
    <VirtualList
      items={ids}
      keyOf={keyOf}
      estimate={65}
      label={t('list.label')}
      total={current.more.value ? -1 : ids.length}
      onEnd={current.loadMore}
      activeKey={cursor.value ?? open}
      class="list-rows"
      render={(id) => <Row id={id} open={id === open} showOwner={view !== 'mine'} />}
    />
  );
}

/* Within the list the arrows do what j and k do everywhere. */
function arrows(event: KeyboardEvent, open: string | null): void {
  const step = { ArrowDown: 1, ArrowUp: -1 }[event.key] as 1 | -1 | undefined;
  if (!step) return;
  event.preventDefault();
  move(step, open);
}

export function ListPane({ open }: { open: string | null }) {
  const { view, q } = filter.value;
  const n = counts.value;
  const [searching, setSearching] = useState(q !== '');
  useBindings([{ keys: '/', label: 'keys.search', group: 'keys.move', run: () => setSearching(true) }], []);
  const tabs = (['mine', 'unassigned', 'all', 'snoozed'] as View[]).map((key) => ({
    key,
    label: t(`view.${key}`),
    count: n && n[key] > 0 ? capped(n[key]) : undefined,
    countLabel: n ? t('view.count', { n: n[key] }) : undefined,
  }));
  return (
    // with no conversation open, the list is what the page is about; a tag of another name would be drawn anew
    <section class="list-pane" id={open ? undefined : 'main'} role={open ? undefined : 'main'} tabIndex={-1} aria-label={t('list.label')}>
      <header class="bar">
        <h1>{t('nav.inbox')}</h1>
        <IconButton icon="search" label={t('list.search')} kbd="/" pressed={searching} onClick={() => setSearching(!searching)} />
        <Menu label={t('filter.title')} items={filterItems()} align="end" trigger={(props) => <IconButton {...props} icon="filter" label={t('filter.title')} />} />
      </header>
      {searching && <Search onClose={() => setSearching(false)} />}
      <div class="list-tabs">
        <Tabs label={t('view.label')} items={tabs} value={view} onChange={(key) => setFilter({ view: key === 'all' ? null : key })} panel="list-panel" />
      </div>
      <Chips />
      <div id="list-panel" class="list-panel" role="tabpanel" aria-label={t(`view.${view}`)} onKeyDown={(event) => arrows(event, open)}>
        <Rows open={open} />
      </div>
    </section>
  );
}
