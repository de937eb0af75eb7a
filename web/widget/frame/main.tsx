/* The framed page: reads what the site asked for, and speaks with the button around it. */
import { render } from 'preact';
import '../../kit/tokens.css';
import { Chat } from './chat';
import { View } from './view';
import { wordsFor } from './words';
import './frame.css';

const channel = location.pathname.split('/')[2] ?? '';
const asked = new URLSearchParams(location.search);
const { lang, words } = wordsFor([asked.get('lang') ?? '', ...navigator.languages]);
const framed = window.parent !== window;
const root = document.documentElement;
const mount = document.getElementById('chat')!;

root.lang = lang;
document.title = words.title;
const theme = asked.get('theme');
if (theme === 'light' || theme === 'dark') root.dataset['theme'] = theme;

/* The site's own colour, with ink that can be read on it. */
const color = asked.get('color') ?? '';
if (/^#[0-9a-f]{6}$/i.test(color) && color.toLowerCase() !== '#0b6b62') {
  const part = (at: number) => (parseInt(color.slice(at, at + 2), 16) / 255) ** 2.2;
  const light = 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5);
  root.style.setProperty('--brand', color);
  root.style.setProperty('--brand-text', light > 0.36 ? '#10211f' : '#ffffff');
}

/* To whatever frames us: a number of unread messages and that we are here are no secrets. */
const tell = (message: { sambung: string; count?: number }) => framed && window.parent.postMessage(message, '*');

/* The newest is in view unless somebody has scrolled away from it; writing brings one back. */
let atEnd = true;
let waiting = 0;
const follow = () => {
  const thread = document.getElementById('thread');
  if (thread && atEnd) thread.scrollTop = thread.scrollHeight;
};
const draw = () => {
  if (chat.state.waiting.length > waiting) atEnd = true;
  waiting = chat.state.waiting.length;
  render(<View chat={chat} state={chat.state} words={words} lang={lang} framed={framed} onClose={() => tell({ sambung: 'close' })} />, mount);
  follow();
};
// neither event bubbles; a picture has its height once it is there
addEventListener('load', follow, true);
addEventListener('resize', follow);
addEventListener(
  'scroll',
  ({ target }) => {
    if (target instanceof HTMLElement && target.id === 'thread') atEnd = target.scrollHeight - target.scrollTop - target.clientHeight < 60;
  },
  true,
);

const chat: Chat = new Chat(channel, draw, (what, count) => tell(what === 'unread' ? { sambung: 'unread', count } : { sambung: 'known' }));

addEventListener('message', (event: MessageEvent<{ sambung?: string }>) => {
  if (event.source !== window.parent) return;
  if (event.data.sambung !== 'open' && event.data.sambung !== 'closed') return;
  const open = event.data.sambung === 'open';
  chat.setOpen(open);
  atEnd = true;
  draw();
  if (open) document.getElementById('write')?.focus();
});
addEventListener('keydown', (event) => event.key === 'Escape' && tell({ sambung: 'close' }));

draw();
if (!framed) chat.setOpen(true);
void chat.start();
tell({ sambung: 'ready' });
