import { useEffect, useRef, useState } from 'preact/hooks';
import { Kbd } from './badge';
import { place } from './place';
import './tooltip.css';

const WAIT_MS = 400;

/*
 * One tooltip for the whole page: any element with data-tip (and data-tip-key) shows it on hover and
 * on keyboard focus.  It repeats the element's accessible name, so it is hidden from screen readers.
 */
export function TooltipHost() {
  const pop = useRef<HTMLDivElement>(null);
  const [target, setTarget] = useState<HTMLElement | null>(null);

  useEffect(() => {
    let timer = 0;
    const find = (event: Event) => (event.target as Element | null)?.closest?.<HTMLElement>('[data-tip]') ?? null;
    const over = (event: PointerEvent) => {
      if (event.pointerType === 'touch') return;
      const element = find(event);
      clearTimeout(timer);
      if (element) timer = window.setTimeout(() => setTarget(element), WAIT_MS);
      else setTarget(null);
    };
    const focus = (event: FocusEvent) => {
      const element = find(event);
      setTarget(element?.matches(':focus-visible') ? element : null);
    };
    const hide = () => {
      clearTimeout(timer);
      setTarget(null);
    };
    const key = (event: KeyboardEvent) => event.key === 'Escape' && hide();
    document.addEventListener('pointerover', over);
    document.addEventListener('focusin', focus);
    document.addEventListener('pointerdown', hide);
    document.addEventListener('keydown', key);
    document.addEventListener('scroll', hide, true);
    return () => {
      clearTimeout(timer);
      document.removeEventListener('pointerover', over);
      document.removeEventListener('focusin', focus);
      document.removeEventListener('pointerdown', hide);
      document.removeEventListener('keydown', key);
      document.removeEventListener('scroll', hide, true);
    };
  }, []);

  useEffect(() => {
    const element = pop.current;
    if (!element) return;
    if (!target?.isConnected) {
      if (element.matches(':popover-open')) element.hidePopover();
      return;
    }
    element.showPopover();
    place(target, element, 'center', 'above');
  }, [target]);

  return (
    <div ref={pop} class="k-tip" popover="manual" aria-hidden="true">
      {target?.dataset['tip']}
      {target?.dataset['tipKey'] && <Kbd>{target.dataset['tipKey']}</Kbd>}
    </div>
  );
}
