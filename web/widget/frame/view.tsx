/* The chat as the visitor sees it.  Drawn anew from the state at each change; no hooks, to stay small. */
import type { Attachment, Chat, ChatMessage, ChatState } from './chat';
import type { Waiting } from './queue';
import type { Words } from './words';

interface Props {
  chat: Chat;
  state: ChatState;
  words: Words;
  lang: string;
  framed: boolean;
  onClose: () => void;
}

const icon = (path: string) => (
  <svg viewBox="0 0 24 24" aria-hidden="true">
    <path d={path} />
  </svg>
);
const CLOSE = 'M7 7l10 10M17 7 7 17';
const CLIP = 'M19.5 11.5l-7.8 7.8a4.9 4.9 0 0 1-7-7l8.6-8.6a3.3 3.3 0 0 1 4.7 4.7l-8.6 8.6a1.7 1.7 0 0 1-2.4-2.4l7.8-7.8';
const SEND = 'M4.5 12 20 4.5 14.5 20l-3-6.5z';
const DOC = 'M6.5 3.5h7.5l4 4v13h-11.5zM14 3.5v4h4';

/* The region comes from the browser where it speaks the same language. */
const region = (lang: string): string => navigator.languages.find((tag) => tag.split('-')[0] === lang.split('-')[0]) ?? lang;
const clock = (at: string, lang: string): string => new Intl.DateTimeFormat(region(lang), { hour: '2-digit', minute: '2-digit' }).format(new Date(at));
const dayOf = (at: string): string => new Date(at).toDateString();
const dayName = (at: string, lang: string, today: string): string =>
  dayOf(at) === new Date().toDateString() ? today : new Intl.DateTimeFormat(region(lang), { weekday: 'long', day: 'numeric', month: 'long' }).format(new Date(at));

