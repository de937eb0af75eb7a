import { useRef, useState } from 'preact/hooks';
import { Button, Field, focusSoon, Icon, Input, Password, toast } from '../../kit';
import { api } from '../api';
import type { TotpBegun } from '../api-types';
import { isProblem } from '../api/problem';
import { explain } from '../explain';
import { t } from '../i18n';
import { askAgain, session } from '../store/session';

/* ---- recovery codes, shown once ---- */

function download(codes: string[]): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([`${t('codes.fileHead', { email: session.value?.user.email ?? '' })}\n\n${codes.join('\n')}\n`], { type: 'text/plain' }));
  link.download = 'sambung-recovery-codes.txt';
  link.click();
  URL.revokeObjectURL(link.href);
}

export function Codes({ codes, onDone }: { codes: string[]; onDone: () => void }) {
  const copy = () => void navigator.clipboard.writeText(codes.join('\n')).then(() => toast(t('codes.copied')), (error: unknown) => toast(explain(error), { tone: 'bad' }));
  return (
    <div class="codes" role="group" aria-labelledby="codes-head">
      <h3 id="codes-head" tabIndex={-1}>
        {t('codes.title')}
      </h3>
      <p>{t('codes.about')}</p>
      <ol class="codes-list num">
        {codes.map((code) => (
          <li key={code}>
            <code>{code}</code>
          </li>
        ))}
      </ol>
      <div class="form-actions">
        <Button icon="copy" onClick={copy}>
          {t('codes.copy')}
        </Button>
        <Button icon="download" onClick={() => download(codes)}>
          {t('codes.download')}
        </Button>
        <Button icon="doc" onClick={() => window.print()}>
          {t('codes.print')}
        </Button>
        <Button tone="primary" onClick={onDone}>
          {t('codes.kept')}
        </Button>
      </div>
    </div>
  );
}

/* ---- setting up ---- */

function Picture({ qr }: { qr: TotpBegun['qr'] }) {
  return (
    <svg class="qr" viewBox={`0 0 ${qr.size} ${qr.size}`} role="img" aria-label={t('totp.picture')} shape-rendering="crispEdges">
      <rect width={qr.size} height={qr.size} class="qr-light" />
      <path d={qr.path} class="qr-dark" />
    </svg>
  );
}

function Confirm({ begun, onCodes }: { begun: TotpBegun; onCodes: (codes: string[]) => void }) {
  const [code, setCode] = useState('');
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLInputElement>(null);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      onCodes((await api.security.confirmTotp(code.replaceAll(' ', ''))).codes);
    } catch (caught) {
      setBusy(false);
      setError(isProblem(caught, 'invalid') ? t('totp.wrong') : explain(caught));
      field.current?.select();
    }
  };
  return (
    <form class="totp" onSubmit={(event) => void submit(event)} noValidate>
      <Picture qr={begun.qr} />
      <div class="totp-words">
        <p>{t('totp.scan')}</p>
        <p>
          {t('totp.orType')} <code class="totp-secret">{begun.secret.match(/.{4}/g)?.join(' ')}</code>
        </p>
        <Field label={t('totp.code')} hint={t('totp.codeHint')} error={error}>
          {(ids) => <Input {...ids} fieldRef={field} autofocus autocomplete="one-time-code" inputMode="numeric" maxLength={10} value={code} onInput={(event) => setCode(event.currentTarget.value)} />}
        </Field>
        <Button tone="primary" type="submit" busy={busy}>
          {t('totp.confirm')}
        </Button>
      </div>
    </form>
  );
}

/* From the password to the codes.  The session is asked again only when the codes have been kept. */
export function SetUp({ onDone }: { onDone: () => void }) {
  const [password, setPassword] = useState('');
  const [begun, setBegun] = useState<TotpBegun | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const begin = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setError(null);
    try {
      setBegun(await api.security.beginTotp(password));
      setPassword('');
    } catch (caught) {
      setError(isProblem(caught) && caught.field === 'current_password' ? (password ? t('security.notYours') : t('security.needCurrent')) : explain(caught));
    }
    setBusy(false);
  };
  const shown = (made: string[]) => {
    setCodes(made);
    focusSoon(() => document.getElementById('codes-head'));
  };
  const kept = () => {
    onDone();
    void askAgain();
  };
  if (codes) return <Codes codes={codes} onDone={kept} />;
  if (begun) return <Confirm begun={begun} onCodes={shown} />;
  return (
    <form class="channel-form" onSubmit={(event) => void begin(event)} noValidate>
      <input type="email" autocomplete="username" value={session.value?.user.email} hidden readOnly />
      <Field label={t('security.current')} hint={t('totp.whyPassword')} error={error}>
        {(ids) => <Password {...ids} autocomplete="current-password" showLabel={t('security.showCurrent')} value={password} onInput={(event) => setPassword(event.currentTarget.value)} />}
      </Field>
      <div class="form-actions">
        <Button tone="primary" type="submit" busy={busy}>
          <Icon name="lock" size={16} /> {t('totp.begin')}
        </Button>
      </div>
    </form>
  );
}
