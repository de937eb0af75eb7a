/* Where we are, from the address bar; and how to get elsewhere without loading the page anew. */
import { computed, signal } from '@preact/signals';

const settingsPages = ['audit', 'channels', 'fields', 'hours', 'keys', 'preferences', 'security', 'teams'] as const;
export type SettingsPage = (typeof settingsPages)[number];
export type Route =
  | { screen: 'inbox'; id: string | null }
  | { screen: 'contacts'; id: string | null }
  | { screen: 'settings'; page: SettingsPage | null; id: string | null }
  | { screen: 'lost' };

const place = signal({ path: location.pathname, search: location.search });

export function parse(path: string): Route {
  const [screen = '', second = null, third = null, ...rest] = path.split('/').filter(Boolean).map(decodeURIComponent);
  if (rest.length > 0) return { screen: 'lost' };
  if (screen === '' || screen === 'inbox') return third ? { screen: 'lost' } : { screen: 'inbox', id: second };
  if (screen === 'contacts') return third ? { screen: 'lost' } : { screen: 'contacts', id: second };
  const page = settingsPages.find((one) => one === second) ?? null;
  if (screen === 'settings' && (page || second === null)) return { screen: 'settings', page, id: third };
  return { screen: 'lost' };
}

export const route = computed<Route>(() => parse(place.value.path));
export const query = computed(() => new URLSearchParams(place.value.search));

addEventListener('popstate', () => (place.value = { path: location.pathname, search: location.search }));

export function go(path: string, options: { replace?: boolean } = {}): void {
  const url = new URL(path, location.href);
  if (url.pathname === location.pathname && url.search === location.search) return;
  history[options.replace ? 'replaceState' : 'pushState'](null, '', url);
  place.value = { path: url.pathname, search: url.search };
}

/* The same path with other parameters; the list's filters live there, so that a link carries them. */
export function withQuery(change: Record<string, string | null>, path = place.peek().path): string {
  const next = new URLSearchParams(place.peek().search);
  for (const [name, value] of Object.entries(change)) {
    if (value === null || value === '') next.delete(name);
    else next.set(name, value);
  }
  const text = next.toString();
  return text ? `${path}?${text}` : path;
}

/* A plain click on a link of ours stays in the page; with a modifier it is the browser's. */
export function follow(event: MouseEvent): void {
  if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
  const link = (event.target as Element).closest('a');
  if (!link || link.target || link.hasAttribute('download') || link.origin !== location.origin || !ours(link.pathname)) return;
  event.preventDefault();
  go(link.pathname + link.search);
}

const ours = (path: string): boolean => path === '/' || /^\/(inbox|contacts|settings)(\/|$)/.test(path);
