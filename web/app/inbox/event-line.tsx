import type { Message } from '../api-types';
import { t, tMaybe } from '../i18n';
import { clock, fullTime, when } from '../i18n/time';
import { member, team } from '../store/organisation';
import { me } from '../store/session';

const text = (value: unknown): string => (typeof value === 'string' ? value : '');

function person(id: string, otherwise = ''): string {
  if (id && id === me()) return t('you');
  return member(id)?.name ?? otherwise;
}

/* "Farid assigned this to Aisyah": from the payload, in the reader's language. */
function sentence(item: Message): string {
  const payload = item.payload ?? {};
  const event = text(payload['event']);
  const to = text(payload['to']);
  const said = text(payload['text']) || item.body;
  const by = person(text(payload['by']) || (item.author_id ?? ''), item.author_name ?? '') || t('event.system');
  switch (event) {
    case 'assigned':
      return to === me() ? t('event.assignedYou', { by }) : t('event.assigned', { by, to: person(to, '?') });
    case 'team_changed':
      return to ? t('event.team_changed', { by, team: team(to)?.name ?? '?' }) : t('event.team_left', { by });
    case 'reassigned':
      return t('event.reassigned', { from: person(text(payload['from']), '?'), to: person(to, '?') });
    case 'handed_over':
      return to ? t('event.handed_over', { by, to: person(to, '?') }) : t('event.handed_back', { by });
    case 'snoozed':
      return payload['until'] ? t('event.snoozed', { by, when: when(text(payload['until']), true) }) : t('event.snoozedOpen', { by });
    case 'follow_up_due':
      return said ? t('event.follow_up_due_reason', { reason: said }) : t('event.follow_up_due');
    default:
      return tMaybe(`event.${event}`, { by, text: said }) ?? (said || event);
  }
}

/* Something that happened, between the messages. */
export function EventLine({ item }: { item: Message }) {
  return (
    <div class="event" id={`m-${item.id}`} data-tip={fullTime(item.at)}>
      {sentence(item)} · <time dateTime={item.at}>{clock(item.at)}</time>
    </div>
  );
}
