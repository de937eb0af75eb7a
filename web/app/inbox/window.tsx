import { Icon, ProgressClock } from '../../kit';
import type { Conversation } from '../api-types';
import { t } from '../i18n';
import { fullTime, now, span } from '../i18n/time';
import { channel, channelKind } from '../store/organisation';

const HOUR = 3_600_000;

export type Blocked = 'window_closed' | 'channel_disconnected' | null;

/* Why a reply cannot be sent right now, if it cannot. */
export function blocked(row: Conversation): Blocked {
  if (channel(row.channel.id)?.state === 'disconnected') return 'channel_disconnected';
  const hours = channelKind(row.channel.kind)?.window_hours;
  if (!hours) return null;
  // a window that never opened is closed: the person has not written yet
  return row.window_closes_at && Date.parse(row.window_closes_at) > now.value ? null : 'window_closed';
}

/* How long one may still answer freely, for channels where that ends. */
export function WindowClock({ row }: { row: Conversation }) {
  const hours = channelKind(row.channel.kind)?.window_hours;
  if (!hours) return null;
  const left = row.window_closes_at ? Date.parse(row.window_closes_at) - now.value : 0;
  if (left <= 0)
    return (
      <div class="window window-closed">
        <Icon name="lock" size={15} />
        <span>{t('window.closed')}</span>
      </div>
    );
  const tone = left < 2 * HOUR ? 'warn' : 'accent';
  return (
    <div class={`window window-${tone}`} data-tip={t('window.until', { when: fullTime(row.window_closes_at!) })}>
      <ProgressClock left={left / (hours * HOUR)} tone={tone} label={t('window.label')} />
      <span>{t('window.open', { time: span(left) })}</span>
    </div>
  );
}
