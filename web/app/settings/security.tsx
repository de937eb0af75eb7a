import { useEffect, useState } from 'preact/hooks';
import { Button, Field, Icon, Input, Skeleton, Tag, toast } from '../../kit';
import { api } from '../api';
import type { SessionItem, SignIn } from '../api-types';
import { isProblem } from '../api/problem';
import { explain } from '../explain';
import { t, tMaybe } from '../i18n';
import { agoWords, fullTime } from '../i18n/time';
import { session } from '../store/session';
import { deviceName } from './device';

const SHORTEST = 8;

/* ---- another password ---- */

type Errors = { current?: string; wanted?: string };

function complaint(current: string, wanted: string): Errors | null {
  if (!current) return { current: t('security.needCurrent') };
  if ([...wanted].length < SHORTEST) return { wanted: t('security.tooShort', { n: SHORTEST }) };
  return current === wanted ? { wanted: t('security.same') } : null;
}

function fromServer(error: unknown): Errors {
  if (isProblem(error) && error.field === 'current_password') return { current: t('security.notYours') };
  if (isProblem(error) && error.field === 'new_password') return { wanted: t('security.common') };
  return { current: explain(error) };
}

function PasswordForm({ onChanged }: { onChanged: () => void }) {
  const [current, setCurrent] = useState('');
  const [wanted, setWanted] = useState('');
  const [errors, setErrors] = useState<Errors>({});
  const [busy, setBusy] = useState(false);
  const save = async (event: Event) => {
    event.preventDefault();
    const wrong = complaint(current, wanted);
    setErrors(wrong ?? {});
    if (wrong) return;
    setBusy(true);
    try {
      await api.security.setPassword(current, wanted);
      setCurrent('');
      setWanted('');
      toast(t('security.changed'));
      onChanged();
    } catch (error) {
      setErrors(fromServer(error));
    }
    setBusy(false);
  };
  return (
    <form class="channel-form" onSubmit={(event) => void save(event)} noValidate>
      <input type="email" autocomplete="username" value={session.value?.user.email} hidden readOnly />
      <Field label={t('security.current')} error={errors.current ?? null}>
        {(ids) => <Input {...ids} type="password" autocomplete="current-password" value={current} onInput={(event) => setCurrent(event.currentTarget.value)} />}
      </Field>
      <Field label={t('security.new')} hint={t('security.newHint')} error={errors.wanted ?? null}>
        {(ids) => <Input {...ids} type="password" autocomplete="new-password" maxLength={256} value={wanted} onInput={(event) => setWanted(event.currentTarget.value)} />}
      </Field>
      <div class="form-actions">
        <Button tone="primary" type="submit" busy={busy}>
          {t('security.change')}
        </Button>
      </div>
    </form>
  );
}

/* ---- where one is signed in ---- */

function Places({ items, onEnd, onEndOthers }: { items: SessionItem[]; onEnd: (id: string) => void; onEndOthers: () => void }) {
  return (
    <>
      <ul class="field-list">
        {items.map((one) => (
          <li key={one.id}>
            <span class="inbound-words">
              <strong>{deviceName(one.user_agent) || t('security.unknownDevice')}</strong>
              <small>
                {one.ip} · <time dateTime={one.last_seen_at} data-tip={fullTime(one.last_seen_at)}>{t('security.lastSeen', { ago: agoWords(one.last_seen_at) })}</time>
              </small>
            </span>
            {one.current ? (
              <Tag>{t('security.here')}</Tag>
            ) : (
              <Button size="s" aria-label={t('security.endOf', { device: deviceName(one.user_agent) || one.ip })} onClick={() => onEnd(one.id)}>
                {t('security.end')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {items.length > 1 && (
        <Button icon="signout" onClick={onEndOthers}>
          {t('security.endOthers')}
        </Button>
      )}
    </>
  );
}

/* ---- who tried ---- */

function SignIns({ items, more, onMore }: { items: SignIn[]; more: boolean; onMore: () => void }) {
  return (
    <>
      <ul class="field-list">
        {items.map((one) => (
          <li key={one.id}>
            <Icon name={one.outcome === 'ok' ? 'check' : 'alert'} size={16} />
            <span class="inbound-words">
              <strong>{tMaybe(`security.outcome.${one.outcome}`) ?? one.outcome}</strong>
              <small>
                {[deviceName(one.user_agent), one.ip].filter(Boolean).join(' · ')} · <time dateTime={one.at}>{fullTime(one.at)}</time>
              </small>
            </span>
          </li>
        ))}
      </ul>
      {more && <Button onClick={onMore}>{t('security.more')}</Button>}
    </>
  );
}

export function SecurityPage() {
  const [places, setPlaces] = useState<SessionItem[] | null>(null);
  const [signIns, setSignIns] = useState<SignIn[] | null>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const load = () =>
    Promise.all([api.security.sessions(), api.security.signIns(null)]).then(
      ([sessions, page]) => {
        setPlaces(sessions);
        setSignIns(page.items);
        setCursor(page.next_cursor ?? null);
        setFailed(null);
      },
      (error: unknown) => setFailed(explain(error)),
    );
  useEffect(() => void load(), []);
  const act = (work: Promise<void>, said: string) =>
    void work.then(
      () => {
        toast(said);
        return load();
      },
      (error: unknown) => {
        toast(explain(error), { tone: 'bad' });
        return load();
      },
    );
  const more = () =>
    void api.security.signIns(cursor).then(
      (page) => {
        setSignIns([...(signIns ?? []), ...page.items]);
        setCursor(page.next_cursor ?? null);
      },
      (error: unknown) => toast(explain(error), { tone: 'bad' }),
    );
  const waiting = failed ? <p class="quiet">{failed}</p> : <Skeleton look="text" rows={3} label={t('loading')} />;
  return (
    <>
      <header class="page-head">
        <div>
          <h1>{t('settings.security')}</h1>
          <p>{t('security.about')}</p>
        </div>
      </header>
      <section class="sheet">
        <h2>{t('security.places')}</h2>
        {places ? (
          <Places items={places} onEnd={(id) => act(api.security.end(id), t('security.ended'))} onEndOthers={() => act(api.security.endOthers(), t('security.endedOthers'))} />
        ) : (
          waiting
        )}
      </section>
      <section class="sheet">
        <h2>{t('security.password')}</h2>
        <PasswordForm onChanged={() => void load()} />
      </section>
      <section class="sheet">
        <h2>{t('security.signIns')}</h2>
        {signIns ? <SignIns items={signIns} more={cursor !== null} onMore={more} /> : waiting}
      </section>
    </>
  );
}
