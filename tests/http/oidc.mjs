// A real OpenID provider (oidc-provider, certified) on loopback, behind a proxy of ours that can misbehave where
// it cannot, and a browser without a screen: a cookie jar that follows redirects.
//
// The provider is https://id.example.test to everybody; Sambung's egress map and the browser go to the proxy.
import { once } from "node:events";
import http from "node:http";
import { generateKeyPairSync, randomUUID, sign, createHmac } from "node:crypto";
import Provider from "oidc-provider";

export const ISSUER = "https://id.example.test";
export const CLIENT = { id: "sambung", secret: "a-secret-of-thirty-two-characters" };

export const b64 = (value) => Buffer.from(typeof value === "string" || Buffer.isBuffer(value) ? value : JSON.stringify(value)).toString("base64url");

export function newKey(kid = randomUUID()) {
  const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return { kid, private: pair.privateKey, jwk: { ...pair.privateKey.export({ format: "jwk" }), kid, use: "sig", alg: "RS256" }, public: { ...pair.publicKey.export({ format: "jwk" }), kid, use: "sig", alg: "RS256" } };
}

/** An id_token of any shape: header and claims as given. */
export function mint(key, claims, header = {}) {
  const head = { alg: "RS256", kid: key.kid, ...header };
  const text = `${b64(head)}.${b64(claims)}`;
  if (head.alg === "none") return `${text}.`;
  if (head.alg === "HS256") return `${text}.${createHmac("sha256", key.secret).update(text).digest("base64url")}`;
  return `${text}.${sign("sha256", Buffer.from(text), key.private).toString("base64url")}`;
}

export const claimsOf = (token) => JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString());

function configuration(key, redirects) {
  return {
    clients: [{ client_id: CLIENT.id, client_secret: CLIENT.secret, redirect_uris: redirects, response_types: ["code"], grant_types: ["authorization_code"] }],
    jwks: { keys: [key.jwk] },
    pkce: { required: () => true },
    claims: { openid: ["sub"], email: ["email", "email_verified"], profile: ["name"] },
    conformIdTokenClaims: false,
    features: { devInteractions: { enabled: true } },
    cookies: { keys: ["only for tests"] },
    ttl: { AccessToken: 600, AuthorizationCode: 60, IdToken: 600, Interaction: 600, Session: 600, Grant: 600 },
    findAccount: (_, sub) => ({ accountId: sub, claims: () => ({ sub, email: sub, email_verified: true, name: sub.split("@")[0] }) }),
  };
}

const listen = async (server) => {
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return `http://127.0.0.1:${server.address().port}`;
};

const bodyOf = async (stream) => {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts);
};

export class Identity {
  /** redirects: the addresses that the client is registered with. */
  async start(redirects) {
    this.redirects = redirects;
    this.front = http.createServer((request, response) => void this.#serve(request, response));
    this.url = await listen(this.front);
    this.calm();
    await this.useKey(newKey("first"));
    return this;
  }

  /** The provider begins anew with this signing key. */
  async useKey(key) {
    this.back?.close();
    this.back?.closeAllConnections();
    this.key = key;
    const provider = new Provider(ISSUER, configuration(key, this.redirects));
    provider.proxy = true; // https, says the proxy
    this.back = http.createServer(provider.callback());
    this.backUrl = new URL(await listen(this.back));
  }

  /** What misbehaves: rewrite(path, body) alters what is asked, change(path, {status, headers, body}) what is answered. */
  calm() {
    this.change = null;
    this.rewrite = null;
    this.down = false;
    this.seen = [];
  }

  async stop() {
    for (const server of [this.front, this.back]) {
      server?.closeAllConnections();
      server?.close();
    }
  }

  /** The next id_tokens are ours: made from the claims of the real one. */
  forge(make) {
    this.change = (path, answer) => {
      if (path !== "/token" || answer.status !== 200) return answer;
      const body = JSON.parse(answer.body);
      return { ...answer, body: JSON.stringify({ ...body, id_token: make(claimsOf(body.id_token), body.id_token) }) };
    };
  }

  async #serve(request, response) {
    const body = await bodyOf(request);
    const path = request.url.split("?")[0];
    this.seen.push({ method: request.method, path, headers: request.headers, body: body.toString() });
    if (this.down) return void response.destroy();
    const real = await this.#ask(request, Buffer.from(this.rewrite?.(path, body.toString()) ?? body));
    const answer = this.change?.(path, real) ?? real;
    delete answer.headers["content-length"];
    delete answer.headers["transfer-encoding"];
    response.writeHead(answer.status, answer.headers).end(answer.body);
  }

