/* A list that is small, read whole, and read again when the feed says that it changed. */
import { signal } from '@preact/signals';

export class Resource<T> {
  private readonly cell = signal<T | null>(null);
  private readonly trouble = signal<unknown>(null);
  private running: Promise<void> | null = null;
  private again = false;

  constructor(private readonly fetch: () => Promise<T>) {}

  /* Null until it was read once; the first look starts that. */
  get value(): T | null {
    if (this.cell.peek() === null && !this.running && this.trouble.peek() === null) void this.load();
    return this.cell.value;
  }

  get error(): unknown {
    return this.trouble.value;
  }

  peek(): T | null {
    return this.cell.peek();
  }

  set(value: T): void {
    this.cell.value = value;
  }

  /* Several calls while one is under way end in one more, not in several. */
  load(): Promise<void> {
    if (this.running) {
      this.again = true;
      return this.running;
    }
    this.running = this.run().finally(() => {
      this.running = null;
      if (this.again) {
        this.again = false;
        void this.load();
      }
    });
    return this.running;
  }

  private async run(): Promise<void> {
    try {
      this.cell.value = await this.fetch();
      this.trouble.value = null;
    } catch (error) {
      this.trouble.value = error;
    }
  }

  /* Reads again only what somebody has looked at. */
  refresh(): void {
    if (this.cell.peek() !== null || this.trouble.peek() !== null) void this.load();
  }

  readFailed(): void {
    if (this.trouble.peek() !== null) void this.load();
  }

  clear(): void {
    this.cell.value = null;
    this.trouble.value = null;
  }
}
