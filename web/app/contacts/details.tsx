import { Fragment } from 'preact';
import { Avatar, Icon, Select, Steps, Tag, toast, type IconName } from '../../kit';
import type { Contact, Field, Identity } from '../api-types';
import { t, tMaybe } from '../i18n';
import { agoWords, date } from '../i18n/time';
import { fields, members, stages } from '../store/organisation';
import { can, me } from '../store/session';
import { FollowUp } from './follow-up';
import { InlineEdit } from './inline-edit';
import { addressOf } from './name';
import { Notes } from './notes';
import { saveContact, type ContactChange } from './save';
import './details.css';

const kinds: Record<string, IconName> = { whatsapp: 'whatsapp', phone: 'phone', email: 'mail', webchat: 'chat' };

/* A choice that is wrong is put back, and said. */
async function saveOrSay(id: string, change: ContactChange): Promise<void> {
  const wrong = await saveContact(id, change);
  if (wrong) toast(wrong, { tone: 'bad' });
}

function languageName(tag: string): string {
  try {
    return new Intl.DisplayNames([document.documentElement.lang || 'en'], { type: 'language' }).of(tag) ?? tag;
  } catch {
    return tag;
  }
}

export function ContactHead({ contact }: { contact: Contact }) {
  const about = [contact.source && (tMaybe(`channelKind.${contact.source}`) ?? contact.source), contact.locale ? languageName(contact.locale) : null].filter(Boolean).join(' · ');
  return (
    <section class="card card-head">
      <Avatar id={contact.id} name={contact.name} src={contact.avatar_url} size="l" />
      <h2>
        {can('contacts:write') ? (
          <InlineEdit label={t('contact.name')} value={contact.name} placeholder={t('contact.unnamed')} max={200} onSave={(name) => saveContact(contact.id, { name })} />
        ) : (
          contact.name || t('contact.unnamed')
        )}
      </h2>
      <p class="quiet">{about || t('contact.since', { when: date(contact.created_at) })}</p>
    </section>
  );
}

function LeadSection({ contact }: { contact: Contact }) {
  const all = stages.value ?? [];
  const people = members.value ?? [];
  const write = can('contacts:write');
  const current = all.find((one) => one.id === contact.stage_id);
  return (
    <section class="card" aria-label={t('lead.title')}>
      <h3>{t('lead.title')}</h3>
      {all.length > 0 && (
        <Steps
          label={t('lead.stageOf', { name: current?.name ?? t('lead.noStage') })}
          steps={all.map((one) => ({ key: one.id, label: one.name, tone: one.outcome === 'won' ? 'ok' : one.outcome === 'lost' ? 'bad' : undefined }))}
          value={contact.stage_id}
          disabled={!write}
          onChange={(stage_id) => void saveOrSay(contact.id, { stage_id })}
        />
      )}
      <dl class="pairs">
        <dt>{t('lead.stage')}</dt>
        <dd>
          <Select
            class="quiet-select"
            aria-label={t('lead.stage')}
            disabled={!write}
            value={contact.stage_id ?? ''}
            options={[{ value: '', label: t('lead.noStage') }, ...all.map((one) => ({ value: one.id, label: one.name }))]}
            onChange={(event) => void saveOrSay(contact.id, { stage_id: event.currentTarget.value || null })}
          />
        </dd>
        <dt>{t('lead.owner')}</dt>
        <dd>
          <Select
            class="quiet-select"
            aria-label={t('lead.owner')}
            disabled={!write}
            value={contact.owner_id ?? ''}
            options={[{ value: '', label: t('assign.nobody') }, ...people.map((one) => ({ value: one.id, label: one.id === me() ? t('assign.me', { name: one.name }) : one.name }))]}
            onChange={(event) => void saveOrSay(contact.id, { owner_id: event.currentTarget.value || null })}
          />
        </dd>
      </dl>
      <FollowUp key={contact.id} contact={contact} />
    </section>
  );
}

