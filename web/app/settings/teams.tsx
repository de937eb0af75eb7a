import { useState } from 'preact/hooks';
import { Avatar, Button, Dialog, EmptyState, Field, IconButton, Input, Select, Skeleton, Tag, toast } from '../../kit';
import { api } from '../api';
import type { Channel, Member, Team } from '../api-types';
import { explain } from '../explain';
import { t } from '../i18n';
import { hereWords } from '../store/here';
import { channels, member, members, rules, team as teamOf, teams } from '../store/organisation';
import { can } from '../store/session';
import { RuleFields, type Rule } from './rule';
import { TeamForm } from './team-form';
import './week.css';

/* ---- the teams ---- */

function Teams({ items, onEdit, onRemove }: { items: Team[]; onEdit: (one: Team) => void; onRemove: (one: Team) => void }) {
  const write = can('teams:write');
  return (
    <ul class="field-list">
      {items.map((one) => (
        <li key={one.id}>
          <span class="inbound-words">
            <strong>{one.name}</strong>
            <small>{one.members.map((id) => member(id)?.name).filter(Boolean).join(', ') || t('team.nobody')}</small>
          </span>
          <Tag>{t(`rule.${one.method}`)}</Tag>
          {write && <IconButton icon="edit" size={16} label={t('team.edit', { name: one.name })} onClick={() => onEdit(one)} />}
          {write && <IconButton icon="trash" size={16} label={t('team.delete', { name: one.name })} onClick={() => onRemove(one)} />}
        </li>
      ))}
    </ul>
  );
}

function Removal({ team, onDone }: { team: Team; onDone: () => void }) {
  const [busy, setBusy] = useState(false);
  const remove = async () => {
    setBusy(true);
    try {
      await api.teams.drop(team.id);
      await teams.load();
      onDone();
    } catch (error) {
      toast(explain(error), { tone: 'bad' });
      setBusy(false);
    }
  };
  return (
    <>
      <p>{t('team.deleteText', { name: team.name })}</p>
      <div class="form-actions">
        <Button tone="danger" busy={busy} onClick={() => void remove()}>
          {t('team.deleteYes')}
        </Button>
        <Button tone="quiet" onClick={onDone}>
          {t('cancel')}
        </Button>
      </div>
    </>
  );
}

/* ---- the channels' rules ---- */

