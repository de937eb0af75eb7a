/* Which conversations are listed: kept in the address, so that a link or the back button brings it back. */
import { computed, effect, signal } from '@preact/signals';
import { focusSoon } from '../../kit';
import { query, withQuery, go } from '../router';
import { listOf, type Filter, type StateFilter, type View } from '../store/conversations';

const views: View[] = ['mine', 'unassigned', 'all', 'snoozed'];
const states: StateFilter[] = ['open', 'pending', 'resolved', 'all'];
const one = <T extends string>(of: readonly T[], text: string | null, otherwise: T): T => of.find((item) => item === text) ?? otherwise;

/* Unless one asks otherwise: what is open; who searches means all there is. */
export const usualState = (): StateFilter => (query.value.get('q') ? 'all' : 'open');

export const filter = computed<Filter>(() => ({
  view: one(views, query.value.get('view'), 'all'),
  state: one(states, query.value.get('state'), usualState()),
  channel: query.value.get('channel') ?? '',
  team: query.value.get('team') ?? '',
  q: query.value.get('q') ?? '',
}));

export const list = computed(() => listOf(filter.value));

export function setFilter(change: Partial<Record<keyof Filter, string | null>>, replace = false): void {
  go(withQuery({ ...change }), { replace });
}

export const pathOf = (id: string | null): string => withQuery({ panel: null }, id ? `/inbox/${id}` : '/inbox');

/* Where the keyboard is in the list. */
export const cursor = signal<string | null>(null);

/* The row before or after one; the first when there is none. */
export function neighbour(id: string | null, step: 1 | -1): string | null {
  const ids = list.peek().ids.peek();
  const at = id ? ids.indexOf(id) : -1;
  if (at < 0) return ids[0] ?? null;
  return ids[Math.max(0, Math.min(ids.length - 1, at + step))] ?? null;
}

/* j and k move through the list; the row is focused once it is in the page. */
export function move(step: 1 | -1, open: string | null): void {
  const next = neighbour(cursor.peek() ?? open, step);
  if (!next) return;
  cursor.value = next;
  focusSoon(() => document.querySelector<HTMLElement>(`.row[data-id="${CSS.escape(next)}"]`), { preventScroll: true });
}

/* Going back to a list that was left shows it as it was, then makes it fresh. */
let shown = list.peek();
effect(() => {
  const next = list.value;
  if (next === shown) return;
  shown = next;
  if (next.status.peek() === 'ready') void next.load();
});
