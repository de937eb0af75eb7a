/* One visitor's chat: what was said, what waits to be sent, and the line to the server. */
import { Queue, type Outcome, type Waiting } from './queue';

export interface Attachment {
  id: string;
  kind: string;
  name: string;
  media_type: string;
  bytes: number;
  url?: string | null;
}

export interface ChatMessage {
  id: string;
  client_id?: string | null;
  direction: 'in' | 'out';
  kind: string;
  body: string;
  at: string;
  state: string;
  author_name?: string | null;
  attachments: Attachment[];
}

interface Visit {
  token: string;
  visitor_id: string;
  resumed: boolean;
  online: boolean;
  name: string;
  greeting: string;
  ask_email: boolean;
}

export interface UploadState {
  key: string;
  name: string;
  part: number;
  id: string | null;
}

export interface ChatState {
  visit: Visit | null;
  refused: boolean;
  connected: boolean;
  messages: ChatMessage[];
  /* taken by the server, not yet in its list */
  echoes: Waiting[];
  waiting: Waiting[];
  uploads: UploadState[];
  typing: boolean;
  readAt: string | null;
  open: boolean;
  unread: number;
  email: 'no' | 'ask' | 'given' | 'bad';
  emailText: string;
  notice: string;
}

const MAX_BYTES = 25 * 1024 * 1024;
const TYPING_MS = 6_000;
const POLL_MS = 15_000;

/* The frame's own storage; where the browser forbids it, the page remembers until it is closed. */
function storage(name: string): { read(): string | null; write(text: string): void } {
  let kept: string | null = null;
  return {
    read() {
      try {
        return localStorage.getItem(name);
      } catch {
        return kept;
      }
    },
    write(text) {
      kept = text;
      try {
        localStorage.setItem(name, text);
      } catch {
        // kept above
      }
    },
  };
}

function newId(): string {
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  const b = crypto.getRandomValues(new Uint8Array(16));
  b[6] = (b[6]! & 0x0f) | 0x40;
  b[8] = (b[8]! & 0x3f) | 0x80;
  return [...b].map((x) => x.toString(16).padStart(2, '0')).join('').replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}

export class Chat {
  state: ChatState = {
    visit: null,
    refused: false,
    connected: true,
    messages: [],
    echoes: [],
    waiting: [],
    uploads: [],
    typing: false,
    readAt: null,
    open: false,
    unread: 0,
    email: 'no',
    emailText: '',
    notice: '',
  };
  private readonly base: string;
  private readonly token: ReturnType<typeof storage>;
  private readonly readMark: ReturnType<typeof storage>;
  private readonly queue: Queue;
  private socket: WebSocket | null = null;
  private tried = 0;
  private lastTyping = 0;
  private typingTimer: ReturnType<typeof setTimeout> | undefined;
  private starting: Promise<void> | null = null;
  private lastRead = '';

  constructor(
    channel: string,
    private readonly changed: () => void,
    private readonly tell: (what: 'unread' | 'known', count?: number) => void,
  ) {
    this.base = `/chat/${channel}`;
    this.token = storage(`sambung-visitor-${channel}`);
    this.readMark = storage(`sambung-read-${channel}`);
    this.queue = new Queue(storage(`sambung-queue-${channel}`), (item) => this.deliver(item), () => this.set({ waiting: this.queue.items }));
    this.state.waiting = this.queue.items;
    addEventListener('online', () => this.hurry());
    document.addEventListener('visibilitychange', () => this.look());
    setInterval(() => !this.socket && document.visibilityState === 'visible' && this.state.visit && void this.refresh(), POLL_MS);
  }

  private set(change: Partial<ChatState>): void {
    const next = { ...this.state, ...change };
    // what the server lists already is shown once, even where its answer to the sending is still on its way
    const listed = new Set(next.messages.map((item) => item.client_id));
    const waits = (item: Waiting) => !listed.has(item.client_id);
    this.state = { ...next, echoes: next.echoes.filter(waits), waiting: next.waiting.filter(waits) };
    this.changed();
  }

  /* ---- requests ---- */

