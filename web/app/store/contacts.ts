/* Contacts by id, and their notes. */
import { api } from '../api';
import type { Contact, Note } from '../api-types';
import { Refetch } from './refetch';
import { Resource } from './resource';
import { Table } from './table';

export const contacts = new Table<Contact>();
const notes = new Map<string, Resource<Note[]>>();
const wanted = new Set<string>();

async function read(id: string): Promise<void> {
  contacts.put(await api.contacts.get(id));
}
const refetch = new Refetch(read);

/* Undefined until it is here; the first look starts reading it. */
export function contact(id: string): Contact | undefined {
  if (!wanted.has(id)) {
    wanted.add(id);
    refetch.add(id);
  }
  return contacts.get(id);
}

export function changed(id: string): void {
  if (wanted.has(id)) refetch.add(id);
}

export const readNow = read;

export function notesOf(id: string): Resource<Note[]> {
  let resource = notes.get(id);
  if (!resource) notes.set(id, (resource = new Resource(() => api.contacts.notes(id).then((items) => items.sort((a, b) => b.created_at.localeCompare(a.created_at))))));
  return resource;
}

export function notesChanged(id: string): void {
  notes.get(id)?.refresh();
}

export function refreshAll(): void {
  for (const id of wanted) if (contacts.peek(id)) refetch.add(id);
  for (const resource of notes.values()) resource.refresh();
}

/* What could not be read while there was no connection. */
export function readFailed(): void {
  for (const id of wanted) if (!contacts.peek(id)) refetch.add(id);
  for (const resource of notes.values()) resource.readFailed();
}

export function forget(): void {
  contacts.clear();
  notes.clear();
  wanted.clear();
}
