import { useEffect, useState } from 'preact/hooks';
import { IconButton, Input, Popover } from '../../kit';
import { t } from '../i18n';
import type { EmojiGroup } from './emoji-data';

/* The faces are fetched when somebody first opens the box. */
let groups: EmojiGroup[] | null = null;

function Box({ onPick }: { onPick: (emoji: string) => void }) {
  const [all, setAll] = useState(groups);
  const [query, setQuery] = useState('');
  useEffect(() => {
    if (!groups) void import('./emoji-data').then((data) => setAll((groups = data.groups)));
  }, []);
  const words = query.toLocaleLowerCase().split(/\s+/u).filter(Boolean);
  const found = (all ?? []).map((group) => ({ ...group, items: group.items.filter(([, names]) => words.every((word) => names.includes(word))) })).filter((group) => group.items.length > 0);
  const enter = (event: KeyboardEvent) => {
    event.stopPropagation();
    if (event.key !== 'Enter') return;
    event.preventDefault();
    const first = found[0]?.items[0];
    if (first) onPick(first[0]);
  };
  return (
    <div class="emoji">
      <div class="emoji-search">
        <Input autofocus type="search" aria-label={t('emoji.search')} placeholder={t('emoji.search')} value={query} onInput={(event) => setQuery(event.currentTarget.value)} onKeyDown={enter} />
      </div>
      <div class="emoji-grid">
        {found.map((group) => (
          <section key={group.key} aria-label={t(`emoji.${group.key}`)}>
            <h2>{t(`emoji.${group.key}`)}</h2>
            <div class="emoji-set">
              {group.items.map(([emoji, names]) => (
                <button key={emoji} type="button" aria-label={`${emoji} ${names.split(' ')[0]}`} onClick={() => onPick(emoji)}>
                  {emoji}
                </button>
              ))}
            </div>
          </section>
        ))}
        {all && found.length === 0 && <p class="emoji-none">{t('emoji.none')}</p>}
      </div>
    </div>
  );
}

export function EmojiButton({ onPick }: { onPick: (emoji: string) => void }) {
  return (
    <Popover label={t('emoji.title')} prefer="above" trigger={(props) => <IconButton {...props} icon="smile" label={t('emoji.title')} />}>
      {(close) => (
        <Box
          onPick={(emoji) => {
            close();
            onPick(emoji);
          }}
        />
      )}
    </Popover>
  );
}
