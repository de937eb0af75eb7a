/* Every component in its states, on one page: for the eye, and for the browser tests. */
import { render, type ComponentChildren } from 'preact';
import { signal } from '@preact/signals';
import {
  Avatar, Badge, Banner, Button, Choice, Dialog, Dot, EmptyState, Field, Icon, IconButton, icons, Input, Kbd, Menu, Picker, Popover,
  Progress, ProgressClock, Select, Skeleton, Steps, Tabs, Tag, Textarea, toast, ToastHost, TooltipHost, VirtualList, type IconName,
} from '..';
import './gallery.css';

type ThemeName = 'light' | 'dark' | 'system';
const theme = signal<ThemeName>((document.documentElement.dataset['theme'] as ThemeName | undefined) ?? 'system');
const tab = signal<'mine' | 'all' | 'later'>('mine');
const step = signal('b');
const dialog = signal(false);
const choice = signal('one');
const many = Array.from({ length: 10_000 }, (_, i) => `Row ${i + 1}`);

function setTheme(next: ThemeName): void {
  theme.value = next;
  if (next === 'system') delete document.documentElement.dataset['theme'];
  else document.documentElement.dataset['theme'] = next;
}

function Part({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <section class="part" id={name.toLowerCase().replaceAll(' ', '-')}>
      <h2>{name}</h2>
      <div class="part-body">{children}</div>
    </section>
  );
}

const Row = ({ children }: { children: ComponentChildren }) => <div class="part-row">{children}</div>;

function Buttons() {
  return (
    <Part name="Buttons">
      <Row>
        <Button>Plain</Button>
        <Button tone="primary">Primary</Button>
        <Button tone="quiet">Quiet</Button>
        <Button tone="danger">Danger</Button>
        <Button icon="check" kbd="e">
          Resolve
        </Button>
      </Row>
      <Row>
        <Button size="s">Small</Button>
        <Button size="s" icon="retry">
          Send again
        </Button>
        <Button busy>Busy</Button>
        <Button tone="primary" busy>
          Busy
        </Button>
        <Button disabled>Disabled</Button>
      </Row>
      <Row>
        <IconButton icon="search" label="Search" kbd="/" />
        <IconButton icon="filter" label="Filter" pressed />
        <IconButton icon="more" label="More" disabled />
      </Row>
    </Part>
  );
}

function Words() {
  return (
    <Part name="Tags and badges">
      <Row>
        <Tag>Plain</Tag>
        <Tag tone="accent">Open</Tag>
        <Tag tone="ok" icon="check">
          Connected
        </Tag>
        <Tag tone="warn" icon="bell">
          Follow up
        </Tag>
        <Tag tone="bad" icon="alert">
          Not delivered
        </Tag>
        <Tag tone="info">Information</Tag>
        <Tag tone="note" icon="lock">
          Note
        </Tag>
      </Row>
      <Row>
        <Badge count={1} label="1 unread" />
        <Badge count={42} label="42 unread" />
        <Badge count={120} label="120 unread" />
        <Dot tone="ok" label="Connected" />
        <Dot tone="warn" label="Needs attention" />
        <Dot tone="bad" label="Disconnected" />
        <Dot tone="off" label="Off" />
        <Kbd>Ctrl K</Kbd>
      </Row>
    </Part>
  );
}

function Faces() {
  return (
    <Part name="Avatars">
      <Row>
        <Avatar id="a" name="Nurul Huda" size="l" />
        <Avatar id="b" name="陈美玲" dot="var(--channel-whatsapp)" />
        <Avatar id="c" name="Devi Krishnan" dot="var(--channel-webchat)" />
        <Avatar id="d" name="Hafiz" here />
        <Avatar id="e" name="" />
        <Avatar id="f" name="Lim Wei Jie" size="s" />
        <Avatar id="g" name="Goh Trading" size="s" here />
      </Row>
    </Part>
  );
}

