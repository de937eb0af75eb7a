/*
 * What the visitor wrote and the server has not taken yet.  It survives a reload, is sent in order, and
 * carries an id of its own: sent twice, it is stored once.
 */
export interface Waiting {
  client_id: string;
  body: string;
  upload_ids: string[];
  at: string;
  failed: boolean;
}

export type Outcome = 'taken' | 'later' | 'refused';

export class Queue {
  items: Waiting[];
  private running = false;
  private tried = 0;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(
    private readonly store: { read(): string | null; write(text: string): void },
    private readonly send: (item: Waiting) => Promise<Outcome>,
    private readonly changed: () => void,
    private readonly delay: (tried: number) => number = (tried) => Math.min(30_000, 500 * 2 ** tried) * (0.5 + Math.random() / 2),
  ) {
    this.items = parse(store.read());
  }

  add(item: Omit<Waiting, 'failed'>): void {
    this.items = [...this.items, { ...item, failed: false }];
    this.keep();
    void this.run();
  }

  retry(id: string): void {
    this.items = this.items.map((item) => (item.client_id === id ? { ...item, failed: false } : item));
    this.keep();
    this.hurry();
  }

  /* The connection is back: do not wait for the timer. */
  hurry(): void {
    clearTimeout(this.timer);
    this.tried = 0;
    void this.run();
  }

  private keep(): void {
    this.store.write(JSON.stringify(this.items));
    this.changed();
  }

  private async run(): Promise<void> {
    if (this.running) return;
    this.running = true;
    try {
      for (let item = this.next(); item; item = this.next()) {
        const outcome = await this.send(item);
        if (outcome === 'later') {
          this.timer = setTimeout(() => void this.run(), this.delay(this.tried++));
          return;
        }
        this.tried = 0;
        const id = item.client_id;
        this.items = outcome === 'taken' ? this.items.filter((one) => one.client_id !== id) : this.items.map((one) => (one.client_id === id ? { ...one, failed: true } : one));
        this.keep();
      }
    } finally {
      this.running = false;
    }
  }

  private next(): Waiting | undefined {
    return this.items.find((item) => !item.failed);
  }
}

function parse(text: string | null): Waiting[] {
  try {
    const list: unknown = JSON.parse(text ?? '[]');
    return Array.isArray(list) ? (list as Waiting[]).filter((item) => typeof item?.client_id === 'string' && Array.isArray(item.upload_ids)) : [];
  } catch {
    return [];
  }
}
