import type { ComponentChildren } from 'preact';
import { Icon } from './icon';
import type { IconName } from './icons';
import './badge.css';

export type Tone = 'plain' | 'accent' | 'ok' | 'warn' | 'bad' | 'info' | 'note';

/* A number that wants attention. */
export function Badge({ count, label, max = 99 }: { count: number; label?: string; max?: number }) {
  if (count <= 0) return null;
  return (
    <span class="k-badge num">
      <span aria-hidden={label ? 'true' : undefined}>{count > max ? `${max}+` : count}</span>
      {label && <span class="sr-only">{label}</span>}
    </span>
  );
}

/* A word about a thing.  The tone adds to the word, it never stands for it. */
export function Tag({ tone = 'plain', icon, children }: { tone?: Tone; icon?: IconName; children: ComponentChildren }) {
  return (
    <span class={`k-tag k-tone-${tone}`}>
      {icon && <Icon name={icon} size={12} />}
      <span class="cut">{children}</span>
    </span>
  );
}

/* A coloured dot; its meaning is said in label, or by the words beside it. */
export function Dot({ color, tone, label }: { color?: string; tone?: 'ok' | 'warn' | 'bad' | 'off'; label?: string }) {
  return <span class={`k-dot ${tone ? `k-dot-${tone}` : ''}`} style={color ? { background: color } : undefined} role={label ? 'img' : undefined} aria-label={label} />;
}

export function Kbd({ children }: { children: ComponentChildren }) {
  return (
    <kbd class="k-kbd" aria-hidden="true">
      {children}
    </kbd>
  );
}
