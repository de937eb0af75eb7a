/* A page such as a customer of ours may have, with the one line that embeds the chat added by script. */
import '../kit/tokens.css';
import './demo.css';

declare global {
  interface Window {
    SambungChat?: { open(): void; close(): void };
  }
}

async function json<T>(path: string): Promise<T | null> {
  try {
    const response = await fetch(path, { headers: { Accept: 'application/json' } });
    return response.ok ? ((await response.json()) as T) : null;
  } catch {
    return null;
  }
}

/* Named in the address, else the server's first web chat, else the first that this person may see. */
async function findChannel(): Promise<string | null> {
  const named = new URLSearchParams(location.search).get('channel');
  if (named) return named;
  const first = await json<{ channel_id: string | null }>('/demo/chat.json');
  if (first?.channel_id) return first.channel_id;
  const mine = await json<{ items: { id: string; kind: string }[] }>('/v1/channels');
  return mine?.items.find((one) => one.kind === 'webchat')?.id ?? null;
}

const channel = await findChannel();
if (channel) {
  const asked = new URLSearchParams(location.search);
  const script = document.createElement('script');
  script.src = '/chat/widget.js';
  script.dataset['channel'] = channel;
  for (const name of ['theme', 'color', 'position', 'lang']) {
    const value = asked.get(name);
    if (value) script.dataset[name] = value;
  }
  document.body.append(script);
} else {
  document.getElementById('no-chat')!.textContent = 'There is no web chat to show yet: connect one under Settings, Channels.';
}
document.getElementById('ask')!.addEventListener('click', () => window.SambungChat?.open());
