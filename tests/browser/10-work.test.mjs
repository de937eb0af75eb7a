// An agent's day: signing in, answering, taking back, noting, moving leads along.
import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { ADMIN, eventually, open, openFirst, PHONE } from './harness.mjs';

let lab;
before(async () => (lab = await open()));
after(() => lab?.close());
afterEach(() => lab.clean());

const composer = (page) => page.locator('#composer-text');
const bubble = (page, text) => page.locator('.message', { hasText: text });

test('a wrong password is refused in words, and what was typed stays; the right one opens the inbox', async () => {
  const page = await lab.page({ anonymous: true, path: '/inbox' });
  await page.getByLabel('E-mail').fill(ADMIN.email);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByText('Write your password.').waitFor();
  await page.getByLabel('Password', { exact: true }).fill('not this one');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').waitFor();
  assert.match(await page.getByRole('alert').innerText(), /do not match/);
  assert.equal(await page.getByLabel('E-mail').inputValue(), ADMIN.email);
  await lab.shot(page, 'sign-in-refused');
  await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
  await page.keyboard.press('Enter');
  await page.locator('.row').first().waitFor();
  assert.match(page.url(), /\/inbox$/);

  // the cookies are the session, which no script can read, the theme and the language
  const cookies = await page.context().cookies();
  assert.deepEqual(cookies.map((one) => one.name).sort(), ['lang', 'sambung', 'sambung-device', 'theme']);
  assert.ok(cookies.find((one) => one.name === 'sambung').httpOnly);

  await page.locator('.nav-me').click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await page.getByLabel('E-mail').fill(ADMIN.email);
  await page.getByLabel('Password', { exact: true }).fill(ADMIN.password);
  await page.keyboard.press('Enter');
  await page.locator('.row-name').first().waitFor();
});

test('the lists show who has to be answered, by view, by state, by channel and by words', async () => {
  const page = await lab.page();
  await page.locator('.row').nth(5).waitFor();
  const all = await page.locator('.list-rows ul > li').first().getAttribute('aria-setsize');
  assert.ok(Number(all) !== 0);
  await page.getByRole('tab', { name: /^Mine/ }).click();
  await page.waitForURL(/view=mine/);
  await page.locator('.row').first().waitFor();
  await page.getByRole('tab', { name: /^Snoozed/ }).click();
  await page.locator('.row', { hasText: 'Until' }).first().waitFor();
  await page.getByRole('tab', { name: /^All/ }).click();
  await page.getByRole('button', { name: 'Filter' }).click();
  await page.getByRole('menuitemradio', { name: 'Resolved' }).click();
  await page.locator('.row', { hasText: 'Resolved' }).first().waitFor();
  await page.getByRole('button', { name: 'Clear' }).click();
  await page.keyboard.press('/');
  await page.getByRole('searchbox', { name: 'Search conversations' }).fill('zzzz nobody');
  await page.getByText('Nothing found').waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.row').nth(5).waitFor();
});

test('a reply is shown at once, leaves after the time to undo, and is told truly on its way', async () => {
  const page = await lab.page({ path: '/inbox?q=' });
  await openFirst(page);
  await composer(page).fill('We will deliver on Tuesday.');
  await page.keyboard.press('Control+Enter');
  await bubble(page, 'We will deliver on Tuesday.').waitFor();
  assert.equal(await composer(page).inputValue(), '');
  await page.getByText('Message on its way').waitFor();
  await lab.shot(page, 'sent-with-undo');
  // the demonstration's customers read within seconds, after the ten seconds of undo
  await bubble(page, 'We will deliver on Tuesday.').locator('.mark-read, .mark-delivered, .mark-sent').waitFor({ timeout: 30_000 });
});

test('undo takes a message back before it leaves, and the words return to the field', async () => {
  const page = await lab.page();
  await page.locator('.row').nth(3).click();
  await page.locator('.message').first().waitFor();
  await composer(page).fill('This was a slip.');
  await page.getByRole('button', { name: 'Send' }).click();
  await page.locator('.k-toast').getByRole('button', { name: 'Undo' }).click();
  await page.locator('.message.is-cancelled', { hasText: 'This was a slip.' }).waitFor();
  assert.equal(await composer(page).inputValue(), 'This was a slip.');
  await composer(page).fill('');
});

