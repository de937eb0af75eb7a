/* What somebody is called who has told no name: a visitor's id says nothing to people, a number does. */
import type { Conversation, Identity } from '../api-types';
import { t } from '../i18n';

export const addressOf = (one: Identity): string => one.display || (one.kind === 'webchat' ? t('contact.visitor') : one.value);

export const nameOf = (row: Conversation): string => row.contact.name || (row.channel.kind === 'webchat' ? t('contact.visitor') : row.address) || t('contact.unnamed');
