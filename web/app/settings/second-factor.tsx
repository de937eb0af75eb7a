import { useEffect, useState } from 'preact/hooks';
import { Button, Dialog, Field, Icon, Input, Password, Skeleton, Tag, toast } from '../../kit';
import { api } from '../api';
import type { Device, Proof, SecondFactor } from '../api-types';
import { isProblem } from '../api/problem';
import { explain } from '../explain';
import { t } from '../i18n';
import { agoWords, date } from '../i18n/time';
import { askAgain, can } from '../store/session';
import { deviceName, isPhone } from './device';
import { Codes, SetUp } from './second-factor-set-up';

/* ---- password and code, for what weakens the account ---- */

interface AskProps {
  title: string;
  go: string;
  onClose: () => void;
  onProof: (proof: Proof) => Promise<void>;
}

function Ask({ title, go, onClose, onProof }: AskProps) {
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    setErrors({});
    // six digits are the app's, everything else is a recovery code
    const typed = code.replaceAll(' ', '');
    try {
      await onProof({ current_password: password, ...(/^\d{6}$/.test(typed) ? { code: typed } : { recovery_code: code }) });
    } catch (caught) {
      const at = isProblem(caught) && caught.field === 'current_password' ? 'password' : 'code';
      setErrors({ [at]: isProblem(caught, 'invalid') ? t(at === 'password' ? 'security.notYours' : 'totp.wrong') : explain(caught) });
      setBusy(false);
    }
  };
  return (
    <Dialog
      open
      onClose={onClose}
      title={title}
      closeLabel={t('close')}
      footer={
        <Button tone="primary" type="submit" form="proof-form" busy={busy}>
          {go}
        </Button>
      }
    >
      <form id="proof-form" class="channel-form" onSubmit={(event) => void submit(event)} noValidate>
        <Field label={t('security.current')} error={errors['password'] ?? null}>
          {(ids) => <Password {...ids} autofocus autocomplete="current-password" showLabel={t('security.showCurrent')} value={password} onInput={(event) => setPassword(event.currentTarget.value)} />}
        </Field>
        <Field label={t('totp.code')} hint={t('totp.orRecovery')} error={errors['code'] ?? null}>
          {(ids) => <Input {...ids} autocomplete="one-time-code" maxLength={32} value={code} onInput={(event) => setCode(event.currentTarget.value)} />}
        </Field>
      </form>
    </Dialog>
  );
}

/* ---- the second factor ---- */

function On({ state, onChanged }: { state: SecondFactor; onChanged: () => void }) {
  const [asking, setAsking] = useState<'codes' | 'remove' | null>(null);
  const [codes, setCodes] = useState<string[] | null>(null);
  const renew = async (proof: Proof) => {
    setCodes((await api.security.newCodes(proof)).codes);
    setAsking(null);
  };
  const remove = async (proof: Proof) => {
    await api.security.removeTotp(proof);
    setAsking(null);
    toast(t('totp.removed'));
    onChanged();
    await askAgain();
  };
  const kept = () => {
    setCodes(null);
    onChanged();
  };
  if (codes) return <Codes codes={codes} onDone={kept} />;
  return (
    <>
      <p>
        <Tag tone="ok">{t('totp.on')}</Tag> {t('totp.since', { date: date(state.confirmed_at ?? '') })} · {t('totp.left', { n: state.codes_left })}
      </p>
      <div class="form-actions">
        <Button onClick={() => setAsking('codes')}>{t('totp.newCodes')}</Button>
        <Button onClick={() => setAsking('remove')}>{t('totp.remove')}</Button>
      </div>
      {asking === 'codes' && <Ask title={t('totp.newCodes')} go={t('totp.makeCodes')} onClose={() => setAsking(null)} onProof={renew} />}
      {asking === 'remove' && <Ask title={t('totp.remove')} go={t('totp.remove')} onClose={() => setAsking(null)} onProof={remove} />}
    </>
  );
}

function Devices({ items, onChanged }: { items: Device[]; onChanged: () => void }) {
  const forget = async (work: Promise<void>) => {
    await work.then(() => toast(t('devices.forgotten')), (error: unknown) => toast(explain(error), { tone: 'bad' }));
    onChanged();
  };
  if (items.length === 0) return null;
  return (
    <>
      <h3>{t('devices.title')}</h3>
      <ul class="field-list">
        {items.map((one) => (
          <li key={one.id}>
            <Icon name={isPhone(one.user_agent) ? 'mobile' : 'monitor'} size={16} />
            <span class="inbound-words">
              <strong>{deviceName(one.user_agent) || t('security.unknownDevice')}</strong>
              <small>
                {one.ip} · <time dateTime={one.last_used_at}>{t('security.lastSeen', { ago: agoWords(one.last_used_at) })}</time> · {t('devices.until', { date: date(one.trusted_until) })}
              </small>
            </span>
            <Button size="s" aria-label={t('devices.forgetOf', { device: deviceName(one.user_agent) || one.ip })} onClick={() => void forget(api.security.forgetDevice(one.id))}>
              {t('devices.forget')}
            </Button>
          </li>
        ))}
      </ul>
      {items.length > 1 && <Button onClick={() => void forget(api.security.forgetDevices())}>{t('devices.forgetAll')}</Button>}
    </>
  );
}

/* ---- what the organisation asks ---- */

function Required({ initial }: { initial: boolean }) {
  const [required, setRequired] = useState(initial);
  const change = async (wanted: boolean) => {
    setRequired(wanted);
    try {
      await api.security.setOfOrg(wanted);
      toast(t(wanted ? 'totp.requiredNow' : 'totp.notRequired'));
    } catch (error) {
      setRequired(!wanted);
      toast(isProblem(error, 'invalid') ? t('totp.firstYours') : explain(error), { tone: 'bad' });
    }
  };
  return (
    <label class="check-line">
      <input type="checkbox" checked={required} onChange={(event) => void change(event.currentTarget.checked)} />
      <span>
        {t('totp.require')}
        <small>{t('totp.requireAbout')}</small>
      </span>
    </label>
  );
}

export function SecondFactorSection() {
  const [state, setState] = useState<SecondFactor | null>(null);
  const [devices, setDevices] = useState<Device[]>([]);
  const [failed, setFailed] = useState<string | null>(null);
  const load = async () => {
    setFailed(null);
    try {
      const [now, known] = await Promise.all([api.security.totp(), api.security.devices()]);
      setState(now);
      setDevices(known);
    } catch (error) {
      setFailed(explain(error));
    }
  };
  useEffect(() => void load(), []);
  return (
    <section class="sheet" aria-labelledby="security-second">
      <h2 id="security-second">{t('totp.title')}</h2>
      <p>{t('totp.about')}</p>
      {failed && (
        <p class="k-field-error" role="alert">
          {failed}
        </p>
      )}
      {!state && !failed && <Skeleton look="text" rows={2} label={t('loading')} />}
      {state?.confirmed_at && <On state={state} onChanged={() => void load()} />}
      {state && !state.confirmed_at && <SetUp onDone={() => void load()} />}
      <Devices items={devices} onChanged={() => void load()} />
      {state && can('org:write') && <Required initial={state.required} />}
    </section>
  );
}
