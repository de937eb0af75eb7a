/*
 * The event stream, one socket per browser: the tab that holds the lock reads it and tells the others.
 * When that tab goes, the next one takes the lock and goes on from the last cursor it heard of, so
 * nothing is missed in between.
 */
import { signal } from '@preact/signals';
import { backoff, decode, type StreamEvent } from './events';

export type StreamStatus = 'starting' | 'open' | 'down';

type Word = { word: 'event'; event: StreamEvent } | { word: 'status'; status: StreamStatus; cursor: string | null } | { word: 'ask' };

const POLICY = 1008; // the server's word for: your session is over
const SLEEP_MS = 45_000; // a timer that came this late: the machine slept, and the socket is dead

export class Stream {
  readonly status = signal<StreamStatus>('starting');
  private cursor: string | null = null;
  private socket: WebSocket | null = null;
  private leading = false;
  private tried = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private release: (() => void) | null = null;
  private readonly channel = 'BroadcastChannel' in self ? new BroadcastChannel('sambung-stream') : null;
  private readonly stopped = new AbortController();

  constructor(
    private readonly onEvent: (event: StreamEvent) => void,
    /* the socket failed before it opened, or was closed for our sake: perhaps we are signed out */
    private readonly onRefused: () => void,
  ) {}

  start(): void {
    const { signal } = this.stopped;
    this.channel?.addEventListener('message', (event: MessageEvent<Word>) => this.hear(event.data));
    addEventListener('online', () => this.hurry(), { signal });
    addEventListener('offline', () => this.lose(), { signal });
    document.addEventListener('visibilitychange', () => document.visibilityState === 'visible' && this.hurry(), { signal });
    this.watchSleep();
    // locks need a secure context: on plain http beyond localhost each tab has its own socket
    if (!('locks' in navigator)) {
      this.lead();
      return;
    }
    this.tell({ word: 'ask' });
    navigator.locks
      .request('sambung-stream', { signal }, () => new Promise<void>((release) => {
        this.release = release;
        this.lead();
      }))
      .catch(() => undefined);
  }

  stop(): void {
    this.stopped.abort();
    if (this.timer) clearTimeout(this.timer);
    this.socket?.close();
    this.socket = null;
    this.leading = false;
    this.release?.();
    this.channel?.close();
  }

  private tell(word: Word): void {
    if (!this.stopped.signal.aborted) this.channel?.postMessage(word);
  }

  private hear(word: Word): void {
    if (word.word === 'ask') {
      if (this.leading) this.tell({ word: 'status', status: this.status.peek(), cursor: this.cursor });
    } else if (!this.leading && word.word === 'status') {
      const fresh = this.cursor === null && word.cursor !== null;
      this.cursor ??= word.cursor;
      this.status.value = word.status;
      if (fresh) this.onEvent({ type: 'hello', cursor: word.cursor! });
    } else if (!this.leading && word.word === 'event') {
      this.take(word.event);
    }
  }

  private take(event: StreamEvent): void {
    if ('cursor' in event) this.cursor = event.cursor;
    this.onEvent(event);
  }

  private lead(): void {
    this.leading = true;
    this.connect();
  }

  private connect(): void {
    this.timer = null;
    if (this.stopped.signal.aborted || this.socket) return;
    const url = new URL('/v1/events', location.href);
    url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
    if (this.cursor) url.searchParams.set('after', this.cursor);
    const socket = new WebSocket(url);
    this.socket = socket;
    let greeted = false;
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      const event = decode(data);
      if (!event || this.socket !== socket) return;
      if (event.type === 'hello') {
        greeted = true;
        this.tried = 0;
        this.say('open', event.cursor);
        // the cursor we asked to go on from stays until a change moves it
        if (this.cursor !== null) return;
      }
      this.take(event);
      if (event.type !== 'hello') this.tell({ word: 'event', event });
    };
    socket.onclose = ({ code }) => {
      if (this.socket !== socket) return;
      this.socket = null;
      if (!greeted || code === POLICY) this.onRefused();
      this.lose();
    };
  }

  private say(status: StreamStatus, cursor: string | null = this.cursor): void {
    this.status.value = status;
    this.tell({ word: 'status', status, cursor: this.cursor ?? cursor });
  }

  /* No connection: say so, and try again after a while. */
  private lose(): void {
    if (!this.leading || this.stopped.signal.aborted) return;
    const dead = this.socket;
    this.socket = null;
    dead?.close();
    this.say('down');
    if (this.timer) clearTimeout(this.timer);
    this.timer = setTimeout(() => this.connect(), backoff(this.tried++));
  }

  /* The network is back, or somebody looks: do not wait for the timer. */
  private hurry(): void {
    if (!this.leading || this.socket) return;
    if (this.timer) clearTimeout(this.timer);
    this.tried = 0;
    this.connect();
  }

  private watchSleep(): void {
    let last = Date.now();
    const timer = setInterval(() => {
      const late = Date.now() - last > SLEEP_MS;
      last = Date.now();
      if (late && this.leading) {
        this.lose();
        this.hurry();
      }
    }, 10_000);
    this.stopped.signal.addEventListener('abort', () => clearInterval(timer));
  }
}
