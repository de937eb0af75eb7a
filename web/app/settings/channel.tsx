import { useEffect, useState } from 'preact/hooks';
import { Button, Dialog, EmptyState, Field, Icon, Input, Skeleton, Tag, toast } from '../../kit';
import { api } from '../api';
import type { Channel, ChannelTest, InboundItem } from '../api-types';
import { isProblem } from '../api/problem';
import { explain } from '../explain';
import { bytes, t } from '../i18n';
import { agoWords, fullTime } from '../i18n/time';
import { go } from '../router';
import { channelTone } from '../shell/nav';
import { channelKind, channels } from '../store/organisation';
import { can } from '../store/session';
import { ChannelForm } from './channel-form';
import { Health, KindMark, kindName } from './channels';

function Copy({ label, value, hint }: { label: string; value: string; hint?: string }) {
  const copy = () => void navigator.clipboard?.writeText(value).then(() => toast(t('copied')));
  return (
    <Field label={label} hint={hint}>
      {(ids) => (
        <span class="copy">
          <Input {...ids} readOnly value={value} onFocus={(event) => event.currentTarget.select()} />
          <Button icon="copy" onClick={copy} aria-label={t('copyOf', { what: label })}>
            {t('copy')}
          </Button>
        </span>
      )}
    </Field>
  );
}

/* What the other side must be told: the hook's address, or the line that puts the chat on a site. */
function HowToReach({ one }: { one: Channel }) {
  if (one.kind === 'webchat') {
    const snippet = `<script src="${location.origin}/chat/widget.js" data-channel="${one.id}" async></script>`;
    return (
      <section class="sheet" aria-label={t('channel.embed')}>
        <h2>{t('channel.embed')}</h2>
        <Copy label={t('channel.snippet')} value={snippet} hint={t('channel.snippetHint')} />
        <a class="k-btn" href={`/demo/chat?channel=${one.id}`} target="_blank" rel="noopener">
          <Icon name="external" size={16} /> {t('channel.tryChat')}
        </a>
      </section>
    );
  }
  if (!one.hook_url || one.kind === 'null') return null;
  return (
    <section class="sheet" aria-label={t('channel.hook')}>
      <h2>{t('channel.hook')}</h2>
      <Copy label={t('channel.hookUrl')} value={new URL(one.hook_url, location.origin).href} hint={t('channel.hookHint')} />
    </section>
  );
}

/* What came in and could not be understood: kept, shown, and taken through again after a fix. */
function FailedInbound({ one }: { one: Channel }) {
  const [items, set] = useState<InboundItem[] | null>(null);
  const [replayed, mark] = useState<ReadonlySet<string>>(new Set());
  const failed = one.health.failed_inbound;
  useEffect(() => {
    api.channels.failed(one.id).then(
      (page) => set(page.items),
      () => set([]),
    );
  }, [one.id, failed]);
  const replay = async (item: InboundItem) => {
    try {
      await api.channels.replay(item.id);
      mark((old) => new Set([...old, item.id]));
      channels.refresh();
    } catch (error) {
      toast(explain(error), { tone: 'bad' });
    }
  };
  if (failed === 0 && (items?.length ?? 0) === 0) return null;
  return (
    <section class="sheet" aria-label={t('inbound.title')}>
      <h2>{t('inbound.title')}</h2>
      <p class="quiet">{t('inbound.about')}</p>
      {!items && <Skeleton look="text" rows={2} label={t('loading')} />}
      <ul class="inbound">
        {items?.map((item) => (
          <li key={item.id}>
            <span class="inbound-words">
              <strong data-tip={fullTime(item.received_at)}>{agoWords(item.received_at)}</strong>
              <small>
                {item.error ?? t('inbound.unknown')} · {t('inbound.tries', { n: item.attempts })} · {bytes(item.bytes)}
              </small>
            </span>
            {can('channels:write') &&
              (replayed.has(item.id) ? (
                <Tag tone="ok" icon="check">
                  {t('inbound.replayed')}
                </Tag>
              ) : (
                <Button size="s" icon="retry" onClick={() => void replay(item)}>
                  {t('inbound.replay')}
                </Button>
              ))}
          </li>
        ))}
      </ul>
    </section>
  );
}

