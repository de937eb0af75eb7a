import { useEffect, useState } from 'preact/hooks';
import { Button, Choice, EmptyState, Field, IconButton, Input, Skeleton, toast } from '../../kit';
import { api } from '../api';
import type { Holiday, Hours, MyHours } from '../api-types';
import { isProblem } from '../api/problem';
import { explain } from '../explain';
import { t } from '../i18n';
import { can, session } from '../store/session';
import { Week, workWeek, wrongDay } from './week';

type Errors = Record<string, string>;

const problemOf = (error: unknown): Errors => {
  const field = isProblem(error) ? (error.field ?? '') : '';
  return { [field.split('.')[0] || 'hours']: explain(error) };
};

/* What the form begins with when there are no hours yet. */
const usual = <T extends MyHours>(hours: T): T => (hours.always ? { ...hours, timezone: session.value!.org.timezone, hours: workWeek() } : hours);

interface FormProps<T extends MyHours> {
  legend: string;
  always: string;
  set: string;
  hours: T;
  save: (hours: T) => Promise<T>;
  children?: (hours: T, change: (next: T) => void, errors: Errors) => preact.ComponentChildren;
}

/* Always, or by the week; holidays and the like below. */
function HoursForm<T extends MyHours>({ legend, always, set, hours, save, children }: FormProps<T>) {
  const [draft, change] = useState<T>(usual(hours));
  const [byWeek, setByWeek] = useState(!hours.always);
  const [errors, setErrors] = useState<Errors>({});
  const [busy, setBusy] = useState(false);
  const submit = async (event: Event) => {
    event.preventDefault();
    if (byWeek && wrongDay(draft.hours)) return setErrors({ hours: t('hours.backwards') });
    setErrors({});
    setBusy(true);
    try {
      const kept = await save(byWeek ? { ...draft, always: false } : { ...draft, always: true, timezone: '', hours: [] });
      change(usual(kept));
      toast(t('hours.saved'));
    } catch (error) {
      setErrors(problemOf(error));
    }
    setBusy(false);
  };
  return (
    <form class="channel-form" onSubmit={(event) => void submit(event)} noValidate>
      <Choice
        legend={legend}
        value={byWeek ? 'week' : 'always'}
        options={[
          { value: 'always', label: always },
          { value: 'week', label: set },
        ]}
        onChange={(value) => setByWeek(value === 'week')}
      />
      {byWeek && (
        <Week
          timezone={draft.timezone}
          spans={draft.hours}
          errors={errors}
          onChange={({ timezone, spans }) => change({ ...draft, timezone: timezone ?? draft.timezone, hours: spans ?? draft.hours })}
        />
      )}
      {children?.(draft, change, errors)}
      <div class="form-actions">
        <Button tone="primary" type="submit" busy={busy}>
          {t('save')}
        </Button>
      </div>
    </form>
  );
}

function Holidays({ days, error, onChange }: { days: Holiday[]; error: string | undefined; onChange: (days: Holiday[]) => void }) {
  const [day, setDay] = useState('');
  const [name, setName] = useState('');
  const add = () => {
    if (!day || days.some((one) => one.day === day)) return;
    onChange([...days, { day, name: name.trim() }].sort((a, b) => a.day.localeCompare(b.day)));
    setDay('');
    setName('');
  };
  return (
    <section aria-labelledby="holidays">
      <h2 id="holidays">{t('hours.holidays')}</h2>
      {days.length > 0 && (
        <ul class="field-list">
          {days.map((one) => (
            <li key={one.day}>
              <span class="inbound-words">
                <strong class="num">{one.day}</strong>
                <small>{one.name}</small>
              </span>
              <IconButton icon="trash" size={16} label={t('hours.removeHoliday', { day: one.day })} onClick={() => onChange(days.filter((other) => other !== one))} />
            </li>
          ))}
        </ul>
      )}
      <Field label={t('date')} error={error ?? null}>
        {(ids) => <Input {...ids} type="date" value={day} onInput={(event) => setDay(event.currentTarget.value)} />}
      </Field>
      <Field label={t('hours.holidayName')}>{(ids) => <Input {...ids} maxLength={80} value={name} onInput={(event) => setName(event.currentTarget.value)} />}</Field>
      <Button icon="plus" onClick={add} disabled={!day}>
        {t('hours.addHoliday')}
      </Button>
    </section>
  );
}

/* Read once, with a way to try again. */
function useLoaded<T>(read: () => Promise<T>): [T | null, string | null, () => void] {
  const [value, set] = useState<T | null>(null);
  const [failed, fail] = useState<string | null>(null);
  const load = () => {
    fail(null);
    read().then(set, (error: unknown) => fail(explain(error)));
  };
  useEffect(load, []);
  return [value, failed, load];
}

function Waiting({ failed, load }: { failed: string | null; load: () => void }) {
  if (failed) return <EmptyState icon="alert" title={failed} action={<Button onClick={load}>{t('retry')}</Button>} />;
  return <Skeleton look="text" rows={5} label={t('loading')} />;
}

export function HoursPage() {
  const [hours, failed, load] = useLoaded<Hours>(api.work.hours);
  return (
    <>
      <header class="page-head">
        <div>
          <h1>{t('settings.hours')}</h1>
          <p>{t('hours.about')}</p>
        </div>
      </header>
      <section class="sheet">
        {!hours ? (
          <Waiting failed={failed} load={load} />
        ) : can('org:write') ? (
          <HoursForm legend={t('hours.legend')} always={t('hours.always')} set={t('hours.byWeek')} hours={hours} save={api.work.setHours}>
            {(draft, change, errors) => <Holidays days={draft.holidays} error={errors['holidays']} onChange={(holidays) => change({ ...draft, holidays })} />}
          </HoursForm>
        ) : (
          <p class="quiet">{t('hours.readOnly')}</p>
        )}
      </section>
    </>
  );
}

/* One's own, in the preferences. */
export function MyHoursSection() {
  const [hours, failed, load] = useLoaded<MyHours>(api.work.myHours);
  if (!hours) return <Waiting failed={failed} load={load} />;
  return <HoursForm legend={t('hours.mine')} always={t('hours.likeOrg')} set={t('hours.own')} hours={hours} save={api.work.setMyHours} />;
}