test('undo takes back all that was sent at once; words and files return, and so does what was resolved', async () => {
  const page = await lab.page({ path: '/inbox?state=resolved' });
  await openFirst(page);
  const name = await page.locator('.thread-name h1').innerText();
  await composer(page).fill('Two files for you');
  await page.locator('[data-composer-file]').setInputFiles([
    { name: 'one.txt', mimeType: 'text/plain', buffer: Buffer.from('one') },
    { name: 'two.txt', mimeType: 'text/plain', buffer: Buffer.from('two') },
  ]);
  // they wait while one looks elsewhere
  await page.locator('.row').nth(1).click();
  await page.locator('.thread-name h1', { hasNotText: name }).waitFor();
  assert.equal(await page.locator('.chip').count(), 0);
  await page.goBack();
  await eventually('both are uploaded', async () => (await page.locator('.chip small').count()) === 2);
  await page.getByRole('button', { name: 'Send' }).click();
  await page.locator('.k-toast').getByRole('button', { name: 'Undo' }).click();
  await eventually('both are taken back', async () => (await page.locator('.message.is-cancelled').count()) === 2);
  assert.equal(await composer(page).inputValue(), 'Two files for you');
  await eventually('both are back', async () => (await page.locator('.chip').count()) === 2);
  await page.getByRole('button', { name: 'Reopen' }).waitFor();
  await lab.shot(page, 'send-undone');
});

test('the list says who wrote last, and how far that message got, while one looks elsewhere', async () => {
  const page = await lab.page({ as: { email: 'farah@demo.example.com', password: ADMIN.password } });
  await openFirst(page);
  const id = await page.locator('.row:not([data-unread], [aria-current])').first().getAttribute('data-id');
  const row = page.locator(`.row[data-id="${id}"]`);
  const api = await lab.api();
  const { name } = api.session.user;
  await api.post(`/v1/conversations/${id}/messages`, { kind: 'text', body: 'From a colleague', undo: true });
  await row.getByText(`${name.split(' ')[0]}: From a colleague`).waitFor();
  await row.locator('.mark-queued').waitFor();
  await row.locator('.mark-sent, .mark-delivered, .mark-read').waitFor({ timeout: 20_000 });
});

test('a search finds any word of a name, in whatever state the conversation is', async () => {
  const page = await lab.page();
  await page.locator('.row').nth(5).waitFor();
  await page.keyboard.press('/');
  await page.getByRole('searchbox', { name: 'Search conversations' }).fill('rodri');
  await eventually('only those', async () => {
    const names = await page.locator('.row-name').allInnerTexts();
    return names.length > 0 && names.every((one) => /\sRodri/.test(one));
  });
  await page.locator('.row', { hasText: 'Resolved' }).first().waitFor();
});

test('a note is for the team alone', async () => {
  const page = await lab.page();
  await openFirst(page);
  await page.keyboard.press('n');
  await page.keyboard.type('She asked for a discount twice.');
  await page.keyboard.press('Control+Enter');
  await page.locator('.message-note', { hasText: 'She asked for a discount twice.' }).getByText('Only your team sees this').waitFor();
  assert.equal(await page.getByText('Message on its way').count(), 0);
});

test('a draft survives a reload, and is there on another device', async () => {
  const page = await lab.page();
  await page.locator('.row').nth(2).click();
  await page.locator('.message').first().waitFor();
  const saved = page.waitForResponse((answer) => answer.url().includes('/drafts/text') && answer.request().method() === 'PUT');
  await composer(page).fill('Half a sentence');
  await saved;
  await page.reload();
  await eventually('the draft is back', async () => (await composer(page).inputValue()) === 'Half a sentence');
  const phone = await lab.page({ path: new URL(page.url()).pathname, phone: true });
  await eventually('and on the phone', async () => (await composer(phone).inputValue()) === 'Half a sentence');
  await composer(page).fill('');
  await page.waitForResponse((answer) => answer.url().includes('/drafts/text'));
});

