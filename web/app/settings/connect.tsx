import { useMemo } from 'preact/hooks';
import { Icon, Skeleton, toast } from '../../kit';
import { api } from '../api';
import { newKey } from '../api/client';
import { t, tMaybe } from '../i18n';
import { go, query } from '../router';
import { channelKinds, channels } from '../store/organisation';
import { ChannelForm } from './channel-form';
import { KindMark, kindName } from './channels';

/* First which kind, then its form; the server tries the credentials before it keeps them. */
export function ConnectPage() {
  const chosen = query.value.get('kind');
  const list = channelKinds.value;
  const kind = list?.find((one) => one.kind === chosen);
  // one key per form: a second click, or a lost answer, connects once
  const key = useMemo(newKey, [chosen]);
  const back = kind ? '/settings/channels/new' : '/settings/channels';
  return (
    <>
      <a class="page-back" href={back}>
        <Icon name="chevronLeft" size={16} /> {kind ? t('channel.otherKind') : t('settings.channels')}
      </a>
      <header class="page-head">
        <div>
          <h1>{kind ? t('channel.connect', { kind: kindName(kind.kind) }) : t('channel.add')}</h1>
          <p>{kind ? tMaybe(`channelKind.${kind.kind}.how`) ?? '' : t('channel.pick')}</p>
        </div>
      </header>
      {!list ? (
        <Skeleton rows={3} label={t('loading')} />
      ) : kind ? (
        <div class="sheet">
          <ChannelForm
            key={kind.kind}
            kind={kind}
            submit={t('channel.connectButton')}
            busyText={t('channel.testing')}
            save={async (values) => {
              const made = await api.channels.connect({ kind: kind.kind, ...values }, key);
              channels.set([...(channels.peek() ?? []).filter((one) => one.id !== made.id), made]);
              toast(t('channel.connected', { name: made.name }));
              go(`/settings/channels/${made.id}`);
            }}
          />
        </div>
      ) : (
        <ul class="kind-list">
          {list.map((one) => (
            <li key={one.kind}>
              <a href={`/settings/channels/new?kind=${one.kind}`}>
                <KindMark kind={one.kind} size={24} />
                <span>
                  <strong>{kindName(one.kind)}</strong>
                  <small>{tMaybe(`channelKind.${one.kind}.about`) ?? ''}</small>
                </span>
                <Icon name="chevronRight" size={18} />
              </a>
            </li>
          ))}
        </ul>
      )}
    </>
  );
}
