// What our mails look like: every kind in the gallery, and what a demonstration has kept.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { ENVIRONMENT, run } from '../http/harness.mjs';
import { LAPTOP, PHONE, open } from './harness.mjs';

let lab;
before(async () => (lab = await open()));
after(() => lab?.close());
afterEach(() => lab.clean());

const sendTest = (to) => run(lab.server.binary, ['mail', 'test', to], { env: { ...ENVIRONMENT, SAMBUNG_DATA: lab.server.data } });

const looks = [
  { name: 'light', viewport: LAPTOP, dark: false },
  { name: 'dark', viewport: LAPTOP, dark: true },
  { name: 'phone', viewport: PHONE, dark: false },
  { name: 'phone-dark', viewport: PHONE, dark: true },
];

test('the gallery shows every mail in every language', async () => {
  const page = await lab.page({ path: '/gallery', anonymous: true });
  const { kinds, locales } = await (await lab.server.fetch('/gallery/mail.json')).json();
  assert.ok(kinds.length >= 12 && locales.length === 3);
  const frame = page.frameLocator('iframe[title="The mail"]');
  await page.getByLabel('Kind', { exact: true }).selectOption('new_device');
  await page.getByLabel('Language', { exact: true }).selectOption('zh-Hans');
  await frame.getByText('您的 Sambung 账户在一台我们未见过的设备上登录。').waitFor();
  await page.getByLabel('Language', { exact: true }).selectOption('ms');
  await frame.getByRole('link', { name: 'Lihat log masuk saya' }).waitFor();
});

for (const look of looks)
  test(`every mail reads well: ${look.name}`, async () => {
    const page = await lab.page({ path: '/gallery', anonymous: true, viewport: look.viewport, dark: look.dark });
    const { kinds } = await (await lab.server.fetch('/gallery/mail.json')).json();
    for (const kind of kinds) {
      await page.goto(`/gallery/mail/en/${kind}`);
      await page.getByText('Nurul Huda').waitFor();
      assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), `${kind} is wider than the screen`);
      await lab.shot(page, `mail-${kind}-${look.name}`);
    }
    await page.goto('/gallery/mail/zh-Hans/invitation');
    await lab.shot(page, `mail-invitation-zh-${look.name}`);
  });

test('what a demonstration has kept is listed, the newest first, and opens', async () => {
  assert.match(await sendTest('first@example.com'), /kept as a file/);
  assert.match(await sendTest('second@example.com'), /kept as a file/);
  for (const look of looks) {
    const page = await lab.page({ path: '/demo/mail', anonymous: true, viewport: look.viewport, dark: look.dark });
    const items = page.getByRole('navigation', { name: 'Mails' }).getByRole('link');
    await items.nth(1).waitFor();
    assert.match(await items.nth(0).innerText(), /second@example\.com/);
    await items.nth(1).click();
    await page.getByText('to first@example.com').waitFor();
    const frame = page.frameLocator('iframe');
    await frame.getByText('Mail works.').waitFor();
    const card = frame.locator('.card');
    assert.equal(await card.evaluate((e) => getComputedStyle(e).borderRadius), '12px', 'its styles are inline, and hold');
    await lab.shot(page, `demo-mail-${look.name}`);
    await page.locator('iframe').evaluate((e) => e.remove()); // scripts do not run in there, and axe is one
    await lab.accessible(page, look.name);
    await page.context().close();
  }
});
