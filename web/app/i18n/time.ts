/* Times, always in the zone of the person who looks. */
import { signal } from '@preact/signals';
import { intlLocale, t } from './index';

/* Moves on every 15 seconds, and with it whatever says how long ago. */
export const now = signal(Date.now());
setInterval(() => (now.value = Date.now()), 15_000);

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

const formats = new Map<string, Intl.DateTimeFormat>();
function format(options: Intl.DateTimeFormatOptions, at: number | Date): string {
  const key = intlLocale() + JSON.stringify(options);
  let made = formats.get(key);
  if (!made) formats.set(key, (made = new Intl.DateTimeFormat(intlLocale(), options)));
  return made.format(at);
}

const unit = (value: number, name: 'minute' | 'hour' | 'day'): string =>
  new Intl.NumberFormat(intlLocale(), { style: 'unit', unit: name, unitDisplay: 'narrow', maximumFractionDigits: 0 }).format(value);

/* Midnight of the day that holds at, in the person's zone. */
export function dayStart(at: number | Date): number {
  const day = new Date(at);
  day.setHours(0, 0, 0, 0);
  return day.getTime();
}

/* Whole days from a to b by the calendar: 0 is the same day. */
export const daysBetween = (a: number, b: number): number => Math.round((dayStart(b) - dayStart(a)) / DAY);

export const clock = (at: string | number): string => format({ hour: '2-digit', minute: '2-digit' }, new Date(at));

export const fullTime = (at: string | number): string =>
  format({ weekday: 'short', day: 'numeric', month: 'short', year: 'numeric', hour: '2-digit', minute: '2-digit' }, new Date(at));

export function date(at: string | number): string {
  const sameYear = new Date(at).getFullYear() === new Date(now.value).getFullYear();
  return format(sameYear ? { day: 'numeric', month: 'short' } : { day: 'numeric', month: 'short', year: 'numeric' }, new Date(at));
}

/* "Today", "Yesterday", "Wednesday", "12 Nov" */
export function day(at: string | number): string {
  const past = daysBetween(new Date(at).getTime(), now.value);
  if (past === 0) return t('time.today');
  if (past === 1) return t('time.yesterday');
  if (past === -1) return t('time.tomorrow');
  if (past > 1 && past < 7) return format({ weekday: 'long' }, new Date(at));
  return date(at);
}

/* For a list row, as short as can be: "now", "4 min", "10:24", "Yesterday", "12 Nov". */
export function ago(at: string): string {
  const then = new Date(at).getTime();
  const past = now.value - then;
  if (past < MINUTE) return t('time.now');
  if (past < HOUR) return unit(Math.floor(past / MINUTE), 'minute');
  if (daysBetween(then, now.value) === 0) return clock(at);
  const label = day(at);
  return label === date(at) || label === t('time.yesterday') ? label : format({ weekday: 'short' }, new Date(at));
}

/* "2 min ago" in words, for health cards and tooltips. */
export function agoWords(at: string): string {
  const past = Math.max(0, now.value - new Date(at).getTime());
  const words = new Intl.RelativeTimeFormat(intlLocale(), { numeric: 'auto' });
  if (past < MINUTE) return t('time.justNow');
  if (past < HOUR) return words.format(-Math.floor(past / MINUTE), 'minute');
  if (past < DAY) return words.format(-Math.floor(past / HOUR), 'hour');
  return words.format(-daysBetween(new Date(at).getTime(), now.value), 'day');
}

/* "21 h 40 min", "2 days" */
export function span(ms: number): string {
  const whole = Math.max(0, ms);
  if (whole >= 2 * DAY) return unit(Math.floor(whole / DAY), 'day');
  const hours = Math.floor(whole / HOUR);
  const minutes = Math.floor((whole % HOUR) / MINUTE);
  return [hours > 0 ? unit(hours, 'hour') : '', minutes > 0 || hours === 0 ? unit(minutes, 'minute') : ''].filter(Boolean).join(' ');
}

/* "Today 09:00", "Tue, 25 Nov, 09:00" for what lies ahead; inside a sentence it is "today 09:00". */
export function when(at: string | number, inside = false): string {
  const ahead = daysBetween(now.value, new Date(at).getTime());
  if (ahead >= -1 && ahead <= 1) return `${inside ? day(at).toLocaleLowerCase(intlLocale()) : day(at)} ${clock(at)}`;
  return format({ weekday: 'short', day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' }, new Date(at));
}

/* 0:09, 12:31 */
export function playTime(seconds: number): string {
  const whole = Number.isFinite(seconds) ? Math.max(0, Math.round(seconds)) : 0;
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
}

/* For <input type="date"> and <input type="time">, which speak the person's zone without saying so. */
export function inputDate(at: number): string {
  const d = new Date(at);
  return `${d.getFullYear()}-${String(d.getMonth() + 1).padStart(2, '0')}-${String(d.getDate()).padStart(2, '0')}`;
}
export function inputTime(at: number): string {
  const d = new Date(at);
  return `${String(d.getHours()).padStart(2, '0')}:${String(d.getMinutes()).padStart(2, '0')}`;
}

/* Today plus n days, at an hour of the clock. */
export function atHour(days: number, hour: number): number {
  const d = new Date(now.peek());
  d.setDate(d.getDate() + days);
  d.setHours(hour, 0, 0, 0);
  return d.getTime();
}
