import { signal } from '@preact/signals';

const said = signal({ text: '', n: 0 });

/* Said aloud by a screen reader, politely; the eye sees the same thing elsewhere. */
export function announce(text: string): void {
  said.value = { text, n: said.peek().n + 1 };
}

export function Announcer() {
  const { text, n } = said.value;
  return (
    <div class="sr-only" aria-live="polite" id="announcer">
      <p key={n}>{text}</p>
    </div>
  );
}
