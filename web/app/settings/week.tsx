/* A week's hours, day by day; a break or a night makes a day of two. */
import { Button, Field, IconButton, Input, Select } from '../../kit';
import type { WorkSpan } from '../api-types';
import { intlLocale, t } from '../i18n';
import { offerZones } from './zones';
import './week.css';

const DAY = 1440;
const NINE_TO_SIX = { from_minute: 540, to_minute: 1080 };

/* Monday is 1; the first of January 2024 was one. */
const dayName = (weekday: number): string => new Intl.DateTimeFormat(intlLocale(), { weekday: 'long', timeZone: 'UTC' }).format(Date.UTC(2024, 0, weekday));

const timeOf = (minute: number): string => `${String(Math.floor((minute % DAY) / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;

/* Midnight at the end of a day is the day's last minute and not its first. */
function minuteOf(time: string, end: boolean): number {
  const [hours = 0, minutes = 0] = time.split(':').map(Number);
  return hours * 60 + minutes || (end ? DAY : 0);
}

export const workWeek = (): WorkSpan[] => [1, 2, 3, 4, 5].map((weekday) => ({ weekday, ...NINE_TO_SIX }));

/* What cannot be: the weekday on which it ends before it begins; 0: none. */
export const wrongDay = (spans: readonly WorkSpan[]): number => spans.find((one) => one.from_minute >= one.to_minute)?.weekday ?? 0;

function Day({ weekday, spans, onChange }: { weekday: number; spans: WorkSpan[]; onChange: (spans: WorkSpan[]) => void }) {
  const name = dayName(weekday);
  const last = spans[spans.length - 1];
  const set = (at: number, change: Partial<WorkSpan>) => onChange(spans.map((one, i) => (i === at ? { ...one, ...change } : one)));
  const add = () => onChange([...spans, last ? { weekday, from_minute: Math.min(last.to_minute, DAY - 60), to_minute: DAY } : { weekday, ...NINE_TO_SIX }]);
  return (
    <li>
      <strong>{name}</strong>
      <div class="week-spans">
        {spans.length === 0 && <span class="quiet">{t('hours.closed')}</span>}
        {spans.map((one, at) => (
          <span key={at} class="week-span">
            <Input type="time" aria-label={t('hours.from', { day: name })} value={timeOf(one.from_minute)} onInput={(event) => set(at, { from_minute: minuteOf(event.currentTarget.value, false) })} />
            <span aria-hidden="true">–</span>
            <Input type="time" aria-label={t('hours.to', { day: name })} value={timeOf(one.to_minute)} onInput={(event) => set(at, { to_minute: minuteOf(event.currentTarget.value, true) })} />
            <IconButton icon="close" size={16} label={t('hours.removeSpan', { day: name })} onClick={() => onChange(spans.filter((_, i) => i !== at))} />
          </span>
        ))}
      </div>
      {spans.length < 3 && <IconButton icon="plus" size={16} label={t('hours.addSpan', { day: name })} onClick={add} />}
    </li>
  );
}

interface WeekProps {
  timezone: string;
  spans: WorkSpan[];
  errors: Record<string, string>;
  onChange: (change: { timezone?: string; spans?: WorkSpan[] }) => void;
}

export function Week({ timezone, spans, errors, onChange }: WeekProps) {
  const setDay = (weekday: number, day: WorkSpan[]) => onChange({ spans: [...spans.filter((one) => one.weekday !== weekday), ...day] });
  const like = spans.filter((one) => one.weekday === 1);
  return (
    <>
      <Field label={t('hours.timezone')} error={errors['timezone'] ?? null}>
        {(ids) => <Select {...ids} value={timezone} options={offerZones(timezone)} onChange={(event) => onChange({ timezone: event.currentTarget.value })} />}
      </Field>
      <ul class="week" aria-label={t('hours.week')}>
        {[1, 2, 3, 4, 5, 6, 7].map((weekday) => (
          <Day key={weekday} weekday={weekday} spans={spans.filter((one) => one.weekday === weekday)} onChange={(day) => setDay(weekday, day)} />
        ))}
      </ul>
      {errors['hours'] && (
        <p class="k-field-error" role="alert">
          {errors['hours']}
        </p>
      )}
      <Button size="s" icon="copy" onClick={() => onChange({ spans: [1, 2, 3, 4, 5].flatMap((weekday) => like.map((one) => ({ ...one, weekday }))).concat(spans.filter((one) => one.weekday > 5)) })}>
        {t('hours.likeMonday')}
      </Button>
    </>
  );
}
