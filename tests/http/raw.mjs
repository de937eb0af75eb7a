// Bytes on a socket, for what fetch would never send.
import net from "node:net";
import tls from "node:tls";

/** Send bytes, collect what comes until the server closes or `wait` ms have passed.  ca: over TLS. */
export function exchange(port, bytes, { wait = 3000, keepOpen = false, ca = null } = {}) {
  return new Promise((resolve) => {
    const socket = ca ? tls.connect({ port, host: "127.0.0.1", servername: "localhost", ca }) : net.connect(port, "127.0.0.1");
    let got = Buffer.alloc(0);
    let over = false;
    const finish = (closed) => {
      if (over) return;
      over = true;
      clearTimeout(timer);
      socket.destroy();
      resolve(new Raw(got, closed));
    };
    const timer = setTimeout(() => finish(false), wait);
    socket.on("data", (d) => {
      got = Buffer.concat([got, d]);
      if (!keepOpen && new Raw(got, false).complete) finish(false);
    });
    socket.on("end", () => finish(true));
    socket.on("error", () => finish(true));
    socket.on("close", () => finish(true));
    for (const piece of [bytes].flat()) socket.write(piece);
  });
}

class Raw {
  constructor(bytes, closed) {
    this.bytes = bytes;
    this.text = bytes.toString("latin1");
    this.closed = closed;
    const head = this.text.replace(/^HTTP\/1\.1 100 Continue\r\n\r\n/, "");
    this.status = Number(/^HTTP\/1\.1 (\d+)/.exec(head)?.[1] ?? 0);
    const end = head.indexOf("\r\n\r\n");
    this.head = end < 0 ? "" : head.slice(0, end);
    this.body = end < 0 ? "" : head.slice(end + 4);
    const length = /\r\ncontent-length: (\d+)/i.exec(this.head);
    this.complete = end >= 0 && length !== null && this.body.length >= Number(length[1]);
  }

  header(name) {
    return new RegExp(`\\r\\n${name}: ([^\\r]*)`, "i").exec(this.head)?.[1];
  }
}

export const get = (target, ...headers) =>
  `GET ${target} HTTP/1.1\r\nHost: localhost\r\n${headers.map((h) => `${h}\r\n`).join("")}\r\n`;
