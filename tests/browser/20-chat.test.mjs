// The main job: a customer writes in the web chat, the team answers, the customer reads it.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { eventually, open } from './harness.mjs';

let lab;
before(async () => (lab = await open()));
after(() => lab?.close());
afterEach(() => lab.clean());

const theirs = (frame, text) => frame.locator('.theirs', { hasText: text });
const mine = (frame, text) => frame.locator('.mine', { hasText: text });
const picture = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAgAAAAICAIAAABLbSncAAAAEklEQVR4nGNgYGD4z4APMOKTBAATGwEBGwX9oQAAAABJRU5ErkJggg==', 'base64');

test('a visitor writes, it is in the inbox at once, the answer comes back, and each side sees what was read', async () => {
  const agent = await lab.page();
  await agent.locator('.row').first().waitFor();
  const { page, frame } = await lab.visitor();
  await theirs(frame, 'Hello! How can we help?').waitFor();
  await frame.locator('#write').fill('Is the reading lamp in stock?');
  await frame.locator('#write').press('Enter');
  await mine(frame, 'Is the reading lamp in stock?').waitFor();

  const row = agent.locator('.row', { hasText: 'Is the reading lamp in stock?' });
  await row.waitFor();
  assert.equal(await agent.locator('.row').first().getAttribute('data-id'), await row.getAttribute('data-id'), 'on top of the list');
  await row.getByText('1 unread message').waitFor({ state: 'attached' });
  await lab.shot(agent, 'arrived');
  await row.click();
  await agent.locator('.message-in', { hasText: 'Is the reading lamp in stock?' }).waitFor();
  await mine(frame, 'Seen').waitFor();

  await agent.locator('#composer-text').pressSequentially('Yes, three', { delay: 10 });
  await frame.locator('.typing').waitFor();
  await agent.locator('#composer-text').fill('Yes, three of them, in brass and in black.');
  await agent.keyboard.press('Control+Enter');
  await theirs(frame, 'Yes, three of them').waitFor({ timeout: 30_000 });
  await lab.shot(page, 'chat-answered');
  await agent.locator('.message-out', { hasText: 'Yes, three of them' }).locator('.mark-read').waitFor({ timeout: 20_000 });

  await frame.locator('#write').pressSequentially('Great', { delay: 10 });
  await agent.getByText('is typing').first().waitFor();
});

test('the visitor comes back to the same conversation; what waited is on the button', async () => {
  const { page, context, frame } = await lab.visitor();
  await frame.locator('#write').fill('I will be back in a minute');
  await frame.locator('#write').press('Enter');
  const api = await lab.api();
  const found = await eventually('it arrived', async () => (await api.get('/v1/conversations?q=' + encodeURIComponent('back in a minute'))).items[0] ?? (await api.get('/v1/conversations?limit=5')).items.find((one) => one.last_preview.includes('back in a minute')));
  await mine(frame, 'Sent').waitFor();
  await page.close();
  await api.post(`/v1/conversations/${found.id}/messages`, { kind: 'text', body: 'Take your time.' });

  const again = await context.newPage();
  await again.goto('/demo/chat');
  await again.locator('button[aria-label*="1 unread"]').waitFor();
  await lab.shot(again, 'chat-unread');
  await again.locator('[aria-expanded="false"]').click();
  const back = again.frameLocator('iframe');
  await mine(back, 'I will be back in a minute').waitFor();
  await theirs(back, 'Take your time.').waitFor();
  await again.keyboard.press('Escape');
  await again.locator('[aria-expanded="false"]').waitFor();
});

test('what is written without a line is kept through a reload, and sent once', async () => {
  const { page, frame, context } = await lab.visitor();
  await context.setOffline(true);
  await frame.locator('#write').fill('Sent from a tunnel');
  await frame.locator('#write').press('Enter');
  await frame.getByText('Waiting for the connection').waitFor();
  await context.setOffline(false);
  await page.reload();
  await page.locator('[aria-expanded="false"]').click();
  await mine(page.frameLocator('iframe'), 'Sent from a tunnel').waitFor();
  const api = await lab.api();
  const found = await eventually('it arrived', async () => (await api.get('/v1/conversations?limit=5')).items.find((one) => one.last_preview === 'Sent from a tunnel'));
  const { items } = await api.get(`/v1/conversations/${found.id}/messages`);
  assert.equal(items.filter((one) => one.body === 'Sent from a tunnel').length, 1);
});

