import { useEffect, useRef, useState } from 'preact/hooks';
import { Button, Dialog, EmptyState, Field, Icon, Input, Select, Skeleton, Tag, toast } from '../../kit';
import { api } from '../api';
import type { Key, KeyMade } from '../api-types';
import { isProblem } from '../api/problem';
import { explain } from '../explain';
import { t } from '../i18n';
import { agoWords, date } from '../i18n/time';
import { session } from '../store/session';

const DAYS = ['7', '30', '90', '180', '365'];

/* ---- making one ---- */

function Scopes({ chosen, error, onChange }: { chosen: string[]; error: string | null; onChange: (next: string[]) => void }) {
  const words = (session.value?.permissions ?? []).filter((word) => word !== 'keys:write');
  const toggle = (word: string, on: boolean) => onChange(on ? [...chosen, word] : chosen.filter((one) => one !== word));
  return (
    <fieldset class="scopes" aria-describedby={error ? 'scopes-error' : undefined}>
      <legend class="k-field-label">{t('apiKeys.scopes')}</legend>
      {error && (
        <p id="scopes-error" class="k-field-error">
          <Icon name="alert" size={14} />
          {error}
        </p>
      )}
      <div class="scopes-list">
        {words.map((word) => (
          <label key={word} class="check-line">
            <input type="checkbox" checked={chosen.includes(word)} onChange={(event) => toggle(word, event.currentTarget.checked)} />
            <code>{word}</code>
          </label>
        ))}
      </div>
    </fieldset>
  );
}

function Maker({ onMade, onClose }: { onMade: (key: KeyMade) => void; onClose: () => void }) {
  const [name, setName] = useState('');
  const [days, setDays] = useState('90');
  const [scopes, setScopes] = useState<string[]>([]);
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (!name.trim()) return setErrors({ name: t('field.required') });
    if (scopes.length === 0) return setErrors({ scopes: t('apiKeys.needScope') });
    setBusy(true);
    setErrors({});
    try {
      onMade(await api.keys.make({ name: name.trim(), scopes, expires_in_days: Number(days) }));
    } catch (error) {
      setBusy(false);
      setErrors({ [isProblem(error) && error.field === 'scopes' ? 'scopes' : 'name']: explain(error) });
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('apiKeys.make')}
      closeLabel={t('close')}
      footer={
        <Button tone="primary" type="submit" form="key-form" busy={busy}>
          {t('apiKeys.make')}
        </Button>
      }
    >
      <form id="key-form" class="channel-form" onSubmit={(event) => void submit(event)} noValidate>
        <Field label={t('apiKeys.name')} hint={t('apiKeys.nameHint')} error={errors['name'] ?? null}>
          {(ids) => <Input {...ids} autofocus maxLength={80} value={name} onInput={(event) => setName(event.currentTarget.value)} />}
        </Field>
        <Field label={t('apiKeys.lasts')}>
          {(ids) => <Select {...ids} value={days} options={DAYS.map((value) => ({ value, label: t('apiKeys.days', { n: Number(value) }) }))} onChange={(event) => setDays(event.currentTarget.value)} />}
        </Field>
        <Scopes chosen={scopes} error={errors['scopes'] ?? null} onChange={setScopes} />
      </form>
    </Dialog>
  );
}

function Made({ made, onClose }: { made: KeyMade; onClose: () => void }) {
  const copy = () => void navigator.clipboard.writeText(made.token).then(() => toast(t('apiKeys.copied')), (error: unknown) => toast(explain(error), { tone: 'bad' }));
  return (
    <Dialog
      open
      onClose={onClose}
      title={t('apiKeys.made', { name: made.name })}
      closeLabel={t('close')}
      footer={
        <Button tone="primary" onClick={onClose}>
          {t('apiKeys.kept')}
        </Button>
      }
    >
      <p>{t('apiKeys.once')}</p>
      <p class="key-token">
        <code>{made.token}</code>
      </p>
      <Button icon="copy" onClick={copy}>
        {t('apiKeys.copy')}
      </Button>
    </Dialog>
  );
}

/* ---- those that there are ---- */

function Row({ one, busy, onEnd }: { one: Key; busy: boolean; onEnd: () => void }) {
  const over = new Date(one.expires_at) <= new Date();
  return (
    <li>
      <Icon name="command" size={16} />
      <span class="inbound-words">
        <strong>{one.name}</strong>
        <small>
          <code>key_…{one.hint}</code> · {one.user_name} · {over ? t('apiKeys.over') : t('apiKeys.until', { date: date(one.expires_at) })} ·{' '}
          {one.last_used_at ? <time dateTime={one.last_used_at}>{t('apiKeys.used', { ago: agoWords(one.last_used_at), ip: one.last_ip ?? '' })}</time> : t('apiKeys.unused')}
        </small>
        <small>
          <code>{one.scopes.join(' ')}</code>
        </small>
      </span>
      {over && <Tag tone="warn">{t('apiKeys.over')}</Tag>}
      <Button size="s" tone="danger" busy={busy} aria-label={t('apiKeys.endOf', { name: one.name })} onClick={onEnd}>
        {t('apiKeys.end')}
      </Button>
    </li>
  );
}

export function KeysPage() {
  const [items, setItems] = useState<Key[] | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const [making, setMaking] = useState(false);
  const [made, setMade] = useState<KeyMade | null>(null);
  const [ending, setEnding] = useState<string | null>(null);
  const head = useRef<HTMLHeadingElement>(null);
  const load = () => api.keys.list().then(setItems, (error: unknown) => setFailed(explain(error)));
  useEffect(() => void load(), []);
  const end = async (id: string) => {
    setEnding(id);
    await api.keys.end(id).then(() => toast(t('apiKeys.ended')), (error: unknown) => toast(explain(error), { tone: 'bad' }));
    await load();
    setEnding(null);
    head.current?.focus();
  };
  const done = (key: KeyMade) => {
    setMaking(false);
    setMade(key);
    void load();
  };
  return (
    <>
      <header class="page-head">
        <div>
          <h1 tabIndex={-1} ref={head}>
            {t('settings.keys')}
          </h1>
          <p>{t('apiKeys.about')}</p>
        </div>
        <Button tone="primary" icon="plus" onClick={() => setMaking(true)}>
          {t('apiKeys.make')}
        </Button>
      </header>
      <section class="sheet" aria-label={t('settings.keys')}>
        {failed && <EmptyState icon="alert" title={failed} />}
        {!items && !failed && <Skeleton look="text" rows={3} label={t('loading')} />}
        {items?.length === 0 && <EmptyState icon="command" title={t('apiKeys.none')} />}
        {items && items.length > 0 && (
          <ul class="field-list">
            {items.map((one) => (
              <Row key={one.id} one={one} busy={ending === one.id} onEnd={() => void end(one.id)} />
            ))}
          </ul>
        )}
      </section>
      {making && <Maker onMade={done} onClose={() => setMaking(false)} />}
      {made && <Made made={made} onClose={() => setMade(null)} />}
    </>
  );
}
