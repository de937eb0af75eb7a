// Two-step sign-in and API keys, as a person meets them: each state in both themes, wide and on a phone.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { totp } from '../http/totp.mjs';
import { ADMIN, LAPTOP, open, PHONE } from './harness.mjs';

let lab, secret, codes;
before(async () => (lab = await open()));
after(() => lab?.close());
afterEach(() => lab.clean());

/** The state that the page is in, looked at from all sides. */
async function look(page, name) {
  for (const colorScheme of ['light', 'dark'])
    for (const [size, viewport] of [['wide', LAPTOP], ['phone', PHONE]]) {
      await page.emulateMedia({ colorScheme });
      await page.setViewportSize(viewport);
      await lab.accessible(page, `${name}, ${size}, ${colorScheme}`);
      await lab.shot(page, `${name}-${size}-${colorScheme}`);
    }
  await page.emulateMedia({ colorScheme: 'light' });
  await page.setViewportSize(LAPTOP);
}

const section = (page) => page.getByRole('region', { name: 'Two-step sign-in' });
const focused = (page) => page.evaluate(() => document.activeElement?.textContent);
/** So that one code more fits into this half minute. */
const allowAgain = () => lab.server.sql('UPDATE totp SET last_step = 0');

test('two-step sign-in is set up: password, picture, code, and ten codes to keep', async () => {
  const page = await lab.page({ path: '/settings/security' });
  const there = section(page);
  await there.getByLabel('Current password', { exact: true }).fill('not this one');
  await there.getByRole('button', { name: 'Set up two-step sign-in' }).click();
  await there.getByText('This is not your current password.').waitFor();
  await there.getByLabel('Current password', { exact: true }).fill(ADMIN.password);
  await page.keyboard.press('Enter');
  await there.getByRole('img', { name: 'QR code for the authenticator app' }).waitFor();
  secret = (await there.locator('.totp-secret').textContent()).replaceAll(' ', '');
  await look(page, 'totp-picture');
  await there.getByLabel('Code from the app').fill('000000');
  await page.keyboard.press('Enter');
  await there.getByText('This is not the code that the app shows now.').waitFor();
  await there.getByLabel('Code from the app').fill(totp(secret));
  await page.keyboard.press('Enter');
  await there.getByRole('heading', { name: 'Your recovery codes' }).waitFor();
  assert.equal(await focused(page), 'Your recovery codes');
  codes = await there.locator('.codes-list code').allTextContents();
  assert.equal(codes.length, 10);
  await look(page, 'totp-codes');
  const [file] = await Promise.all([page.waitForEvent('download'), there.getByRole('button', { name: 'Download' }).click()]);
  assert.equal(file.suggestedFilename(), 'sambung-recovery-codes.txt');
  await there.getByRole('button', { name: 'I have kept them' }).click();
  await there.getByText('10 recovery codes left').waitFor();
  await page.reload();
  await there.getByText('10 recovery codes left').waitFor(); // the session has gone on under its new token
  await look(page, 'totp-on');
  await page.context().close();
});

test('at the door the code is asked, and not again where it is remembered', async () => {
  await allowAgain();
  const page = await lab.page({ path: '/', anonymous: true });
  const enter = async () => {
    await page.getByLabel('E-mail').fill(ADMIN.email);
    await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
    await page.keyboard.press('Enter');
  };
  await enter();
  const code = page.getByLabel('Code', { exact: true });
  await code.waitFor();
  await page.waitForFunction(() => document.activeElement?.getAttribute('autocomplete') === 'one-time-code');
  await look(page, 'second-step');
  await code.fill('000000');
  await page.keyboard.press('Enter');
  await page.getByText('This code is not right, or it has been used.').waitFor();
  await page.getByRole('button', { name: 'I do not have the app at hand' }).click();
  await page.getByLabel('Recovery code').waitFor();
  await look(page, 'second-step-recovery');
  await page.getByRole('button', { name: 'Use the app instead' }).click();
  await lab.server.sql('UPDATE sign_in_challenge SET expires_at = now()');
  await code.fill(totp(secret));
  await page.keyboard.press('Enter');
  await page.getByText('Please begin again.').waitFor();
  await enter();
  await code.fill(totp(secret));
  await page.getByLabel('Do not ask on this device for 30 days').check();
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.waitForSelector('[data-ready="yes"] .row');
  await page.goto('/settings/security');
  await section(page).getByRole('button', { name: /Ask again on/ }).waitFor();
  await look(page, 'devices');
  await page.context().clearCookies({ name: 'sambung' });
  await page.goto('/');
  await enter();
  await page.waitForSelector('[data-ready="yes"] .row');
  await page.context().close();
});

