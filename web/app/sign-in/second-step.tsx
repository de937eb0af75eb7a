import { useEffect, useRef, useState } from 'preact/hooks';
import { Button, Field, Input } from '../../kit';
import { isProblem } from '../api/problem';
import { explain } from '../explain';
import { t } from '../i18n';
import { go } from '../router';
import { finishSignIn } from '../store/session';
import { wanted } from './providers';

interface Props {
  challenge: string;
  /* begin again, and why */
  onAgain: (why: string | null) => void;
}

/* The password was right; now the code of the app, or one of those for when it is lost. */
export function SecondStep({ challenge, onAgain }: Props) {
  const [lost, setLost] = useState(false);
  const [code, setCode] = useState('');
  const [remember, setRemember] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => field.current?.focus(), [lost]);

  const submit = async (event: Event) => {
    event.preventDefault();
    if (!code.trim()) return setError(t('signIn.needCode'));
    setBusy(true);
    setError(null);
    try {
      const next = wanted();
      await finishSignIn({ challenge, remember, ...(lost ? { recovery_code: code } : { code: code.replaceAll(' ', '') }) });
      go(next, { replace: true });
    } catch (caught) {
      if (isProblem(caught, 'challenge_over')) return onAgain(explain(caught));
      setBusy(false);
      setError(explain(caught));
      field.current?.select();
    }
  };
  const swap = () => {
    setLost(!lost);
    setCode('');
    setError(null);
  };
  return (
    <form class="sign-in-card" onSubmit={(event) => void submit(event)} noValidate>
      <h1>{t('signIn.secondTitle')}</h1>
      <p class="sign-in-sub">{lost ? t('signIn.recoverySub') : t('signIn.secondSub')}</p>
      <Field label={lost ? t('signIn.recoveryCode') : t('signIn.code')} error={error}>
        {(ids) => (
          <Input
            {...ids}
            key={lost ? 'recovery' : 'app'}
            fieldRef={field}
            class="sign-in-code"
            autocomplete="one-time-code"
            inputMode={lost ? 'text' : 'numeric'}
            autocapitalize="none"
            spellcheck={false}
            maxLength={32}
            value={code}
            onInput={(event) => setCode(event.currentTarget.value)}
          />
        )}
      </Field>
      <label class="sign-in-remember">
        <input type="checkbox" checked={remember} onChange={(event) => setRemember(event.currentTarget.checked)} />
        {t('signIn.remember')}
      </label>
      <Button tone="primary" type="submit" busy={busy}>
        {t('signIn.go')}
      </Button>
      <Button tone="quiet" onClick={swap}>
        {lost ? t('signIn.useApp') : t('signIn.lost')}
      </Button>
      <Button tone="quiet" icon="chevronLeft" onClick={() => onAgain(null)}>
        {t('signIn.again')}
      </Button>
    </form>
  );
}
