import { icons, type IconName } from './icons';
import './icon.css';

/* A drawing beside words is silent; one that stands alone carries its meaning in title. */
export function Icon({ name, size = 18, title }: { name: IconName; size?: number; title?: string }) {
  return (
    <svg class="k-icon" viewBox="0 0 24 24" width={size} height={size} role={title ? 'img' : undefined} aria-label={title} aria-hidden={title ? undefined : 'true'}>
      <path d={icons[name]} />
    </svg>
  );
}
