import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useMemo, useRef, useState } from 'preact/hooks';
import './virtual-list.css';

interface VirtualListProps<T> {
  items: readonly T[];
  keyOf: (item: T) => string;
  /* the height of a row that was not measured yet */
  estimate: number;
  render: (item: T, index: number) => ComponentChildren;
  label: string;
  /* how many there are when more can be loaded than are here; -1: not known */
  total?: number;
  /* the end is near: load more */
  onEnd?: () => void;
  /* this row is kept in the page, and scrolled to when it changes */
  activeKey?: string | null;
  id?: string;
  class?: string;
  /* the rows hold nothing that takes the focus: the list itself does, so that keys can scroll it */
  plain?: boolean;
}

const AHEAD = 480; // pixels drawn beyond the edges

/*
 * Rows of any height, of which only those near the window are in the page.  Heights are measured as
 * rows appear, so ten thousand rows cost what thirty cost.
 */
export function VirtualList<T>({ items, keyOf, estimate, render, label, total, onEnd, activeKey, id, class: extra, plain }: VirtualListProps<T>) {
  const box = useRef<HTMLDivElement>(null);
  const heights = useRef(new Map<string, number>());
  const [view, setView] = useState({ top: 0, height: 800 });
  const [measured, setMeasured] = useState(0);

  const tops = useMemo(() => {
    const out = new Float64Array(items.length + 1);
    for (let i = 0; i < items.length; i++) out[i + 1] = out[i]! + (heights.current.get(keyOf(items[i]!)) ?? estimate);
    return out;
  }, [items, estimate, measured]);
  const end = tops[items.length]!;

  const first = lowerBound(tops, view.top - AHEAD);
  const last = Math.min(items.length, lowerBound(tops, view.top + view.height + AHEAD) + 1);
  const active = activeKey ? items.findIndex((item) => keyOf(item) === activeKey) : -1;

  useLayoutEffect(() => {
    const element = box.current;
    if (!element) return;
    const look = () => setView({ top: element.scrollTop, height: element.clientHeight });
    const watch = new ResizeObserver(look);
    watch.observe(element);
    element.addEventListener('scroll', look, { passive: true });
    look();
    return () => {
      watch.disconnect();
      element.removeEventListener('scroll', look);
    };
  }, []);

  // a row may grow or shrink by itself, without this list being drawn again
  const sizes = useMemo(
    () =>
      new ResizeObserver((entries) => {
        let news = false;
        for (const { target, borderBoxSize } of entries) {
          const key = (target as HTMLElement).dataset['key'];
          const height = borderBoxSize[0]?.blockSize ?? 0;
          if (!key || height === 0 || heights.current.get(key) === height) continue;
          heights.current.set(key, height);
          news = true;
        }
        if (news) setMeasured((n) => n + 1);
      }),
    [],
  );
  useLayoutEffect(() => () => sizes.disconnect(), [sizes]);
  const watched = useRef(new Set<Element>());
  useLayoutEffect(() => {
    const rows = new Set<Element>(box.current?.querySelectorAll(':scope > ul > li'));
    for (const row of rows) if (!watched.current.has(row)) sizes.observe(row);
    for (const row of watched.current) if (!rows.has(row)) sizes.unobserve(row);
    watched.current = rows;
  });

  useLayoutEffect(() => {
    const element = box.current;
    if (!element || active < 0) return;
    const top = tops[active]!;
    const bottom = tops[active + 1]!;
    if (top < element.scrollTop) element.scrollTop = top;
    else if (bottom > element.scrollTop + element.clientHeight) element.scrollTop = bottom - element.clientHeight;
  }, [activeKey, active >= 0]);

  useLayoutEffect(() => {
    if (onEnd && items.length > 0 && end - view.top - view.height < 2 * AHEAD) onEnd();
  }, [end, view, items.length, onEnd]);

  // the chosen row stays in the page even when scrolled away: it may hold the focus
  const extraRow = active >= 0 && (active < first || active >= last) ? active : -1;
  const shown: number[] = [];
  for (let i = first; i < last; i++) shown.push(i);
  if (extraRow >= 0) shown.push(extraRow);

  return (
    <div id={id} ref={box} class={`k-vlist ${extra ?? ''}`} tabIndex={plain ? 0 : -1}>
      <ul role="list" aria-label={label} style={{ height: `${end}px` }}>
        {shown.map((i) => (
          <li key={keyOf(items[i]!)} data-key={keyOf(items[i]!)} aria-posinset={i + 1} aria-setsize={total ?? items.length} style={{ transform: `translateY(${tops[i]}px)` }}>
            {render(items[i]!, i)}
          </li>
        ))}
      </ul>
    </div>
  );
}

/* The last row whose top is not below y. */
function lowerBound(tops: Float64Array, y: number): number {
  let low = 0;
  let high = tops.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (tops[middle]! <= y) low = middle;
    else high = middle - 1;
  }
  return low;
}
