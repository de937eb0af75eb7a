// An event stream from outside: the frames of a WebSocket, to be waited for one by one.
//
//   const stream = await openStream(server, "/v1/events", { token: client.token });
//   const hello = await stream.next((e) => e.type === "hello");
//   stream.close();
import { once } from "node:events";
import WebSocket from "ws";

const PATIENCE_MS = 10_000;

export class Stream {
  constructor(socket) {
    this.socket = socket;
    this.events = [];
    this.all = [];
    this.waiting = null;
    this.ended = once(socket, "close").then(([code]) => code);
    socket.on("message", (data) => {
      const event = JSON.parse(data.toString());
      this.events.push(event);
      this.all.push(event);
      this.waiting?.();
    });
    socket.on("error", () => undefined);
  }

  /** The next event that fits; those before it are skipped. */
  async next(fits = () => true) {
    const until = Date.now() + PATIENCE_MS;
    for (;;) {
      while (this.events.length) {
        const event = this.events.shift();
        if (fits(event)) return event;
      }
      const left = until - Date.now();
      if (left <= 0) throw new Error(`no such event came; there were ${JSON.stringify(this.all)}`);
      await new Promise((resolve) => {
        const timer = setTimeout(resolve, left);
        this.waiting = () => {
          clearTimeout(timer);
          resolve();
        };
      });
      this.waiting = null;
    }
  }

  type = (type) => this.next((event) => event.type === type);
  change = (kind, fits = () => true) => this.next((event) => event.type === "change" && event.kind === kind && fits(event));

  /** Everything sent so far has arrived when this returns. */
  async settled() {
    this.socket.ping();
    await once(this.socket, "pong");
  }

  close() {
    this.socket.terminate();
  }
}

/** A stream, or an Error with the status that refused it.  server: whatever has a url; ca: whom to trust over TLS. */
export function openStream(server, target, { token, headers = {}, ca } = {}) {
  const url = `${server.url.replace(/^http/, "ws")}${target}`;
  const socket = new WebSocket(url, { ca, headers: { ...(token ? { authorization: `Bearer ${token}` } : {}), ...headers } });
  const stream = new Stream(socket);
  return new Promise((resolve, reject) => {
    socket.once("open", () => resolve(stream));
    socket.once("unexpected-response", (request, response) => {
      const error = Object.assign(new Error(`refused with ${response.statusCode}`), { status: response.statusCode });
      request.destroy();
      reject(error);
    });
    socket.once("error", reject);
  });
}
