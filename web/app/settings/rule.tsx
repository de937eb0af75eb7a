/* How conversations find somebody: the two fields that a team's and a channel's rule have in common. */
import { Field, Select } from '../../kit';
import type { AssignmentMethod } from '../api-types';
import { t } from '../i18n';

const methods: AssignmentMethod[] = ['manual', 'round_robin', 'least_busy'];
const hours = [1, 2, 4, 8, 24, 48];

export interface Rule {
  method: AssignmentMethod;
  reassign_hours: number | null;
}

export function RuleFields({ rule, error, onChange }: { rule: Rule; error?: string | null; onChange: (rule: Rule) => void }) {
  const offered = rule.reassign_hours && !hours.includes(rule.reassign_hours) ? [...hours, rule.reassign_hours] : hours;
  return (
    <>
      <Field label={t('rule.method')} hint={t(`rule.hint.${rule.method}`)} error={error ?? null}>
        {(ids) => (
          <Select
            {...ids}
            value={rule.method}
            options={methods.map((value) => ({ value, label: t(`rule.${value}`) }))}
            onChange={(event) => {
              const method = event.currentTarget.value as AssignmentMethod;
              onChange({ method, reassign_hours: method === 'manual' ? null : rule.reassign_hours });
            }}
          />
        )}
      </Field>
      {rule.method !== 'manual' && (
        <Field label={t('rule.reassign')} hint={t('rule.reassignHint')}>
          {(ids) => (
            <Select
              {...ids}
              value={String(rule.reassign_hours ?? '')}
              options={[{ value: '', label: t('rule.never') }, ...offered.map((n) => ({ value: String(n), label: t('rule.hours', { n }) }))]}
              onChange={(event) => onChange({ ...rule, reassign_hours: Number(event.currentTarget.value) || null })}
            />
          )}
        </Field>
      )}
    </>
  );
}