  async #ask(request, body) {
    const headers = { ...request.headers, host: new URL(ISSUER).host, "x-forwarded-proto": "https" };
    const onward = http.request({ host: this.backUrl.hostname, port: this.backUrl.port, method: request.method, path: request.url, headers });
    onward.setHeader("content-length", body.length);
    onward.end(body);
    const [answer] = await once(onward, "response");
    const text = (await bodyOf(answer)).toString();
    return { status: answer.statusCode, headers: { ...answer.headers }, body: text.replace(/@import url\(https:\/\/fonts[^)]*\);?/g, "") }; // nothing is asked of the world
  }
}

/** A browser: cookies by host, redirects step by step. */
export class Browser {
  /** at: where hosts really are, {"https://id.example.test": "http://127.0.0.1:9"} */
  constructor(at = {}) {
    this.at = at;
    this.jar = new Map();
  }

  #cookies(origin) {
    if (!this.jar.has(origin)) this.jar.set(origin, new Map());
    return this.jar.get(origin);
  }

  cookie(origin, name) {
    return this.#cookies(origin).get(name) ?? null;
  }

  async go(url, { method = "GET", form = null, json = null, headers = {} } = {}) {
    const { origin, pathname, search } = new URL(url);
    const cookies = [...this.#cookies(origin)].map(([k, v]) => `${k}=${v}`).join("; ");
    const answer = await fetch((this.at[origin] ?? origin) + pathname + search, {
      method: form || json ? "POST" : method,
      redirect: "manual",
      headers: { ...(cookies ? { cookie: cookies } : {}), ...(json ? { "content-type": "application/json" } : {}), ...headers },
      body: form ? new URLSearchParams(form) : json ? JSON.stringify(json) : undefined,
    });
    for (const line of answer.headers.getSetCookie()) {
      const [pair] = line.split(";");
      const [name, ...value] = pair.split("=");
      if (/max-age=0|expires=thu, 01 jan 1970/i.test(line)) this.#cookies(origin).delete(name.trim());
      else this.#cookies(origin).set(name.trim(), value.join("="));
    }
    const location = answer.headers.get("location");
    return { url, status: answer.status, headers: answer.headers, text: await answer.text(), location: location ? new URL(location, url).href : null };
  }

  /** Follow redirects and answer the provider's two forms, until an address that stop likes; it is not opened. */
  async walk(start, stop, { login = "alice@example.test", abort = false } = {}) {
    let url = start;
    for (let i = 0; i < 15; i++) {
      if (stop(url)) return url;
      const page = await this.go(url);
      if (page.location) {
        url = page.location;
        continue;
      }
      const action = page.text.match(/action="([^"]+)"/)?.[1];
      const prompt = page.text.match(/name="prompt" value="([^"]+)"/)?.[1];
      if (!action) throw new Error(`${page.status} at ${url}: ${page.text.slice(0, 400)}`);
      const next = abort ? await this.go(new URL(page.text.match(/href="([^"]*abort)"/)[1], url).href) : await this.go(new URL(action, url).href, { form: { prompt, login, password: "any" } });
      url = next.location;
    }
    throw new Error(`no end: ${url}`);
  }
}
