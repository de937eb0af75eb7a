import { signal } from '@preact/signals';
import { useEffect, useMemo, useRef } from 'preact/hooks';
import { Button, focusSoon, Icon, IconButton, Kbd, Progress, Tabs, toast } from '../../kit';
import type { ChannelKind, Conversation, Message } from '../api-types';
import { nameOf } from '../contacts/name';
import { bytes, t } from '../i18n';
import { isMac } from '../shell/keys';
import { channelKind } from '../store/organisation';
import { draftsOf } from '../store/drafts';
import type { Thread } from '../store/threads';
import { offerUndo } from './actions';
import { filesOf, type Attachments, type Upload } from './attachments';
import { EmojiButton } from './emoji';
import { quoted } from './message';
import { blocked } from './window';
import './composer.css';

type Kind = 'text' | 'note';

const tab = signal<Kind>('text');

/* r and n bring one here. */
export function focusComposer(kind: Kind): void {
  tab.value = kind;
  focusSoon(() => document.getElementById('composer-text'));
}

interface Props {
  row: Conversation;
  thread: Thread;
  reply: Message | null;
  onReply: (message: Message | null) => void;
  onUndo: (message: Message) => Promise<void>;
  onTyping: () => void;
}

function FileChip({ item, files }: { item: Upload; files: Attachments }) {
  return (
    <li class={`chip ${item.error ? 'chip-bad' : ''}`}>
      <Icon name={item.error ? 'alert' : item.attachment?.kind === 'image' ? 'image' : 'doc'} size={16} />
      <span class="chip-words">
        <span class="cut">{item.name}</span>
        {item.error ? <small>{item.error}</small> : item.attachment ? <small>{bytes(item.bytes)}</small> : <Progress value={item.part} label={t('attach.progress', { name: item.name })} />}
      </span>
      {item.error && <IconButton icon="retry" size={14} label={t('retry')} onClick={() => files.retry(item.key)} />}
      <IconButton icon="close" size={14} label={t('attach.remove', { name: item.name })} onClick={() => files.drop(item.key)} />
    </li>
  );
}

/* Pasting and dropping anywhere over the thread attaches. */
function useDropped(take: (files: File[]) => void, on: boolean): void {
  useEffect(() => {
    const pane = document.getElementById('thread-pane');
    if (!pane || !on) return;
    const has = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false;
    const over = (event: DragEvent) => {
      if (!has(event)) return;
      event.preventDefault();
      pane.dataset['drop'] = '';
    };
    const leave = (event: DragEvent) => {
      if (!pane.contains(event.relatedTarget as Node | null)) delete pane.dataset['drop'];
    };
    const drop = (event: DragEvent) => {
      delete pane.dataset['drop'];
      if (!has(event)) return;
      event.preventDefault();
      take([...(event.dataTransfer?.files ?? [])]);
    };
    pane.addEventListener('dragover', over);
    pane.addEventListener('dragleave', leave);
    pane.addEventListener('drop', drop);
    return () => {
      pane.removeEventListener('dragover', over);
      pane.removeEventListener('dragleave', leave);
      pane.removeEventListener('drop', drop);
    };
  }, [take, on]);
}

function ReplyTo({ message, contact, onClose }: { message: Message; contact: string; onClose: () => void }) {
  return (
    <div class="reply-to">
      <Icon name="reply" size={16} />
      <span class="cut">
        <strong>{message.direction === 'in' ? contact : message.author_name ?? t('you')}</strong> {quoted(message)}
      </span>
      <IconButton icon="close" size={14} label={t('composer.noReply')} onClick={onClose} />
    </div>
  );
}

/* Writes at the cursor, so that undo in the field still works. */
function insert(text: string): void {
  const field = document.getElementById('composer-text') as HTMLTextAreaElement | null;
  if (!field) return;
  field.focus();
  if (!document.execCommand('insertText', false, text)) field.setRangeText(text, field.selectionStart, field.selectionEnd, 'end');
  field.dispatchEvent(new Event('input', { bubbles: true }));
}

/* How long a text is, in what its channel counts: characters, or bytes. */
function measure(body: string, limits: ChannelKind | undefined): { length: number; max: number } {
  if (limits?.max_text_chars) return { length: [...body].length, max: limits.max_text_chars };
  return { length: new TextEncoder().encode(body).length, max: limits?.max_text ?? 10_000 };
}