test('stage, owner, follow-up date with its reason, and a field are kept; a note can be taken back', async () => {
  const page = await lab.page();
  await openFirst(page);
  const panel = page.getByRole('region', { name: 'Contact', exact: true });
  await panel.getByRole('button', { name: 'Quotation' }).click();
  await eventually('the stage is written', async () => (await panel.getByLabel('Stage', { exact: true }).inputValue()) !== '');

  await panel.getByRole('button', { name: /Set a date|Edit Follow up/ }).first().click();
  await panel.getByRole('button', { name: '3 days' }).click();
  await panel.getByLabel('Reason').fill('Ask about the table');
  await panel.getByRole('button', { name: 'Save' }).click();
  await panel.getByText('Ask about the table').waitFor();

  await panel.getByRole('button', { name: /Edit City/ }).click();
  await panel.getByRole('textbox', { name: 'City' }).fill('Melaka');
  await page.keyboard.press('Enter');
  await panel.getByRole('button', { name: 'Edit City: Melaka' }).waitFor();

  await panel.getByRole('button', { name: 'Add' }).click();
  await panel.getByRole('textbox', { name: 'New note' }).fill('Comes by on Saturdays.');
  await panel.getByRole('button', { name: 'Save' }).click();
  await panel.locator('.note', { hasText: 'Comes by on Saturdays.' }).waitFor();
  await panel.locator('.note', { hasText: 'Comes by on Saturdays.' }).getByRole('button', { name: 'Delete note' }).click();
  await page.locator('.k-toast').getByRole('button', { name: 'Undo' }).click();
  await panel.locator('.note', { hasText: 'Comes by on Saturdays.' }).waitFor();

  // all of it is the server's, not this page's
  await page.reload();
  await panel.getByText('Ask about the table').waitFor();
  await panel.getByRole('button', { name: 'Edit City: Melaka' }).waitFor();
  assert.equal(await panel.getByLabel('Stage', { exact: true }).evaluate((one) => one.selectedOptions[0].text), 'Quotation');
  await lab.shot(page, 'contact-panel');
});

test('resolving makes room for the next and is undone by one key', async () => {
  const page = await lab.page();
  await openFirst(page);
  const name = await page.locator('.thread-name h1').innerText();
  await page.locator('.messages').focus();
  await page.keyboard.press('e');
  await page.getByText(`Resolved: ${name}`).first().waitFor();
  await eventually('another one is open', async () => (await page.locator('.thread-name h1').innerText()) !== name);
  await page.keyboard.press('z');
  await page.locator('.thread-name h1', { hasText: name }).waitFor();
  await page.locator('.row[aria-current]', { hasText: name }).waitFor();
});

test('when a colleague was quicker the page says so and shows the latest', async () => {
  const page = await lab.page();
  await page.locator('.row').nth(4).click();
  await page.locator('.message').first().waitFor();
  const id = new URL(page.url()).pathname.split('/').pop();
  const api = await lab.api();
  // the page hears nothing of the colleague's change before it makes its own
  await page.route('**/v1/conversations/' + id, async (route) => {
    if (route.request().method() === 'PATCH') {
      const row = await api.get(`/v1/conversations/${id}`);
      await api.patch(`/v1/conversations/${id}`, { state: 'pending', version: row.version });
    }
    await route.continue();
  });
  await page.getByRole('button', { name: 'Resolve' }).click();
  await page.getByText('Somebody else changed this conversation first').waitFor();
  await page.unrouteAll();
});

test('what the customer writes meanwhile keeps nobody from taking the conversation', async () => {
  const api = await lab.api();
  const { frame } = await lab.visitor();
  await frame.locator('#write').fill('Is anybody there?');
  await frame.locator('#write').press('Enter');
  const page = await lab.page();
  await page.locator('.row', { hasText: 'Is anybody there?' }).first().click();
  await page.locator('.message').first().waitFor();
  const id = new URL(page.url()).pathname.split('/').pop();
  const version = async () => (await api.get(`/v1/conversations/${id}`)).version;
  // the page hears of the next message only after it has asked
  let written = false;
  await page.route('**/v1/conversations/' + id, async (route) => {
    if (route.request().method() === 'PATCH' && !written) {
      written = true;
      const before = await version();
      await frame.locator('#write').fill('Please hurry');
      await frame.locator('#write').press('Enter');
      await eventually('the message is in', async () => (await version()) !== before);
    }
    await route.continue();
  });
  await page.keyboard.press('a');
  await page.keyboard.type('bala');
  await page.keyboard.press('Enter');
  await page.locator('.event', { hasText: 'assigned this to Bala' }).waitFor();
  await page.unrouteAll({ behavior: 'wait' });
  // the list is for the next test as this one found it
  await api.patch(`/v1/conversations/${id}`, { state: 'resolved', version: await version() });
});

