import { useState } from 'preact/hooks';
import { Button, Field, Select, toast } from '../../kit';
import { api } from '../api';
import { newKey } from '../api/client';
import { explain } from '../explain';
import { t } from '../i18n';
import { members } from '../store/organisation';
import { me } from '../store/session';

/* All of it, some at a time; what somebody else has in hand just now stays. */
async function handOver(to: string | null): Promise<number> {
  let total = 0;
  for (;;) {
    const { moved, more } = await api.work.handOver(to, newKey());
    total += moved;
    if (!more || moved === 0) return total;
  }
}

/* What one has open goes to a colleague, or back to the rules. */
export function HandOver() {
  const [to, setTo] = useState('');
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const others = (members.value ?? []).filter((one) => one.id !== me());
  const run = async () => {
    setBusy(true);
    setError('');
    try {
      toast(t('handOver.done', { n: await handOver(to || null) }));
    } catch (failure) {
      setError(explain(failure));
    }
    setBusy(false);
  };
  return (
    <div class="channel-form">
      <Field label={t('handOver.to')} hint={t('handOver.hint')} error={error}>
        {(ids) => (
          <Select {...ids} value={to} options={[{ value: '', label: t('handOver.rules') }, ...others.map((one) => ({ value: one.id, label: one.name }))]} onChange={(event) => setTo(event.currentTarget.value)} />
        )}
      </Field>
      <div class="form-actions">
        <Button icon="forward" busy={busy} onClick={() => void run()}>
          {t('handOver.run')}
        </Button>
      </div>
    </div>
  );
}
