/*
 * What a demonstration's mails say: none of them leaves, so here they are, the newest first.  The
 * open one follows the address (#id), so that it can be linked to and the browser's back works.
 */
import { render } from 'preact';
import { computed, signal } from '@preact/signals';
import PostalMime, { type Email } from 'postal-mime';
import { Button, EmptyState } from '../kit';
import './mail.css';

interface Kept {
  id: string;
  mail: Email;
}

const mails = signal<Kept[] | null>(null);
const failed = signal(false);
const openId = signal(location.hash.slice(1));
const open = computed(() => mails.value?.find((m) => m.id === openId.value) ?? mails.value?.[0]);

async function read(id: string): Promise<Kept> {
  const known = mails.value?.find((m) => m.id === id);
  if (known) return known;
  const answer = await fetch(`/demo/mail/${id}`);
  if (!answer.ok) throw new Error(`${answer.status}`);
  return { id, mail: await PostalMime.parse(await answer.arrayBuffer()) };
}

async function load(): Promise<void> {
  failed.value = false;
  try {
    const answer = await fetch('/demo/mail.json');
    if (!answer.ok) throw new Error(`${answer.status}`);
    const { items } = (await answer.json()) as { items: { id: string }[] };
    mails.value = await Promise.all(items.map((item) => read(item.id)));
  } catch {
    failed.value = true;
  }
}

const to = (mail: Email) => mail.to?.map((one) => (one.name ? `${one.name} <${one.address}>` : one.address)).join(', ') ?? '';
const at = (mail: Email) => (mail.date ? new Date(mail.date).toLocaleString() : '');

function List() {
  return (
    <nav aria-label="Mails">
      <ul class="mails">
        {mails.value?.map(({ id, mail }) => (
          <li key={id}>
            <a href={`#${id}`} aria-current={open.value?.id === id ? 'true' : undefined}>
              <strong>{mail.subject}</strong>
              <span>{to(mail)}</span>
              <time>{at(mail)}</time>
            </a>
          </li>
        ))}
      </ul>
    </nav>
  );
}

function Mail({ id, mail }: Kept) {
  return (
    <article class="mail" aria-label={mail.subject}>
      <header>
        <h2>{mail.subject}</h2>
        <p>
          From {mail.from?.name} &lt;{mail.from?.address}&gt; to {to(mail)}
        </p>
        <p>
          <a href={`/demo/mail/${id}`}>The message as it is</a>
        </p>
      </header>
      {/* links open elsewhere; nothing in it runs */}
      <iframe key={id} title="As HTML" sandbox="allow-popups allow-popups-to-escape-sandbox" srcdoc={`<base target="_blank">${mail.html ?? ''}`} />
      <h3>As text</h3>
      <pre tabIndex={0}>{mail.text}</pre>
    </article>
  );
}

function Page() {
  return (
    <main class="mail-page">
      <header class="mail-head">
        <h1>Mail of this demonstration</h1>
        <Button icon="retry" onClick={() => void load()}>
          Look again
        </Button>
      </header>
      {failed.value && <p role="alert">The mails could not be read.</p>}
      {mails.value?.length === 0 && (
        <EmptyState icon="inbox" title="No mail yet">
          Invite somebody, or ask for a new password: the mail appears here.
        </EmptyState>
      )}
      {open.value && (
        <div class="mail-panes">
          <List />
          <Mail {...open.value} />
        </div>
      )}
    </main>
  );
}

addEventListener('hashchange', () => (openId.value = location.hash.slice(1)));
void load();
render(<Page />, document.getElementById('mail')!);
