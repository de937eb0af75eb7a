import { useState } from 'preact/hooks';
import { Button, Field, Icon, Input, toast } from '../../kit';
import type { Contact } from '../api-types';
import { t } from '../i18n';
import { atHour, daysBetween, inputDate, inputTime, now, when } from '../i18n/time';
import { offerUndo } from '../inbox/actions';
import { can } from '../store/session';
import { saveContact } from './save';

function Form({ contact, onDone }: { contact: Contact; onDone: () => void }) {
  const start = contact.next_follow_up_at ? Date.parse(contact.next_follow_up_at) : atHour(1, 9);
  const [date, setDate] = useState(inputDate(start));
  const [time, setTime] = useState(inputTime(start));
  const [reason, setReason] = useState(contact.follow_up_reason ?? '');
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const quick: [string, number][] = [
    [t('followUp.tomorrow'), 1],
    [t('followUp.threeDays'), 3],
    [t('followUp.week'), 7],
  ];
  const save = async (event: Event) => {
    event.preventDefault();
    const at = new Date(`${date}T${time}`);
    if (Number.isNaN(at.getTime())) return setError(t('followUp.bad'));
    setBusy(true);
    const wrong = await saveContact(contact.id, { next_follow_up_at: at.toISOString(), follow_up_reason: reason.trim() || null });
    setBusy(false);
    if (wrong) setError(wrong);
    else onDone();
  };
  return (
    <form class="follow-form" onSubmit={(event) => void save(event)}>
      <div class="follow-quick">
        {quick.map(([label, days]) => (
          <Button
            key={days}
            size="s"
            onClick={() => {
              setDate(inputDate(atHour(days, 9)));
              setTime('09:00');
            }}
          >
            {label}
          </Button>
        ))}
      </div>
      <div class="follow-when">
        <Field label={t('date')} error={error}>
          {(ids) => <Input {...ids} type="date" required value={date} onInput={(event) => setDate(event.currentTarget.value)} />}
        </Field>
        <Field label={t('time')}>{(ids) => <Input {...ids} type="time" required value={time} onInput={(event) => setTime(event.currentTarget.value)} />}</Field>
      </div>
      <Field label={t('followUp.reason')} optional={t('optional')}>
        {(ids) => <Input {...ids} value={reason} maxLength={160} placeholder={t('followUp.reasonPlaceholder')} onInput={(event) => setReason(event.currentTarget.value)} />}
      </Field>
      <div class="follow-actions">
        <Button tone="primary" size="s" type="submit" busy={busy}>
          {t('save')}
        </Button>
        <Button size="s" tone="quiet" onClick={onDone}>
          {t('cancel')}
        </Button>
      </div>
    </form>
  );
}

/* Followed up: the date goes, and comes back when that was a slip. */
async function done(contact: Contact): Promise<void> {
  const { next_follow_up_at, follow_up_reason } = contact;
  const wrong = await saveContact(contact.id, { next_follow_up_at: null, follow_up_reason: null });
  if (wrong) toast(wrong, { tone: 'bad' });
  else offerUndo(t('followUp.cleared'), () => void saveContact(contact.id, { next_follow_up_at, follow_up_reason }));
}

/* The date on which this person comes back to the top of their owner's list, and why. */
export function FollowUp({ contact }: { contact: Contact }) {
  const [editing, edit] = useState(false);
  const at = contact.next_follow_up_at;
  if (editing) return <Form contact={contact} onDone={() => edit(false)} />;
  const write = can('contacts:write');
  const soon = at ? daysBetween(now.value, Date.parse(at)) <= 0 : false;
  return (
    <div class="pairs follow">
      <span class="pairs-label">{t('followUp.title')}</span>
      {at ? (
        <div>
          <button type="button" class={`inline ${soon ? 'is-due' : ''}`} onClick={() => edit(true)} disabled={!write}>
            <span>
              <span class="sr-only">{t('edit.label', { label: t('followUp.title') })} </span>
              {when(at)}
              {contact.follow_up_reason && <small>{contact.follow_up_reason}</small>}
            </span>
            <Icon name="edit" size={13} />
          </button>
          {write && (
            <Button size="s" icon="check" onClick={() => void done(contact)}>
              {t('followUp.done')}
            </Button>
          )}
        </div>
      ) : (
        <button type="button" class="inline is-empty" onClick={() => edit(true)} disabled={!write}>
          <span>{t('followUp.set')}</span>
          <Icon name="bell" size={13} />
        </button>
      )}
    </div>
  );
}
