import type { ComponentChildren } from 'preact';
import { Icon } from './icon';
import type { IconName } from './icons';
import { Kbd } from './badge';
import { Popover, type PopoverTrigger } from './popover';
import type { Align } from './place';
import './menu.css';

export interface MenuItem {
  key: string;
  label: ComponentChildren;
  /* a second, quieter line or word */
  detail?: ComponentChildren;
  icon?: IconName;
  kbd?: string;
  /* given: one of several of which one holds */
  checked?: boolean;
  danger?: boolean;
  disabled?: boolean;
  run: () => void;
}
export type MenuEntry = MenuItem | { key: string; heading: string } | { key: string; rule: true };

interface MenuProps {
  label: string;
  items: MenuEntry[];
  trigger: (props: PopoverTrigger) => ComponentChildren;
  align?: Align;
  prefer?: 'below' | 'above';
}

/* Up and down move, letters jump to what begins with them, Enter chooses, Escape leaves. */
function walk(event: KeyboardEvent): void {
  const list = event.currentTarget as HTMLElement;
  const items = [...list.querySelectorAll<HTMLElement>('[role^="menuitem"]:not([aria-disabled="true"])')];
  const at = items.indexOf(document.activeElement as HTMLElement);
  let to = { ArrowDown: at + 1, ArrowUp: at < 0 ? items.length - 1 : at - 1, Home: 0, End: items.length - 1 }[event.key];
  if (to === undefined && event.key.length === 1 && event.key !== ' ' && !event.ctrlKey && !event.metaKey) {
    const letter = event.key.toLocaleLowerCase();
    const order = [...items.slice(at + 1), ...items.slice(0, at + 1)];
    const hit = order.find((item) => item.textContent?.trim().toLocaleLowerCase().startsWith(letter));
    to = hit ? items.indexOf(hit) : undefined;
  }
  // the page's own single-letter keys are not meant here
  event.stopPropagation();
  if (to === undefined) return;
  event.preventDefault();
  items[(to + items.length) % items.length]?.focus();
}

export function Menu({ label, items, trigger, align, prefer }: MenuProps) {
  return (
    <Popover label={label} kind="menu" trigger={trigger} align={align} prefer={prefer}>
      {(close) => (
        <div class="k-menu" role="menu" aria-label={label} onKeyDown={walk}>
          {items.map((item) => {
            if ('rule' in item) return <hr key={item.key} class="k-menu-rule" />;
            if ('heading' in item)
              return (
                <div key={item.key} class="k-menu-heading" role="presentation">
                  {item.heading}
                </div>
              );
            return (
              <button
                key={item.key}
                type="button"
                role={item.checked === undefined ? 'menuitem' : 'menuitemradio'}
                aria-checked={item.checked}
                aria-disabled={item.disabled || undefined}
                class={`k-menu-item ${item.danger ? 'k-menu-danger' : ''}`}
                tabIndex={-1}
                onClick={() => {
                  if (item.disabled) return;
                  close();
                  item.run();
                }}
              >
                {item.icon && <Icon name={item.icon} size={16} />}
                <span class="k-menu-label">
                  {item.label}
                  {item.detail && <small>{item.detail}</small>}
                </span>
                {item.checked && <Icon name="check" size={16} />}
                {item.kbd && <Kbd>{item.kbd}</Kbd>}
              </button>
            );
          })}
        </div>
      )}
    </Popover>
  );
}