test('assigning and snoozing by the command bar', async () => {
  const page = await lab.page();
  await page.locator('.row').nth(6).click();
  await page.locator('.message').first().waitFor();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('bala');
  await page.keyboard.press('Enter');
  await page.locator('.event', { hasText: 'assigned this to Bala' }).waitFor();
  const name = await page.locator('.thread-name h1').innerText();
  await page.keyboard.press('Control+k');
  await page.keyboard.type('tomorrow morning');
  await page.keyboard.press('Enter');
  await page.getByText('Snoozed until').first().waitFor();
  await page.getByRole('tab', { name: /^Snoozed/ }).click();
  await page.locator('.row', { hasText: name }).waitFor();
});

test('colleagues see who is reading and who is typing', async () => {
  const mine = await lab.page();
  await openFirst(mine);
  const path = new URL(mine.url()).pathname;
  const theirs = await lab.page({ path, as: { email: 'farah@demo.example.com', password: ADMIN.password } });
  await theirs.locator('.message').first().waitFor().catch(() => undefined);
  if (await theirs.locator('.message').count()) {
    await mine.getByText('Farah Nadia is reading').waitFor();
    await composer(theirs).pressSequentially('Let me', { delay: 20 });
    await mine.getByText('Farah Nadia is typing').waitFor();
    await composer(theirs).fill('');
  }
});

test('two tabs share one stream, and the second takes over when the first closes', async () => {
  const context = await lab.context();
  await lab.signIn(context);
  let streams = 0;
  context.on('page', (page) => page.on('websocket', () => streams++));
  const first = await context.newPage();
  await first.goto('/inbox');
  await first.locator('.row').first().waitFor();
  const second = await context.newPage();
  await second.goto('/inbox');
  await second.locator('.row').first().waitFor();
  await eventually('one stream', async () => streams === 1);
  await first.close();
  await eventually('taken over', async () => streams === 2);
  // what happens now is heard in the tab that is left
  const api = await lab.api();
  const { items } = await api.get('/v1/conversations?limit=1');
  const contact = await api.get(`/v1/contacts/${items[0].contact.id}`);
  await api.patch(`/v1/contacts/${contact.id}`, { name: 'Renamed Meanwhile', version: contact.version });
  await second.getByText('Renamed Meanwhile').first().waitFor();
  await api.patch(`/v1/contacts/${contact.id}`, { name: contact.name, version: contact.version + 1 });
});

test('without a connection the page says so, keeps what is written, and catches up', async () => {
  const page = await lab.page();
  await openFirst(page);
  const id = new URL(page.url()).pathname.split('/').pop();
  await page.context().setOffline(true);
  await page.evaluate(() => dispatchEvent(new Event('offline')));
  await page.getByText('No connection. What you see may be out of date').waitFor();
  await lab.shot(page, 'offline');
  await composer(page).fill('Written without a line');
  await page.keyboard.press('Control+Enter');
  await page.locator('.message', { hasText: 'Written without a line' }).getByText('No connection to the server.').waitFor();
  const api = await lab.api();
  await api.post(`/v1/conversations/${id}/messages`, { kind: 'note', body: 'Written by a colleague meanwhile' });
  await page.context().setOffline(false);
  await page.getByRole('button', { name: 'Send again' }).click();
  await page.locator('.message', { hasText: 'Written without a line' }).locator('.mark-queued, .mark-sending, .mark-sent, .mark-delivered, .mark-read').waitFor();
  await page.getByText('Written by a colleague meanwhile').first().waitFor();
  assert.equal(await page.locator('.message', { hasText: 'Written without a line' }).count(), 1);
});

test('one can do the job without a mouse', async () => {
  const page = await lab.page();
  await page.locator('.row').first().waitFor();
  await page.keyboard.press('j');
  await page.keyboard.press('j');
  await page.keyboard.press('k');
  await page.keyboard.press('Enter');
  await page.locator('.message').first().waitFor();
  await page.keyboard.press('r');
  await page.keyboard.type('By keyboard alone');
  await page.keyboard.press('Control+Enter');
  await bubble(page, 'By keyboard alone').waitFor();
  await page.keyboard.press('Escape');
  await page.keyboard.press('a');
  await page.keyboard.type('wei ling');
  await page.keyboard.press('Enter');
  await page.locator('.event', { hasText: 'Chen Wei Ling' }).waitFor();
  await page.keyboard.press('?');
  await page.getByRole('dialog', { name: 'Keyboard shortcuts' }).waitFor();
  await lab.shot(page, 'keys');
  await page.keyboard.press('Escape');
  await page.keyboard.press('4');
  await page.waitForURL(/view=snoozed/);
});

