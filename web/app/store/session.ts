/* Who is signed in, and what they may do. */
import { effect, signal, untracked } from '@preact/signals';
import { api } from '../api';
import { setUnauthorizedHandler } from '../api/client';
import { isProblem } from '../api/problem';
import type { Availability, Session } from '../api-types';
import { isLocale, rememberLocale, setLocale, type Locale } from '../i18n';

export type Theme = 'system' | 'light' | 'dark';

/* undefined: not asked yet; null: signed out */
export const session = signal<Session | null | undefined>(undefined);
export const theme = signal<Theme>(readTheme());

export const me = (): string => session.value?.user.id ?? '';
export const can = (permission: string): boolean => session.value?.permissions.includes(permission) ?? false;

/* Signed out by somebody or something else than the person at this page. */
export const ended = signal(false);

/* What was asked before one signed in is about the session before. */
let since = 0;
setUnauthorizedHandler((began) => {
  if (!session.peek() || began < since) return;
  ended.value = true;
  session.value = null;
});

/*
 * Forgets what was read for one person before another comes.  keep: the session was ended from elsewhere,
 * and what could not be saved waits for the same person to sign in again.
 */
export function onLeave(forget: (keep: boolean) => void): void {
  let owner = '';
  effect(() => {
    const who = session.value;
    if (!who) return owner ? untracked(() => forget(ended.peek())) : undefined;
    const next = `${who.org.id} ${who.user.id}`;
    if (owner && owner !== next) untracked(() => forget(false));
    owner = next;
  });
}

function readTheme(): Theme {
  const set = document.documentElement.dataset['theme'];
  return set === 'light' || set === 'dark' ? set : 'system';
}

function showTheme(next: Theme): void {
  theme.value = next;
  if (next === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = next;
  document.cookie = `theme=${next}; Path=/; Max-Age=31536000; SameSite=Lax`;
}

/* The person's own choices win over what this browser remembered. */
async function adopt(next: Session): Promise<void> {
  const { locale, theme: wanted } = next.user;
  if (wanted === 'system' || wanted === 'light' || wanted === 'dark') showTheme(wanted);
  if (isLocale(locale)) {
    rememberLocale(locale);
    await setLocale(locale);
  }
  session.value = next;
  since = performance.now();
  ended.value = false;
}

export async function resume(): Promise<void> {
  try {
    await adopt(await api.session.get());
  } catch (error) {
    if (!isProblem(error, 'unauthorized')) throw error;
    session.value = null;
  }
}

/* A language that was chosen on the page of signing in is the person's wish, too. */
let chosen: Locale | null = null;

async function enter(next: Session): Promise<void> {
  const wish = chosen;
  chosen = null;
  // who must set up a second factor first may do nothing else yet
  const may = !next.second_factor_required || next.second_factor;
  await adopt(may && wish && wish !== next.user.locale ? await api.session.setMe({ locale: wish }) : next);
}

/* The challenge when a second factor is asked for, else null: one is in. */
export async function signIn(email: string, password: string): Promise<string | null> {
  const answer = await api.session.start(email, password);
  if ('challenge' in answer) return answer.challenge;
  await enter(answer);
  return null;
}

export async function finishSignIn(step: { challenge: string; code?: string; recovery_code?: string; remember: boolean }): Promise<void> {
  await enter(await api.session.finish(step));
}

/* What this session may do, or of whom it is, was changed on this page. */
export async function askAgain(): Promise<void> {
  session.value = await api.session.get();
}

export async function signOut(): Promise<void> {
  await api.session.end().catch(() => undefined);
  ended.value = false;
  session.value = null;
}

/* Shown at once; kept on the server too when somebody is signed in. */
export async function chooseTheme(next: Theme): Promise<void> {
  showTheme(next);
  if (session.peek()) session.value = await api.session.setMe({ theme: next });
}

export async function chooseLocale(next: Locale): Promise<void> {
  rememberLocale(next);
  await setLocale(next);
  if (session.peek()) session.value = await api.session.setMe({ locale: next });
  else chosen = next;
}

/* until: a moment, after which one is what one says again; null: no absence. */
export async function chooseAway(availability: Availability, until: string | null): Promise<void> {
  await api.work.here({ availability, away_until: until });
  const mine = session.peek();
  if (mine) session.value = { ...mine, availability };
}

export async function chooseAvailability(next: Availability): Promise<void> {
  await chooseAway(next, null);
}