test('when the line is back the chat says so by itself, and shows what was written last', async () => {
  const { context, page, frame } = await lab.visitor();
  await context.setOffline(true);
  await frame.locator('#write').fill('Through the tunnel');
  await frame.locator('#write').press('Enter');
  await frame.locator('.offline').getByText('No connection').waitFor();
  await context.setOffline(false);
  await mine(frame, 'Through the tunnel').waitFor();
  await eventually('nothing more of it', async () => (await frame.locator('.offline').innerText()) === '');
  assert.ok(await frame.locator('#thread').evaluate((one) => one.scrollHeight - one.scrollTop - one.clientHeight < 60));
  await page.close();
});

test('a picture goes from the visitor to the agent, and one from the agent to the visitor', async () => {
  const { frame } = await lab.visitor();
  await frame.locator('#file').setInputFiles({ name: 'scratch.png', mimeType: 'image/png', buffer: picture });
  await frame.locator('.uploads li', { hasText: 'scratch.png' }).waitFor();
  await eventually('uploaded', async () => (await frame.locator('.uploads progress').count()) === 0);
  await frame.locator('#write').fill('Look at this scratch');
  await frame.locator('#write').press('Enter');

  const agent = await lab.page();
  await agent.locator('.row', { hasText: 'Look at this scratch' }).click();
  const image = agent.locator('.message-in .picture img');
  await image.waitFor();
  await eventually('it is drawn', () => image.evaluate((one) => one.complete && one.naturalWidth > 0));
  await agent.locator('.message-in .picture').click();
  await agent.locator('.lightbox img').waitFor();
  await agent.keyboard.press('Escape');

  await agent.locator('[data-composer-file]').setInputFiles({ name: 'new-one.png', mimeType: 'image/png', buffer: picture });
  await agent.locator('.chip small').waitFor();
  await agent.locator('#composer-text').fill('We send you this one instead');
  await agent.keyboard.press('Control+Enter');
  await theirs(frame, 'We send you this one instead').locator('img').waitFor({ timeout: 30_000 });
});

test('when nobody is online the visitor may leave an e-mail address, and it is on the contact', async () => {
  const api = await lab.api();
  await lab.server.sql("UPDATE membership SET availability = 'offline'");
  const { frame, page } = await lab.visitor();
  await frame.locator('#write').fill('Anybody there?');
  await frame.locator('#write').press('Enter');
  await frame.getByText('Nobody is online right now').waitFor();
  await frame.getByLabel('Nobody is online').fill('not an address');
  await frame.getByRole('button', { name: 'Save' }).click();
  await frame.getByText('does not look like').waitFor();
  await frame.getByLabel('Nobody is online').fill('visitor@example.com');
  await frame.getByRole('button', { name: 'Save' }).click();
  await frame.getByText('We will write to visitor@example.com').waitFor();
  await lab.shot(page, 'chat-email');
  await eventually('it is on the contact', async () => {
    const found = (await api.get('/v1/conversations?limit=5')).items.find((one) => one.last_preview === 'Anybody there?');
    const contact = await api.get(`/v1/contacts/${found.contact.id}`);
    return contact.identities.some((one) => one.kind === 'email' && one.value === 'visitor@example.com');
  });
  await lab.server.sql("UPDATE membership SET availability = 'online'");
});

test('the chat speaks the visitor\'s language and wears the site\'s colours', async () => {
  const malay = await lab.visitor({ locale: 'ms-MY' });
  await malay.frame.getByRole('button', { name: 'Hantar' }).waitFor();
  const chinese = await lab.visitor({ locale: 'zh-CN', dark: true, query: '?color=%23c2410c&position=left' });
  await chinese.frame.getByRole('button', { name: '发送' }).waitFor();
  await lab.shot(chinese.page, 'chat-chinese-dark');
  const phone = await lab.visitor({ phone: true });
  await lab.shot(phone.page, 'chat-phone');
  const box = await phone.page.locator('iframe').boundingBox();
  assert.ok(box.width >= 390 && box.height >= 840, 'the whole screen');
});

test('the chat has nothing that axe finds, in light and dark', async () => {
  for (const dark of [false, true]) {
    const { page, frame } = await lab.visitor({ dark });
    await lab.accessible(page, `empty chat, ${dark ? 'dark' : 'light'}`);
    await frame.locator('#write').fill('Hello there');
    await frame.locator('#write').press('Enter');
    await mine(frame, 'Sent').waitFor();
    await lab.accessible(page, `chat, ${dark ? 'dark' : 'light'}`);
  }
});
