import { EmptyState, Icon, IconButton, Skeleton } from '../../kit';
import { t } from '../i18n';
import { go, withQuery } from '../router';
import { contact } from '../store/contacts';
import { can } from '../store/session';
import { ContactDetails, ContactHead } from './details';
import './panel.css';

/* The person beside the thread.  On narrower windows it lies over it, or has the screen to itself. */
export function ContactPanel({ id, conversation }: { id: string; conversation: string }) {
  const row = can('contacts:read') ? contact(id) : undefined;
  return (
    <section class="panel" aria-label={t('contact.title')}>
      <header class="panel-bar">
        <IconButton icon="chevronLeft" size={22} label={t('thread.backTo')} onClick={() => go(withQuery({ panel: null }))} />
        <h1>{t('contact.title')}</h1>
      </header>
      {!can('contacts:read') ? (
        <EmptyState icon="lock" title={t('contact.hidden')} />
      ) : row ? (
        <>
          <ContactHead contact={row} />
          <ContactDetails contact={row} conversation={conversation} />
          <a class="panel-page" href={`/contacts/${id}`}>
            {t('thread.contactPage')} <Icon name="chevronRight" size={14} />
          </a>
        </>
      ) : (
        <Skeleton look="text" rows={6} label={t('loading')} />
      )}
    </section>
  );
}