function Moves() {
  return (
    <Part name="Tabs, menus, popovers">
      <Tabs
        label="Views"
        panel="gallery-panel"
        value={tab.value}
        onChange={(key) => (tab.value = key)}
        items={[
          { key: 'mine', label: 'Mine', count: '6', countLabel: '6 conversations' },
          { key: 'all', label: 'All', count: '14', countLabel: '14 conversations' },
          { key: 'later', label: 'Snoozed' },
        ]}
      />
      <Tabs
        label="Views, lined"
        look="line"
        panel="gallery-panel"
        value={tab.value}
        onChange={(key) => (tab.value = key)}
        items={[
          { key: 'mine', label: 'Mine' },
          { key: 'all', label: 'All' },
          { key: 'later', label: 'Snoozed' },
        ]}
      />
      <p id="gallery-panel" role="tabpanel" aria-label="Chosen view">
        Shown: {tab.value}
      </p>
      <Row>
        <Menu
          label="Actions"
          trigger={(props) => (
            <Button {...props} icon="chevronDown">
              Menu
            </Button>
          )}
          items={[
            { key: 'h', heading: 'State' },
            { key: 'open', label: 'Open', checked: true, run: () => undefined },
            { key: 'done', label: 'Resolved', checked: false, run: () => undefined },
            { key: 'r', rule: true },
            { key: 'copy', label: 'Copy link', icon: 'copy', kbd: 'c', run: () => undefined },
            { key: 'off', label: 'Not now', icon: 'lock', disabled: true, run: () => undefined },
            { key: 'del', label: 'Delete', icon: 'trash', danger: true, run: () => undefined },
          ]}
        />
        <Popover label="Details" trigger={(props) => <IconButton {...props} icon="info" label="Details" />}>
          {() => <p class="gallery-pop">What floats over the page, and goes when one looks elsewhere.</p>}
        </Popover>
        <Button onClick={() => (dialog.value = true)}>Dialog</Button>
        <Button onClick={() => toast('Resolved: Nurul Huda', { action: { label: 'Undo', run: () => undefined } })}>Toast with undo</Button>
        <Button onClick={() => toast('The number is not on WhatsApp.', { tone: 'bad' })}>Toast that something failed</Button>
      </Row>
      <Dialog
        open={dialog.value}
        onClose={() => (dialog.value = false)}
        title="Disconnect this channel?"
        closeLabel="Close"
        footer={
          <>
            <Button onClick={() => (dialog.value = false)}>Cancel</Button>
            <Button tone="danger" onClick={() => (dialog.value = false)}>
              Disconnect
            </Button>
          </>
        }
      >
        <p>Nothing comes in or goes out on it any more. The conversations stay.</p>
      </Dialog>
      <div class="gallery-box">
        <Picker
          label="Assign to"
          placeholder="Assign to whom?"
          empty="Nobody goes by that name."
          onDone={() => undefined}
          items={['Aisyah Rahman', 'Farid Ismail', 'Lim Wei Jie'].map((label, i) => ({ key: label, label, detail: i ? 'Busy' : 'Online', lead: <Avatar id={label} name={label} size="s" />, checked: i === 0, run: () => undefined }))}
        />
      </div>
    </Part>
  );
}

function Forms() {
  return (
    <Part name="Fields">
      <div class="part-grid">
        <Field label="Name" hint="How your team calls it.">
          {(ids) => <Input {...ids} defaultValue="WhatsApp · Sales" />}
        </Field>
        <Field label="Access token" error="Meta refused this token: it has expired.">
          {(ids) => <Input {...ids} defaultValue="EAAG…" />}
        </Field>
        <Field label="Alarm" optional="optional">
          {(ids) => <Input {...ids} type="number" disabled />}
        </Field>
        <Field label="Stage">
          {(ids) => (
            <Select
              {...ids}
              value="b"
              options={[
                { value: 'a', label: 'New' },
                { value: 'b', label: 'Quotation' },
              ]}
            />
          )}
        </Field>
        <Field label="Greeting">{(ids) => <Textarea {...ids} defaultValue="Hi! How can we help?" />}</Field>
        <Choice
          legend="Theme"
          value={choice.value}
          onChange={(value) => (choice.value = value)}
          options={[
            { value: 'one', label: 'Light', icon: <Icon name="sun" size={16} /> },
            { value: 'two', label: 'Dark', icon: <Icon name="moon" size={16} /> },
          ]}
        />
      </div>
    </Part>
  );
}

