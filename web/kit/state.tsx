import type { ComponentChildren } from 'preact';
import { Icon } from './icon';
import type { IconName } from './icons';
import './state.css';

/* Grey shapes where rows will be.  The label says it to those who cannot see them. */
export function Skeleton({ rows = 6, label, look = 'row' }: { rows?: number; label: string; look?: 'row' | 'text' | 'bubble' }) {
  return (
    <div class={`k-skel k-skel-${look}`} role="status" aria-label={label}>
      {Array.from({ length: rows }, (_, i) => (
        <div key={i} class="k-skel-item">
          <i />
          <b />
          <b />
        </div>
      ))}
    </div>
  );
}

interface EmptyStateProps {
  icon: IconName;
  title: string;
  children?: ComponentChildren;
  action?: ComponentChildren;
  /* it is all there is on the page */
  whole?: boolean;
}

/* Nothing here: what this place is for, and the one thing that starts it. */
export function EmptyState({ icon, title, children, action, whole }: EmptyStateProps) {
  const Heading = whole ? 'h1' : 'h2';
  return (
    <div class="k-empty">
      <span class="k-empty-icon">
        <Icon name={icon} size={26} />
      </span>
      <Heading>{title}</Heading>
      {children && <div class="k-empty-text">{children}</div>}
      {action}
    </div>
  );
}

/* A line across the page or a pane that stays while something is so. */
export function Banner({ tone, icon, children, action, live }: { tone: 'info' | 'warn' | 'bad' | 'note'; icon: IconName; children: ComponentChildren; action?: ComponentChildren; live?: boolean }) {
  return (
    <div class={`k-banner k-banner-${tone}`} role={live ? 'status' : undefined}>
      <Icon name={icon} size={16} />
      <div class="k-banner-text">{children}</div>
      {action}
    </div>
  );
}

/* How much of a span of time is left, as a ring; the words beside it say the same. */
export function ProgressClock({ left, tone = 'accent', label, size = 16 }: { left: number; tone?: 'accent' | 'warn' | 'bad'; label: string; size?: number }) {
  const round = 2 * Math.PI * 8;
  const part = Math.max(0, Math.min(1, left));
  return (
    <svg class={`k-ring k-ring-${tone}`} viewBox="0 0 20 20" width={size} height={size} role="img" aria-label={label}>
      <circle cx="10" cy="10" r="8" class="k-ring-track" />
      <circle cx="10" cy="10" r="8" class="k-ring-left" stroke-dasharray={`${part * round} ${round}`} transform="rotate(-90 10 10)" />
    </svg>
  );
}

/* How far a transfer is. */
export function Progress({ value, label }: { value: number; label: string }) {
  return <progress class="k-progress" max={1} value={value} aria-label={label} />;
}

interface StepsProps {
  label: string;
  steps: { key: string; label: string; tone?: 'ok' | 'bad' }[];
  value: string | null | undefined;
  onChange: (key: string) => void;
  disabled?: boolean;
}

/* A row of stages; those up to the current one are filled, a bad end alone.  Each is a button that moves there. */
export function Steps({ label, steps, value, onChange, disabled }: StepsProps) {
  const at = steps.findIndex((step) => step.key === value);
  return (
    <div class="k-steps" role="group" aria-label={label}>
      {steps.map((step, i) => (
        <button
          key={step.key}
          type="button"
          class={(steps[at]?.tone === 'bad' ? i === at : i <= at) ? `k-step-on k-step-${steps[at]?.tone ?? 'plain'}` : ''}
          aria-label={step.label}
          aria-pressed={i === at}
          disabled={disabled}
          data-tip={step.label}
          onClick={() => onChange(step.key)}
        />
      ))}
    </div>
  );
}
