import { isProblem } from './api/problem';
import { t, tMaybe } from './i18n';

/* What went wrong, in the person's words.  What the server says in detail follows where it helps to act. */
export function explain(error: unknown): string {
  if (!isProblem(error)) return t('problem.internal');
  const text = tMaybe(`problem.${error.code}`) ?? t('problem.internal');
  if (error.code === 'invalid') return error.detail || text;
  return error.code === 'internal' && error.requestId ? `${text} (${error.requestId})` : text;
}
