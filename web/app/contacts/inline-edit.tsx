import { useEffect, useId, useRef, useState } from 'preact/hooks';
import { Icon } from '../../kit';
import { t } from '../i18n';

interface InlineEditProps {
  label: string;
  value: string;
  placeholder: string;
  /* how the value reads when nobody edits it */
  shown?: string;
  type?: 'text' | 'number' | 'date';
  max?: number;
  required?: boolean;
  onSave: (value: string) => Promise<string | null>;
}

/* Words that become a field when one clicks them: Enter or leaving saves, Escape puts back what was there. */
export function InlineEdit({ label, value, placeholder, shown, type = 'text', max, required, onSave }: InlineEditProps) {
  const id = useId();
  const [draft, setDraft] = useState<string | null>(null);
  const [error, setError] = useState<string | null>(null);
  const input = useRef<HTMLInputElement>(null);
  const button = useRef<HTMLButtonElement>(null);
  const back = useRef(false);
  const editing = draft !== null;

  useEffect(() => {
    if (editing) input.current?.select();
    else if (back.current) button.current?.focus();
    back.current = false;
  }, [editing]);

  const close = (byKey: boolean) => {
    back.current = byKey;
    setDraft(null);
    setError(null);
  };
  const save = async (byKey: boolean) => {
    const next = draft?.trim() ?? '';
    if (next === value) return close(byKey);
    if (required && next === '') return setError(t('field.required'));
    const wrong = await onSave(next);
    if (wrong) setError(wrong);
    else close(byKey);
  };

  if (!editing)
    return (
      <button ref={button} type="button" class={`inline ${value ? '' : 'is-empty'}`} onClick={() => setDraft(value)}>
        <span>
          <span class="sr-only">{t('edit.label', { label })} </span>
          {value ? shown ?? value : placeholder}
        </span>
        <Icon name="edit" size={13} />
      </button>
    );
  return (
    <span class="inline-edit">
      <input
        ref={input}
        class="k-input"
        type={type}
        step={type === 'number' ? 'any' : undefined}
        value={draft}
        maxLength={max}
        aria-label={label}
        aria-invalid={error ? true : undefined}
        aria-describedby={error ? id : undefined}
        onInput={(event) => setDraft(event.currentTarget.value)}
        onBlur={() => void save(false)}
        onKeyDown={(event) => {
          if (event.key === 'Enter') void save(true);
          else if (event.key === 'Escape') close(true);
          else return;
          event.preventDefault();
          event.stopPropagation();
        }}
      />
      {error && (
        <span id={id} class="k-field-error">
          <Icon name="alert" size={14} /> {error}
        </span>
      )}
    </span>
  );
}
