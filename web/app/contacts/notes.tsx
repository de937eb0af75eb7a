import { useEffect, useRef, useState } from 'preact/hooks';
import { Button, Icon, IconButton, Skeleton, Textarea, toast } from '../../kit';
import { api } from '../api';
import type { Note } from '../api-types';
import { newKey } from '../api/client';
import { isProblem } from '../api/problem';
import { explain } from '../explain';
import { t } from '../i18n';
import { agoWords, fullTime } from '../i18n/time';
import { offerUndo } from '../inbox/actions';
import { notesOf } from '../store/contacts';
import { me } from '../store/session';

interface EditorProps {
  label: string;
  start: string;
  onSave: (body: string) => Promise<void>;
  onCancel: () => void;
}

function Editor({ label, start, onSave, onCancel }: EditorProps) {
  const [body, setBody] = useState(start);
  const [error, setError] = useState<string | null>(null);
  const [busy, setBusy] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => field.current?.focus(), []);
  const save = async () => {
    if (!body.trim() || busy) return;
    setBusy(true);
    try {
      await onSave(body.trim());
    } catch (caught) {
      setError(explain(caught));
      setBusy(false);
    }
  };
  return (
    <div class="note-editor">
      <Textarea
        fieldRef={field}
        aria-label={label}
        placeholder={t('notes.placeholder')}
        value={body}
        rows={3}
        maxLength={10_000}
        onInput={(event) => setBody(event.currentTarget.value)}
        onKeyDown={(event) => {
          event.stopPropagation();
          if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) void save();
          if (event.key === 'Escape') onCancel();
        }}
      />
      {error && <p class="k-field-error">{error}</p>}
      <div class="follow-actions">
        <Button size="s" tone="primary" busy={busy} onClick={() => void save()}>
          {t('save')}
        </Button>
        <Button size="s" tone="quiet" onClick={onCancel}>
          {t('cancel')}
        </Button>
      </div>
    </div>
  );
}

function NoteCard({ note, onEdit, onDelete }: { note: Note; onEdit: () => void; onDelete: () => void }) {
  return (
    <li class="note">
      <p>{note.body}</p>
      <footer>
        <span class="cut" data-tip={fullTime(note.created_at)}>
          {note.author_id === me() ? t('you') : note.author_name} · {agoWords(note.created_at)}
        </span>
        {note.author_id === me() && (
          <span class="note-actions">
            <IconButton icon="edit" size={14} label={t('notes.edit')} onClick={onEdit} />
            <IconButton icon="trash" size={14} label={t('notes.delete')} onClick={onDelete} />
          </span>
        )}
      </footer>
    </li>
  );
}

/* What the team knows about this person, on whatever channel they write. */
export function Notes({ contact }: { contact: string }) {
  const resource = notesOf(contact);
  const [editing, edit] = useState<string | null>(null);
  // deleted here and not yet there, while undo is offered
  const [hidden, hide] = useState<ReadonlySet<string>>(new Set());
  const [key, setKey] = useState(newKey);
  useEffect(() => edit(null), [contact]);
  const list = resource.value?.filter((note) => !hidden.has(note.id));

  const add = async (body: string) => {
    const note = await api.contacts.addNote(contact, body, key);
    setKey(newKey());
    resource.set([note, ...(resource.peek() ?? []).filter((one) => one.id !== note.id)]);
    edit(null);
  };
  const change = async (note: Note, body: string) => {
    try {
      const next = await api.notes.set(note.id, body, note.version);
      resource.set((resource.peek() ?? []).map((one) => (one.id === next.id ? next : one)));
      edit(null);
    } catch (error) {
      if (isProblem(error, 'stale_version', 'conflict')) resource.refresh();
      throw error;
    }
  };
  const remove = (note: Note) => {
    hide(new Set([...hidden, note.id]));
    const show = () => hide((old) => new Set([...old].filter((id) => id !== note.id)));
    // the note goes when the chance to undo has gone
    const timer = setTimeout(() => {
      void api.notes.drop(note.id).then(
        () => resource.set((resource.peek() ?? []).filter((one) => one.id !== note.id)),
        (error: unknown) => {
          show();
          toast(explain(error), { tone: 'bad' });
        },
      );
    }, 10_000);
    offerUndo(t('notes.deleted'), () => {
      clearTimeout(timer);
      show();
    });
  };

  return (
    <section class="card" aria-label={t('notes.title')}>
      <h3>
        {t('notes.title')}
        <button type="button" class="card-add" onClick={() => edit('new')}>
          <Icon name="plus" size={14} /> {t('add')}
        </button>
      </h3>
      {editing === 'new' && <Editor label={t('notes.new')} start="" onSave={add} onCancel={() => edit(null)} />}
      {!list && <Skeleton look="text" rows={2} label={t('loading')} />}
      {list?.length === 0 && editing !== 'new' && <p class="quiet">{t('notes.empty')}</p>}
      <ul class="notes">
        {list?.map((note) =>
          editing === note.id ? (
            <li key={note.id}>
              <Editor label={t('notes.edit')} start={note.body} onSave={(body) => change(note, body)} onCancel={() => edit(null)} />
            </li>
          ) : (
            <NoteCard key={note.id} note={note} onEdit={() => edit(note.id)} onDelete={() => remove(note)} />
          ),
        )}
      </ul>
    </section>
  );
}