function ChannelRule({ channel, onDone }: { channel: Channel; onDone: () => void }) {
  const now = rules.value?.find((one) => one.owner_id === channel.id);
  const [to, setTo] = useState(now?.team_id ?? '');
  const [rule, setRule] = useState<Rule>({ method: now?.method ?? 'manual', reassign_hours: now?.reassign_hours ?? null });
  const [error, setError] = useState('');
  const [busy, setBusy] = useState(false);
  const save = async (event: Event) => {
    event.preventDefault();
    setBusy(true);
    try {
      await api.assignment.set(channel.id, to ? { team_id: to, method: 'manual', reassign_hours: null } : { team_id: null, ...rule });
      await rules.load();
      onDone();
    } catch (failure) {
      setError(explain(failure));
      setBusy(false);
    }
  };
  return (
    <form class="channel-form" onSubmit={(event) => void save(event)} noValidate>
      <Field label={t('rule.team')} hint={to ? t('rule.teamHint') : undefined} error={to ? error : null}>
        {(ids) => <Select {...ids} value={to} options={[{ value: '', label: t('rule.noTeam') }, ...(teams.value ?? []).map((one) => ({ value: one.id, label: one.name }))]} onChange={(event) => setTo(event.currentTarget.value)} />}
      </Field>
      {!to && <RuleFields rule={rule} error={error} onChange={setRule} />}
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

function Channels({ items, onEdit }: { items: Channel[]; onEdit: (one: Channel) => void }) {
  const write = can('teams:write');
  const words = (one: Channel): string => {
    const rule = rules.value?.find((other) => other.owner_id === one.id);
    return rule?.team_id ? t('rule.toTeam', { name: teamOf(rule.team_id)?.name ?? '?' }) : t(`rule.${rule?.method ?? 'manual'}`);
  };
  return (
    <ul class="field-list">
      {items.map((one) => (
        <li key={one.id}>
          <span class="inbound-words">
            <strong>{one.name}</strong>
            <small>{words(one)}</small>
          </span>
          {write && <IconButton icon="edit" size={16} label={t('rule.edit', { name: one.name })} onClick={() => onEdit(one)} />}
        </li>
      ))}
    </ul>
  );
}

/* ---- how much each takes on ---- */

function Capacity({ one }: { one: Member }) {
  const [error, setError] = useState('');
  const save = async (text: string) => {
    const n = Math.trunc(Number(text));
    if (text && !(n >= 1 && n <= 1000)) return setError(t('capacity.range'));
    setError('');
    try {
      await api.work.setCapacity(one.id, text ? n : null);
      toast(t('capacity.saved', { name: one.name }));
    } catch (failure) {
      setError(explain(failure));
    }
  };
  return (
    <li>
      <Avatar id={one.id} name={one.name} size="s" here={one.here === 'online'} />
      <span class="inbound-words">
        <strong>{one.name}</strong>
        <small>{hereWords(one)}</small>
      </span>
      <Field label={t('capacity.of', { name: one.name })} hideLabel error={error}>
        {(ids) => (
          <Input {...ids} type="number" inputMode="numeric" min={1} max={1000} placeholder={t('capacity.none')} disabled={!can('teams:write')} value={one.capacity ?? ''} onChange={(event) => void save(event.currentTarget.value.trim())} />
        )}
      </Field>
    </li>
  );
}

type Open = { team: Team | null } | { remove: Team } | { channel: Channel } | null;

function Dialogs({ open, onDone }: { open: Open; onDone: () => void }) {
  const title = !open ? '' : 'remove' in open ? t('team.delete', { name: open.remove.name }) : 'channel' in open ? open.channel.name : open.team ? open.team.name : t('team.add');
  return (
    <Dialog open={open !== null} onClose={onDone} title={title} closeLabel={t('close')}>
      {open && 'remove' in open && <Removal team={open.remove} onDone={onDone} />}
      {open && 'channel' in open && <ChannelRule channel={open.channel} onDone={onDone} />}
      {open && 'team' in open && <TeamForm team={open.team} onDone={onDone} />}
    </Dialog>
  );
}

export function TeamsPage() {
  const [open, setOpen] = useState<Open>(null);
  const list = teams.value;
  const add = can('teams:write') && (
    <Button tone="primary" icon="plus" onClick={() => setOpen({ team: null })}>
      {t('team.add')}
    </Button>
  );
  return (
    <>
      <header class="page-head">
        <div>
          <h1>{t('settings.teams')}</h1>
          <p>{t('team.about')}</p>
        </div>
        {list && list.length > 0 && add}
      </header>
      {!list ? (
        <Skeleton look="text" rows={3} label={t('loading')} />
      ) : list.length === 0 ? (
        <div class="settings-empty">
          <EmptyState icon="users" title={t('team.empty')} action={add}>
            {t('team.emptyText')}
          </EmptyState>
        </div>
      ) : (
        <Teams items={list} onEdit={(team) => setOpen({ team })} onRemove={(remove) => setOpen({ remove })} />
      )}
      <section class="sheet" aria-labelledby="channel-rules">
        <h2 id="channel-rules">{t('rule.channels')}</h2>
        <Channels items={channels.value ?? []} onEdit={(channel) => setOpen({ channel })} />
      </section>
      <section class="sheet" aria-labelledby="capacities">
        <h2 id="capacities">{t('capacity.title')}</h2>
        <p class="quiet">{t('capacity.about')}</p>
        <ul class="field-list capacity-list">
          {(members.value ?? []).map((one) => (
            <Capacity key={one.id} one={one} />
          ))}
        </ul>
      </section>
      <Dialogs open={open} onDone={() => setOpen(null)} />
    </>
  );
}
