import { signal } from '@preact/signals';
import { useEffect, useState } from 'preact/hooks';
import { Avatar, Dialog, Picker, type PickerItem } from '../../kit';
import { api } from '../api';
import { locales, t } from '../i18n';
import { go } from '../router';
import { channels } from '../store/organisation';
import { can, chooseAvailability, chooseLocale, chooseTheme, signOut } from '../store/session';
import { keyHelp } from './key-help';
import { modKey, useBindings } from './keys';

export const commandBar = signal(false);

/* Screens put their own actions here while they are shown. */
export const screenCommands = signal<() => PickerItem[]>(() => []);

function common(): PickerItem[] {
  const goTo = t('command.go');
  const set = t('command.set');
  return [
    { key: 'inbox', group: goTo, icon: 'inbox', label: t('nav.inbox'), run: () => go('/inbox') },
    { key: 'contacts', group: goTo, icon: 'users', label: t('nav.contacts'), run: () => go('/contacts') },
    { key: 'channels', group: goTo, icon: 'plug', label: t('settings.channels'), run: () => go('/settings/channels') },
    { key: 'fields', group: goTo, icon: 'sliders', label: t('settings.fields'), run: () => go('/settings/fields') },
    ...(can('audit:read') ? [{ key: 'audit', group: goTo, icon: 'doc' as const, label: t('settings.audit'), run: () => go('/settings/audit') }] : []),
    { key: 'teams', group: goTo, icon: 'users', label: t('settings.teams'), run: () => go('/settings/teams') },
    { key: 'hours', group: goTo, icon: 'clock', label: t('settings.hours'), run: () => go('/settings/hours') },
    { key: 'preferences', group: goTo, icon: 'user', label: t('settings.preferences'), run: () => go('/settings/preferences') },
    { key: 'security', group: goTo, icon: 'lock', label: t('settings.security'), run: () => go('/settings/security') },
    ...(channels.peek() ?? []).map(
      (one): PickerItem => ({ key: `ch-${one.id}`, group: goTo, icon: one.kind === 'whatsapp' ? 'whatsapp' : 'chat', label: t('command.channel', { name: one.name }), run: () => go(`/inbox?channel=${one.id}`) }),
    ),
    { key: 'light', group: set, icon: 'sun', label: t('theme.light'), words: t('theme'), run: () => void chooseTheme('light') },
    { key: 'dark', group: set, icon: 'moon', label: t('theme.dark'), words: t('theme'), run: () => void chooseTheme('dark') },
    { key: 'system', group: set, icon: 'monitor', label: t('theme.system'), words: t('theme'), run: () => void chooseTheme('system') },
    ...locales.map(({ value, label }): PickerItem => ({ key: `lang-${value}`, group: set, icon: 'globe', label, words: `${t('language')} language bahasa 语言`, run: () => void chooseLocale(value) })),
    ...(['online', 'busy', 'offline'] as const).map(
      (value): PickerItem => ({ key: value, group: set, icon: 'user', label: t(`availability.${value}`), words: t('availability'), run: () => void chooseAvailability(value) }),
    ),
    { key: 'keys', group: set, icon: 'keyboard', label: t('keys.title'), kbd: '?', run: () => (keyHelp.value = true) },
    { key: 'signout', group: set, icon: 'signout', label: t('signOut'), run: () => void signOut() },
  ];
}

/* People by name, from the server, a moment after the last key. */
function usePeople(query: string): PickerItem[] {
  const [found, set] = useState<PickerItem[]>([]);
  useEffect(() => {
    if (query.trim().length < 2) return set([]);
    const stop = new AbortController();
    const timer = setTimeout(() => {
      api.contacts
        .list({ q: query.trim(), limit: 6 }, stop.signal)
        .then((page) =>
          set(
            page.items.map((one) => ({
              key: `p-${one.id}`,
              group: t('nav.contacts'),
              lead: <Avatar id={one.id} name={one.name} size="s" />,
              label: one.name || t('contact.unnamed'),
              // what the server found by an address must not be filtered away here
              words: query,
              run: () => go(`/contacts/${one.id}`),
            })),
          ),
        )
        .catch(() => undefined);
    }, 150);
    return () => {
      clearTimeout(timer);
      stop.abort();
    };
  }, [query]);
  return found;
}

function Bar() {
  const [query, setQuery] = useState('');
  const people = usePeople(query);
  const items = [...screenCommands.value(), ...common(), ...people];
  return <Picker label={t('command.title')} placeholder={t('command.placeholder')} items={items} empty={t('command.empty')} onQuery={setQuery} onDone={() => (commandBar.value = false)} />;
}

export function CommandBar() {
  useBindings([{ keys: 'Mod+k', label: 'keys.command', group: 'keys.everywhere', run: () => (commandBar.value = !commandBar.peek()) }], []);
  return (
    <Dialog open={commandBar.value} onClose={() => (commandBar.value = false)} title={`${t('command.title')} (${modKey} K)`} look="bar">
      <Bar />
    </Dialog>
  );
}
