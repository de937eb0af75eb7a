import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { place, type Align } from './place';
import './popover.css';

export interface PopoverTrigger {
  popovertarget: string;
  'aria-expanded': boolean;
  'aria-haspopup': 'menu' | 'dialog' | 'listbox';
}

interface PopoverProps {
  trigger: (props: PopoverTrigger) => ComponentChildren;
  /* drawn only while open; close() puts the focus back where it was */
  children: (close: () => void) => ComponentChildren;
  align?: Align;
  prefer?: 'below' | 'above';
  kind?: 'menu' | 'dialog' | 'listbox';
  label: string;
  class?: string;
  onToggle?: (open: boolean) => void;
}

/* A button and what it opens over the page.  Escape and a click elsewhere close it: the browser's own light dismiss. */
export function Popover({ trigger, children, align, prefer, kind = 'dialog', label, class: extra, onToggle }: PopoverProps) {
  const id = useId();
  const pop = useRef<HTMLDivElement>(null);
  const [open, setOpen] = useState(false);

  useLayoutEffect(() => {
    const element = pop.current;
    if (!element) return;
    const toggled = (event: Event) => {
      const now = (event as ToggleEvent).newState === 'open';
      setOpen(now);
      onToggle?.(now);
    };
    element.addEventListener('beforetoggle', toggled);
    return () => element.removeEventListener('beforetoggle', toggled);
  }, [onToggle]);

  useLayoutEffect(() => {
    const element = pop.current;
    const button = document.querySelector(`[popovertarget="${CSS.escape(id)}"]`);
    if (!open || !element || !button) return;
    const settle = () => place(button, element, align, prefer);
    const first = requestAnimationFrame(() => {
      settle();
      (element.querySelector<HTMLElement>('[autofocus]') ?? element.querySelector<HTMLElement>('[role^="menuitem"], input, button, [tabindex="0"]'))?.focus();
    });
    const watch = new ResizeObserver(settle);
    watch.observe(element);
    addEventListener('resize', settle);
    return () => {
      cancelAnimationFrame(first);
      watch.disconnect();
      removeEventListener('resize', settle);
    };
  }, [open, align, prefer]);

  const close = () => pop.current?.hidePopover();
  return (
    <>
      {trigger({ popovertarget: id, 'aria-expanded': open, 'aria-haspopup': kind })}
      <div id={id} ref={pop} popover="auto" class={`k-pop ${extra ?? ''}`} role={kind === 'dialog' ? 'dialog' : undefined} aria-label={kind === 'dialog' ? label : undefined}>
        {open && children(close)}
      </div>
    </>
  );
}
