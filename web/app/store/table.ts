/*
 * Rows by id, each in a signal of its own: what shows one row is drawn again when that row changes,
 * and only then.  An older version never replaces a newer one, in whatever order answers come.
 */
import { signal, type Signal } from '@preact/signals';

interface Row {
  id: string;
  version: number;
}

export class Table<T extends Row> {
  private readonly rows = new Map<string, Signal<T | undefined>>();

  private cell(id: string): Signal<T | undefined> {
    let cell = this.rows.get(id);
    if (!cell) this.rows.set(id, (cell = signal<T | undefined>(undefined)));
    return cell;
  }

  /* Reading this in a component draws it again when the row changes. */
  get(id: string): T | undefined {
    return this.cell(id).value;
  }

  peek(id: string): T | undefined {
    return this.rows.get(id)?.peek();
  }

  version(id: string): number {
    return this.peek(id)?.version ?? -1;
  }

  /* False: what we have is newer. */
  put(row: T): boolean {
    const cell = this.cell(row.id);
    const known = cell.peek();
    if (known && known.version > row.version) return false;
    cell.value = row;
    return true;
  }

  /* A change shown before the server has agreed; the version stays, so that its answer replaces it. */
  guess(id: string, change: Partial<T>): () => void {
    const cell = this.cell(id);
    const before = cell.peek();
    if (!before) return () => {};
    const guessed = { ...before, ...change };
    cell.value = guessed;
    return () => {
      if (cell.peek() === guessed) cell.value = before;
    };
  }

  /* Those that we have and that are so. */
  where(is: (row: T) => boolean): T[] {
    const found: T[] = [];
    for (const cell of this.rows.values()) {
      const row = cell.peek();
      if (row && is(row)) found.push(row);
    }
    return found;
  }

  drop(id: string): void {
    const cell = this.rows.get(id);
    if (cell) cell.value = undefined;
  }

  clear(): void {
    for (const cell of this.rows.values()) cell.value = undefined;
  }
}
