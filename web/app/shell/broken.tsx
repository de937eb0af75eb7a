import { signal } from '@preact/signals';
import { Component, type ComponentChildren } from 'preact';
import { Button, EmptyState } from '../../kit';
import { explain } from '../explain';
import { t } from '../i18n';

/* Set when not even the session could be read. */
export const broken = signal<unknown>(null);

export function Broken({ error }: { error: unknown }) {
  return (
    <main id="main" class="broken" tabIndex={-1}>
      <EmptyState whole icon="alert" title={t('broken.title')} action={<Button tone="primary" onClick={() => location.reload()}>{t('broken.reload')}</Button>}>
        {explain(error)}
      </EmptyState>
    </main>
  );
}

/* One screen that fails does not take the others with it. */
export class Guard extends Component<{ children: ComponentChildren }, { error: unknown }> {
  override state = { error: null as unknown };
  static override getDerivedStateFromError(error: unknown) {
    return { error };
  }
  override componentDidCatch(error: unknown) {
    console.error(error);
  }
  override render() {
    return this.state.error ? <Broken error={this.state.error} /> : this.props.children;
  }
}
