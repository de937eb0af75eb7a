import { useState } from 'preact/hooks';
import { Button, Dialog, EmptyState, Field, IconButton, Input, Select, Skeleton, Tag, Textarea, toast } from '../../kit';
import { api } from '../api';
import type { Field as CustomField, FieldType } from '../api-types';
import { newKey } from '../api/client';
import { isProblem } from '../api/problem';
import { explain } from '../explain';
import { t } from '../i18n';
import { offerUndo } from '../inbox/actions';
import { fields } from '../store/organisation';
import { can } from '../store/session';

const types: FieldType[] = ['text', 'number', 'date', 'choice'];

/* "Date of birth" → date_of_birth; a label without Latin letters gets a key of its own making. */
function keyFrom(label: string): string {
  const key = label.normalize('NFKD').toLowerCase().replace(/[^a-z0-9]+/g, '_').replace(/^[^a-z]+|_+$/g, '').slice(0, 40);
  return key || `field_${newKey().slice(0, 6)}`;
}

function Editor({ field, onDone }: { field: CustomField | null; onDone: () => void }) {
  const [label, setLabel] = useState(field?.label ?? '');
  const [type, setType] = useState<FieldType>(field?.type ?? 'text');
  const [choices, setChoices] = useState(field?.choices.join('\n') ?? '');
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [key] = useState(newKey);
  const [busy, setBusy] = useState(false);
  const save = async (event: Event) => {
    event.preventDefault();
    const list = choices.split('\n').map((one) => one.trim()).filter(Boolean);
    if (!label.trim()) return setErrors({ label: t('field.required') });
    if (type === 'choice' && list.length === 0) return setErrors({ choices: t('field.required') });
    setBusy(true);
    try {
      const extra = type === 'choice' ? { choices: list } : {};
      if (field) await api.fields.set(field.id, { label: label.trim(), ...extra, version: field.version });
      else await api.fields.add({ key: keyFrom(label), label: label.trim(), type, ...extra }, key);
      await fields.load();
      onDone();
    } catch (error) {
      setBusy(false);
      const at = isProblem(error) && error.field === 'choices' ? 'choices' : 'label';
      setErrors({ [at]: isProblem(error, 'conflict') ? t('field.taken') : explain(error) });
    }
  };
  return (
    <form id="field-form" class="channel-form" onSubmit={(event) => void save(event)} noValidate>
      <Field label={t('field.label')} error={errors['label'] ?? null}>
        {(ids) => <Input {...ids} autofocus maxLength={80} value={label} onInput={(event) => setLabel(event.currentTarget.value)} />}
      </Field>
      {!field && (
        <Field label={t('field.type')}>
          {(ids) => <Select {...ids} value={type} options={types.map((one) => ({ value: one, label: t(`field.type.${one}`) }))} onChange={(event) => setType(event.currentTarget.value as FieldType)} />}
        </Field>
      )}
      {type === 'choice' && (
        <Field label={t('field.choices')} hint={t('field.choicesHint')} error={errors['choices'] ?? null}>
          {(ids) => <Textarea {...ids} rows={4} value={choices} onInput={(event) => setChoices(event.currentTarget.value)} />}
        </Field>
      )}
      <div class="form-actions">
        <Button tone="primary" type="submit" busy={busy}>
          {t('save')}
        </Button>
        <Button tone="quiet" onClick={onDone}>
          {t('cancel')}
        </Button>
      </div>
    </form>
  );
}

export function FieldsPage() {
  const [editing, edit] = useState<CustomField | 'new' | null>(null);
  const [hidden, hide] = useState<ReadonlySet<string>>(new Set());
  const write = can('fields:write');
  const list = fields.value?.filter((one) => !hidden.has(one.id));
  const remove = (field: CustomField) => {
    hide(new Set([...hidden, field.id]));
    const show = () => hide((old) => new Set([...old].filter((id) => id !== field.id)));
    const timer = setTimeout(() => {
      api.fields.drop(field.id).then(
        () => fields.load(),
        (error: unknown) => {
          show();
          toast(explain(error), { tone: 'bad' });
        },
      );
    }, 10_000);
    offerUndo(t('field.deleted', { name: field.label }), () => {
      clearTimeout(timer);
      show();
    });
  };
  const add = write && (
    <Button tone="primary" icon="plus" onClick={() => edit('new')}>
      {t('field.add')}
    </Button>
  );
  return (
    <>
      <header class="page-head">
        <div>
          <h1>{t('settings.fields')}</h1>
          <p>{t('field.about')}</p>
        </div>
        {list && list.length > 0 && add}
      </header>
      {!list ? (
        <Skeleton look="text" rows={3} label={t('loading')} />
      ) : list.length === 0 ? (
        <div class="settings-empty">
          <EmptyState icon="sliders" title={t('field.empty')} action={add}>
            {t('field.emptyText')}
          </EmptyState>
        </div>
      ) : (
        <ul class="field-list">
          {list.map((one) => (
            <li key={one.id}>
              <span class="inbound-words">
                <strong>{one.label}</strong>
                <small>{one.choices.length > 0 ? one.choices.join(', ') : one.key}</small>
              </span>
              <Tag>{t(`field.type.${one.type}`)}</Tag>
              {write && <IconButton icon="edit" size={16} label={t('field.edit', { name: one.label })} onClick={() => edit(one)} />}
              {write && <IconButton icon="trash" size={16} label={t('field.delete', { name: one.label })} onClick={() => remove(one)} />}
            </li>
          ))}
        </ul>
      )}
      <Dialog open={editing !== null} onClose={() => edit(null)} title={editing === 'new' ? t('field.add') : t('field.editTitle')} closeLabel={t('close')}>
        {editing !== null && <Editor field={editing === 'new' ? null : editing} onDone={() => edit(null)} />}
      </Dialog>
    </>
  );
}