export function Composer({ row, thread, reply, onReply, onUndo, onTyping }: Props) {
  const kind = tab.value;
  const drafts = draftsOf(row.id);
  const files = filesOf(row.id);
  const picker = useRef<HTMLInputElement>(null);
  const limits = channelKind(row.channel.kind);
  const why = kind === 'text' ? blocked(row) : null;
  const canAttach = kind === 'text' && !why && (limits?.files ?? false);
  const body = drafts[kind].value;
  const { length, max } = measure(body, kind === 'note' ? undefined : limits);
  const uploads = files.list.value;
  const sendable = !why && length <= max && (body.trim() !== '' || (kind === 'text' && uploads.length > 0)) && files.ready;

  const add = useMemo(
    () => (chosen: Iterable<File>) => {
      const refused = files.add(chosen);
      if (refused) toast(refused, { tone: 'bad' });
    },
    [files],
  );
  useDropped(add, canAttach);
  useEffect(() => {
    if (reply) focusComposer('text');
  }, [reply]);

  const send = () => {
    if (!sendable) return;
    const note = kind === 'note';
    const taken = note ? [] : files.take();
    const answered = note ? undefined : reply ?? undefined;
    const sent = thread.send(
      { kind, body: body.trim(), reply_to_id: answered?.id, attachment_ids: taken.length > 0 ? taken.map((one) => one.id) : undefined, undo: !note },
      taken,
      answered,
    );
    drafts.clear(kind);
    if (!note) onReply(null);
    const back = async () => {
      const first = await sent;
      // each file is a message of its own, and the answer names but the first
      if (taken.length > 1) await thread.refresh();
      await Promise.all(thread.sentWith(first).map(onUndo));
    };
    const gone = note ? null : offerUndo(t('composer.sent'), () => void back().catch(() => undefined));
    // the bubble says what went wrong; nothing is left to undo
    sent.catch(() => gone?.());
  };

  const key = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey) && !event.isComposing) {
      event.preventDefault();
      send();
    } else if (event.key === 'Escape') {
      event.preventDefault();
      event.stopPropagation();
      (document.querySelector<HTMLElement>('.row[aria-current]') ?? (event.currentTarget as HTMLElement)).focus();
      (event.currentTarget as HTMLElement).blur();
    }
  };

  return (
    <section class={`composer ${kind === 'note' ? 'composer-note' : ''}`} aria-label={t('composer.label')}>
      <div class="composer-tabs">
        <Tabs
          label={t('composer.label')}
          panel="composer-panel"
          value={kind}
          onChange={(next) => (tab.value = next)}
          items={[
            { key: 'text', label: t('composer.replyTab'), kbd: <Kbd>r</Kbd> },
            { key: 'note', label: t('composer.noteTab'), kbd: <Kbd>n</Kbd> },
          ]}
        />
        {kind === 'note' && (
          <span class="composer-private">
            <Icon name="lock" size={13} /> {t('message.private')}
          </span>
        )}
      </div>
      <div id="composer-panel" role="tabpanel" aria-label={kind === 'note' ? t('composer.noteTab') : t('composer.replyTab')}>
        {reply && kind === 'text' && <ReplyTo message={reply} contact={nameOf(row)} onClose={() => onReply(null)} />}
        {why ? (
          <div class="composer-why">
            <Icon name={why === 'window_closed' ? 'lock' : 'plug'} size={18} />
            <p>
              {t(`composer.${why}`, { name: nameOf(row), channel: row.channel.name })}
              {why === 'channel_disconnected' && (
                <>
                  {' '}
                  <a href={`/settings/channels/${row.channel.id}`}>{t('composer.openChannel')}</a>
                </>
              )}
            </p>
          </div>
        ) : (
          <textarea
            id="composer-text"
            class="composer-text"
            rows={2}
            dir="auto"
            aria-label={kind === 'note' ? t('composer.noteTab') : t('composer.replyTab')}
            aria-describedby="composer-hint"
            placeholder={kind === 'note' ? t('composer.notePlaceholder') : t('composer.replyPlaceholder', { channel: row.channel.name })}
            value={body}
            onInput={(event) => {
              drafts.set(kind, event.currentTarget.value);
              if (kind === 'text' && event.currentTarget.value) onTyping();
            }}
            onBlur={() => drafts.flush()}
            onKeyDown={key}
            onPaste={(event) => {
              const pasted = [...(event.clipboardData?.files ?? [])];
              if (!canAttach || pasted.length === 0) return;
              event.preventDefault();
              add(pasted);
            }}
          />
        )}
        {uploads.length > 0 && kind === 'text' && (
          <ul class="chips" aria-label={t('attach.list')}>
            {uploads.map((item) => (
              <FileChip key={item.key} item={item} files={files} />
            ))}
          </ul>
        )}
        {!why && (
          <div class="composer-bar">
            {kind === 'text' && limits?.files && <IconButton icon="clip" label={t('attach.add')} onClick={() => picker.current?.click()} />}
            <input
              ref={picker}
              type="file"
              multiple
              hidden
              data-composer-file
              aria-label={t('attach.add')}
              onChange={(event) => {
                add([...(event.currentTarget.files ?? [])]);
                event.currentTarget.value = '';
              }}
            />
            <EmojiButton onPick={insert} />
            <span class="composer-hint" id="composer-hint">
              {length > max * 0.8 ? (
                <span class={`num ${length > max ? 'is-over' : ''}`}>{t('composer.length', { length, max })}</span>
              ) : (
                <span class="sr-only">{t('composer.hint', { keys: isMac ? '⌘ Enter' : 'Ctrl Enter' })}</span>
              )}
            </span>
            <Button tone="primary" onClick={send} aria-disabled={!sendable || undefined} kbd={isMac ? '⌘↵' : 'Ctrl ↵'}>
              {kind === 'note' ? t('composer.saveNote') : t('composer.send')}
            </Button>
          </div>
        )}
      </div>
    </section>
  );
}