  private async call<T>(method: string, path: string, body?: unknown): Promise<T> {
    const headers: Record<string, string> = { Accept: 'application/json' };
    const token = this.token.read();
    if (token) headers['Authorization'] = `Bearer ${token}`;
    if (body !== undefined) headers['Content-Type'] = 'application/json';
    const response = await fetch(this.base + path, { method, headers, body: body === undefined ? null : JSON.stringify(body), credentials: 'omit' });
    if (!response.ok) throw response;
    return (response.status === 204 ? undefined : await response.json().catch(() => undefined)) as T;
  }

  /* A first visit, or the same visitor again; a key that no longer holds is replaced. */
  start(): Promise<void> {
    return (this.starting ??= this.visit().finally(() => (this.starting = null)));
  }

  private async visit(): Promise<void> {
    const token = this.token.read();
    const page = document.referrer || location.href;
    try {
      const visit = await this.call<Visit>('POST', '/visitor', token ? { token, page } : { page });
      this.token.write(visit.token);
      this.set({ visit, connected: true });
      if (visit.resumed) await this.refresh();
      void this.connect();
      this.queue.hurry();
    } catch (error) {
      if (error instanceof Response && error.status >= 400 && error.status < 500 && error.status !== 429) {
        if (token && error.status !== 403) {
          this.token.write('');
          return this.visit();
        }
        this.set({ refused: true });
        return;
      }
      this.set({ connected: false });
      this.later(() => void this.start());
    }
  }

  private later(run: () => void): void {
    setTimeout(run, Math.min(30_000, 500 * 2 ** this.tried++) * (0.5 + Math.random() / 2));
  }

  private hurry(): void {
    this.tried = 0;
    if (!this.state.visit) void this.start();
    else if (!this.socket) void this.connect();
    this.queue.hurry();
  }

  async refresh(): Promise<void> {
    try {
      const last = this.state.messages[this.state.messages.length - 1];
      const page = await this.call<{ items: ChatMessage[]; read_at?: string | null }>('GET', '/messages');
      this.take(page.items, page.read_at ?? null, last?.id ?? '');
    } catch (error) {
      if (error instanceof Response && error.status === 401) void this.start();
    }
  }

  /* What the server has replaces what this page only believes. */
  private take(items: ChatMessage[], readAt: string | null, before: string): void {
    const messages = [...items].sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
    const last = messages[messages.length - 1];
    const typing = last && last.id !== before && last.direction === 'out' ? false : this.state.typing;
    if (messages.length > 0) this.tell('known');
    this.set({ messages, typing, readAt: readAt ?? this.state.readAt });
    this.look();
  }

  /* ---- the event stream ---- */

  private async connect(): Promise<void> {
    try {
      const { ticket } = await this.call<{ ticket: string }>('POST', '/ticket', {});
      const url = new URL(`${this.base}/events`, location.href);
      url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
      url.searchParams.set('ticket', ticket);
      const socket = new WebSocket(url);
      this.socket = socket;
      socket.onopen = () => {
        this.tried = 0;
        this.set({ connected: true });
        // what came between the last look and this line
        void this.refresh();
      };
      socket.onmessage = ({ data }: MessageEvent<string>) => this.hear(data);
      socket.onclose = () => this.lost(socket);
    } catch (error) {
      this.lost(null);
      if (error instanceof Response && error.status === 401) void this.start();
    }
  }

  private lost(socket: WebSocket | null): void {
    if (socket !== this.socket) return;
    this.socket = null;
    this.set({ connected: navigator.onLine && this.tried < 2 });
    this.later(() => !this.socket && void this.connect());
  }

  private hear(text: string): void {
    const event = JSON.parse(text) as { type: string; at?: string };
    if (event.type === 'message') void this.refresh();
    else if (event.type === 'seen') this.set({ readAt: event.at ?? new Date().toISOString() });
    else if (event.type === 'typing') {
      clearTimeout(this.typingTimer);
      this.set({ typing: true });
      this.typingTimer = setTimeout(() => this.set({ typing: false }), TYPING_MS);
    }
  }

  /* ---- what the visitor does ---- */

