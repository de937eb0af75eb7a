import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef } from 'preact/hooks';
import { IconButton } from './button';
import './dialog.css';

interface DialogProps {
  open: boolean;
  onClose: () => void;
  title: string;
  /* the name of the cross; without it the dialog has no head of its own */
  closeLabel?: string;
  children: ComponentChildren;
  footer?: ComponentChildren;
  look?: 'card' | 'wide' | 'bar' | 'full';
}

/* The browser's own modal: it keeps the focus inside, and gives it back. */
export function Dialog({ open, onClose, title, closeLabel, children, footer, look = 'card' }: DialogProps) {
  const id = useId();
  const ref = useRef<HTMLDialogElement>(null);
  useLayoutEffect(() => {
    const dialog = ref.current;
    if (!dialog) return;
    if (open && !dialog.open) dialog.showModal();
    if (!open && dialog.open) dialog.close();
  }, [open]);
  if (!open) return null;
  return (
    <dialog
      ref={ref}
      class={`k-dialog k-dialog-${look}`}
      aria-labelledby={closeLabel ? id : undefined}
      aria-label={closeLabel ? undefined : title}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={(event) => event.stopPropagation()}
      onMouseDown={(event) => event.target === ref.current && onClose()}
    >
      <div class="k-dialog-box">
        {closeLabel && (
          <header class="k-dialog-head">
            <h2 id={id}>{title}</h2>
            <IconButton icon="close" label={closeLabel} onClick={onClose} />
          </header>
        )}
        <div class="k-dialog-body">{children}</div>
        {footer && <footer class="k-dialog-foot">{footer}</footer>}
      </div>
    </dialog>
  );
}
