import { signal } from '@preact/signals';
import { useLayoutEffect, useRef } from 'preact/hooks';
import { Icon } from './icon';
import { IconButton } from './button';
import './toast.css';

export interface Toast {
  id: number;
  text: string;
  tone?: 'plain' | 'bad';
  /* what the one button does; the toast goes when it is pressed */
  action?: { label: string; run: () => void };
  seconds: number;
  /* called once when the toast goes without its action */
  onGone?: () => void;
}

const toasts = signal<Toast[]>([]);
let last = 0;

/* Says that something happened, for a while.  Returns how to take it away early. */
export function toast(text: string, options: Partial<Omit<Toast, 'id' | 'text'>> = {}): () => void {
  const id = ++last;
  const seconds = options.seconds ?? (options.action ? 10 : 5);
  // more than three at once is a wall: the oldest goes
  toasts.value = [...toasts.value.slice(-2), { ...options, id, text, seconds }];
  return () => drop(id, false);
}

/* Nobody is there any more who could use them. */
export function clearToasts(): void {
  for (const { id } of toasts.value) drop(id, false);
}

function drop(id: number, acted: boolean): void {
  const gone = toasts.value.find((item) => item.id === id);
  if (!gone) return;
  toasts.value = toasts.value.filter((item) => item.id !== id);
  if (!acted) gone.onGone?.();
}

function ToastCard({ item, closeLabel }: { item: Toast; closeLabel: string }) {
  return (
    <div class={`k-toast k-toast-${item.tone ?? 'plain'}`} data-toast={item.id}>
      <Icon name={item.tone === 'bad' ? 'alert' : 'check'} size={16} />
      <span class="k-toast-text">{item.text}</span>
      {item.action && (
        <button
          type="button"
          class="k-toast-action"
          onClick={() => {
            drop(item.id, true);
            item.action?.run();
          }}
        >
          {item.action.label}
        </button>
      )}
      <IconButton icon="close" size={14} label={closeLabel} onClick={() => drop(item.id, false)} />
      {/* the time left; its end is the toast's, so a hand or the focus on it holds both */}
      <span class="k-toast-time" style={{ animationDuration: `${item.seconds}s` }} onAnimationEnd={() => drop(item.id, false)} />
    </div>
  );
}

/* Once, near the end of the page.  In the top layer, so an open popover does not cover it. */
export function ToastHost({ label, closeLabel }: { label: string; closeLabel: string }) {
  const ref = useRef<HTMLDivElement>(null);
  const items = toasts.value;
  useLayoutEffect(() => {
    const host = ref.current;
    if (!host) return;
    const open = host.matches(':popover-open');
    // hiding it and showing it again would start the time of those that are there anew
    if (items.length > 0 && !open) host.showPopover();
    if (items.length === 0 && open) host.hidePopover();
  }, [items]);
  return (
    <div ref={ref} class="k-toasts" popover="manual" role="region" aria-label={label}>
      <div role="status" aria-live="polite">
        {items.map((item) => (
          <ToastCard key={item.id} item={item} closeLabel={closeLabel} />
        ))}
      </div>
    </div>
  );
}
