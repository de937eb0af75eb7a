/* The keyboard map.  Screens add their keys while they are shown; single letters are quiet while somebody types. */
import { useEffect, useLayoutEffect } from 'preact/hooks';
import type { Key } from '../i18n';

export interface Binding {
  keys: string;
  label: Key;
  group: Key;
  run: () => void;
}

const bindings: Binding[] = [];

export function useBindings(list: Binding[], deps: unknown[]): void {
  // with the screen, not after it: who sees it may press its keys
  useLayoutEffect(() => {
    bindings.push(...list);
    return () => {
      for (const one of list) bindings.splice(bindings.indexOf(one), 1);
    };
  }, deps);
}

const typing = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && (target.isContentEditable || target.matches('textarea, select, input:not([type="checkbox"], [type="radio"], [type="range"])'));

const busy = (): boolean => document.querySelector('dialog[open], [popover="auto"]:popover-open') !== null;

/* "j", "?", "Enter", "Mod+k": Mod is Ctrl, or the command key on a Mac. */
function name(event: KeyboardEvent): string {
  const mod = event.ctrlKey || event.metaKey ? 'Mod+' : '';
  return mod + (event.key.length === 1 ? event.key.toLowerCase() : event.key);
}

function onKey(event: KeyboardEvent): void {
  if (event.defaultPrevented || event.altKey || event.isComposing) return;
  const pressed = name(event);
  const free = pressed.startsWith('Mod+');
  if (!free && (typing(event.target) || busy())) return;
  // the one added last is the one nearest to what is shown
  const found = bindings.findLast((one) => one.keys.split(' ').includes(pressed));
  if (!found) return;
  event.preventDefault();
  found.run();
}

export function useKeys(): void {
  useEffect(() => {
    document.addEventListener('keydown', onKey);
    return () => document.removeEventListener('keydown', onKey);
  }, []);
}

export const isMac = /Mac|iPhone|iPad/.test(navigator.platform);
export const modKey = isMac ? '⌘' : 'Ctrl';
