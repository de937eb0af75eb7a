import { useEffect, useState } from 'preact/hooks';
import { EmptyState, Icon, Skeleton } from '../../kit';
import { explain } from '../explain';
import { t } from '../i18n';
import { contacts, contact, readNow } from '../store/contacts';
import { ContactDetails, ContactHead } from './details';

/* One person, with room. */
export function ContactPage({ id }: { id: string }) {
  const row = contact(id);
  const [error, fail] = useState<unknown>(null);
  useEffect(() => {
    if (!contacts.peek(id)) readNow(id).catch(fail);
  }, [id]);
  useEffect(() => {
    document.title = `${row?.name || t('contact.title')} · Sambung`;
  }, [row?.name]);
  return (
    <main id="main" class="pane contact-page" tabIndex={-1} aria-label={row?.name || t('contact.title')}>
      <header class="bar">
        <a class="k-ib" href={`/contacts${location.search}`} aria-label={t('contacts.back')} data-tip={t('contacts.back')}>
          <Icon name="chevronLeft" size={20} />
        </a>
        <h1 class="cut">{row?.name || t('contact.title')}</h1>
        {row?.conversations[0] && (
          <a class="k-btn" href={`/inbox/${row.conversations[0].id}`}>
            <Icon name="chat" size={16} /> {t('contact.openThread')}
          </a>
        )}
      </header>
      {error ? (
        <EmptyState icon="alert" title={t('contact.gone')} action={<a class="k-btn" href="/contacts">{t('contacts.back')}</a>}>
          {explain(error)}
        </EmptyState>
      ) : row ? (
        <div class="contact-cards">
          <ContactHead contact={row} />
          <ContactDetails contact={row} />
        </div>
      ) : (
        <Skeleton look="text" rows={6} label={t('loading')} />
      )}
    </main>
  );
}
