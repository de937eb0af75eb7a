import { signal } from '@preact/signals';
import { Dialog, Kbd } from '../../kit';
import { t, type Key } from '../i18n';
import { modKey, useBindings } from './keys';
import './key-help.css';

export const keyHelp = signal(false);

const map: { group: Key; rows: [string[], Key][] }[] = [
  {
    group: 'keys.move',
    rows: [
      [['j', 'k'], 'keys.next'],
      [['Enter'], 'keys.open'],
      [['u'], 'keys.back'],
      [['/'], 'keys.search'],
      [['1', '2', '3', '4'], 'keys.views'],
    ],
  },
  {
    group: 'keys.act',
    rows: [
      [['r'], 'keys.reply'],
      [['n'], 'keys.note'],
      [['a'], 'keys.assign'],
      [['s'], 'keys.snooze'],
      [['e'], 'keys.resolve'],
      [['z'], 'keys.undo'],
    ],
  },
  {
    group: 'keys.write',
    rows: [
      [['Mod', 'Enter'], 'keys.send'],
      [['Esc'], 'keys.leave'],
    ],
  },
  {
    group: 'keys.everywhere',
    rows: [
      [['Mod', 'K'], 'keys.command'],
      [['?'], 'keys.help'],
    ],
  },
];

/* Every key, on one card. */
export function KeyHelp() {
  useBindings([{ keys: '?', label: 'keys.help', group: 'keys.everywhere', run: () => (keyHelp.value = true) }], []);
  return (
    <Dialog open={keyHelp.value} onClose={() => (keyHelp.value = false)} title={t('keys.title')} closeLabel={t('close')} look="wide">
      <div class="keys">
        {map.map(({ group, rows }) => (
          <section key={group}>
            <h3>{t(group)}</h3>
            <dl>
              {rows.map(([keys, label]) => (
                <div key={label}>
                  <dt>{t(label)}</dt>
                  <dd>
                    <span class="sr-only">{keys.map((key) => (key === 'Mod' ? modKey : key)).join(' ')}</span>
                    {keys.map((key) => (
                      <Kbd key={key}>{key === 'Mod' ? modKey : key}</Kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Dialog>
  );
}
