import { useEffect, useRef, useState } from 'preact/hooks';
import { Button, EmptyState, Icon, Skeleton, toast } from '../../kit';
import { api } from '../api';
import type { LinkedAccount, SignInProvider } from '../api-types';
import { isProblem } from '../api/problem';
import { explain } from '../explain';
import { t } from '../i18n';
import { agoWords, date } from '../i18n/time';
import { go, query } from '../router';
import { providerName, providerProblem, useProviders } from '../sign-in/providers';

/* The server sends the browser back with a word in the address; said once, and then the address is plain again. */
function useOutcome(all: SignInProvider[]): string | null {
  const [problem, setProblem] = useState<string | null>(null);
  useEffect(() => {
    const linked = query.peek().get('linked');
    if (all.length === 0 || (!linked && !query.peek().has('problem'))) return;
    if (linked) toast(t('security.linkedNow', { name: providerName(all, linked) }));
    setProblem(providerProblem(all));
    go(location.pathname, { replace: true });
  }, [all]);
  return problem;
}

interface RowProps {
  one: LinkedAccount;
  name: string;
  busy: boolean;
  onUnlink: () => void;
}

function Row({ one, name, busy, onUnlink }: RowProps) {
  return (
    <li>
      <Icon name="user" size={16} />
      <span class="inbound-words">
        <strong>{[name, one.email].filter(Boolean).join(' · ')}</strong>
        <small>
          {one.last_used_at ? <time dateTime={one.last_used_at}>{t('security.linkUsed', { ago: agoWords(one.last_used_at) })}</time> : t('security.linkUnused')} ·{' '}
          <time dateTime={one.created_at}>{t('security.since', { date: date(one.created_at) })}</time>
        </small>
      </span>
      <Button size="s" busy={busy} aria-label={t('security.unlinkOf', { name, email: one.email })} onClick={onUnlink}>
        {t('security.unlink')}
      </Button>
    </li>
  );
}

/* Nothing at all where no provider is set up and none was. */
export function LinkedAccounts() {
  const all = useProviders();
  const problem = useOutcome(all);
  const [items, setItems] = useState<LinkedAccount[] | null>(null);
  const [failed, setFailed] = useState<string | null>(null);
  const [busy, setBusy] = useState<string | null>(null);
  const head = useRef<HTMLHeadingElement>(null);
  const load = () => api.security.linked().then(setItems, (error: unknown) => setFailed(explain(error)));
  useEffect(() => void load(), []);

  const link = async (provider: string) => {
    setBusy(provider);
    try {
      location.assign(await api.security.link(provider));
    } catch (error) {
      toast(explain(error), { tone: 'bad' });
      setBusy(null);
    }
  };
  const unlink = async (one: LinkedAccount) => {
    setBusy(one.id);
    try {
      await api.security.unlink(one.id);
      toast(t('security.unlinked', { name: providerName(all, one.provider) }));
    } catch (error) {
      toast(isProblem(error, 'conflict') ? t('security.onlyWay') : explain(error), { tone: 'bad' });
    }
    await load();
    setBusy(null);
    head.current?.focus();
  };

  if (all.length === 0 && !items?.length) return null;
  return (
    <section class="sheet" aria-labelledby="security-linked">
      <h2 id="security-linked" tabIndex={-1} ref={head}>
        {t('security.linked')}
      </h2>
      <p>{t('security.linkedAbout')}</p>
      {problem && (
        <p class="health-error" role="alert">
          <Icon name="alert" size={16} /> {problem}
        </p>
      )}
      {failed ? <EmptyState icon="alert" title={failed} /> : !items && <Skeleton look="text" rows={1} label={t('loading')} />}
      {items && items.length > 0 && (
        <ul class="field-list">
          {items.map((one) => (
            <Row key={one.id} one={one} name={providerName(all, one.provider)} busy={busy === one.id} onUnlink={() => void unlink(one)} />
          ))}
        </ul>
      )}
      <div class="form-actions">
        {all.map((one) => (
          <Button key={one.id} icon="external" busy={busy === one.id} onClick={() => void link(one.id)}>
            {t('security.link', { name: one.name })}
          </Button>
        ))}
      </div>
    </section>
  );
}
