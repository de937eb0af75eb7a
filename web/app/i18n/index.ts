/*
 * Words.  Three catalogues with the same keys, one loaded at a time.  A key that is missing in one of
 * them does not compile (check.ts); a placeholder that differs fails a test.
 */
import { signal } from '@preact/signals';
import type en from './en.json';

export type Key = keyof typeof en;
export type Locale = 'en' | 'ms' | 'zh-Hans';
/* A text, or one text per plural category of the language. */
export type Entry = string | { [category: string]: string };
export type Catalogue = Record<Key, Entry>;
export type Params = Record<string, string | number>;

export const locales: { value: Locale; label: string }[] = [
  { value: 'en', label: 'English' },
  { value: 'ms', label: 'Bahasa Melayu' },
  { value: 'zh-Hans', label: '简体中文' },
];

const load: Record<Locale, () => Promise<{ default: Catalogue }>> = {
  en: () => import('./en.json') as Promise<{ default: Catalogue }>,
  ms: () => import('./ms.json') as Promise<{ default: Catalogue }>,
  'zh-Hans': () => import('./zh-Hans.json') as Promise<{ default: Catalogue }>,
};

const current = signal<{ locale: Locale; words: Catalogue; plural: Intl.PluralRules } | null>(null);

export const isLocale = (text: string | null | undefined): text is Locale => text === 'en' || text === 'ms' || text === 'zh-Hans';

export const locale = (): Locale => current.value?.locale ?? 'en';

/* The region comes from the browser when it speaks the same language: an American reads 2:05 PM. */
export function intlLocale(): string {
  const base = locale();
  const own = navigator.languages.find((tag) => tag.split('-')[0] === base.split('-')[0] && tag.includes('-') && !tag.startsWith('zh-Hant'));
  return own ?? { en: 'en-GB', ms: 'ms-MY', 'zh-Hans': 'zh-CN' }[base];
}

/* The cookie's language, else the first of the browser's that we have. */
export function preferredLocale(): Locale {
  const own = /(?:^|; )lang=([\w-]+)/.exec(document.cookie)?.[1];
  if (isLocale(own)) return own;
  for (const tag of navigator.languages) {
    const language = tag.split('-')[0];
    if (language === 'en' || language === 'ms') return language;
    if (language === 'zh') return 'zh-Hans';
  }
  return 'en';
}

let asked: Locale | null = null;

/* The last language asked for holds, in whatever order the catalogues come. */
export async function setLocale(next: Locale): Promise<void> {
  asked = next;
  if (current.peek()?.locale === next) return;
  const words = (await load[next]()).default;
  if (asked !== next && current.peek()) return;
  current.value = { locale: next, words, plural: new Intl.PluralRules(next) };
  document.documentElement.lang = next;
}

export function rememberLocale(next: Locale): void {
  document.cookie = `lang=${next}; Path=/; Max-Age=31536000; SameSite=Lax`;
}

export function fill(text: string, params?: Params): string {
  return params ? text.replace(/\{(\w+)\}/g, (whole, name: string) => String(params[name] ?? whole)) : text;
}

/* The text of a key in the person's language.  Where the entry has plural forms, params.n decides. */
export function t(key: Key, params?: Params): string {
  const now = current.value;
  const entry = now?.words[key];
  if (!now || entry === undefined) return '';
  if (typeof entry === 'string') return fill(entry, params);
  const n = Number(params?.['n'] ?? 0);
  const form = entry[now.plural.select(n)] ?? entry['other'] ?? '';
  return fill(form, { ...params, n: number(n) });
}

/* For names that the server makes up (settings, event words): the text if there is one, else null. */
export function tMaybe(key: string, params?: Params): string | null {
  const entry = (current.value?.words as Record<string, Entry> | undefined)?.[key];
  return typeof entry === 'string' ? fill(entry, params) : null;
}

export const number = (n: number): string => new Intl.NumberFormat(intlLocale()).format(n);

export function bytes(n: number): string {
  const unit = n >= 1e6 ? 'megabyte' : n >= 1e3 ? 'kilobyte' : 'byte';
  const value = n >= 1e6 ? n / 1e6 : n >= 1e3 ? n / 1e3 : n;
  return new Intl.NumberFormat(intlLocale(), { style: 'unit', unit, unitDisplay: unit === 'byte' ? 'long' : 'short', maximumFractionDigits: value < 10 && unit !== 'byte' ? 1 : 0 }).format(value);
}