test('on a phone one pane is shown at a time, and the way back is the browser\'s', async () => {
  const page = await lab.page({ phone: true });
  await page.locator('.row').first().waitFor();
  assert.equal(await page.locator('.nav').isVisible(), false);
  assert.ok(await page.locator('.phone-bar').isVisible());
  await lab.shot(page, 'phone-list');
  await page.locator('.row').first().tap();
  await page.locator('.message').first().waitFor();
  assert.equal(await page.locator('.list-pane').isVisible(), false);
  assert.equal(await page.locator('.phone-bar').isVisible(), false);
  await lab.shot(page, 'phone-thread');
  await page.locator('.thread-who').tap();
  await page.getByRole('region', { name: 'Contact', exact: true }).waitFor();
  await lab.shot(page, 'phone-contact');
  await page.goBack();
  await composer(page).waitFor();
  await page.goBack();
  await page.locator('.row').first().waitFor();
  // nothing is wider than the screen
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= PHONE.width);
});

test('the language and the theme are chosen once and hold everywhere', async () => {
  const page = await lab.page({ path: '/settings/preferences' });
  await page.getByRole('radio', { name: 'Bahasa Melayu' }).check();
  await page.getByRole('heading', { name: 'Pilihan saya' }).waitFor();
  await page.getByRole('radio', { name: 'Gelap' }).check();
  assert.equal(await page.evaluate(() => document.documentElement.dataset.theme), 'dark');
  await page.goto('/inbox');
  await page.getByRole('tab', { name: /^Belum diagih/ }).waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'ms');
  await lab.shot(page, 'malay-dark');
  const elsewhere = await lab.page({ path: '/settings/preferences' });
  await elsewhere.getByRole('radio', { name: '简体中文' }).check();
  await elsewhere.getByRole('heading', { name: '我的偏好' }).waitFor();
  await elsewhere.goto('/inbox');
  await openFirst(elsewhere);
  await lab.shot(elsewhere, 'chinese-dark');
  await elsewhere.goto('/settings/preferences');
  await elsewhere.getByRole('radio', { name: 'English' }).check();
  await elsewhere.getByRole('heading', { name: 'My preferences' }).waitFor();
  await elsewhere.getByRole('radio', { name: 'As the system' }).check();
  await eventually('kept', async () => (await (await lab.api()).get('/v1/session')).user.theme === 'system');
});

test('what the server may have is only sent again with its key; what it refused is edited, with its file and what it answers', async () => {
  const page = await lab.page();
  await openFirst(page);
  const keys = [];
  let reply;
  await page.route('**/v1/conversations/*/messages', (route) => {
    if (route.request().method() !== 'POST' || !reply) return route.continue();
    keys.push(route.request().headers()['idempotency-key']);
    return reply(route);
  });
  const words = 'Perhaps it got there';
  const mine = page.locator('.message', { hasText: words });

  // the server takes it, and its answer is lost on the way
  reply = async (route) => {
    await route.fetch();
    await route.fulfill({ status: 500, body: 'lost' });
  };
  await page.route('**/v1/messages/*', (route) => (route.request().method() === 'GET' ? route.abort() : route.continue()));
  await composer(page).fill(words);
  await page.keyboard.press('Control+Enter');
  // its own copy comes by the stream and takes the place of the one in doubt
  await eventually('it is there once, and not as failed', async () => (await mine.count()) === 1 && (await mine.locator('.delivery-bad').count()) === 0 && (await mine.locator('.mark').count()) === 1 && keys.length === 1);
  await page.unroute('**/v1/messages/*');

  // nobody knows what became of it
  reply = (route) => route.fulfill({ status: 502, body: 'Bad gateway' });
  const lost = page.locator('.message', { hasText: 'Nobody knows' });
  keys.length = 0;
  await composer(page).fill('Nobody knows');
  await page.keyboard.press('Control+Enter');
  await lost.getByRole('button', { name: 'Send again' }).waitFor();
  assert.equal(await lost.getByRole('button', { name: 'Edit' }).count(), 0);
  reply = null;
  const again = page.waitForRequest((request) => request.method() === 'POST' && request.url().endsWith('/messages'));
  await lost.getByRole('button', { name: 'Send again' }).click();
  assert.deepEqual([...new Set(keys)], [(await again).headers()['idempotency-key']]);
  await lost.locator('.mark-queued, .mark-sending, .mark-sent').waitFor();

  // refused: words, file and the message that it answers come back
  reply = (route) => route.fulfill({ status: 409, contentType: 'application/problem+json', body: JSON.stringify({ type: 'about:blank', title: 'No', status: 409, code: 'window_closed' }) });
  await page.locator('.message-in').first().hover();
  await page.locator('.message-in .message-quick').first().click();
  await page.locator('.reply-to').waitFor();
  await page.locator('[data-composer-file]').setInputFiles({ name: 'offer.txt', mimeType: 'text/plain', buffer: Buffer.from('offer') });
  await page.locator('.chip small').waitFor();
  await composer(page).fill('Here is our offer');
  await page.keyboard.press('Control+Enter');
  const refused = page.locator('.message', { hasText: 'Here is our offer' });
  await refused.getByText('The time to reply freely has passed.').waitFor();
  await refused.getByRole('button', { name: 'Edit' }).click();
  await refused.waitFor({ state: 'detached' });
  assert.equal(await composer(page).inputValue(), 'Here is our offer');
  await page.locator('.chip', { hasText: 'offer.txt' }).waitFor();
  await page.locator('.reply-to').waitFor();
  await page.unrouteAll();
  await composer(page).fill('');
});

