/* Files on their way into a reply: uploaded as soon as they are chosen, attached when it is sent. */
import { signal } from '@preact/signals';
import { api } from '../api';
import type { Attachment } from '../api-types';
import { newKey } from '../api/client';
import { isProblem } from '../api/problem';
import { explain } from '../explain';
import { bytes, t } from '../i18n';
import { onLeave } from '../store/session';

export const MAX_FILES = 10;
export const MAX_BYTES = 25 * 1024 * 1024;

export interface Upload {
  key: string;
  name: string;
  bytes: number;
  /* 0 to 1 while it is going up */
  part: number;
  attachment: Attachment | null;
  error: string | null;
  /* null: it came back from a message that was taken back */
  file: File | null;
  stop: AbortController;
}

export class Attachments {
  readonly list = signal<readonly Upload[]>([]);

  private set(key: string, change: Partial<Upload>): void {
    this.list.value = this.list.peek().map((one) => (one.key === key ? { ...one, ...change } : one));
  }

  get ready(): boolean {
    return this.list.value.every((one) => one.attachment !== null);
  }

  /* Says why when one is refused. */
  add(files: Iterable<File>): string | null {
    let refused: string | null = null;
    for (const file of files) {
      if (this.list.peek().length >= MAX_FILES) return t('attach.tooMany', { n: MAX_FILES });
      if (file.size > MAX_BYTES) refused = t('attach.tooLarge', { name: file.name, max: bytes(MAX_BYTES) });
      else if (file.size === 0) refused = t('attach.empty', { name: file.name });
      else this.start(file);
    }
    return refused;
  }

  private start(file: File): void {
    const key = newKey();
    this.list.value = [...this.list.peek(), { key, name: file.name, bytes: file.size, part: 0, attachment: null, error: null, file, stop: new AbortController() }];
    void this.send(key);
  }

  private async send(key: string): Promise<void> {
    const one = this.list.peek().find((item) => item.key === key);
    if (!one?.file) return;
    try {
      const attachment = await api.upload(one.file, (part) => this.set(key, { part }), one.stop.signal);
      this.set(key, { attachment, part: 1 });
    } catch (error) {
      if (!isProblem(error, 'cancelled')) this.set(key, { error: explain(error) });
    }
  }

  retry(key: string): void {
    this.set(key, { error: null, part: 0 });
    void this.send(key);
  }

  drop(key: string): void {
    this.list.peek().find((one) => one.key === key)?.stop.abort();
    this.list.value = this.list.peek().filter((one) => one.key !== key);
  }

  /* Taken back before they left: they may go into the next one. */
  giveBack(back: readonly Attachment[]): void {
    const known = new Set(this.list.peek().map((one) => one.attachment?.id));
    const again = back.filter((one) => !known.has(one.id)).map((one): Upload => ({ key: newKey(), name: one.name, bytes: one.bytes, part: 1, attachment: one, error: null, file: null, stop: new AbortController() }));
    if (again.length > 0) this.list.value = [...this.list.peek(), ...again];
  }

  /* Hands over what was uploaded, and is empty again. */
  take(): Attachment[] {
    const taken = this.list.peek().flatMap((one) => (one.attachment ? [one.attachment] : []));
    this.list.value = [];
    return taken;
  }
}

/* Each conversation keeps its own while one looks elsewhere, as it keeps its draft. */
const waiting = new Map<string, Attachments>();
onLeave((keep) => void (keep || waiting.clear()));

export function filesOf(conversation: string): Attachments {
  let files = waiting.get(conversation);
  if (!files) waiting.set(conversation, (files = new Attachments()));
  return files;
}
