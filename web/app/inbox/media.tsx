import { signal } from '@preact/signals';
import { useEffect, useRef, useState } from 'preact/hooks';
import { Dialog, Icon, IconButton } from '../../kit';
import type { Attachment } from '../api-types';
import { bytes, t } from '../i18n';
import { playTime } from '../i18n/time';
import type { Thread } from '../store/threads';
import './media.css';

/* The picture that fills the window, among those beside it in the thread. */
const shown = signal<{ list: Attachment[]; at: number } | null>(null);

interface FileProps {
  item: Attachment;
  /* the message it belongs to */
  message: string;
  thread: Thread;
}

/* Addresses are signed and end after a while: when one no longer holds, its message is read again. */
function useFresh({ thread, message }: FileProps) {
  const asked = useRef(false);
  return () => {
    if (asked.current) return;
    asked.current = true;
    thread.refetch.add(message);
  };
}

function Picture({ sticker, ...props }: FileProps & { sticker: boolean }) {
  const { item, thread } = props;
  const expired = useFresh(props);
  const open = () => {
    const list = thread.items.peek().flatMap((message) => message.attachments.filter((one) => one.kind === 'image' && one.url));
    shown.value = { list, at: Math.max(0, list.findIndex((one) => one.id === item.id)) };
  };
  const image = <img src={item.url!} alt={item.name || t('kind.image')} loading="lazy" decoding="async" onError={expired} />;
  return sticker ? (
    <span class="sticker">{image}</span>
  ) : (
    <button type="button" class="picture" onClick={open} aria-label={t('media.open', { name: item.name || t('kind.image') })}>
      {image}
    </button>
  );
}

/* A voice note: play, how far, how fast. */
function Voice(props: FileProps) {
  const { item } = props;
  const audio = useRef<HTMLAudioElement>(null);
  const [state, set] = useState({ playing: false, at: 0, length: 0, speed: 1 });
  const expired = useFresh(props);
  const update = (change: Partial<typeof state>) => set((old) => ({ ...old, ...change }));
  const toggle = () => (audio.current!.paused ? void audio.current!.play().catch(expired) : audio.current!.pause());
  const faster = () => {
    const speed = state.speed === 1 ? 1.5 : state.speed === 1.5 ? 2 : 1;
    audio.current!.playbackRate = speed;
    update({ speed });
  };
  return (
    <div class="voice">
      <audio
        ref={audio}
        src={item.url!}
        preload="metadata"
        onLoadedMetadata={(event) => update({ length: event.currentTarget.duration })}
        onTimeUpdate={(event) => update({ at: event.currentTarget.currentTime })}
        onPlay={() => update({ playing: true })}
        onPause={() => update({ playing: false })}
        onEnded={() => update({ playing: false, at: 0 })}
      />
      <button type="button" class="voice-play" onClick={toggle} aria-label={state.playing ? t('media.pause') : t('media.play')}>
        <Icon name={state.playing ? 'pause' : 'play'} size={16} />
      </button>
      <input
        type="range"
        min={0}
        max={state.length || 1}
        step={0.1}
        value={state.at}
        aria-label={t('media.position')}
        aria-valuetext={playTime(state.at)}
        onInput={(event) => audio.current && (audio.current.currentTime = Number(event.currentTarget.value))}
      />
      <span class="num voice-time">{playTime(state.playing || state.at > 0 ? state.at : state.length)}</span>
      <button type="button" class="voice-speed num" onClick={faster} aria-label={t('media.speed', { speed: state.speed })}>
        {state.speed}×
      </button>
    </div>
  );
}

function FileCard({ item }: { item: Attachment }) {
  const extension = /\.([\p{L}\p{N}]{1,5})$/u.exec(item.name)?.[1]?.toLocaleUpperCase();
  return (
    <a class="file" href={item.url!} download={item.name || true} target="_blank" rel="noopener">
      <span class="file-icon">
        <Icon name="doc" size={22} />
      </span>
      <span class="file-words">
        <strong class="cut">{item.name || t('kind.document')}</strong>
        <small>{[extension, bytes(item.bytes)].filter(Boolean).join(' · ')}</small>
      </span>
      <Icon name="download" size={16} />
    </a>
  );
}

function File(props: FileProps) {
  const { item } = props;
  if (item.state === 'failed')
    return (
      <div class="file file-bad">
        <Icon name="alert" size={18} />
        <span class="file-words">
          <strong class="cut">{item.name || t(`kind.${item.kind}`)}</strong>
          <small>{item.error_text || t('media.failed')}</small>
        </span>
      </div>
    );
  if (item.state === 'pending' || !item.url)
    return (
      <div class="file file-pending" role="status">
        <span class="file-spin" />
        <span class="file-words">
          <strong class="cut">{item.name || t(`kind.${item.kind}`)}</strong>
          <small>{t('media.pending')}</small>
        </span>
      </div>
    );
  switch (item.kind) {
    case 'image':
    case 'sticker':
      return <Picture {...props} sticker={item.kind === 'sticker'} />;
    case 'voice':
    case 'audio':
      return <Voice {...props} />;
    case 'video':
      return <video class="video" src={item.url} controls preload="metadata" aria-label={item.name || t('kind.video')} />;
    default:
      return <FileCard item={item} />;
  }
}

export function Files({ items, message, thread }: { items: Attachment[]; message: string; thread: Thread }) {
  return (
    <>
      {items.map((item) => (
        <File key={item.id} item={item} message={message} thread={thread} />
      ))}
    </>
  );
}

/* Pictures, one at a time, as large as the window. */
export function Lightbox() {
  const view = shown.value;
  const step = (by: number) => view && (shown.value = { ...view, at: (view.at + by + view.list.length) % view.list.length });
  useEffect(() => {
    if (!view) return;
    const key = (event: KeyboardEvent) => {
      if (event.key === 'ArrowRight') step(1);
      if (event.key === 'ArrowLeft') step(-1);
    };
    addEventListener('keydown', key, true);
    return () => removeEventListener('keydown', key, true);
  }, [view]);
  const item = view?.list[view.at];
  return (
    <Dialog open={item !== undefined} onClose={() => (shown.value = null)} title={item?.name || t('kind.image')} look="full">
      {item && view && (
        <div class="lightbox">
          <div class="lightbox-bar">
            <span class="cut">{item.name}</span>
            <a class="k-ib" href={item.url!} download={item.name || true} aria-label={t('media.download')} data-tip={t('media.download')}>
              <Icon name="download" />
            </a>
            <IconButton icon="close" label={t('close')} onClick={() => (shown.value = null)} />
          </div>
          <div class="lightbox-stage" onClick={(event) => event.target === event.currentTarget && (shown.value = null)}>
            {view.list.length > 1 && <IconButton icon="chevronLeft" size={26} label={t('media.previous')} onClick={() => step(-1)} />}
            <img src={item.url!} alt={item.name || t('kind.image')} />
            {view.list.length > 1 && <IconButton icon="chevronRight" size={26} label={t('media.next')} onClick={() => step(1)} />}
          </div>
        </div>
      )}
    </Dialog>
  );
}
