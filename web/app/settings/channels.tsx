import { EmptyState, Icon, Skeleton, Tag, type IconName } from '../../kit';
import type { Channel } from '../api-types';
import { t, tMaybe } from '../i18n';
import { agoWords, date, daysBetween, fullTime, now } from '../i18n/time';
import { channelTone } from '../shell/nav';
import { channelColor, channels } from '../store/organisation';
import { can } from '../store/session';

export const kindName = (kind: string): string => tMaybe(`channelKind.${kind}`) ?? kind;
export const kindIcon = (kind: string): IconName => (kind === 'whatsapp' ? 'whatsapp' : kind === 'null' ? 'retry' : 'chat');

export function KindMark({ kind, size = 20 }: { kind: string; size?: number }) {
  return (
    <span class="kind-mark" style={{ '--kind': channelColor(kind) }}>
      <Icon name={kindIcon(kind)} size={size} />
    </span>
  );
}

function Line({ label, at, none, bad }: { label: string; at?: string | null; none: string; bad?: boolean }) {
  return (
    <>
      <dt>{label}</dt>
      <dd class={bad ? 'is-bad' : ''} data-tip={at ? fullTime(at) : undefined}>
        {at ? agoWords(at) : none}
      </dd>
    </>
  );
}

/* How a channel is: when it last took and gave, what went wrong, what will. */
export function Health({ one }: { one: Channel }) {
  const { health } = one;
  const left = one.token_expires_at ? daysBetween(now.value, Date.parse(one.token_expires_at)) : null;
  return (
    <>
      <dl class="health">
        <Line label={t('health.lastIn')} at={health.last_inbound_at} none={t('health.never')} />
        <Line label={t('health.lastOut')} at={health.last_outbound_at} none={t('health.never')} />
        <Line label={t('health.lastError')} at={health.last_error_at} none={t('health.noError')} bad={Boolean(health.last_error_at)} />
        {left !== null && (
          <>
            <dt>{t('health.token')}</dt>
            <dd class={left <= 14 ? 'is-warn' : ''}>{left < 0 ? t('health.tokenOver') : t('health.tokenLeft', { n: left, date: date(one.token_expires_at!) })}</dd>
          </>
        )}
        {health.queued > 0 && (
          <>
            <dt>{t('health.queued')}</dt>
            <dd class="num">{t('health.queuedCount', { n: health.queued })}</dd>
          </>
        )}
      </dl>
      {health.last_error && (
        <p class="health-error">
          <Icon name="alert" size={14} /> {health.last_error}
        </p>
      )}
      <div class="health-tags">
        {health.silent && (
          <Tag tone="warn" icon="bell">
            {t('health.silent', { n: one.silence_alarm_minutes ?? 0 })}
          </Tag>
        )}
        {health.failed_inbound > 0 && (
          <Tag tone="bad" icon="alert">
            {t('health.failedInbound', { n: health.failed_inbound })}
          </Tag>
        )}
      </div>
    </>
  );
}

function Card({ one }: { one: Channel }) {
  const { tone, words } = channelTone(one);
  return (
    <li class="channel-card">
      <header>
        <KindMark kind={one.kind} />
        <div class="channel-title">
          <h2>
            <a href={`/settings/channels/${one.id}`}>{one.name}</a>
          </h2>
          <small>{kindName(one.kind)}</small>
        </div>
        <Tag tone={tone}>{words}</Tag>
      </header>
      <Health one={one} />
    </li>
  );
}

export function ChannelsPage() {
  const list = channels.value;
  const add = can('channels:write') && (
    <a class="k-btn k-btn-primary" href="/settings/channels/new">
      <Icon name="plus" size={16} /> {t('channel.add')}
    </a>
  );
  return (
    <>
      <header class="page-head">
        <div>
          <h1>{t('settings.channels')}</h1>
          <p>{t('channel.about')}</p>
        </div>
        {list && list.length > 0 && add}
      </header>
      {!list ? (
        <Skeleton rows={4} label={t('loading')} />
      ) : list.length === 0 ? (
        <div class="settings-empty">
          <EmptyState icon="plug" title={t('empty.noChannel')} action={add}>
            {t('empty.noChannelText')}
          </EmptyState>
        </div>
      ) : (
        <ul class="channel-cards">
          {list.map((one) => (
            <Card key={one.id} one={one} />
          ))}
        </ul>
      )}
    </>
  );
}
