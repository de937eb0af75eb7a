import { useEffect, useRef, useState } from 'preact/hooks';
import { Button, Field, focusSoon, Icon, Input, Password, Select } from '../../kit';
import { isProblem } from '../api/problem';
import { explain } from '../explain';
import { isLocale, locale, locales, t } from '../i18n';
import { go } from '../router';
import { chooseLocale, ended, signIn } from '../store/session';
import { providerProblem, Providers, useProviders, wanted } from './providers';
import { SecondStep } from './second-step';
import './sign-in.css';

/* Who comes from a provider and has a second factor brings the question along. */
function challengeOfProvider(): string | null {
  const found = /^#challenge=([\w-]+)$/.exec(location.hash);
  if (found) history.replaceState(null, '', location.pathname + location.search);
  return found ? found[1]! : null;
}

export function SignIn() {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [busy, setBusy] = useState(false);
  /* the password was right, the second factor is to come */
  const [challenge, setChallenge] = useState<string | null>(challengeOfProvider);
  const [error, setError] = useState<{ field: string | null; text: string } | null>(null);
  const providers = useProviders();
  const problem = providerProblem(providers);
  const first = useRef<HTMLInputElement>(null);
  const second = useRef<HTMLInputElement>(null);
  useEffect(() => {
    document.title = `${t('signIn.title')} · Sambung`;
    first.current?.focus();
  }, []);

  const submit = async (event: Event) => {
    event.preventDefault();
    if (!email.trim()) return setError({ field: 'email', text: t('signIn.needEmail') });
    if (!password) return setError({ field: 'password', text: t('signIn.needPassword') });
    setBusy(true);
    setError(null);
    try {
      const next = wanted();
      const asked = await signIn(email.trim(), password);
      setChallenge(asked);
      if (!asked) go(next, { replace: true });
      setBusy(false);
    } catch (caught) {
      setBusy(false);
      setError({ field: isProblem(caught, 'invalid') ? caught.field : null, text: explain(caught) });
      second.current?.select();
    }
  };

  const again = (why: string | null) => {
    setChallenge(null);
    setPassword('');
    setError(why ? { field: null, text: why } : null);
    focusSoon(() => second.current);
  };
  if (challenge)
    return (
      <main id="main" class="sign-in" tabIndex={-1}>
        <SecondStep challenge={challenge} onAgain={again} />
      </main>
    );
  return (
    <main id="main" class="sign-in" tabIndex={-1}>
      <form class="sign-in-card" onSubmit={(event) => void submit(event)} noValidate>
        <span class="sign-in-mark" aria-hidden="true">
          <svg viewBox="0 0 32 32" width="44" height="44">
            <path d="M9 12.5a5 5 0 0 1 5-5h4M23 19.5a5 5 0 0 1-5 5h-4M13 16h6" />
          </svg>
        </span>
        <h1>{t('signIn.title')}</h1>
        <p class="sign-in-sub">{t('signIn.sub')}</p>
        {ended.value && (
          <p class="sign-in-ended" role="status">
            <Icon name="signout" size={16} />
            <span>
              <strong>{t('signIn.ended')}</strong> {t('signIn.endedText')}
            </span>
          </p>
        )}
        {error && error.field === null && (
          <p class="sign-in-error" role="alert">
            <Icon name="alert" size={16} /> {error.text}
          </p>
        )}
        {problem && !error && (
          <p class="sign-in-error" role="alert">
            <Icon name="alert" size={16} /> {problem}
          </p>
        )}
        <Providers all={providers} />
        <Field label={t('signIn.email')} error={error?.field === 'email' ? error.text : null}>
          {(ids) => <Input {...ids} fieldRef={first} type="email" name="email" autocomplete="username" inputMode="email" value={email} onInput={(event) => setEmail(event.currentTarget.value)} />}
        </Field>
        <Field label={t('signIn.password')} error={error?.field === 'password' ? error.text : null}>
          {(ids) => (
            <Password
              {...ids}
              fieldRef={second}
              name="password"
              autocomplete="current-password"
              showLabel={t('signIn.show')}
              value={password}
              onInput={(event) => setPassword(event.currentTarget.value)}
            />
          )}
        </Field>
        <Button tone="primary" type="submit" busy={busy}>
          {t('signIn.go')}
        </Button>
      </form>
      <footer class="sign-in-foot">
        <Icon name="globe" size={16} />
        <Select
          class="quiet-select"
          aria-label={t('language')}
          value={locale()}
          options={locales}
          onChange={(event) => {
            const next = event.currentTarget.value;
            if (isLocale(next)) void chooseLocale(next);
          }}
        />
      </footer>
    </main>
  );
}