function States() {
  return (
    <Part name="States">
      <div class="part-grid">
        <div class="gallery-box">
          <Skeleton rows={3} label="Loading" />
        </div>
        <div class="gallery-box">
          <EmptyState icon="inbox" title="All clear" action={<Button>Show all</Button>}>
            When a customer writes, the conversation appears here at once.
          </EmptyState>
        </div>
      </div>
      <Banner tone="info" icon="info">
        Something to know.
      </Banner>
      <Banner tone="warn" icon="alert" action={<Button size="s">Try now</Button>}>
        No connection. What you write is kept.
      </Banner>
      <Banner tone="bad" icon="alert">
        This channel is disconnected.
      </Banner>
      <Row>
        <ProgressClock left={0.9} label="21 hours left" size={20} />
        <ProgressClock left={0.4} label="10 hours left" size={20} />
        <ProgressClock left={0.07} tone="warn" label="1 hour left" size={20} />
        <span class="gallery-progress">
          <Progress value={0.6} label="Uploading" />
        </span>
      </Row>
      <Steps
        label="Stage: Quotation"
        value={step.value}
        onChange={(key) => (step.value = key)}
        steps={[
          { key: 'a', label: 'New' },
          { key: 'b', label: 'Quotation' },
          { key: 'c', label: 'Negotiation' },
          { key: 'd', label: 'Won', tone: 'ok' },
          { key: 'e', label: 'Lost', tone: 'bad' },
        ]}
      />
      <div class="gallery-box gallery-list">
        <VirtualList plain items={many} keyOf={(row) => row} estimate={33} label="Ten thousand rows" class="gallery-rows" render={(row) => <div class="gallery-row">{row}</div>} />
      </div>
    </Part>
  );
}

function Icons() {
  return (
    <Part name="Icons">
      <ul class="gallery-icons">
        {(Object.keys(icons) as IconName[]).map((name) => (
          <li key={name}>
            <Icon name={name} size={22} />
            <small>{name}</small>
          </li>
        ))}
      </ul>
    </Part>
  );
}

/* What our own mails say, as the server writes them. */
const kinds = signal<{ locales: string[]; kinds: string[] }>({ locales: [], kinds: [] });
const mailKind = signal('invitation');
const mailLocale = signal('en');

async function loadKinds(): Promise<void> {
  const answer = await fetch('/gallery/mail.json');
  if (answer.ok) kinds.value = await answer.json();
}

const words = (list: string[]) => list.map((value) => ({ value, label: value }));

function Mails() {
  const at = `/gallery/mail/${mailLocale.value}/${mailKind.value}`;
  return (
    <Part name="Mails">
      <Row>
        <Field label="Kind">{(props) => <Select {...props} options={words(kinds.value.kinds)} value={mailKind.value} onChange={(e) => (mailKind.value = e.currentTarget.value)} />}</Field>
        <Field label="Language">{(props) => <Select {...props} options={words(kinds.value.locales)} value={mailLocale.value} onChange={(e) => (mailLocale.value = e.currentTarget.value)} />}</Field>
        <a href={`${at}.txt`}>As text</a>
      </Row>
      <iframe class="gallery-mail" title="The mail" src={at} />
    </Part>
  );
}

const colours = ['bg', 'panel', 'sunken', 'hover', 'line', 'text', 'text-2', 'text-3', 'accent', 'accent-soft', 'out', 'note', 'ok', 'warn', 'bad', 'info'];

function Gallery() {
  return (
    <main class="gallery">
      <header class="gallery-head">
        <h1>Components</h1>
        <Choice
          legend="Theme"
          value={theme.value}
          onChange={setTheme}
          options={[
            { value: 'light', label: 'Light' },
            { value: 'dark', label: 'Dark' },
            { value: 'system', label: 'System' },
          ]}
        />
      </header>
      <Part name="Colours">
        <ul class="gallery-colours">
          {colours.map((name) => (
            <li key={name}>
              <i style={{ background: `var(--${name})` }} />
              <small>{name}</small>
            </li>
          ))}
        </ul>
      </Part>
      <Buttons />
      <Words />
      <Faces />
      <Moves />
      <Forms />
      <States />
      <Icons />
      <Mails />
      <TooltipHost />
      <ToastHost label="Messages" closeLabel="Close" />
    </main>
  );
}

void loadKinds();
render(<Gallery />, document.getElementById('gallery')!);
