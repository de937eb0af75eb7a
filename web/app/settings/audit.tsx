/* Who did what, and from where: filtered, opened, taken home. */
import { useEffect, useRef, useState } from 'preact/hooks';
import { Button, EmptyState, Field, focusSoon, Select, Skeleton, toast } from '../../kit';
import { api, type AuditQuery } from '../api';
import type { AuditEntry } from '../api-types';
import { explain } from '../explain';
import { locale, t, tMaybe } from '../i18n';
import { fullTime } from '../i18n/time';
import { members } from '../store/organisation';
import { deviceName } from './device';
import './audit.css';

const KINDS = ['assignment', 'audit', 'channel', 'field', 'hours', 'key', 'linked_account', 'member', 'org', 'password', 'second_factor', 'team', 'token'];
const MONTHS = 12;

/* ---- what is asked for ---- */

interface Choice {
  kind: string;
  who: string;
  /* how many months ago; '' any */
  month: string;
}

function queryOf({ kind, who, month }: Choice): AuditQuery {
  const query: AuditQuery = {};
  if (kind) query.action = kind;
  if (who) query.actor_id = who;
  if (month) {
    const now = new Date();
    query.since = new Date(now.getFullYear(), now.getMonth() - Number(month), 1).toISOString();
    query.until = new Date(now.getFullYear(), now.getMonth() - Number(month) + 1, 1).toISOString();
  }
  return query;
}

function monthName(ago: number): string {
  const now = new Date();
  return new Intl.DateTimeFormat(locale(), { month: 'long', year: 'numeric' }).format(new Date(now.getFullYear(), now.getMonth() - ago, 1));
}

function Filters({ choice, onChange }: { choice: Choice; onChange: (to: Choice) => void }) {
  const people = members.value ?? [];
  return (
    <div class="audit-filters">
      <Field label={t('audit.what')}>
        {(ids) => (
          <Select
            {...ids}
            value={choice.kind}
            options={[{ value: '', label: t('audit.any') }, ...KINDS.map((kind) => ({ value: kind, label: tMaybe(`audit.kind.${kind}`) ?? kind }))]}
            onChange={(event) => onChange({ ...choice, kind: event.currentTarget.value })}
          />
        )}
      </Field>
      <Field label={t('audit.who')}>
        {(ids) => (
          <Select
            {...ids}
            value={choice.who}
            options={[{ value: '', label: t('audit.anybody') }, ...people.map((one) => ({ value: one.id, label: one.name }))]}
            onChange={(event) => onChange({ ...choice, who: event.currentTarget.value })}
          />
        )}
      </Field>
      <Field label={t('audit.month')}>
        {(ids) => (
          <Select
            {...ids}
            value={choice.month}
            options={[{ value: '', label: t('audit.anyTime') }, ...Array.from({ length: MONTHS + 1 }, (_, ago) => ({ value: String(ago), label: monthName(ago) }))]}
            onChange={(event) => onChange({ ...choice, month: event.currentTarget.value })}
          />
        )}
      </Field>
    </div>
  );
}

/* ---- what is there ---- */

const isFacts = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null && !Array.isArray(value);
const isNothing = (value: unknown): boolean => value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
const shown = (value: unknown): string => (isNothing(value) ? '–' : typeof value === 'string' ? value : JSON.stringify(value));

function whoDid(entry: AuditEntry): string {
  if (entry.actor_kind === 'system') return t('audit.system');
  return entry.actor_kind === 'api_key' ? t('audit.byKey', { name: entry.actor_name }) : entry.actor_name;
}

function Facts({ entry }: { entry: AuditEntry }) {
  const before = isFacts(entry.before) ? entry.before : {};
  const after = isFacts(entry.after) ? entry.after : {};
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])];
  return (
    <details class="audit-facts">
      <summary>{t('audit.details')}</summary>
      {names.length > 0 && (
        <table>
          <thead>
            <tr>
              <td />
              <th scope="col">{t('audit.before')}</th>
              <th scope="col">{t('audit.after')}</th>
            </tr>
          </thead>
          <tbody>
            {names.map((name) => (
              <tr key={name}>
                <th scope="row">{name}</th>
                <td>{shown(before[name])}</td>
                <td>{shown(after[name])}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      <p>{[deviceName(entry.user_agent), entry.ip, entry.request_id && t('audit.request', { id: entry.request_id })].filter(Boolean).join(' · ')}</p>
    </details>
  );
}

function Entry({ entry }: { entry: AuditEntry }) {
  return (
    <li tabIndex={-1}>
      <p class="audit-line">
        <strong>{whoDid(entry)}</strong> {tMaybe(`audit.action.${entry.action}`) ?? entry.action} {entry.entity_name && <q>{entry.entity_name}</q>}
        <time class="num" dateTime={entry.at}>
          {fullTime(entry.at)}
        </time>
      </p>
      <Facts entry={entry} />
    </li>
  );
}

function save(file: Blob): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(file);
  link.download = 'audit.csv';
  link.click();
  URL.revokeObjectURL(link.href);
}

export function AuditPage() {
  const [choice, setChoice] = useState<Choice>({ kind: '', who: '', month: '' });
  const [items, setItems] = useState<AuditEntry[] | null>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const [busy, setBusy] = useState<'more' | 'file' | null>(null);
  const list = useRef<HTMLUListElement>(null);

  const load = async () => {
    setFailed(null);
    setItems(null);
    try {
      const page = await api.audit.list(queryOf(choice));
      setItems(page.items);
      setCursor(page.next_cursor ?? null);
    } catch (error) {
      setFailed(explain(error));
    }
  };
  useEffect(() => void load(), [choice]);

  const more = async () => {
    const first = items?.length ?? 0;
    setBusy('more');
    try {
      const page = await api.audit.list({ ...queryOf(choice), cursor });
      setItems([...(items ?? []), ...page.items]);
      setCursor(page.next_cursor ?? null);
      focusSoon(() => list.current?.querySelectorAll<HTMLElement>(':scope > li')[first]);
    } catch (error) {
      toast(explain(error), { tone: 'bad' });
    }
    setBusy(null);
  };

  const file = async () => {
    setBusy('file');
    try {
      save(await api.audit.file(queryOf(choice)));
    } catch (error) {
      toast(explain(error), { tone: 'bad' });
    }
    setBusy(null);
  };

  return (
    <>
      <header class="page-head">
        <div>
          <h1>{t('settings.audit')}</h1>
          <p>{t('audit.about')}</p>
        </div>
        <Button icon="download" busy={busy === 'file'} onClick={() => void file()}>
          {t('audit.download')}
        </Button>
      </header>
      <Filters choice={choice} onChange={setChoice} />
      {failed ? (
        <EmptyState icon="alert" title={failed} action={<Button onClick={() => void load()}>{t('retry')}</Button>} />
      ) : items === null ? (
        <Skeleton look="text" rows={5} label={t('loading')} />
      ) : items.length === 0 ? (
        <EmptyState icon="doc" title={t('audit.none')}>
          {t('audit.noneText')}
        </EmptyState>
      ) : (
        <section class="sheet" aria-label={t('settings.audit')}>
          <ul class="audit-list" ref={list}>
            {items.map((entry) => (
              <Entry key={entry.id} entry={entry} />
            ))}
          </ul>
          {cursor && (
            <Button busy={busy === 'more'} onClick={() => void more()}>
              {t('audit.more')}
            </Button>
          )}
        </section>
      )}
    </>
  );
}
