// The door with an account elsewhere, in a real browser and against a real provider: the button, the way there and
// back, what is said when it fails, and linking.
import assert from 'node:assert/strict';
import http from 'node:http';
import { once } from 'node:events';
import { after, afterEach, before, test } from 'node:test';
import { freePort } from '../http/harness.mjs';
import { CLIENT, Identity, ISSUER } from '../http/oidc.mjs';
import { open } from './harness.mjs';

let lab;
let identity;
before(async () => {
  const port = await freePort();
  identity = await new Identity().start([`http://127.0.0.1:${port}/sign-in/company/return`]);
  lab = await open({
    port,
    egress: { 'id.example.test': identity.url },
    env: { SAMBUNG_OIDC_ISSUER: ISSUER, SAMBUNG_OIDC_CLIENT_ID: CLIENT.id, SAMBUNG_OIDC_CLIENT_SECRET: CLIENT.secret, SAMBUNG_OIDC_NAME: 'Kedai SSO' },
  });
});
after(async () => {
  await lab?.close();
  await identity?.stop();
});
afterEach(() => {
  lab.faults = lab.faults.filter((fault) => !fault.includes(ISSUER)); // to go there is what this is about
  lab.clean();
});

/** The provider's name leads to our proxy; redirects are the browser's own. */
async function onTheWay(context) {
  await context.route(`${ISSUER}/**`, async (route) => {
    const asked = route.request();
    const { pathname, search } = new URL(asked.url());
    const { host: _, ...headers } = await asked.allHeaders();
    const onward = http.request(`${identity.url}${pathname}${search}`, { method: asked.method(), headers });
    onward.end(asked.postDataBuffer() ?? undefined);
    const [answer] = await once(onward, 'response');
    let body = '';
    for await (const part of answer.setEncoding('utf8')) body += part;
    await route.fulfill({ status: answer.statusCode, headers: Object.fromEntries(Object.entries(answer.headers).map(([k, v]) => [k, [v].flat().join('\n')])), body });
  });
  return context;
}

async function consent(page, login = 'alice@example.test') {
  await page.locator('input[name="login"]').fill(login);
  await page.locator('input[name="password"]').fill('any');
  await page.getByRole('button', { name: 'Sign-in' }).click();
  await page.getByRole('button', { name: 'Continue' }).click();
}

test('a stranger is turned away in words, in each language and theme', async () => {
  for (const [prefer, words] of [
    [{}, 'Nobody here has linked this Kedai SSO account.'],
    [{ phone: true, dark: true, locale: 'ms' }, 'Tiada sesiapa di sini memautkan akaun Kedai SSO ini.'],
    [{ dark: true, locale: 'zh-Hans' }, '这里没有人关联此 Kedai SSO 账户。'],
    [{ phone: true }, 'Nobody here has linked this Kedai SSO account.'],
  ]) {
    const name = `sign-in-with-${Object.keys(prefer).join('-')}-${prefer.locale ?? 'en'}`;
    const page = await (await onTheWay(await lab.context(prefer))).newPage();
    await page.goto('/contacts');
    await page.getByRole('link', { name: /Kedai SSO/ }).waitFor();
    await lab.accessible(page, name);
    await page.goto('/sign-in?problem=not_linked&provider=company');
    await page.getByText(words).waitFor();
    await lab.accessible(page, `${name}, refused`);
    await lab.shot(page, name);
    await page.context().close();
  }
});

test('one links an account, signs in with it to where one wanted to be, and unlinks it', async () => {
  const context = await onTheWay(await lab.context());
  await lab.signIn(context);
  const page = await context.newPage();
  await page.goto('/settings/security');
  await page.getByRole('button', { name: 'Link Kedai SSO' }).click();
  await consent(page);
  await page.getByText('Kedai SSO is linked. From now on you can sign in with it.').waitFor();
  assert.equal(new URL(page.url()).search, '', 'a reload does not say it again');
  const section = page.getByRole('region', { name: 'Accounts that let you in' });
  await section.getByText('Kedai SSO · alice@example.test').waitFor();
  await lab.accessible(page, 'linked');
  await lab.shot(page, 'linked-light');

  const other = await (await onTheWay(await lab.context({ dark: true }))).newPage();
  await other.goto('/settings/security');
  await other.getByRole('link', { name: 'Continue with Kedai SSO' }).click();
  await consent(other);
  await other.waitForURL('/settings/security');
  await other.getByText('with Kedai SSO', { exact: false }).first().waitFor();
  await section.waitFor();
  await lab.accessible(other, 'linked, dark');
  await lab.shot(other, 'linked-dark');

  await page.getByRole('button', { name: 'Unlink Kedai SSO, alice@example.test' }).click();
  await page.getByText('Kedai SSO is unlinked').waitFor();
  await section.getByRole('heading', { name: 'Accounts that let you in' }).waitFor();
  assert.equal(await page.evaluate(() => document.activeElement?.id), 'security-linked');
});

test('who says no at the provider comes back to the page, told, with the password at hand', async () => {
  const page = await (await onTheWay(await lab.context())).newPage();
  await page.goto('/contacts');
  await page.getByRole('link', { name: 'Continue with Kedai SSO' }).click();
  await page.getByRole('link', { name: /cancel/i }).click();
  await page.getByText('You stopped at Kedai SSO. Nothing has changed.').waitFor();
  await page.getByLabel('E-mail').fill('owner@example.com');
  await page.getByLabel('Password', { exact: true }).fill('correct-horse-battery');
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForURL('/contacts');
  await page.locator('a.contact-line').first().waitFor();
});
