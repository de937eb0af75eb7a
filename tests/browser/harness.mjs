// A real server with the demonstration data, and Chromium in front of it.
//
// open() gives a Lab: agents and visitors as pages of their own, each watched for what must never
// happen: a request to another origin, a broken content security policy, an uncaught error.
// SAMBUNG_SCREENS names the folder for pictures (build/screens unless told), SAMBUNG_BINARY the binary.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { chromium } from 'playwright-core';
import { ADMIN, root, startServer } from '../http/harness.mjs';

export { ADMIN, root };
export { eventually } from '../http/harness.mjs';

const screens = process.env.SAMBUNG_SCREENS ?? path.join(root, 'build/screens');
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const FLAGS = [
  '--no-sandbox', '--headless', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking',
  '--disable-component-update', '--disable-sync', '--disable-dev-shm-usage', '--autoplay-policy=no-user-gesture-required',
];

export const LAPTOP = { width: 1440, height: 900 };
export const NARROW = { width: 1100, height: 760 };
export const PHONE = { width: 390, height: 844 };

export class Lab {
  constructor(server, browser) {
    this.server = server;
    this.browser = browser;
    this.faults = [];
  }

  get url() {
    return this.server.url;
  }

  /** A browser of one's own.  phone: a small touch screen; dark, locale, zone: what it prefers. */
  async context({ phone = false, viewport, dark = false, locale = 'en-GB', zone = 'Asia/Kuala_Lumpur', ...more } = {}) {
    const context = await this.browser.newContext({
      viewport: viewport ?? (phone ? PHONE : LAPTOP),
      isMobile: phone,
      hasTouch: phone,
      colorScheme: dark ? 'dark' : 'light',
      locale,
      timezoneId: zone,
      baseURL: this.url,
      ...more,
    });
    context.setDefaultTimeout(15_000);
    context.on('request', (request) => {
      const { protocol, host } = new URL(request.url());
      if (!['data:', 'blob:'].includes(protocol) && host !== new URL(this.url).host) this.faults.push(`a request to another origin: ${request.url()}`);
    });
    context.on('console', (message) => {
      if (/content security policy/i.test(message.text())) this.faults.push(`policy: ${message.text()}`);
    });
    context.on('weberror', (error) => this.faults.push(`uncaught: ${error.error().stack ?? error.error()}`));
    return context;
  }

  /** A page, signed in unless anonymous, at a path. */
  async page({ path: at = '/inbox', anonymous = false, as = ADMIN, ...prefer } = {}) {
    const context = await this.context(prefer);
    if (!anonymous) await this.signIn(context, as);
    const page = await context.newPage();
    await page.goto(at);
    if (!anonymous) await page.waitForSelector('[data-ready="yes"] #main');
    return page;
  }

  async signIn(context, { email, password } = ADMIN) {
    const answer = await context.request.post('/v1/session', { data: { email, password }, headers: { origin: this.url } });
    assert.equal(answer.status(), 200, await answer.text());
  }

  /** The API as the administrator. */
  async api() {
    return (this.client ??= await this.server.signIn());
  }

  async webchat() {
    const { items } = await (await this.api()).get('/v1/channels');
    return items.find((one) => one.kind === 'webchat');
  }

  /** A visitor on the demo page, with the chat open; frame is the chat. */
  async visitor(prefer = {}) {
    const context = prefer.context ?? (await this.context(prefer));
    const page = await context.newPage();
    await page.goto(`/demo/chat${prefer.query ?? ''}`);
    await page.locator('[aria-expanded="false"]').click();
    const frame = page.frameLocator('iframe');
    await frame.locator('#write').waitFor();
    return { page, context, frame };
  }

  async shot(page, name) {
    mkdirSync(screens, { recursive: true });
    // not with animations disabled: that ends them, and a toast goes when its time has run out
    await page.screenshot({ path: path.join(screens, `${name}.png`) });
  }

  /** Nothing that a person with other senses or hands would stumble over. */
  async accessible(page, what) {
    // colours that are on their way are neither the one nor the other
    await page.evaluate(() => Promise.all(document.getAnimations().filter((one) => one.effect?.getTiming().iterations !== Infinity && !one.animationName?.startsWith('k-toast')).map((one) => one.finished.catch(() => undefined))));
    const results = [];
    for (const frame of page.frames()) {
      await frame.evaluate(axe);
      results.push(...(await frame.evaluate(() => globalThis.axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'], iframes: false }))).violations);
    }
    const told = results.flatMap((one) => one.nodes.map((node) => `${one.id}: ${node.target.join(' ')}\n    ${node.html.slice(0, 160)}\n    ${(node.failureSummary ?? '').replaceAll('\n', ' ').slice(0, 300)}`));
    assert.ok(told.length === 0, `${what}:\n${told.join('\n')}`);
  }

  /** To be asked at the end of each test. */
  clean() {
    const faults = this.faults;
    this.faults = [];
    assert.deepEqual(faults, []);
  }

  async close() {
    await this.browser.close();
    await this.server.stop();
  }
}

export async function open(options = {}) {
  const server = await startServer({ args: ['--demo'], ...options });
  try {
    const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: FLAGS });
    return new Lab(server, browser);
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** The conversation that the list shows first, opened. */
export async function openFirst(page) {
  await page.locator('.row').first().click();
  await page.locator('.message').first().waitFor();
}

/** A conversation by the words of its row. */
export async function openRow(page, words) {
  await page.locator('.row', { hasText: words }).first().click();
  await page.locator('.message').first().waitFor();
}
