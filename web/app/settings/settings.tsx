import { useEffect, useState } from 'preact/hooks';
import { Icon, type IconName } from '../../kit';
import { t } from '../i18n';
import type { SettingsPage } from '../router';
import { can } from '../store/session';
import { AuditPage } from './audit';
import { ChannelsPage } from './channels';
import { ChannelPage } from './channel';
import { ConnectPage } from './connect';
import { FieldsPage } from './fields';
import { HoursPage } from './hours';
import { KeysPage } from './keys';
import { PreferencesPage } from './preferences';
import { SecurityPage } from './security';
import { TeamsPage } from './teams';
import './settings.css';

/* needs: who lacks that permission is not shown the page */
const pages: { page: SettingsPage; icon: IconName; needs?: string }[] = [
  { page: 'channels', icon: 'plug' },
  { page: 'fields', icon: 'sliders' },
  { page: 'teams', icon: 'users' },
  { page: 'hours', icon: 'clock' },
  { page: 'keys', icon: 'command', needs: 'keys:write' },
  { page: 'audit', icon: 'doc', needs: 'audit:read' },
  { page: 'preferences', icon: 'user' },
  { page: 'security', icon: 'lock' },
];

function Content({ page, id }: { page: SettingsPage; id: string | null }) {
  if (page === 'audit') return <AuditPage />;
  if (page === 'channels' && id === 'new') return <ConnectPage />;
  if (page === 'channels' && id) return <ChannelPage key={id} id={id} />;
  if (page === 'channels') return <ChannelsPage />;
  if (page === 'fields') return <FieldsPage />;
  if (page === 'hours') return <HoursPage />;
  if (page === 'keys') return <KeysPage />;
  if (page === 'security') return <SecurityPage />;
  if (page === 'teams') return <TeamsPage />;
  return <PreferencesPage />;
}

function Pages({ shown }: { shown: SettingsPage | null }) {
  return (
    <nav class="settings-nav" aria-label={t('nav.settings')}>
      {shown ? <h2>{t('nav.settings')}</h2> : <h1>{t('nav.settings')}</h1>}
      {pages.filter((one) => !one.needs || can(one.needs)).map((one) => (
        <a key={one.page} href={`/settings/${one.page}`} aria-current={one.page === shown ? 'page' : undefined}>
          <Icon name={one.icon} size={18} />
          <span>
            {t(`settings.${one.page}`)}
            <small>{t(`settings.${one.page}About`)}</small>
          </span>
          <Icon name="chevronRight" size={16} />
        </a>
      ))}
    </nav>
  );
}

/* So narrow that there is room for the list of pages or for a page, not for both. */
const narrow = matchMedia('(max-width: 900px)');

function useNarrow(): boolean {
  const [is, set] = useState(narrow.matches);
  useEffect(() => {
    const changed = () => set(narrow.matches);
    narrow.addEventListener('change', changed);
    return () => narrow.removeEventListener('change', changed);
  }, []);
  return is;
}

export function Settings({ page, id }: { page: SettingsPage | null; id: string | null }) {
  const shown = page ?? 'channels';
  useEffect(() => {
    document.title = `${t(`settings.${shown}`)} · Sambung`;
  }, [shown]);
  if (useNarrow() && page === null)
    return (
      <main id="main" class="pane settings-list" tabIndex={-1}>
        <Pages shown={null} />
      </main>
    );
  return (
    <div class="settings">
      <Pages shown={shown} />
      <main id="main" class="pane settings-pane" tabIndex={-1} aria-label={t(`settings.${shown}`)}>
        <div class="settings-in">
          {!id && (
            <a class="page-back settings-back" href="/settings">
              <Icon name="chevronLeft" size={16} /> {t('nav.settings')}
            </a>
          )}
          <Content page={shown} id={id} />
        </div>
      </main>
    </div>
  );
}
