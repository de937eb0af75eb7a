/*
 * Puts a popover beside what opened it: below if there is room, else above, and always inside the
 * window.  Written through the style object, which a strict policy allows.
 */
export type Align = 'start' | 'end' | 'center';

const EDGE = 8;
const GAP = 4;

export function place(anchor: Element, pop: HTMLElement, align: Align = 'start', prefer: 'below' | 'above' = 'below'): void {
  const a = anchor.getBoundingClientRect();
  const width = pop.offsetWidth;
  const height = pop.offsetHeight;
  const below = innerHeight - a.bottom - EDGE - GAP;
  const above = a.top - EDGE - GAP;
  const down = prefer === 'below' ? below >= height || below >= above : above < height && below > above;
  const left = { start: a.left, end: a.right - width, center: a.left + a.width / 2 - width / 2 }[align];
  const top = down ? a.bottom + GAP : a.top - GAP - height;
  pop.style.left = `${Math.max(EDGE, Math.min(left, innerWidth - width - EDGE))}px`;
  pop.style.top = `${Math.max(EDGE, Math.min(top, innerHeight - height - EDGE))}px`;
}
