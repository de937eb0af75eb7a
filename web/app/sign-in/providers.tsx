import { useEffect, useState } from 'preact/hooks';
import { Icon } from '../../kit';
import { api } from '../api';
import type { SignInProvider } from '../api-types';
import { t, tMaybe } from '../i18n';
import { query } from '../router';

/* Whom one may come from; nobody while it is not known.  Without them the password is still there. */
export function useProviders(): SignInProvider[] {
  const [all, setAll] = useState<SignInProvider[]>([]);
  useEffect(() => void api.providers().then(setAll, () => undefined), []);
  return all;
}

const known: Record<string, string> = { google: 'Google', microsoft: 'Microsoft' };
export const providerName = (all: SignInProvider[], id: string): string => all.find((one) => one.id === id)?.name ?? known[id] ?? id;

/* What became of it is a word in the address, where the server sent us back to. */
export function providerProblem(all: SignInProvider[]): string | null {
  const word = query.value.get('problem');
  const id = query.value.get('provider') ?? '';
  return word ? (tMaybe(`signIn.problem.${word}`, { name: providerName(all, id) }) ?? null) : null;
}

/* Where one is to be in the end: a path of ours. */
export const wanted = (): string => {
  const next = query.value.get('next') ?? '';
  if (location.pathname !== '/sign-in') return location.pathname + location.search;
  return /^\/(?![/\\])/.test(next) ? next : '/inbox';
};

export function Providers({ all }: { all: SignInProvider[] }) {
  if (all.length === 0) return null;
  return (
    <>
      <ul class="sign-in-with">
        {all.map((one) => (
          <li key={one.id}>
            <a class="k-btn" href={`/sign-in/${one.id}?next=${encodeURIComponent(wanted())}`}>
              <Icon name="external" size={16} />
              {t('signIn.with', { name: one.name })}
            </a>
          </li>
        ))}
      </ul>
      <p class="sign-in-or">{t('signIn.or')}</p>
    </>
  );
}
