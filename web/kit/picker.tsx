import type { ComponentChildren } from 'preact';
import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { Icon } from './icon';
import type { IconName } from './icons';
import { Kbd } from './badge';
import './picker.css';

export interface PickerItem {
  key: string;
  label: string;
  detail?: string;
  /* further words it is found by */
  words?: string;
  group?: string;
  icon?: IconName;
  lead?: ComponentChildren;
  kbd?: string;
  checked?: boolean;
  run: () => void;
}

interface PickerProps {
  label: string;
  placeholder: string;
  items: PickerItem[];
  empty: string;
  onDone: () => void;
  onQuery?: (query: string) => void;
}

/* Keeps what holds every word of the query; what begins with it comes first. */
export function rank(items: PickerItem[], query: string): PickerItem[] {
  const words = query.toLocaleLowerCase().split(/\s+/u).filter(Boolean);
  if (words.length === 0) return items;
  const scored = items.flatMap((item, at) => {
    const label = item.label.toLocaleLowerCase();
    const all = `${label} ${item.words?.toLocaleLowerCase() ?? ''} ${item.detail?.toLocaleLowerCase() ?? ''}`;
    if (!words.every((word) => all.includes(word))) return [];
    const score = label.startsWith(words[0]!) ? 0 : label.includes(words[0]!) ? 1 : 2;
    return [{ item, order: score * 1000 + at }];
  });
  return scored.sort((a, b) => a.order - b.order).map(({ item }) => item);
}

/* Type to narrow, arrows to move, Enter to choose: the command bar and every long choice. */
export function Picker({ label, placeholder, items, empty, onDone, onQuery }: PickerProps) {
  const id = useId();
  const list = useRef<HTMLDivElement>(null);
  const [query, setQuery] = useState('');
  const [at, setAt] = useState(0);
  const found = rank(items, query);
  const active = found[Math.min(at, found.length - 1)];

  useLayoutEffect(() => {
    list.current?.querySelector('[aria-selected="true"]')?.scrollIntoView({ block: 'nearest' });
  });

  const choose = (item: PickerItem | undefined) => {
    if (!item) return;
    onDone();
    item.run();
  };
  const key = (event: KeyboardEvent) => {
    event.stopPropagation();
    const to = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: found.length - 1 }[event.key];
    if (event.key === 'Enter' && !event.isComposing) {
      event.preventDefault();
      choose(active);
    } else if (to !== undefined && found.length > 0) {
      event.preventDefault();
      setAt((to + found.length) % found.length);
    }
  };
  let group: string | undefined;
  return (
    <div class="k-picker">
      <div class="k-picker-head">
        <Icon name="search" size={16} />
        <input
          autofocus
          type="text"
          role="combobox"
          aria-label={label}
          aria-expanded="true"
          aria-controls={`${id}l`}
          aria-activedescendant={active ? `${id}-${active.key}` : undefined}
          autocomplete="off"
          spellcheck={false}
          placeholder={placeholder}
          value={query}
          onInput={(event) => {
            setQuery(event.currentTarget.value);
            setAt(0);
            onQuery?.(event.currentTarget.value);
          }}
          onKeyDown={key}
        />
      </div>
      <div class="k-picker-list" id={`${id}l`} role="listbox" aria-label={label} ref={list}>
        {found.map((item) => {
          const heading = item.group !== group ? item.group : undefined;
          group = item.group;
          return [
            heading && (
              <div key={`g-${heading}`} class="k-picker-group" role="presentation">
                {heading}
              </div>
            ),
            <div
              key={item.key}
              id={`${id}-${item.key}`}
              class="k-picker-item"
              role="option"
              aria-selected={item === active}
              onMouseMove={() => item !== active && setAt(found.indexOf(item))}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => choose(item)}
            >
              {item.lead ?? (item.icon && <Icon name={item.icon} size={16} />)}
              <span class="k-picker-label">
                {item.label}
                {item.detail && <small>{item.detail}</small>}
              </span>
              {item.checked && <Icon name="check" size={16} />}
              {item.kbd && <Kbd>{item.kbd}</Kbd>}
            </div>,
          ];
        })}
      </div>
      {found.length === 0 && <p class="k-picker-empty">{empty}</p>}
    </div>
  );
}
