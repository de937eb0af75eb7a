import { toast } from '../../kit';
import { api } from '../api';
import type { Contact } from '../api-types';
import { isProblem } from '../api/problem';
import { explain } from '../explain';
import { t } from '../i18n';
import { contacts, readNow } from '../store/contacts';

export type ContactChange = Partial<Pick<Contact, 'name' | 'owner_id' | 'stage_id' | 'next_follow_up_at' | 'follow_up_reason' | 'custom'>>;

/*
 * Shows a change at once and keeps it when the server agrees.  Returns what is wrong, for the field
 * that was edited; null is good.  When somebody else was quicker their version is shown.
 */
export async function saveContact(id: string, change: ContactChange): Promise<string | null> {
  const row = contacts.peek(id);
  if (!row) return null;
  const guess = change.custom ? { ...change, custom: { ...row.custom, ...change.custom } } : change;
  const revert = contacts.guess(id, guess);
  try {
    contacts.put(await api.contacts.set(id, { ...change, version: row.version }));
    return null;
  } catch (error) {
    revert();
    if (isProblem(error, 'stale_version', 'conflict')) {
      await readNow(id).catch(() => undefined);
      toast(t('conflict.contact'), { tone: 'bad' });
      return null;
    }
    return explain(error);
  }
}
