import { useEffect } from 'preact/hooks';
import { Button } from '../../kit';
import { t } from '../i18n';
import { SetUp } from '../settings/second-factor-set-up';
import { session, signOut } from '../store/session';
import '../settings/settings.css';
import './sign-in.css';

/* The organisation asks for a second factor: nothing else can be done before there is one. */
export function MustSetUp() {
  useEffect(() => {
    document.title = `${t('mustSetUp.title')} · Sambung`;
  }, []);
  return (
    <main id="main" class="sign-in" tabIndex={-1}>
      <div class="sign-in-card must-set-up">
        <h1>{t('mustSetUp.title')}</h1>
        <p class="sign-in-sub">{t('mustSetUp.about', { org: session.value?.org.name ?? '' })}</p>
        <SetUp onDone={() => undefined} />
        <Button tone="quiet" icon="signout" onClick={() => void signOut()}>
          {t('mustSetUp.signOut')}
        </Button>
      </div>
    </main>
  );
}