function Test({ one }: { one: Channel }) {
  const [busy, setBusy] = useState(false);
  const [result, set] = useState<ChannelTest | null>(null);
  const run = async () => {
    setBusy(true);
    set(null);
    try {
      set(await api.channels.test(one.id));
    } catch (error) {
      set({ ok: false, problem: explain(error) });
    }
    setBusy(false);
    channels.refresh();
  };
  return (
    <div class="channel-test">
      <Button icon="plug" busy={busy} onClick={() => void run()}>
        {t('channel.test')}
      </Button>
      <span role="status">
        {result && (
          <Tag tone={result.ok ? 'ok' : 'bad'} icon={result.ok ? 'check' : 'alert'}>
            {result.ok ? result.display || t('channel.testOk') : result.problem || t('channel.testBad')}
          </Tag>
        )}
      </span>
    </div>
  );
}

/* What cannot be undone is asked first. */
function Remove({ one }: { one: Channel }) {
  const [asking, ask] = useState(false);
  const [busy, setBusy] = useState(false);
  const remove = async () => {
    setBusy(true);
    try {
      await api.channels.drop(one.id);
      channels.set((channels.peek() ?? []).filter((other) => other.id !== one.id));
      toast(t('channel.removed', { name: one.name }));
      go('/settings/channels', { replace: true });
    } catch (error) {
      toast(explain(error), { tone: 'bad' });
      setBusy(false);
    }
  };
  return (
    <section class="sheet sheet-danger" aria-label={t('channel.remove')}>
      <div>
        <h2>{t('channel.remove')}</h2>
        <p class="quiet">{t('channel.removeAbout')}</p>
      </div>
      <Button icon="trash" onClick={() => ask(true)}>
        {t('channel.removeButton')}
      </Button>
      <Dialog
        open={asking}
        onClose={() => ask(false)}
        title={t('channel.removeSure', { name: one.name })}
        closeLabel={t('close')}
        footer={
          <>
            <Button onClick={() => ask(false)}>{t('cancel')}</Button>
            <Button tone="danger" busy={busy} onClick={() => void remove()}>
              {t('channel.removeButton')}
            </Button>
          </>
        }
      >
        <p>{t('channel.removeAbout')}</p>
      </Dialog>
    </section>
  );
}

export function ChannelPage({ id }: { id: string }) {
  const list = channels.value;
  const one = list?.find((item) => item.id === id);
  const kind = one ? channelKind(one.kind) : undefined;
  if (!list) return <Skeleton rows={3} label={t('loading')} />;
  if (!one)
    return (
      <EmptyState icon="plug" title={t('channel.gone')} action={<a class="k-btn" href="/settings/channels">{t('settings.channels')}</a>} />
    );
  const { tone, words } = channelTone(one);
  return (
    <>
      <a class="page-back" href="/settings/channels">
        <Icon name="chevronLeft" size={16} /> {t('settings.channels')}
      </a>
      <header class="page-head">
        <KindMark kind={one.kind} size={24} />
        <div>
          <h1>{one.name}</h1>
          <p>{kindName(one.kind)}</p>
        </div>
        <Tag tone={tone}>{words}</Tag>
      </header>
      <section class="sheet" aria-label={t('health.title')}>
        <h2>{t('health.title')}</h2>
        <Health one={one} />
        {can('channels:write') && <Test one={one} />}
      </section>
      <HowToReach one={one} />
      <FailedInbound one={one} />
      {can('channels:write') && kind && (
        <section class="sheet" aria-label={t('channel.settings')}>
          <h2>{t('channel.settings')}</h2>
          <ChannelForm
            key={one.version}
            kind={kind}
            channel={one}
            submit={t('save')}
            busyText={t('channel.testing')}
            save={async (values) => {
              try {
                const next = await api.channels.set(one.id, { ...values, version: one.version });
                channels.set((channels.peek() ?? []).map((other) => (other.id === next.id ? next : other)));
                toast(t('saved'));
              } catch (error) {
                if (isProblem(error, 'stale_version')) channels.refresh();
                throw error;
              }
            }}
          />
        </section>
      )}
      {can('channels:write') && <Remove one={one} />}
    </>
  );
}
