import type { ComponentChildren } from 'preact';
import { focusSoon } from './focus';
import './tabs.css';

export interface TabItem<K extends string> {
  key: K;
  label: ComponentChildren;
  /* a small number beside the label, and how it is read out */
  count?: string;
  countLabel?: string;
  kbd?: ComponentChildren;
}

interface TabsProps<K extends string> {
  label: string;
  items: TabItem<K>[];
  value: K;
  onChange: (key: K) => void;
  /* the id of the element that shows what a tab stands for */
  panel: string;
  look?: 'soft' | 'line';
}

/* Arrows move between the tabs and choose at once; the Tab key leaves the row. */
export function Tabs<K extends string>({ label, items, value, onChange, panel, look = 'soft' }: TabsProps<K>) {
  const step = (event: KeyboardEvent) => {
    const at = items.findIndex((item) => item.key === value);
    const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: items.length - 1 }[event.key];
    if (to === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    const next = items[(to + items.length) % items.length]!;
    onChange(next.key);
    const row = event.currentTarget as HTMLElement;
    focusSoon(() => row.querySelector<HTMLElement>('[aria-selected="true"]'));
  };
  return (
    <div class={`k-tabs k-tabs-${look}`} role="tablist" aria-label={label} onKeyDown={step}>
      {items.map((item) => (
        <button
          key={item.key}
          type="button"
          role="tab"
          aria-selected={item.key === value}
          aria-controls={panel}
          tabIndex={item.key === value ? 0 : -1}
          onClick={() => onChange(item.key)}
        >
          {item.label}
          {item.count && (
            <span class="k-tabs-count num">
              <span aria-hidden={item.countLabel ? 'true' : undefined}>{item.count}</span>
              {item.countLabel && <span class="sr-only">{item.countLabel}</span>}
            </span>
          )}
          {item.kbd}
        </button>
      ))}
    </div>
  );
}
