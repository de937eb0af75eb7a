import { useRef, useState } from 'preact/hooks';
import { Banner, Button, Field, focusSoon, Input, Select, Textarea } from '../../kit';
import type { Channel, ChannelKind, ChannelSetting } from '../api-types';
import { isProblem } from '../api/problem';
import { explain } from '../explain';
import { t, tMaybe } from '../i18n';

export interface ChannelValues {
  name: string;
  settings: Record<string, string>;
  secrets: Record<string, string>;
  silence_alarm_minutes: number | null;
}

interface Props {
  kind: ChannelKind;
  /* given: an existing channel is edited, and its secrets are kept where nothing is typed */
  channel?: Channel;
  save: (values: ChannelValues) => Promise<void>;
  submit: string;
  busyText: string;
}

const words = (kind: string, key: string): string => tMaybe(`setting.${kind}.${key}`) ?? key.charAt(0).toUpperCase() + key.slice(1).replaceAll('_', ' ');

/* "yes|no": a choice, not a text. */
function choices(setting: ChannelSetting): string[] | null {
  const pattern = setting.pattern?.replace(/^\^?\(?(?:\?:)?|\)?\$?$/g, '') ?? '';
  return /^[a-z_]+(\|[a-z_]+)+$/.test(pattern) ? pattern.split('|') : null;
}

interface ControlProps {
  kind: string;
  setting: ChannelSetting;
  kept: boolean;
  value: string;
  error: string | null;
  onChange: (value: string) => void;
}

function SettingControl({ kind, setting, kept, value, error, onChange }: ControlProps) {
  const options = choices(setting);
  const needed = setting.required && !kept;
  return (
    <Field label={words(kind, setting.key)} optional={needed || options ? undefined : t('optional')} error={error} hint={tMaybe(`setting.${kind}.${setting.key}.hint`) ?? undefined}>
      {(ids) =>
        options ? (
          <Select {...ids} name={setting.key} value={value || options[0]} options={options.map((one) => ({ value: one, label: tMaybe(`choice.${one}`) ?? one }))} onChange={(event) => onChange(event.currentTarget.value)} />
        ) : setting.max > 300 && !setting.secret ? (
          <Textarea {...ids} name={setting.key} rows={2} value={value} onInput={(event) => onChange(event.currentTarget.value)} />
        ) : (
          <Input
            {...ids}
            name={setting.key}
            type={setting.secret ? 'password' : 'text'}
            autocomplete={setting.secret ? 'new-password' : 'off'}
            spellcheck={false}
            maxLength={setting.max}
            placeholder={kept ? t('channel.secretKept') : undefined}
            value={value}
            onInput={(event) => onChange(event.currentTarget.value)}
          />
        )
      }
    </Field>
  );
}

/* What the browser can tell already, before the server is asked. */
function check(kind: ChannelKind, values: ChannelValues, kept: boolean): Record<string, string> {
  const wrong: Record<string, string> = {};
  if (!values.name.trim()) wrong['name'] = t('field.required');
  for (const setting of kind.settings) {
    const value = (setting.secret ? values.secrets : values.settings)[setting.key]?.trim() ?? '';
    if (setting.required && !value && !(setting.secret && kept)) wrong[setting.key] = t('field.required');
    else if (value && setting.pattern && !new RegExp(`^(?:${setting.pattern})$`, 'u').test(value)) wrong[setting.key] = t('field.pattern');
  }
  return wrong;
}

/* The form that connects a channel, made from what the server says the kind needs. */
export function ChannelForm({ kind, channel, save, submit, busyText }: Props) {
  const initial = Object.fromEntries(kind.settings.filter((one) => !one.secret).map((one) => [one.key, channel?.settings[one.key] ?? one.initial ?? '']));
  const [values, set] = useState<ChannelValues>({ name: channel?.name ?? '', settings: initial, secrets: {}, silence_alarm_minutes: channel?.silence_alarm_minutes ?? null });
  const [errors, setErrors] = useState<Record<string, string>>({});
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);

  const fail = (wrong: Record<string, string>) => {
    setErrors(wrong);
    focusSoon(() => form.current?.querySelector<HTMLElement>('[aria-invalid="true"]'));
  };
  const submitted = async (event: Event) => {
    event.preventDefault();
    if (busy) return;
    const wrong = check(kind, values, channel?.has_secrets ?? false);
    if (Object.keys(wrong).length > 0) return fail(wrong);
    setBusy(true);
    setErrors({});
    try {
      const trim = (record: Record<string, string>) => Object.fromEntries(Object.entries(record).flatMap(([key, value]) => (value.trim() || !channel ? [[key, value.trim()]] : [])));
      await save({ ...values, name: values.name.trim(), settings: Object.fromEntries(Object.entries(values.settings).map(([key, value]) => [key, value.trim()])), secrets: trim(values.secrets) });
    } catch (error) {
      // the server names a field as "settings.phone_number_id" or by the key alone
      const field = isProblem(error) && error.field ? error.field.split('.').pop()! : '';
      const known = field === 'name' || field === 'silence_alarm_minutes' || kind.settings.some((one) => one.key === field);
      fail({ [known ? field : '']: explain(error) });
    } finally {
      setBusy(false);
    }
  };

  return (
    <form ref={form} class="channel-form" onSubmit={(event) => void submitted(event)} noValidate aria-busy={busy}>
      {errors[''] && (
        <Banner tone="bad" icon="alert" live>
          {errors['']}
        </Banner>
      )}
      <Field label={t('channel.name')} error={errors['name'] ?? null} hint={t('channel.nameHint')}>
        {(ids) => <Input {...ids} name="name" maxLength={80} value={values.name} onInput={(event) => set({ ...values, name: event.currentTarget.value })} />}
      </Field>
      {kind.settings.map((setting) => (
        <SettingControl
          key={setting.key}
          kind={kind.kind}
          setting={setting}
          kept={setting.secret && (channel?.has_secrets ?? false)}
          value={(setting.secret ? values.secrets : values.settings)[setting.key] ?? ''}
          error={errors[setting.key] ?? null}
          onChange={(value) =>
            set(setting.secret ? { ...values, secrets: { ...values.secrets, [setting.key]: value } } : { ...values, settings: { ...values.settings, [setting.key]: value } })
          }
        />
      ))}
      <Field label={t('channel.silence')} optional={t('optional')} hint={t('channel.silenceHint')} error={errors['silence_alarm_minutes'] ?? null}>
        {(ids) => (
          <Input
            {...ids}
            type="number"
            name="silence"
            min={1}
            max={43200}
            value={values.silence_alarm_minutes ?? ''}
            onInput={(event) => set({ ...values, silence_alarm_minutes: event.currentTarget.value ? Number(event.currentTarget.value) : null })}
          />
        )}
      </Field>
      <div class="form-actions">
        <Button tone="primary" type="submit" busy={busy}>
          {submit}
        </Button>
        <span class="quiet" role="status">
          {busy ? busyText : ''}
        </span>
      </div>
    </form>
  );
}
