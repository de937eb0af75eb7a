/*
 * The one script that a site embeds:
 *
 *   <script src="https://sambung.example/chat/widget.js" data-channel="…" async></script>
 *
 * It draws a button and, when that is pressed, a frame with our own page inside.  What is said stays
 * in the frame: the site sees neither the conversation nor the visitor's key.  Further attributes:
 * data-theme (auto, light, dark), data-color (#rrggbb), data-position (right, left), data-lang.
 */

interface FromFrame {
  sambung: 'ready' | 'unread' | 'close' | 'known';
  count?: number;
}

const script = document.currentScript as HTMLScriptElement;

const words = {
  en: ['Chat with us', 'Close the chat', 'unread'],
  ms: ['Sembang dengan kami', 'Tutup sembang', 'belum dibaca'],
  zh: ['与我们聊天', '关闭聊天', '条未读'],
} as const;

const css = `
:host{all:initial;position:fixed;z-index:2147483000;bottom:20px;inset-inline-end:20px;color-scheme:light dark}
:host([data-left]){inset-inline-end:auto;inset-inline-start:20px}
button{position:relative;display:grid;place-items:center;width:56px;height:56px;padding:0;border:0;border-radius:50%;
background:var(--c);color:var(--t);cursor:pointer;box-shadow:0 2px 6px rgb(0 0 0/.16),0 8px 24px rgb(0 0 0/.18);transition:transform .16s}
button:hover{transform:scale(1.05)}
button:focus-visible{outline:3px solid var(--c);outline-offset:3px}
svg{width:26px;height:26px;fill:none;stroke:currentColor;stroke-width:1.8;stroke-linecap:round;stroke-linejoin:round}
b{position:absolute;top:-2px;inset-inline-end:-2px;min-width:20px;height:20px;padding:0 5px;box-sizing:border-box;border-radius:10px;
background:#c62f26;color:#fff;font:600 12px/20px system-ui,sans-serif;text-align:center}
b:empty{display:none}
iframe{position:absolute;bottom:72px;inset-inline-end:0;width:min(384px,calc(100vw - 40px));height:min(620px,calc(100dvh - 112px));border:0;
border-radius:16px;background:Canvas;box-shadow:0 4px 12px rgb(0 0 0/.12),0 20px 56px rgb(0 0 0/.24);opacity:0;visibility:hidden;
transform:translateY(10px);transition:opacity .16s,transform .16s,visibility .16s}
:host([data-left]) iframe{inset-inline:0 auto}
:host([data-open]) iframe{opacity:1;visibility:visible;transform:none}
@media(max-width:480px){:host([data-open]){inset:0}:host([data-open]) button{display:none}
:host([data-open]) iframe{inset:0;width:100%;height:100%;border-radius:0}}
@media(prefers-reduced-motion:reduce){button,iframe{transition:none}}
@media print{:host{display:none}}`;

/* Black or white, whichever reads better on the colour. */
function inkOn(hex: string): string {
  const part = (at: number) => (parseInt(hex.slice(at, at + 2), 16) / 255) ** 2.2;
  return 0.2126 * part(1) + 0.7152 * part(3) + 0.0722 * part(5) > 0.36 ? '#10211f' : '#ffffff';
}

function start(channel: string): void {
  const home = new URL(script.src, location.href).origin;
  const { theme = 'auto', position = 'right' } = script.dataset;
  const lang = script.dataset['lang'] ?? navigator.language;
  const [openWord, closeWord, unreadWord] = words[lang.startsWith('zh') ? 'zh' : lang.startsWith('ms') ? 'ms' : 'en'];
  const color = /^#[0-9a-f]{6}$/i.test(script.dataset['color'] ?? '') ? script.dataset['color']! : '#0b6b62';
  const known = `sambung-chat-${channel}`;

  const host = document.createElement('div');
  if (position === 'left') host.dataset['left'] = '';
  const root = host.attachShadow({ mode: 'open' });
  // a sheet made by script is allowed where a strict policy forbids style elements
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  root.adoptedStyleSheets = [sheet];
  host.style.setProperty('--c', color);
  host.style.setProperty('--t', inkOn(color));

  const button = document.createElement('button');
  button.type = 'button';
  button.innerHTML = '<svg viewBox="0 0 24 24" aria-hidden="true"><path/></svg><b></b>';
  const badge = button.querySelector('b')!;
  const shape = button.querySelector('path')!;
  root.append(button);

  let frame: HTMLIFrameElement | null = null;
  let ready = false;
  let unread = 0;
  const isOpen = () => 'open' in host.dataset;
  const tell = (what: 'open' | 'closed') => ready && frame?.contentWindow?.postMessage({ sambung: what }, home);

  const draw = () => {
    const open = isOpen();
    badge.textContent = !open && unread > 0 ? (unread > 9 ? '9+' : String(unread)) : '';
    shape.setAttribute('d', open ? 'M6 9.5l6 6 6-6' : 'M4 5h16v12h-8.5L7 20.5V17H4zM8.5 11h.01M12 11h.01M15.5 11h.01');
    button.setAttribute('aria-expanded', String(open));
    button.setAttribute('aria-label', open ? closeWord : unread > 0 ? `${openWord}, ${unread} ${unreadWord}` : openWord);
  };

  const load = () => {
    if (frame) return;
    frame = document.createElement('iframe');
    frame.title = openWord;
    const url = new URL(`/chat/${channel}`, home);
    url.search = new URLSearchParams({ lang, theme, color }).toString();
    frame.src = url.href;
    frame.allow = 'clipboard-write';
    root.prepend(frame);
  };

  const open = () => {
    load();
    host.dataset['open'] = '';
    draw();
    tell('open');
    frame?.focus();
  };
  const close = () => {
    delete host.dataset['open'];
    draw();
    tell('closed');
    button.focus();
  };

  button.onclick = () => (isOpen() ? close() : open());
  addEventListener('keydown', (event) => event.key === 'Escape' && isOpen() && close());
  addEventListener('message', (event: MessageEvent<FromFrame>) => {
    if (event.origin !== home || event.source !== frame?.contentWindow) return;
    switch (event.data.sambung) {
      case 'ready':
        ready = true;
        tell(isOpen() ? 'open' : 'closed');
        break;
      case 'unread':
        unread = event.data.count ?? 0;
        draw();
        break;
      case 'close':
        close();
        break;
      case 'known':
        try {
          localStorage.setItem(known, '1');
        } catch {
          // the site forbids storage: the badge then waits until the chat is opened
        }
        break;
    }
  });

  draw();
  document.body.append(host);
  Object.assign(window, { SambungChat: { open, close } });

  // somebody who has written before may have an answer waiting
  try {
    if (localStorage.getItem(known)) (window.requestIdleCallback ?? setTimeout)(load);
  } catch {
    // as above
  }
}

if (script?.dataset['channel']) {
  const channel = script.dataset['channel'];
  if (document.body) start(channel);
  else addEventListener('DOMContentLoaded', () => start(channel));
}