/* Text with its web addresses made into links. */
function Text({ text }: { text: string }) {
  const parts = text.split(/(https?:\/\/[^\s<>"']+[^\s<>"'.,;:!?)])/gi);
  return (
    <p dir="auto">
      {parts.map((part, i) =>
        i % 2 ? (
          <a key={i} href={part} target="_blank" rel="noopener noreferrer nofollow">
            {part}
          </a>
        ) : (
          part
        ),
      )}
    </p>
  );
}

function File({ file, words }: { file: Attachment; words: Words }) {
  if (file.kind === 'image' && file.url)
    return (
      <a href={file.url} target="_blank" rel="noopener">
        <img src={file.url} alt={file.name || words.file} />
      </a>
    );
  return (
    <a class="file" href={file.url ?? undefined} download={file.name || true} target="_blank" rel="noopener">
      {icon(DOC)}
      <span>{file.name || words.file}</span>
    </a>
  );
}

function Bubble({ item, words, lang, foot }: { item: ChatMessage; words: Words; lang: string; foot?: string }) {
  const mine = item.direction === 'in';
  return (
    <li class={mine ? 'mine' : 'theirs'}>
      {!mine && item.author_name && <span class="author">{item.author_name}</span>}
      {mine && <span class="sr">{words.you}: </span>}
      <div class="bubble">
        {item.attachments.map((file) => (
          <File key={file.id} file={file} words={words} />
        ))}
        {item.body && <Text text={item.body} />}
      </div>
      <small>
        <time dateTime={item.at}>{clock(item.at, lang)}</time>
        {foot && ` · ${foot}`}
      </small>
    </li>
  );
}

function Pending({ item, chat, words, foot }: { item: Waiting; chat: Chat; words: Words; foot: string }) {
  return (
    <li class="mine pending">
      <span class="sr">{words.you}: </span>
      <div class="bubble">
        {item.upload_ids.length > 0 && <p>{icon(CLIP)}</p>}
        {item.body && <Text text={item.body} />}
      </div>
      <small>
        {item.failed ? (
          <span class="bad">
            {words.failed}{' '}
            <button type="button" onClick={() => chat.retry(item.client_id)}>
              {words.retry}
            </button>
          </span>
        ) : (
          foot
        )}
      </small>
    </li>
  );
}

function Email({ chat, state, words }: Pick<Props, 'chat' | 'state' | 'words'>) {
  if (state.email === 'no') return null;
  if (state.email === 'given') return <li class="card">{words.thanks.replace('{email}', state.emailText)}</li>;
  const bad = state.email === 'bad';
  return (
    <li class="card">
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          void chat.giveEmail(new FormData(event.currentTarget).get('email') as string);
        }}
      >
        <label for="email">{words.askEmail}</label>
        <div class="line">
          <input id="email" name="email" type="email" autocomplete="email" placeholder={words.email} aria-invalid={bad} aria-describedby={bad ? 'email-bad' : undefined} defaultValue={state.emailText} />
          <button type="submit" class="solid">
            {words.save}
          </button>
        </div>
        {bad && (
          <p id="email-bad" class="bad">
            {words.badEmail}
          </p>
        )}
      </form>
    </li>
  );
}

function Thread({ chat, state, words, lang }: Props) {
  const { messages, visit } = state;
  const lastMine = messages.findLast((item) => item.direction === 'in');
  let day = '';
  return (
    <ol class="thread" id="thread" aria-label={words.messages} aria-live="polite" tabIndex={0}>
      {visit?.greeting && (
        <li class="theirs">
          <div class="bubble">
            <Text text={visit.greeting} />
          </div>
        </li>
      )}
      {messages.map((item) => {
        const newDay = dayOf(item.at) !== day;
        day = dayOf(item.at);
        const foot = item === lastMine ? (state.readAt && state.readAt >= item.at ? words.seen : words.sent) : undefined;
        return [newDay && <li class="day">{dayName(item.at, lang, words.today)}</li>, <Bubble key={item.id} item={item} words={words} lang={lang} foot={foot} />];
      })}
      {state.echoes.map((item) => (
        <Pending key={item.client_id} item={item} chat={chat} words={words} foot={words.sent} />
      ))}
      {state.waiting.map((item) => (
        <Pending key={item.client_id} item={item} chat={chat} words={words} foot={state.connected ? words.sending : words.waiting} />
      ))}
      <Email chat={chat} state={state} words={words} />
      {state.typing && (
        <li class="theirs typing">
          <span class="sr">{words.typing}</span>
          <div class="bubble" aria-hidden="true">
            <i />
            <i />
            <i />
          </div>
        </li>
      )}
    </ol>
  );
}

function grow(field: HTMLTextAreaElement): void {
  field.style.height = 'auto';
  field.style.height = `${Math.min(field.scrollHeight, 120)}px`;
}

function Composer({ chat, state, words }: Props) {
  const field = () => document.getElementById('write') as HTMLTextAreaElement;
  const send = () => {
    chat.send(field().value);
    field().value = '';
    grow(field());
    field().focus();
  };
  const pick = (input: HTMLInputElement) => {
    for (const file of input.files ?? []) chat.upload(file, words.tooLarge, words.failed);
    input.value = '';
  };
  const uploading = state.uploads.some((one) => !one.id);
  return (
    <form
      class="composer"
      onSubmit={(event) => {
        event.preventDefault();
        if (!uploading) send();
      }}
    >
      {state.uploads.length > 0 && (
        <ul class="uploads">
          {state.uploads.map((one) => (
            <li key={one.key}>
              <span>{one.name}</span>
              {one.id ? null : <progress max={1} value={one.part} aria-label={one.name} />}
              <button type="button" aria-label={`${words.close}: ${one.name}`} onClick={() => chat.dropUpload(one.key)}>
                {icon(CLOSE)}
              </button>
            </li>
          ))}
        </ul>
      )}
      {state.notice && (
        <p class="bad" role="alert">
          {state.notice}
        </p>
      )}
      <div class="line">
        <button type="button" aria-label={words.attach} title={words.attach} onClick={() => document.getElementById('file')!.click()}>
          {icon(CLIP)}
        </button>
        <input id="file" type="file" multiple hidden aria-label={words.attach} onChange={(event) => pick(event.currentTarget)} />
        <textarea
          id="write"
          rows={1}
          dir="auto"
          maxLength={4000}
          aria-label={words.write}
          placeholder={words.write}
          onInput={(event) => {
            grow(event.currentTarget);
            chat.typed();
          }}
          onKeyDown={(event) => {
            if (event.key !== 'Enter' || event.shiftKey || event.isComposing) return;
            event.preventDefault();
            if (!uploading) send();
          }}
        />
        <button type="submit" class="solid" aria-label={words.send} title={words.send} aria-disabled={uploading || undefined}>
          {icon(SEND)}
        </button>
      </div>
    </form>
  );
}

export function View(props: Props) {
  const { state, words } = props;
  const { visit } = state;
  return (
    <main class="chat">
      <header>
        <div>
          <h1>{visit?.name ?? words.title}</h1>
          {visit && (
            <p class={visit.online ? 'here' : ''}>
              {visit.online ? words.online : words.away}
            </p>
          )}
        </div>
        {props.framed && (
          <button type="button" aria-label={words.close} title={words.close} onClick={props.onClose}>
            {icon(CLOSE)}
          </button>
        )}
      </header>
      {state.refused ? (
        <p class="refused">{words.refused}</p>
      ) : (
        <>
          <Thread {...props} />
          <p class="offline" role="status">
            {state.connected ? '' : words.offline}
          </p>
          <Composer {...props} />
        </>
      )}
    </main>
  );
}
