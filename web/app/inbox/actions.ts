/* What is done to a conversation: shown at once, undone within ten seconds, put right when somebody else was quicker. */
import { toast } from '../../kit';
import { api } from '../api';
import type { Conversation } from '../api-types';
import { isProblem } from '../api/problem';
import { nameOf } from '../contacts/name';
import { explain } from '../explain';
import { t } from '../i18n';
import { when } from '../i18n/time';
import { go } from '../router';
import { announce } from '../shell/announce';
import { conversations, readNow, settleAll, take } from '../store/conversations';
import { member, team } from '../store/organisation';
import { me } from '../store/session';
import { filter, list, neighbour, pathOf } from './filter';

type Change = Partial<Pick<Conversation, 'state' | 'snoozed_until' | 'assignee_id' | 'team_id'>>;

/* Pressing z does what the last toast offers. */
let lastUndo: (() => void) | null = null;
export function undoLast(): void {
  lastUndo?.();
  lastUndo = null;
}
export function offerUndo(text: string, run: () => void): () => void {
  const once = () => {
    if (lastUndo === once) lastUndo = null;
    gone();
    run();
  };
  const gone = toast(text, { action: { label: t('undo'), run: once }, onGone: () => lastUndo === once && (lastUndo = null) });
  lastUndo = once;
  return gone;
}

/* Whose a conversation is does not rest on what the customer wrote meanwhile, only on whose it was. */
function again(change: Change, was: Conversation, now: Conversation | undefined): boolean {
  return Object.keys(change).join() === 'assignee_id' && now !== undefined && now.version !== was.version && now.assignee_id === was.assignee_id && now.state === was.state;
}

async function apply(id: string, change: Change): Promise<boolean> {
  const row = conversations.peek(id);
  if (!row) return false;
  const revert = conversations.guess(id, change);
  settleAll(conversations.peek(id)!);
  try {
    take(await api.conversations.set(id, { ...change, version: row.version }));
    return true;
  } catch (error) {
    revert();
    settleAll(conversations.peek(id)!);
    if (isProblem(error, 'stale_version', 'conflict')) {
      await readNow(id).catch(() => undefined);
      if (again(change, row, conversations.peek(id))) return apply(id, change);
      toast(t('conflict.conversation'), { tone: 'bad' });
    } else {
      toast(explain(error), { tone: 'bad' });
    }
    return false;
  }
}

function change(id: string, to: Change, said: string, onUndo?: () => void): void {
  const row = conversations.peek(id);
  if (!row) return;
  const back: Change = { state: row.state, snoozed_until: row.snoozed_until ?? null };
  const hands: Change = { ...('assignee_id' in to && { assignee_id: row.assignee_id ?? null }), ...('team_id' in to && { team_id: row.team_id ?? null }) };
  const done = apply(id, to);
  announce(said);
  const gone = offerUndo(said, () => {
    onUndo?.();
    void done.then((ok) => ok && apply(id, Object.keys(hands).length > 0 ? hands : back));
  });
  void done.then((ok) => {
    if (ok) return;
    gone();
    onUndo?.();
  });
}

/* A conversation that leaves the list makes room for the next one; undo comes back to it. */
function leaving(id: string): () => void {
  const stays = filter.peek().state === 'all' && filter.peek().view !== 'snoozed';
  if (stays || !location.pathname.endsWith(id)) return () => {};
  const ids = list.peek().ids.peek();
  const next = ids.length > 1 ? neighbour(id, ids.indexOf(id) === ids.length - 1 ? -1 : 1) : null;
  const phone = matchMedia('(max-width: 720px)').matches;
  go(pathOf(phone ? null : next), { replace: true });
  return () => go(pathOf(id));
}

export function resolve(id: string): void {
  const row = conversations.peek(id);
  if (!row) return;
  if (row.state === 'resolved') return change(id, { state: 'open' }, t('said.reopened', { name: nameOf(row) }));
  const back = leaving(id);
  change(id, { state: 'resolved' }, t('said.resolved', { name: nameOf(row) }), back);
}

export function setPending(id: string): void {
  const row = conversations.peek(id);
  if (!row) return;
  const back = leaving(id);
  change(id, { state: 'pending' }, t('said.pending', { name: nameOf(row) }), back);
}

export function snooze(id: string, until: number): void {
  const row = conversations.peek(id);
  if (!row) return;
  const back = leaving(id);
  change(id, { state: 'snoozed', snoozed_until: new Date(until).toISOString() }, t('said.snoozed', { when: when(until, true) }), back);
}

export function assign(id: string, user: string | null): void {
  const name = user === me() ? t('you') : member(user)?.name ?? '';
  change(id, { assignee_id: user }, user ? t('said.assigned', { name }) : t('said.unassigned'));
}

/* To a team: whoever has it lets it go, and the team's rule finds somebody. */
export function giveToTeam(id: string, to: string | null): void {
  const next: Change = to ? { team_id: to, assignee_id: null } : { team_id: null };
  change(id, next, to ? t('said.team', { name: team(to)?.name ?? '' }) : t('said.noTeam'));
}
