import type { ComponentChildren, JSX, Ref } from 'preact';
import { useId, useState } from 'preact/hooks';
import { IconButton } from './button';
import { Icon } from './icon';
import './field.css';

interface FieldProps {
  label: ComponentChildren;
  hint?: ComponentChildren;
  /* what is wrong, said at the field */
  error?: string | null;
  optional?: string;
  hideLabel?: boolean;
  children: (ids: ControlProps) => ComponentChildren;
}

export interface ControlProps {
  id: string;
  'aria-describedby'?: string;
  'aria-invalid'?: boolean;
}

/* A label, a control, a hint, an error, tied together for eyes and ears alike. */
export function Field({ label, hint, error, optional, hideLabel, children }: FieldProps) {
  const id = useId();
  const described = [error && `${id}e`, hint && `${id}h`].filter(Boolean).join(' ');
  return (
    <div class="k-field">
      <label for={id} class={hideLabel ? 'sr-only' : 'k-field-label'}>
        {label}
        {optional && <span class="k-field-optional">{optional}</span>}
      </label>
      {children({ id, 'aria-describedby': described || undefined, 'aria-invalid': error ? true : undefined })}
      {error && (
        <p id={`${id}e`} class="k-field-error">
          <Icon name="alert" size={14} />
          {error}
        </p>
      )}
      {hint && (
        <p id={`${id}h`} class="k-field-hint">
          {hint}
        </p>
      )}
    </div>
  );
}

/* fieldRef: the element itself; a component's own ref would be the component. */
type InputProps = JSX.IntrinsicElements['input'] & { fieldRef?: Ref<HTMLInputElement> };
type TextareaProps = JSX.IntrinsicElements['textarea'] & { fieldRef?: Ref<HTMLTextAreaElement> };

export function Input({ class: extra, fieldRef, ...rest }: InputProps) {
  return <input {...rest} ref={fieldRef} class={`k-input ${extra ?? ''}`} />;
}

/* Hidden, and shown while its writer wants to see it. */
export function Password({ showLabel, ...rest }: InputProps & { showLabel: string }) {
  const [shown, show] = useState(false);
  return (
    <span class="k-password">
      <Input {...rest} type={shown ? 'text' : 'password'} autocapitalize="none" spellcheck={false} />
      <IconButton icon="eye" label={showLabel} pressed={shown} onClick={() => show(!shown)} />
    </span>
  );
}

export function Textarea({ class: extra, fieldRef, ...rest }: TextareaProps) {
  return <textarea {...rest} ref={fieldRef} class={`k-input k-textarea ${extra ?? ''}`} />;
}

interface SelectProps extends Omit<JSX.IntrinsicElements['select'], 'children'> {
  options: { value: string; label: string }[];
}

export function Select({ options, class: extra, value, ...rest }: SelectProps) {
  return (
    <span class="k-select">
      <select {...rest} value={value} class={`k-input ${extra ?? ''}`}>
        {options.map((option) => (
          <option key={option.value} value={option.value} selected={option.value === value}>
            {option.label}
          </option>
        ))}
      </select>
      <Icon name="chevronDown" size={16} />
    </span>
  );
}

interface ChoiceProps<K extends string> {
  legend: string;
  options: { value: K; label: string; icon?: ComponentChildren }[];
  value: K;
  onChange: (value: K) => void;
}

/* One of a few, all in sight. */
export function Choice<K extends string>({ legend, options, value, onChange }: ChoiceProps<K>) {
  const name = useId();
  return (
    <fieldset class="k-choice">
      <legend class="k-field-label">{legend}</legend>
      <div class="k-choice-row">
        {options.map((option) => (
          <label key={option.value} class="k-choice-item">
            <input type="radio" name={name} value={option.value} checked={option.value === value} onChange={() => onChange(option.value)} />
            {option.icon}
            {option.label}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
