import { useState } from 'preact/hooks';
import './avatar.css';

/* The letters that stand for a name: 陈美玲 → 陈, Nurul Huda → NH, "" → ?  */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/u).filter((word) => /[\p{L}\p{N}]/u.test(word));
  const first = words[0]?.match(/[\p{L}\p{N}]/u)?.[0];
  if (!first) return '?';
  if (/\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}/u.test(first)) return first;
  const second = words[1]?.match(/[\p{L}\p{N}]/u)?.[0] ?? '';
  return (first + second).toLocaleUpperCase();
}

/* The same id always gets the same one of the eight faces. */
export function face(id: string): number {
  let sum = 0;
  for (let i = 0; i < id.length; i++) sum = (sum * 31 + id.charCodeAt(i)) >>> 0;
  return sum % 8;
}

interface AvatarProps {
  id: string;
  name: string;
  src?: string | null;
  size?: 's' | 'm' | 'l';
  /* a channel's colour, as a dot at the corner; what it means is said in words beside */
  dot?: string;
  /* someone who is there right now */
  here?: boolean;
}

/* Always beside the name, so it is silent. */
export function Avatar({ id, name, src, size = 'm', dot, here }: AvatarProps) {
  const [broken, setBroken] = useState('');
  return (
    <span class={`k-av k-av-${size} k-face-${face(id)}`} aria-hidden="true">
      {src && src !== broken ? <img src={src} alt="" loading="lazy" onError={() => setBroken(src)} /> : <span>{initials(name)}</span>}
      {dot && (
        <span class="k-av-dot">
          <i style={{ background: dot }} />
        </span>
      )}
      {here && <span class="k-av-here" />}
    </span>
  );
}
