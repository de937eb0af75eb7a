import { useEffect, useRef, useState } from 'preact/hooks';
import { signal } from '@preact/signals';
import { Avatar, Button, EmptyState, Icon, Input, Skeleton, Tag, VirtualList } from '../../kit';
import { api } from '../api';
import type { Contact } from '../api-types';
import { t } from '../i18n';
import { date, daysBetween, now, when } from '../i18n/time';
import { go, query, withQuery } from '../router';
import { useBindings } from '../shell/keys';
import { contacts as table } from '../store/contacts';
import { member, stage } from '../store/organisation';
import { addressOf } from './name';
import { ContactPage } from './page';
import './contacts.css';

const PAGE = 50;

/* What the table shows: pages by cursor, gathered while one scrolls. */
class Rows {
  readonly items = signal<readonly Contact[]>([]);
  readonly status = signal<'loading' | 'ready' | 'failed'>('loading');
  readonly more = signal(false);
  private cursor: string | null = null;
  private busy = false;
  private readonly stop = new AbortController();

  constructor(readonly q: string) {
    void this.next();
  }

  readonly next = async (): Promise<void> => {
    if (this.busy || (this.status.peek() === 'ready' && !this.cursor)) return;
    this.busy = true;
    try {
      const page = await api.contacts.list({ q: this.q, limit: PAGE, cursor: this.cursor }, this.stop.signal);
      for (const row of page.items) table.put(row);
      this.items.value = [...this.items.peek(), ...page.items];
      this.cursor = page.next_cursor;
      this.more.value = page.next_cursor !== null;
      this.status.value = 'ready';
    } catch {
      if (!this.stop.signal.aborted) this.status.value = 'failed';
    } finally {
      this.busy = false;
    }
  };

  leave(): void {
    this.stop.abort();
  }
}

const address = (row: Contact): string => (row.identities[0] ? addressOf(row.identities[0]) : '');

function Line({ id }: { id: string }) {
  const row = table.get(id);
  if (!row) return null;
  const at = stage(row.stage_id);
  const due = row.next_follow_up_at && daysBetween(now.value, Date.parse(row.next_follow_up_at)) <= 0;
  return (
    <a class="contact-line" href={`/contacts/${row.id}${location.search}`}>
      <Avatar id={row.id} name={row.name} src={row.avatar_url} />
      <span class="contact-name">
        <strong class="cut">{row.name || t('contact.unnamed')}</strong>
        <small class="cut">{address(row)}</small>
      </span>
      <span class="contact-stage">{at && <Tag tone={at.outcome === 'won' ? 'ok' : at.outcome === 'lost' ? 'bad' : 'accent'}>{at.name}</Tag>}</span>
      <span class="contact-owner cut">{member(row.owner_id)?.name ?? ''}</span>
      <span class={`contact-follow ${due ? 'is-due' : ''}`}>
        {row.next_follow_up_at && (
          <>
            <Icon name="bell" size={14} />
            <span class="sr-only">{t('followUp.title')} </span>
            {when(row.next_follow_up_at)}
          </>
        )}
      </span>
      <span class="contact-since num">{date(row.created_at)}</span>
    </a>
  );
}

function TableBody({ rows }: { rows: Rows }) {
  if (rows.status.value === 'loading') return <Skeleton rows={10} label={t('loading')} />;
  if (rows.status.value === 'failed')
    return (
      <EmptyState icon="alert" title={t('contacts.failed')} action={<Button onClick={() => void rows.next()}>{t('retry')}</Button>}>
        {t('list.failedText')}
      </EmptyState>
    );
  const items = rows.items.value;
  if (items.length === 0)
    return rows.q ? (
      <EmptyState icon="search" title={t('empty.search')}>
        {t('contacts.noneText', { q: rows.q })}
      </EmptyState>
    ) : (
      <EmptyState icon="users" title={t('contacts.empty')} action={<a class="k-btn k-btn-primary" href="/settings/channels">{t('empty.connect')}</a>}>
        {t('contacts.emptyText')}
      </EmptyState>
    );
  return (
    <VirtualList
      items={items}
      keyOf={(row) => row.id}
      estimate={57}
      label={t('nav.contacts')}
      total={rows.more.value ? -1 : items.length}
      onEnd={() => void rows.next()}
      class="contact-rows"
      render={(row) => <Line id={row.id} />}
    />
  );
}

function ContactTable() {
  const q = query.value.get('q') ?? '';
  const [text, setText] = useState(q);
  const [rows, setRows] = useState(() => new Rows(q));
  const timer = useRef<ReturnType<typeof setTimeout>>();
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (rows.q !== q) setRows(new Rows(q));
    document.title = `${t('nav.contacts')} · Sambung`;
  }, [q]);
  useEffect(() => () => rows.leave(), [rows]);
  useBindings([{ keys: '/', label: 'keys.search', group: 'keys.move', run: () => input.current?.focus() }], []);
  return (
    <main id="main" class="pane contacts" tabIndex={-1} aria-label={t('nav.contacts')}>
      <header class="bar">
        <h1>{t('nav.contacts')}</h1>
        <div class="contacts-search" role="search">
          <Icon name="search" size={16} />
          <Input
            fieldRef={input}
            type="search"
            aria-label={t('contacts.search')}
            placeholder={t('contacts.search')}
            value={text}
            onInput={(event) => {
              const value = event.currentTarget.value;
              setText(value);
              clearTimeout(timer.current);
              timer.current = setTimeout(() => go(withQuery({ q: value.trim() }), { replace: true }), 200);
            }}
          />
        </div>
      </header>
      <div class="contact-line contact-heads" aria-hidden="true">
        <span />
        <span>{t('contact.name')}</span>
        <span>{t('lead.stage')}</span>
        <span>{t('lead.owner')}</span>
        <span>{t('followUp.title')}</span>
        <span>{t('contact.added')}</span>
      </div>
      <div class="contacts-body">
        <TableBody rows={rows} />
      </div>
    </main>
  );
}

export function Contacts({ id }: { id: string | null }) {
  return id ? <ContactPage key={id} id={id} /> : <ContactTable />;
}
