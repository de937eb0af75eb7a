import { Avatar, Button, Choice, Icon } from '../../kit';
import { locale, locales, t, tMaybe } from '../i18n';
import { can, chooseAvailability, chooseLocale, chooseTheme, session, signOut, theme, type Theme } from '../store/session';
import type { Availability } from '../api-types';
import type { IconName } from '../../kit';
import { HandOver } from './hand-over';
import { MyHoursSection } from './hours';

const themes: { value: Theme; icon: IconName }[] = [
  { value: 'light', icon: 'sun' },
  { value: 'dark', icon: 'moon' },
  { value: 'system', icon: 'monitor' },
];

export function PreferencesPage() {
  const { user, role, availability, org } = session.value!;
  return (
    <>
      <header class="page-head">
        <div>
          <h1>{t('settings.preferences')}</h1>
          <p>{t('preferences.about')}</p>
        </div>
      </header>
      <section class="sheet sheet-me">
        <Avatar id={user.id} name={user.name} size="l" />
        <div>
          <h2>{user.name}</h2>
          <p class="quiet">
            {user.email} · {tMaybe(`role.${role}`) ?? role}, {org.name}
          </p>
        </div>
        <Button icon="signout" onClick={() => void signOut()}>
          {t('signOut')}
        </Button>
      </section>
      <section class="sheet">
        <Choice
          legend={t('availability')}
          value={availability}
          options={(['online', 'busy', 'offline'] as Availability[]).map((value) => ({ value, label: t(`availability.${value}`) }))}
          onChange={(value) => void chooseAvailability(value)}
        />
      </section>
      <section class="sheet">
        <MyHoursSection />
      </section>
      {can('conversations:write') && (
        <section class="sheet" aria-labelledby="hand-over">
          <h2 id="hand-over">{t('handOver.title')}</h2>
          <HandOver />
        </section>
      )}
      <section class="sheet">
        <Choice legend={t('theme')} value={theme.value} options={themes.map(({ value, icon }) => ({ value, label: t(`theme.${value}`), icon: <Icon name={icon} size={16} /> }))} onChange={(value) => void chooseTheme(value)} />
      </section>
      <section class="sheet">
        <Choice legend={t('language')} value={locale()} options={locales} onChange={(value) => void chooseLocale(value)} />
      </section>
    </>
  );
}
