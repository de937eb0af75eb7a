/* Ids that must be read again, gathered for a moment, then read a few at a time; an id named twice is read once. */
const GATHER_MS = 25;
const AT_ONCE = 4;

export class Refetch {
  private readonly wanted = new Set<string>();
  private readonly running = new Set<string>();
  private timer: ReturnType<typeof setTimeout> | null = null;

  /* many: what to do instead when more than limit ids came at once */
  constructor(
    private readonly one: (id: string) => Promise<void>,
    private readonly limit = Infinity,
    private readonly many: () => void = () => {},
  ) {}

  add(id: string): void {
    this.wanted.add(id);
    this.timer ??= setTimeout(() => this.flush(), GATHER_MS);
  }

  private flush(): void {
    this.timer = null;
    if (this.wanted.size > this.limit) {
      this.wanted.clear();
      this.many();
      return;
    }
    for (const id of this.wanted) {
      if (this.running.size >= AT_ONCE) return;
      // changed again while it is being read: wait for that read, then read once more
      if (this.running.has(id)) continue;
      this.wanted.delete(id);
      this.running.add(id);
      void this.one(id)
        .catch(() => undefined)
        .finally(() => {
          this.running.delete(id);
          if (this.wanted.size > 0) this.flush();
        });
    }
  }
}
