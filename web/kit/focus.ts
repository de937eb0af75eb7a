/* Focus for what is about to be shown: once the pending render is done, which is before the browser hands over the
   next key, so that a quick typist's letters go where they were meant; a frame later when it is not there yet. */
export function focusSoon(find: () => HTMLElement | null | undefined, options?: FocusOptions): void {
  queueMicrotask(() => {
    const found = find();
    if (found) found.focus(options);
    else requestAnimationFrame(() => find()?.focus(options));
  });
}
