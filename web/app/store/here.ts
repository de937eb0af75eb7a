/* Who is here: what somebody says of themselves, within their hours. */
import { t } from '../i18n';
import { when } from '../i18n/time';
import type { Member } from '../api-types';

export function hereWords(one: Member): string {
  if (one.away_until) return t('here.awayUntil', { when: when(one.away_until, true) });
  if (one.off_hours && one.availability !== 'offline') return t('here.offHours');
  return t(`availability.${one.here}`);
}
