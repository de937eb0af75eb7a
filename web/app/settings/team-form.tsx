import { useState } from 'preact/hooks';
import { Button, Field, Input } from '../../kit';
import { api } from '../api';
import type { Team } from '../api-types';
import { newKey } from '../api/client';
import { isProblem } from '../api/problem';
import { explain } from '../explain';
import { t } from '../i18n';
import { hereWords } from '../store/here';
import { members, teams } from '../store/organisation';
import { RuleFields, type Rule } from './rule';

function People({ chosen, onChange }: { chosen: ReadonlySet<string>; onChange: (chosen: ReadonlySet<string>) => void }) {
  const set = (id: string, yes: boolean) => {
    const next = new Set(chosen);
    if (yes) next.add(id);
    else next.delete(id);
    onChange(next);
  };
  return (
    <fieldset class="k-choice">
      <legend class="k-field-label">{t('team.members')}</legend>
      <ul class="check-list">
        {(members.value ?? []).map((one) => (
          <li key={one.id}>
            <label>
              <input type="checkbox" checked={chosen.has(one.id)} onChange={(event) => set(one.id, event.currentTarget.checked)} />
              {one.name}
              <small>{hereWords(one)}</small>
            </label>
          </li>
        ))}
      </ul>
    </fieldset>
  );
}

const same = (a: readonly string[], b: ReadonlySet<string>): boolean => a.length === b.size && a.every((id) => b.has(id));

/* Name, members, rule: three things on the server, one form here. */
async function keep(team: Team | null, name: string, chosen: ReadonlySet<string>, rule: Rule, key: string): Promise<void> {
  const made = team ? (team.name === name ? team : await api.teams.rename(team.id, name, team.version)) : await api.teams.add(name, key);
  if (!same(made.members, chosen)) await api.teams.setMembers(made.id, [...chosen]);
  if (made.method !== rule.method || (made.reassign_hours ?? null) !== rule.reassign_hours) await api.teams.setRule(made.id, rule);
}

export function TeamForm({ team, onDone }: { team: Team | null; onDone: () => void }) {
  const [name, setName] = useState(team?.name ?? '');
  const [chosen, choose] = useState<ReadonlySet<string>>(new Set(team?.members));
  const [rule, setRule] = useState<Rule>({ method: team?.method ?? 'manual', reassign_hours: team?.reassign_hours ?? null });
  const [error, setError] = useState('');
  const [key] = useState(newKey);
  const [busy, setBusy] = useState(false);
  const save = async (event: Event) => {
    event.preventDefault();
    if (!name.trim()) return setError(t('field.required'));
    setBusy(true);
    try {
      await keep(team, name.trim(), chosen, rule, key);
      await teams.load();
      onDone();
    } catch (failure) {
      setError(isProblem(failure) && failure.field === 'name' ? t('team.taken') : explain(failure));
      setBusy(false);
    }
  };
  return (
    <form class="channel-form" onSubmit={(event) => void save(event)} noValidate>
      <Field label={t('team.name')} error={error}>
        {(ids) => <Input {...ids} autofocus maxLength={80} value={name} onInput={(event) => setName(event.currentTarget.value)} />}
      </Field>
      <People chosen={chosen} onChange={choose} />
      <RuleFields rule={rule} onChange={setRule} />
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
