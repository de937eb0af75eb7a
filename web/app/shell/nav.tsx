import { Avatar, Badge, Banner, Button, Dot, Icon, Menu, type IconName, type MenuEntry } from '../../kit';
import { locale, locales, t } from '../i18n';
import { atHour, date, daysBetween, now, when } from '../i18n/time';
import { stream } from '../live';
import { query, route } from '../router';
import type { Channel } from '../api-types';
import { counts } from '../store/conversations';
import { hereWords } from '../store/here';
import { channels, member, members } from '../store/organisation';
import { chooseAvailability, chooseAway, chooseLocale, chooseTheme, session, signOut, theme } from '../store/session';
import { commandBar } from './command-bar';
import { keyHelp } from './key-help';
import { modKey } from './keys';
import './nav.css';

interface Place {
  screen: 'inbox' | 'contacts' | 'settings';
  path: string;
  icon: IconName;
}
const places: Place[] = [
  { screen: 'inbox', path: '/inbox', icon: 'inbox' },
  { screen: 'contacts', path: '/contacts', icon: 'users' },
  { screen: 'settings', path: '/settings', icon: 'gear' },
];

const capped = (n: number): string => (n > 99 ? '99+' : String(n));

/* What a channel's dot says, and in words. */
export function channelTone(one: Channel): { tone: 'ok' | 'warn' | 'bad'; words: string } {
  if (one.state === 'disconnected') return { tone: 'bad', words: t('channel.state.disconnected') };
  if (one.state === 'degraded' || one.health.failed_inbound > 0) return { tone: 'warn', words: t('channel.state.degraded') };
  if (one.health.silent) return { tone: 'warn', words: t('channel.silent') };
  return { tone: 'ok', words: t('channel.state.connected') };
}

/* "6 d" beside a channel whose token ends soon. */
function expiry(one: Channel): string | null {
  if (!one.token_expires_at) return null;
  const left = daysBetween(now.value, Date.parse(one.token_expires_at));
  return left <= 14 ? date(one.token_expires_at) : null;
}

function ChannelLinks() {
  const chosen = query.value.get('channel');
  const list = channels.value ?? [];
  if (list.length === 0) return null;
  return (
    <>
      <h2 class="nav-heading">{t('nav.channels')}</h2>
      {list.map((one) => {
        const { tone, words } = channelTone(one);
        const ends = expiry(one);
        return (
          <a key={one.id} href={`/inbox?channel=${one.id}`} aria-current={route.value.screen === 'inbox' && chosen === one.id ? 'true' : undefined} data-tip={`${one.name}: ${words}`}>
            <span class="nav-dot">
              <Icon name={one.kind === 'whatsapp' ? 'whatsapp' : 'chat'} />
              <Dot tone={tone} label={words} />
            </span>
            <span class="nav-label cut">{one.name}</span>
            {ends && <b class="nav-count warn">{ends}</b>}
          </a>
        );
      })}
    </>
  );
}

/* Away for a while: back by oneself. */
function awayItems(): MenuEntry[] {
  const said = session.value!.availability;
  const until = member(session.value!.user.id)?.away_until;
  const away = (at: number) => void chooseAway(said, new Date(at).toISOString());
  return [
    ...(until ? [{ key: 'away', label: t('here.awayUntil', { when: when(until, true) }), checked: true, run: () => void chooseAway(said, null) }] : []),
    { key: 'away-hour', label: t('away.hour'), icon: 'clock', run: () => away(now.peek() + 3_600_000) },
    { key: 'away-morning', label: t('away.morning'), icon: 'clock', run: () => away(atHour(1, 9)) },
  ];
}

