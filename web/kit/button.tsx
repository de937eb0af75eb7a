import type { ComponentChildren, JSX } from 'preact';
import { Icon } from './icon';
import type { IconName } from './icons';
import { Kbd } from './badge';
import './button.css';

type Native = Omit<JSX.HTMLAttributes<HTMLButtonElement>, 'size' | 'icon' | 'loading'> & Pick<JSX.ButtonHTMLAttributes, 'type' | 'disabled' | 'form' | 'popovertarget' | 'value'>;

export interface ButtonProps extends Native {
  tone?: 'plain' | 'primary' | 'quiet' | 'danger';
  size?: 'm' | 's';
  icon?: IconName;
  /* busy keeps the button's width and focus, and takes no second click */
  busy?: boolean;
  kbd?: string;
  children?: ComponentChildren;
}

export function Button({ tone = 'plain', size = 'm', icon, busy, kbd, children, class: extra, onClick, type = 'button', ...rest }: ButtonProps) {
  return (
    <button
      {...rest}
      type={type}
      class={`k-btn k-btn-${tone} k-btn-${size} ${extra ?? ''}`}
      aria-busy={busy || undefined}
      aria-disabled={busy || undefined}
      onClick={(event) => (busy ? event.preventDefault() : onClick?.(event))}
    >
      {icon && <Icon name={icon} size={size === 's' ? 14 : 16} />}
      {children !== undefined && <span class="k-btn-label">{children}</span>}
      {kbd && <Kbd>{kbd}</Kbd>}
    </button>
  );
}

export interface IconButtonProps extends Native {
  icon: IconName;
  label: string;
  kbd?: string;
  size?: number;
  pressed?: boolean;
}

/* The label is the name for a screen reader, and the tooltip for everybody else. */
export function IconButton({ icon, label, kbd, size = 18, pressed, class: extra, type = 'button', ...rest }: IconButtonProps) {
  return (
    <button {...rest} type={type} class={`k-ib ${extra ?? ''}`} aria-label={label} aria-pressed={pressed} data-tip={label} data-tip-key={kbd}>
      <Icon name={icon} size={size} />
    </button>
  );
}