test('who is signed out from elsewhere reads why, and finds what was written after signing in again', async () => {
  const bala = { email: 'bala@demo.example.com', password: ADMIN.password };
  const page = await lab.page({ as: bala });
  await openFirst(page);
  const at = page.url();
  const signIn = async ({ email, password }) => {
    await page.getByLabel('E-mail').fill(email);
    await page.getByLabel('Password', { exact: true }).fill(password);
    await page.keyboard.press('Enter');
  };
  const endElsewhere = async () => {
    const { items } = await (await page.context().request.get('/v1/me/sessions')).json();
    const elsewhere = await lab.server.signIn(bala);
    await elsewhere.delete(`/v1/me/sessions/${items.find((one) => one.current).id}`);
    await page.getByText('You were signed out.').waitFor();
  };
  // no draft reaches the server any more: what is kept is kept here
  await page.route('**/drafts/*', (route) => (route.request().method() === 'PUT' ? route.abort() : route.continue()));
  await composer(page).fill('Half a thought');
  await endElsewhere();
  await lab.accessible(page, 'signed out');
  await lab.shot(page, 'signed-out-elsewhere');
  await page.unrouteAll();
  await signIn(bala);
  await composer(page).waitFor();
  assert.equal(page.url(), at);
  await eventually('the words are back', async () => (await composer(page).inputValue()) === 'Half a thought');

  // nobody else finds them
  await page.route('**/drafts/*', (route) => (route.request().method() === 'PUT' ? route.abort() : route.continue()));
  await composer(page).fill('Half a thought, for Bala alone');
  await endElsewhere();
  await signIn(ADMIN);
  await composer(page).waitFor();
  await page.waitForTimeout(500);
  assert.notEqual(await composer(page).inputValue(), 'Half a thought, for Bala alone');
});

test('the first message of somebody new is said aloud', async () => {
  const page = await lab.page();
  await page.locator('.row').first().waitFor();
  const { frame } = await lab.visitor();
  await frame.locator('#write').fill('Hello, I am new here');
  await frame.locator('#write').press('Enter');
  await page.locator('#announcer', { hasText: 'Hello, I am new here' }).waitFor({ state: 'attached' });
});

test('the person\'s language holds though the browser\'s comes late', async () => {
  const api = await lab.api();
  await api.patch('/v1/me', { locale: 'ms' });
  const page = await lab.page({ anonymous: true });
  await lab.signIn(page.context());
  await page.route('**/assets/en-*.js', async (route) => {
    await new Promise((done) => setTimeout(done, 1000));
    await route.continue();
  });
  await page.context().clearCookies({ name: 'lang' });
  await page.reload();
  await page.getByRole('tab', { name: /^Belum diagih/ }).waitFor();
  await page.waitForTimeout(1500);
  assert.equal(await page.evaluate(() => document.documentElement.lang), 'ms');
  await page.unrouteAll();
  await api.patch('/v1/me', { locale: 'en' });
});