function CustomField({ contact, field }: { contact: Contact; field: Field }) {
  const raw = contact.custom[field.key];
  const value = raw === null || raw === undefined ? '' : String(raw);
  if (field.type === 'choice')
    return (
      <Select
        class="quiet-select"
        aria-label={field.label}
        value={value}
        options={[{ value: '', label: t('field.none') }, ...field.choices.map((choice) => ({ value: choice, label: choice }))]}
        onChange={(event) => void saveOrSay(contact.id, { custom: { [field.key]: event.currentTarget.value || null } })}
      />
    );
  const save = (text: string) => {
    const next = text === '' ? null : field.type === 'number' ? Number(text) : text;
    return Number.isNaN(next) ? Promise.resolve(t('field.number')) : saveContact(contact.id, { custom: { [field.key]: next } });
  };
  const shown = field.type === 'date' && value ? date(`${value}T00:00`) : field.type === 'number' && value ? Number(value).toLocaleString(document.documentElement.lang) : value;
  return <InlineEdit label={field.label} value={value} shown={shown} placeholder={t('field.none')} type={field.type} onSave={save} />;
}

function CustomFields({ contact }: { contact: Contact }) {
  const list = fields.value ?? [];
  if (list.length === 0) return null;
  return (
    <section class="card" aria-label={t('field.title')}>
      <h3>{t('field.title')}</h3>
      <dl class="pairs">
        {list.map((field) => (
          <Fragment key={field.id}>
            <dt>{field.label}</dt>
            <dd>
              <CustomField contact={contact} field={field} />
            </dd>
          </Fragment>
        ))}
      </dl>
    </section>
  );
}

function IdentityLine({ item }: { item: Identity }) {
  return (
    <li>
      <Icon name={kinds[item.kind] ?? 'user'} size={16} />
      <span class="identity-words">
        <span class="cut">{addressOf(item)}</span>
        <small>{tMaybe(`identity.${item.kind}`) ?? item.kind}</small>
      </span>
      {item.verified && item.kind !== 'webchat' && <Tag tone="ok">{t('identity.verified')}</Tag>}
    </li>
  );
}

function Identities({ contact }: { contact: Contact }) {
  if (contact.identities.length === 0) return null;
  return (
    <section class="card" aria-label={t('identity.title')}>
      <h3>{t('identity.title')}</h3>
      <ul class="identities">
        {contact.identities.map((item) => (
          <IdentityLine key={item.id} item={item} />
        ))}
      </ul>
    </section>
  );
}

/* Their threads; the open one is left out. */
function Threads({ contact, except }: { contact: Contact; except?: string }) {
  const list = contact.conversations.filter((one) => one.id !== except);
  if (list.length === 0) return null;
  return (
    <section class="card" aria-label={except ? t('contact.otherThreads') : t('contact.threads')}>
      <h3>{except ? t('contact.otherThreads') : t('contact.threads')}</h3>
      <ul class="identities">
        {list.map((one) => (
          <li key={one.id}>
            <Icon name={kinds[one.channel.kind] ?? 'chat'} size={16} />
            <a class="identity-words" href={`/inbox/${one.id}`}>
              <span class="cut">
                {one.channel.name} · #{one.number}
              </span>
              {one.last_message_at && <small>{agoWords(one.last_message_at)}</small>}
            </a>
            <Tag tone={one.state === 'open' ? 'accent' : 'plain'}>{t(`state.${one.state}`)}</Tag>
          </li>
        ))}
      </ul>
    </section>
  );
}

/* Everything about a person, in the order in which one asks. */
export function ContactDetails({ contact, conversation }: { contact: Contact; conversation?: string }) {
  return (
    <>
      <LeadSection contact={contact} />
      <CustomFields contact={contact} />
      <Identities contact={contact} />
      <Notes contact={contact.id} />
      <Threads contact={contact} except={conversation} />
    </>
  );
}
