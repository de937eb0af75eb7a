import { toast, Button, Icon, type IconName } from '../../kit';
import { api } from '../api';
import type { MessageState } from '../api-types';
import { explain } from '../explain';
import { t, tMaybe } from '../i18n';
import { clock, now } from '../i18n/time';
import { orRefresh, type Thread, type ThreadMessage } from '../store/threads';
import './delivery.css';

const marks: Partial<Record<MessageState, IconName>> = {
  queued: 'clock',
  sending: 'send',
  sent: 'check',
  delivered: 'checks',
  read: 'checks',
  failed: 'alert',
  uncertain: 'help',
  cancelled: 'close',
};

/* A message's true state as a drawing, with its word for ears and for the tooltip. */
export function DeliveryMark({ state, at }: { state: MessageState; at?: string | null }) {
  const icon = marks[state];
  if (!icon) return null;
  const word = t(`delivery.${state as Exclude<MessageState, 'received'>}`) + (at ? ` ${clock(at)}` : '');
  return (
    <span class={`mark mark-${state}`} data-tip={word}>
      <Icon name={icon} size={14} title={word} />
    </span>
  );
}

/* When a state was reached, where the server knows. */
export const stateTime = (item: ThreadMessage): string | null =>
  (item.state === 'read' ? item.read_at : item.state === 'delivered' ? item.delivered_at : item.state === 'sent' ? item.sent_at : null) ?? null;

async function settle(thread: Thread, item: ThreadMessage, outcome: 'sent' | 'not_sent') {
  try {
    await orRefresh(thread, api.messages.settle(item.id, outcome));
  } catch (error) {
    toast(explain(error), { tone: 'bad' });
  }
}

async function retry(thread: Thread, item: ThreadMessage) {
  try {
    if (item.pending) await thread.resend(item);
    else await orRefresh(thread, api.messages.retry(item.id));
  } catch (error) {
    toast(explain(error), { tone: 'bad' });
  }
}

export async function cancel(thread: Thread, item: ThreadMessage): Promise<boolean> {
  try {
    await orRefresh(thread, api.messages.cancel(item.id));
    return true;
  } catch (error) {
    toast(explain(error), { tone: 'bad' });
    return false;
  }
}

/* Below a bubble: what went wrong and what can be done; or that it has not left yet. */
export function DeliveryNote({ thread, item, onUndo, onEdit }: { thread: Thread; item: ThreadMessage; onUndo: () => void; onEdit: () => void }) {
  if (item.state === 'failed') {
    const reason = item.pending?.error ? explain(item.pending.error) : item.error_text || tMaybe(`error.${item.error_code}`) || t('delivery.failedUnknown');
    return (
      <div class="delivery delivery-bad">
        <Icon name="alert" size={14} />
        <span>
          <strong>{t('delivery.failed')}.</strong> {reason}
        </span>
        <Button size="s" icon="retry" onClick={() => void retry(thread, item)}>
          {t('delivery.retry')}
        </Button>
        {/* what the server may have after all is not written anew: it would arrive twice */}
        {item.pending && !item.pending.doubt && (
          <Button size="s" tone="quiet" onClick={onEdit}>
            {t('delivery.edit')}
          </Button>
        )}
      </div>
    );
  }
  if (item.state === 'uncertain')
    return (
      <div class="delivery delivery-warn">
        <Icon name="help" size={14} />
        <span>{t('delivery.uncertainText')}</span>
        <Button size="s" onClick={() => void settle(thread, item, 'sent')}>
          {t('delivery.arrived')}
        </Button>
        <Button size="s" onClick={() => void settle(thread, item, 'not_sent')}>
          {t('delivery.notArrived')}
        </Button>
      </div>
    );
  const waits = item.state === 'queued' && item.send_at ? Date.parse(item.send_at) - now.value : 0;
  if (waits > 0)
    return (
      <div class="delivery">
        <span>{t('delivery.soon')}</span>
        <button type="button" class="delivery-undo" onClick={onUndo}>
          {t('undo')}
        </button>
      </div>
    );
  return null;
}