function meItems(): MenuEntry[] {
  const mine = session.value!;
  const away = Boolean(member(mine.user.id)?.away_until);
  return [
    { key: 'h1', heading: t('availability') },
    ...(['online', 'busy', 'offline'] as const).map(
      (value): MenuEntry => ({ key: value, label: t(`availability.${value}`), checked: !away && mine.availability === value, run: () => void chooseAvailability(value) }),
    ),
    ...awayItems(),
    { key: 'h2', heading: t('theme') },
    ...(['light', 'dark', 'system'] as const).map((value): MenuEntry => ({ key: value, label: t(`theme.${value}`), checked: theme.value === value, run: () => void chooseTheme(value) })),
    { key: 'h3', heading: t('language') },
    ...locales.map(({ value, label }): MenuEntry => ({ key: value, label, checked: locale() === value, run: () => void chooseLocale(value) })),
    { key: 'r', rule: true },
    { key: 'keys', label: t('keys.title'), icon: 'keyboard', kbd: '?', run: () => (keyHelp.value = true) },
    { key: 'out', label: t('signOut'), icon: 'signout', run: () => void signOut() },
  ];
}

function Me() {
  const mine = session.value!;
  // my own row in the list of members is newer when another tab changed it
  const row = members.value?.find((one) => one.id === mine.user.id);
  return (
    <Menu
      label={t('nav.me')}
      items={meItems()}
      prefer="above"
      trigger={(props) => (
        <button {...props} type="button" class="nav-me">
          <span class="sr-only">{t('nav.me')}: </span>
          <Avatar id={mine.user.id} name={mine.user.name} size="s" here={(row?.here ?? mine.availability) === 'online'} />
          <span class="nav-label">
            <strong class="cut">{mine.user.name}</strong>
            <small>{row ? hereWords(row) : t(`availability.${mine.availability}`)}</small>
          </span>
        </button>
      )}
    />
  );
}

export function Nav() {
  const at = route.value.screen;
  const open = counts.value;
  return (
    <nav class="nav" aria-label={t('nav.main')}>
      <div class="nav-brand">
        <span class="nav-mark" aria-hidden="true">
          <svg viewBox="0 0 32 32" width="26" height="26">
            <path d="M9 12.5a5 5 0 0 1 5-5h4M23 19.5a5 5 0 0 1-5 5h-4M13 16h6" />
          </svg>
        </span>
        <div class="nav-label">
          <strong class="cut">{session.value!.org.name}</strong>
          <small>Sambung</small>
        </div>
      </div>
      <button type="button" class="nav-search" onClick={() => (commandBar.value = true)} data-tip={t('command.title')} data-tip-key={`${modKey} K`}>
        <Icon name="search" size={16} />
        <span class="nav-label">{t('command.short')}</span>
        <kbd class="nav-kbd" aria-hidden="true">
          {modKey} K
        </kbd>
      </button>
      {places.map(({ screen, path, icon }) => (
        <a key={screen} href={path} aria-current={screen === at ? 'page' : undefined} data-tip={t(`nav.${screen}`)}>
          <Icon name={icon} />
          <span class="nav-label">{t(`nav.${screen}`)}</span>
          {screen === 'inbox' && open && open.all > 0 && (
            <b class="nav-count num">
              <span aria-hidden="true">{capped(open.all)}</span>
              <span class="sr-only">{t('nav.openCount', { n: open.all })}</span>
            </b>
          )}
        </a>
      ))}
      <ChannelLinks />
      <div class="nav-foot">
        <Me />
      </div>
    </nav>
  );
}

/* On a phone: the same places at the bottom, under the thumb. */
export function PhoneBar() {
  const at = route.value.screen;
  const open = counts.value?.all ?? 0;
  return (
    <nav class="phone-bar" aria-label={t('nav.main')}>
      {places.map(({ screen, path, icon }) => (
        <a key={screen} href={path} aria-current={screen === at ? 'page' : undefined}>
          <Icon name={icon} size={22} />
          {t(`nav.${screen}`)}
          {screen === 'inbox' && <Badge count={open} label={t('nav.openCount', { n: open })} />}
        </a>
      ))}
      <button type="button" onClick={() => (commandBar.value = true)}>
        <Icon name="search" size={22} />
        {t('command.short')}
      </button>
    </nav>
  );
}

/* Says so when what is on the screen may be out of date. */
export function Connection() {
  const line = stream.value?.status.value;
  if (line !== 'down') return <div class="connection" role="status" />;
  return (
    <div class="connection" role="status">
      <Banner tone="warn" icon="alert" action={<Button size="s" onClick={() => dispatchEvent(new Event('online'))}>{t('offline.retry')}</Button>}>
        {t('offline.text')}
      </Banner>
    </div>
  );
}
