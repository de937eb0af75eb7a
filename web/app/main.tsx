/* Starts the app: words first, then who is here, then the screens. */
import { render } from 'preact';
import '../kit/tokens.css';
import '../kit/base.css';
import { App } from './app';
import { preferredLocale, setLocale } from './i18n';
import { followSession } from './live';
import { resume } from './store/session';
import { broken } from './shell/broken';

const root = document.getElementById('app')!;

void (async () => {
  const words = setLocale(preferredLocale());
  followSession();
  // a server that cannot be reached is said so on the page, and tried again from there
  const who = resume().catch((error: unknown) => void (broken.value = error));
  await words;
  render(<App />, root);
  await who;
})();
