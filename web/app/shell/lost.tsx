import { EmptyState } from '../../kit';
import { t } from '../i18n';

export function Lost() {
  return (
    <main id="main" class="pane" tabIndex={-1}>
      <EmptyState whole icon="help" title={t('lost.title')} action={<a class="k-btn k-btn-primary" href="/inbox">{t('lost.home')}</a>}>
        {t('lost.text')}
      </EmptyState>
    </main>
  );
}
