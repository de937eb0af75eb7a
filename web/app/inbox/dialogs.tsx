import { signal } from '@preact/signals';
import { useState } from 'preact/hooks';
import { Avatar, Button, Dialog, Field, Input, Picker, type PickerItem } from '../../kit';
import { t } from '../i18n';
import { atHour, daysBetween, inputDate, inputTime, now, when } from '../i18n/time';
import { conversations } from '../store/conversations';
import { members, teams } from '../store/organisation';
import { hereWords } from '../store/here';
import { me } from '../store/session';
import { assign, giveToTeam, snooze } from './actions';

/* What is being chosen for the open conversation. */
export const asking = signal<'assign' | 'snooze' | 'snooze-date' | null>(null);
const done = () => (asking.value = null);

export function assignItems(id: string): PickerItem[] {
  const current = conversations.peek(id)?.assignee_id ?? null;
  const inTeam = conversations.peek(id)?.team_id ?? null;
  const people = [...(members.value ?? [])].sort((a, b) => Number(b.id === me()) - Number(a.id === me()) || a.name.localeCompare(b.name));
  const group = t('assign.title');
  return [
    ...people.map(
      (one): PickerItem => ({
        key: `a-${one.id}`,
        group,
        label: one.id === me() ? t('assign.me', { name: one.name }) : one.name,
        detail: hereWords(one),
        words: one.email,
        lead: <Avatar id={one.id} name={one.name} size="s" here={one.here === 'online'} />,
        checked: one.id === current,
        run: () => assign(id, one.id),
      }),
    ),
    ...(current ? [{ key: 'a-none', group, label: t('assign.none'), icon: 'close' as const, run: () => assign(id, null) }] : []),
    ...(teams.value ?? []).map((one): PickerItem => ({ key: `t-${one.id}`, group: t('assign.teams'), label: one.name, detail: t('assign.members', { n: one.members.length }), icon: 'users', checked: one.id === inTeam, run: () => giveToTeam(id, one.id) })),
    ...(inTeam ? [{ key: 't-none', group: t('assign.teams'), label: t('assign.noTeam'), icon: 'close' as const, run: () => giveToTeam(id, null) }] : []),
  ];
}

/* Monday after this one, at nine. */
function nextMonday(): number {
  const today = new Date(now.peek()).getDay();
  return atHour(((8 - today) % 7) || 7, 9);
}

export function snoozeItems(id: string): PickerItem[] {
  const group = t('snooze.title');
  const later = Math.ceil((now.peek() + 3 * 3_600_000) / 1_800_000) * 1_800_000;
  const choices: [string, string, number][] = [
    ['s-later', daysBetween(now.peek(), later) === 0 ? t('snooze.later') : t('snooze.hours'), later],
    ['s-tomorrow', t('snooze.tomorrow'), atHour(1, 9)],
    ['s-three', t('snooze.threeDays'), atHour(3, 9)],
    ['s-week', t('snooze.monday'), nextMonday()],
  ];
  return [
    // on a Sunday, tomorrow morning is next Monday
    ...choices.filter(([, , at], i) => choices.findIndex((other) => other[2] === at) === i).map(([key, label, at]): PickerItem => ({ key, group, label, detail: when(at), icon: 'clock', run: () => snooze(id, at) })),
    { key: 's-date', group, label: t('snooze.date'), icon: 'calendar', run: () => (asking.value = 'snooze-date') },
  ];
}

function SnoozeDate({ id }: { id: string }) {
  const start = atHour(1, 9);
  const [date, setDate] = useState(inputDate(start));
  const [time, setTime] = useState(inputTime(start));
  const [error, setError] = useState('');
  const save = (event: Event) => {
    event.preventDefault();
    const at = new Date(`${date}T${time}`).getTime();
    if (!(at > Date.now())) return setError(t('snooze.past'));
    done();
    snooze(id, at);
  };
  return (
    <form class="snooze-date" id="snooze-date" onSubmit={save}>
      <Field label={t('date')} error={error}>
        {(ids) => <Input {...ids} type="date" required value={date} min={inputDate(now.value)} onInput={(event) => setDate(event.currentTarget.value)} />}
      </Field>
      <Field label={t('time')}>{(ids) => <Input {...ids} type="time" required value={time} onInput={(event) => setTime(event.currentTarget.value)} />}</Field>
    </form>
  );
}

export function ConversationDialogs({ id }: { id: string }) {
  const what = asking.value;
  return (
    <>
      <Dialog open={what === 'assign'} onClose={done} title={t('assign.title')} look="bar">
        <Picker label={t('assign.title')} placeholder={t('assign.placeholder')} items={assignItems(id)} empty={t('assign.empty')} onDone={done} />
      </Dialog>
      <Dialog open={what === 'snooze'} onClose={done} title={t('snooze.title')} look="bar">
        <Picker label={t('snooze.title')} placeholder={t('snooze.placeholder')} items={snoozeItems(id)} empty={t('command.empty')} onDone={done} />
      </Dialog>
      <Dialog
        open={what === 'snooze-date'}
        onClose={done}
        title={t('snooze.date')}
        closeLabel={t('close')}
        footer={
          <Button tone="primary" type="submit" form="snooze-date">
            {t('snooze.save')}
          </Button>
        }
      >
        <SnoozeDate id={id} />
      </Dialog>
    </>
  );
}