test('an API key is made, shown once, and ended', async () => {
  const context = await lab.context();
  await allowAgain();
  const door = await (await context.request.post('/v1/session', { data: ADMIN, headers: { origin: lab.url } })).json();
  await context.request.post('/v1/session/second-factor', { data: { challenge: door.challenge, recovery_code: codes[0] }, headers: { origin: lab.url } });
  const page = await context.newPage();
  await page.goto('/settings/keys');
  await page.getByText('No keys yet').waitFor();
  await page.getByRole('button', { name: 'Make a key' }).first().click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Bookkeeping');
  await dialog.getByRole('button', { name: 'Make a key' }).click();
  await dialog.getByText('Choose at least one.').waitFor();
  await look(page, 'key-form');
  await dialog.getByLabel('contacts:read').check();
  await dialog.getByRole('button', { name: 'Make a key' }).click();
  await page.getByRole('heading', { name: 'The key “Bookkeeping”' }).waitFor();
  const token = await page.locator('.key-token code').textContent();
  assert.match(token, /^key_/);
  assert.equal((await lab.server.fetch('/v1/contacts', { headers: { authorization: `Bearer ${token}` } })).status, 200);
  await look(page, 'key-made');
  await page.getByRole('button', { name: 'I have kept it' }).click();
  await page.getByText('Bookkeeping').waitFor();
  await page.reload();
  await page.getByText(/used .* from 127.0.0.1/).waitFor();
  assert.ok(!(await page.content()).includes(token));
  await look(page, 'keys');
  await page.getByRole('button', { name: 'End the key Bookkeeping' }).click();
  await page.getByText('No keys yet').waitFor();
  assert.equal(await focused(page), 'API keys');
  await context.close();
});

test('turning it off asks password and code; where it is required, setting it up comes first', async () => {
  await allowAgain();
  const context = await lab.context();
  const door = await (await context.request.post('/v1/session', { data: ADMIN, headers: { origin: lab.url } })).json();
  await context.request.post('/v1/session/second-factor', { data: { challenge: door.challenge, recovery_code: codes[1] }, headers: { origin: lab.url } });
  const page = await context.newPage();
  await page.goto('/settings/security');
  const there = section(page);
  await there.getByLabel('Ask everybody in the organisation for it').check();
  await page.getByText('Everybody is asked for two-step sign-in now').waitFor();
  await there.getByRole('button', { name: 'Turn off two-step sign-in' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Current password', { exact: true }).fill(ADMIN.password);
  await dialog.getByLabel('Code from the app').fill('000000');
  await page.keyboard.press('Enter');
  await dialog.getByText('This is not the code that the app shows now.').waitFor();
  await look(page, 'totp-off');
  await dialog.getByLabel('Code from the app').fill(codes[2]);
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: 'Set up two-step sign-in' }).waitFor();
  await look(page, 'must-set-up');
  await page.reload();
  await page.getByLabel('Current password', { exact: true }).fill(ADMIN.password);
  await page.keyboard.press('Enter');
  await page.locator('.totp-secret').waitFor();
  const again = (await page.locator('.totp-secret').textContent()).replaceAll(' ', '');
  await look(page, 'must-set-up-picture');
  await page.getByLabel('Code from the app').fill(totp(again));
  await page.keyboard.press('Enter');
  await page.getByRole('button', { name: 'I have kept them' }).click();
  await page.waitForSelector('[data-ready="yes"] .settings');
  await context.close();
});
