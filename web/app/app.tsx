import { useEffect } from 'preact/hooks';
import { ToastHost, TooltipHost } from '../kit';
import { t } from './i18n';
import { Inbox } from './inbox/inbox';
import { follow, route } from './router';
import { Broken, broken, Guard } from './shell/broken';
import { CommandBar } from './shell/command-bar';
import { KeyHelp } from './shell/key-help';
import { lazy } from './shell/lazy';
import { Announcer } from './shell/announce';
import { Connection, Nav, PhoneBar } from './shell/nav';
import { Lost } from './shell/lost';
import { useKeys } from './shell/keys';
import { session } from './store/session';
import './app.css';

const Contacts = lazy(() => import('./contacts/contacts').then((m) => m.Contacts));
const Settings = lazy(() => import('./settings/settings').then((m) => m.Settings));
const MustSetUp = lazy(() => import('./sign-in/must-set-up').then((m) => m.MustSetUp));
const SignIn = lazy(() => import('./sign-in/sign-in').then((m) => m.SignIn));

function Screen() {
  const at = route.value;
  switch (at.screen) {
    case 'inbox':
      return <Inbox id={at.id} />;
    case 'contacts':
      return <Contacts id={at.id} />;
    case 'settings':
      return <Settings page={at.page} id={at.id} />;
    case 'lost':
      return <Lost />;
  }
}

function Shell() {
  const at = route.value;
  useKeys();
  // on a phone an open conversation has the whole screen
  const deep = at.screen !== 'lost' && at.id !== null;
  return (
    <div class="shell" data-deep={deep || undefined} onClick={follow}>
      <a class="skip" href="#main" onClick={(event) => (event.preventDefault(), document.getElementById('main')?.focus())}>
        {t('nav.skip')}
      </a>
      <Nav />
      <Connection />
      <Guard key={at.screen}>
        <Screen />
      </Guard>
      <PhoneBar />
      <CommandBar />
      <KeyHelp />
    </div>
  );
}

export function App() {
  const who = session.value;
  useEffect(() => {
    document.documentElement.dataset['ready'] = who === undefined ? '' : 'yes';
  }, [who]);
  return (
    <>
      {broken.value ? <Broken error={broken.value} /> : who === undefined ? null : who === null ? <SignIn /> : who.second_factor_required && !who.second_factor ? <MustSetUp /> : <Shell />}
      <Announcer />
      <TooltipHost />
      <ToastHost label={t('toast.region')} closeLabel={t('close')} />
    </>
  );
}
