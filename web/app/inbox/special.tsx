import { Fragment } from 'preact';
import { Icon } from '../../kit';
import type { Message } from '../api-types';
import { t } from '../i18n';
import { Linked } from './linked';

type Json = Record<string, unknown>;
const text = (value: unknown): string => (typeof value === 'string' ? value : typeof value === 'number' ? String(value) : '');
const object = (value: unknown): Json => (typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : {});
const list = (value: unknown): Json[] => (Array.isArray(value) ? value.map(object) : []);

const texts = (value: unknown): string[] => (Array.isArray(value) ? value.map(text) : []);

function Place({ payload }: { payload: Json }) {
  const latitude = Number(payload['latitude']);
  const longitude = Number(payload['longitude']);
  const known = Number.isFinite(latitude) && Number.isFinite(longitude);
  const where = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
  return (
    <div class="special">
      <span class="special-icon">
        <Icon name="pin" size={20} />
      </span>
      <div>
        <strong>{text(payload['name']) || t('kind.location')}</strong>
        {text(payload['address']) && <div>{text(payload['address'])}</div>}
        {known && (
          <a href={`https://www.openstreetmap.org/?mlat=${latitude}&mlon=${longitude}#map=16/${latitude}/${longitude}`} target="_blank" rel="noopener noreferrer">
            {where} <Icon name="external" size={12} />
            <span class="sr-only">{t('special.openMap')}</span>
          </a>
        )}
      </div>
    </div>
  );
}

function Cards({ payload }: { payload: Json }) {
  return (
    <>
      {list(payload['contacts']).map((card, i) => (
        <div class="special" key={i}>
          <span class="special-icon">
            <Icon name="user" size={20} />
          </span>
          <div>
            <strong>{text(card['name']) || t('kind.contact')}</strong>
            {[text(card['org']), ...texts(card['phones']), ...texts(card['emails'])].filter(Boolean).map((line) => (
              <div key={line} class="num">
                {line}
              </div>
            ))}
          </div>
        </div>
      ))}
    </>
  );
}

/* A form that was filled in: question and answer. */
function Answers({ payload }: { payload: Json }) {
  return (
    <div class="special-answers">
      <strong>{text(payload['name']) || t('special.form')}</strong>
      <dl class="pairs">
        {list(payload['answers']).map((one) => (
          <Fragment key={text(one['key'])}>
            <dt>{text(one['key']).replaceAll('_', ' ')}</dt>
            <dd>{text(one['value'])}</dd>
          </Fragment>
        ))}
      </dl>
    </div>
  );
}

/* A button or a list row that the person tapped, an order, a form. */
function Choice({ item, payload }: { item: Message; payload: Json }) {
  if (payload['type'] === 'flow') return <Answers payload={payload} />;
  return (
    <>
      <small class="special-note">{payload['type'] === 'order' ? t('special.order') : t('special.chose')}</small>
      <Linked text={[item.body || text(payload['title']), text(payload['description'])].filter(Boolean).join('\n')} />
    </>
  );
}

/* They wrote after seeing an advertisement or a post: which one. */
function Referral({ payload }: { payload: Json }) {
  const from = object(payload['referral']);
  const headline = text(from['headline']) || text(from['body']);
  return headline ? <small class="special-note">{t('special.referral', { headline })}</small> : null;
}

/* These say all there is to say themselves: their body only repeats it. */
export const speaksForItself = (kind: Message['kind']): boolean => kind === 'location' || kind === 'contact' || kind === 'interactive';

/* Kinds that are neither words nor files. */
export function Special({ item }: { item: Message }) {
  const payload = object(item.payload);
  switch (item.kind) {
    case 'location':
      return <Place payload={payload} />;
    case 'contact':
      return <Cards payload={payload} />;
    case 'interactive':
      return <Choice item={item} payload={payload} />;
    case 'template':
      return <small class="special-note">{t('kind.template')}</small>;
    case 'unsupported':
      return (
        <p class="message-gone">
          <Icon name="help" size={14} /> {t('special.unsupported')}
        </p>
      );
    default:
      return <Referral payload={payload} />;
  }
}