  send(body: string): void {
    const ready = this.state.uploads.filter((one) => one.id);
    if (body.trim() === '' && ready.length === 0) return;
    this.set({ uploads: this.state.uploads.filter((one) => !one.id) });
    this.queue.add({ client_id: newId(), body: body.trim(), upload_ids: ready.map((one) => one.id!), at: new Date().toISOString() });
    this.askForEmail();
  }

  private async deliver(item: Waiting): Promise<Outcome> {
    if (!this.state.visit) return 'later';
    try {
      const upload_ids = item.upload_ids.length > 0 ? item.upload_ids : undefined;
      await this.call('POST', '/messages', { client_id: item.client_id, body: item.body, upload_ids });
      this.set({ echoes: [...this.state.echoes, item], connected: true });
      this.tell('known');
      setTimeout(() => void this.refresh(), 400);
      return 'taken';
    } catch (error) {
      if (!(error instanceof Response)) {
        this.set({ connected: false });
        return 'later';
      }
      if (error.status === 401) {
        await this.start();
        return 'later';
      }
      return error.status === 429 || error.status >= 500 ? 'later' : 'refused';
    }
  }

  retry(id: string): void {
    this.queue.retry(id);
  }

  typed(): void {
    if (Date.now() - this.lastTyping < 3_000 || !this.state.visit) return;
    this.lastTyping = Date.now();
    this.call('POST', '/typing', {}).catch(() => undefined);
  }

  upload(file: File, tooLarge: string, failed: string): void {
    if (file.size > MAX_BYTES) return this.set({ notice: tooLarge });
    const key = newId();
    const change = (part: Partial<UploadState>) => this.set({ uploads: this.state.uploads.map((one) => (one.key === key ? { ...one, ...part } : one)) });
    const drop = (notice: string) => this.set({ uploads: this.state.uploads.filter((one) => one.key !== key), notice });
    this.set({ uploads: [...this.state.uploads, { key, name: file.name, part: 0, id: null }], notice: '' });
    const xhr = new XMLHttpRequest();
    xhr.open('POST', `${this.base}/uploads?name=${encodeURIComponent(file.name)}`);
    xhr.setRequestHeader('Content-Type', file.type || 'application/octet-stream');
    xhr.setRequestHeader('Authorization', `Bearer ${this.token.read() ?? ''}`);
    xhr.upload.onprogress = (event) => change({ part: event.loaded / event.total });
    xhr.onerror = () => drop(failed);
    xhr.onload = () => (xhr.status === 201 ? change({ part: 1, id: (JSON.parse(xhr.responseText) as Attachment).id }) : drop(failed));
    xhr.send(file);
  }

  dropUpload(key: string): void {
    this.set({ uploads: this.state.uploads.filter((one) => one.key !== key) });
  }

  /* Asked once, after the first words, when nobody is there to answer. */
  private askForEmail(): void {
    const { visit, email } = this.state;
    if (visit?.ask_email && !visit.online && email === 'no') this.set({ email: 'ask' });
  }

  async giveEmail(text: string): Promise<void> {
    if (!/^[^\s@]+@[^\s@]+\.[^\s@]+$/.test(text.trim())) return this.set({ email: 'bad', emailText: text });
    try {
      await this.call('POST', '/email', { email: text.trim() });
      this.set({ email: 'given', emailText: text.trim() });
    } catch {
      this.set({ email: 'bad', emailText: text });
    }
  }

  /* ---- what has been seen ---- */

  setOpen(open: boolean): void {
    this.set({ open });
    this.look();
  }

  /* Answers that are in sight are read; others are counted on the button. */
  private look(): void {
    const answers = this.state.messages.filter((item) => item.direction === 'out');
    const newest = answers[answers.length - 1];
    const mark = this.readMark.read() ?? '';
    const seen = this.state.open && document.visibilityState === 'visible';
    if (newest && seen && newest.id !== this.lastRead) {
      this.lastRead = newest.id;
      if (newest.at > mark) this.readMark.write(newest.at);
      this.call('POST', '/read', { message_id: newest.id }).catch(() => (this.lastRead = ''));
    }
    const unread = seen ? 0 : answers.filter((item) => item.at > mark).length;
    if (unread !== this.state.unread) {
      this.set({ unread });
      this.tell('unread', unread);
    }
  }
}
