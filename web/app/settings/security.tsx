import { useEffect, useRef, useState } from 'preact/hooks';
import { Button, EmptyState, Field, focusSoon, Icon, Password, Skeleton, Tag, toast } from '../../kit';
import { api } from '../api';
import type { SessionItem, SignIn } from '../api-types';
import { isProblem } from '../api/problem';
import { explain } from '../explain';
import { t, tMaybe } from '../i18n';
import { agoWords, date, fullTime } from '../i18n/time';
import { session } from '../store/session';
import { deviceName, isPhone } from './device';
import { LinkedAccounts } from './linked';
import { providerName, useProviders } from '../sign-in/providers';
import { SecondFactorSection } from './second-factor';

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
  const fields = { current: useRef<HTMLInputElement>(null), wanted: useRef<HTMLInputElement>(null) };
  /* Said at the field, and the hand is brought there. */
  const refuse = (wrong: Errors) => {
    setErrors(wrong);
    fields[wrong.current ? 'current' : 'wanted'].current?.focus();
  };
  const save = async (event: Event) => {
    event.preventDefault();
    const wrong = complaint(current, wanted);
    if (wrong) return refuse(wrong);
    setErrors({});
    setBusy(true);
    try {
      await api.security.setPassword(current, wanted);
      setCurrent('');
      setWanted('');
      toast(t('security.changed'));
      onChanged();
    } catch (error) {
      refuse(fromServer(error));
    }
    setBusy(false);
  };
  return (
    <form class="channel-form" onSubmit={(event) => void save(event)} noValidate>
      <input type="email" autocomplete="username" value={session.value?.user.email} hidden readOnly />
      <Field label={t('security.current')} error={errors.current ?? null}>
        {(ids) => <Password {...ids} fieldRef={fields.current} autocomplete="current-password" showLabel={t('security.showCurrent')} value={current} onInput={(event) => setCurrent(event.currentTarget.value)} />}
      </Field>
      <Field label={t('security.new')} hint={t('security.newHint')} error={errors.wanted ?? null}>
        {(ids) => <Password {...ids} fieldRef={fields.wanted} autocomplete="new-password" maxLength={256} showLabel={t('security.showNew')} value={wanted} onInput={(event) => setWanted(event.currentTarget.value)} />}
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

interface PlacesProps {
  items: SessionItem[];
  /* what is being ended: a place, or 'others' */
  ending: string | null;
  onEnd: (id: string) => void;
  onEndOthers: () => void;
}

function Places({ items, ending, onEnd, onEndOthers }: PlacesProps) {
  return (
    <>
      <ul class="field-list">
        {items.map((one) => (
          <li key={one.id}>
            <Icon name={isPhone(one.user_agent) ? 'mobile' : 'monitor'} size={16} />
            <span class="inbound-words">
              <strong>{deviceName(one.user_agent) || t('security.unknownDevice')}</strong>
              <small>
                {[one.place, one.ip].filter(Boolean).join(' · ')} · <time dateTime={one.last_seen_at}>{t('security.lastSeen', { ago: agoWords(one.last_seen_at) })}</time> ·{' '}
                <time dateTime={one.created_at}>{t('security.since', { date: date(one.created_at) })}</time>
              </small>
            </span>
            {one.current ? (
              <Tag tone="ok">{t('security.here')}</Tag>
            ) : (
              <Button size="s" busy={ending === one.id} aria-label={t('security.endOf', { device: deviceName(one.user_agent) || one.ip })} onClick={() => onEnd(one.id)}>
                {t('security.end')}
              </Button>
            )}
          </li>
        ))}
      </ul>
      {items.length > 1 && (
        <Button icon="signout" busy={ending === 'others'} onClick={onEndOthers}>
          {t('security.endOthers')}
        </Button>
      )}
    </>
  );
}

/* ---- who tried ---- */

function SignIns({ items, more, busy, onMore }: { items: SignIn[]; more: boolean; busy: boolean; onMore: () => void }) {
  const providers = useProviders();
  const via = (word: string) => (word === 'password' ? '' : t('security.via', { name: providerName(providers, word) }));
  return (
    <>
      <ul class="field-list sign-ins">
        {items.map((one) => (
          <li key={one.id} data-outcome={one.outcome} tabIndex={-1}>
            <Icon name={one.outcome === 'ok' ? 'check' : 'alert'} size={16} />
            <span class="inbound-words">
              <strong>{tMaybe(`security.outcome.${one.outcome}`) ?? one.outcome}</strong>
              <small>{[via(one.via), deviceName(one.user_agent), one.place, one.ip].filter(Boolean).join(' · ')}</small>
            </span>
            <time class="num" dateTime={one.at}>
              {fullTime(one.at)}
            </time>
          </li>
        ))}
      </ul>
      {more && (
        <Button busy={busy} onClick={onMore}>
          {t('security.more')}
        </Button>
      )}
    </>
  );
}

export function SecurityPage() {
  const [places, setPlaces] = useState<SessionItem[] | null>(null);
  const [signIns, setSignIns] = useState<SignIn[] | null>(null);
  const [cursor, setCursor] = useState<string | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const [ending, setEnding] = useState<string | null>(null);
  const [reading, setReading] = useState(false);
  const placesHead = useRef<HTMLHeadingElement>(null);
  const tried = useRef<HTMLElement>(null);

  const load = async () => {
    setFailed(null);
    try {
      const [sessions, page] = await Promise.all([api.security.sessions(), api.security.signIns(null)]);
      setPlaces(sessions);
      setSignIns(page.items);
      setCursor(page.next_cursor ?? null);
    } catch (error) {
      setFailed(explain(error));
    }
  };
  useEffect(() => void load(), []);

  const end = async (what: string, work: Promise<void>, said: string) => {
    setEnding(what);
    try {
      await work;
      toast(said);
    } catch (error) {
      toast(explain(error), { tone: 'bad' });
    }
    await load();
    setEnding(null);
    // the button that was pressed has gone with its row
    placesHead.current?.focus();
  };

  const more = async () => {
    setReading(true);
    try {
      const page = await api.security.signIns(cursor);
      const first = signIns?.length ?? 0;
      setSignIns([...(signIns ?? []), ...page.items]);
      setCursor(page.next_cursor ?? null);
      focusSoon(() => tried.current?.querySelectorAll<HTMLElement>('li')[first]);
    } catch (error) {
      toast(explain(error), { tone: 'bad' });
    }
    setReading(false);
  };

  const waiting = failed ? (
    <EmptyState icon="alert" title={failed} action={<Button onClick={() => void load()}>{t('retry')}</Button>} />
  ) : (
    <Skeleton look="text" rows={3} label={t('loading')} />
  );
  return (
    <>
      <header class="page-head">
        <div>
          <h1>{t('settings.security')}</h1>
          <p>{t('security.about')}</p>
        </div>
      </header>
      <section class="sheet" aria-labelledby="security-places">
        <h2 id="security-places" tabIndex={-1} ref={placesHead}>
          {t('security.places')}
        </h2>
        {places ? (
          <Places
            items={places}
            ending={ending}
            onEnd={(id) => void end(id, api.security.end(id), t('security.ended'))}
            onEndOthers={() => void end('others', api.security.endOthers(), t('security.endedOthers'))}
          />
        ) : (
          waiting
        )}
      </section>
      <section class="sheet" aria-labelledby="security-password">
        <h2 id="security-password">{t('security.password')}</h2>
        <PasswordForm onChanged={() => void load()} />
      </section>
      <LinkedAccounts />
      <SecondFactorSection />
      <section class="sheet" aria-labelledby="security-tried" ref={tried}>
        <h2 id="security-tried">{t('security.signIns')}</h2>
        {signIns ? <SignIns items={signIns} more={cursor !== null} busy={reading} onMore={() => void more()} /> : waiting}
      </section>
    </>
  );
}
