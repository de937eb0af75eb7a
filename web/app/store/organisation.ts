/* The small lists that every screen needs: people, stages, fields, channels. */
import { api } from '../api';
import type { Channel, Member, Team } from '../api-types';
import { Resource } from './resource';

export const members = new Resource(api.members);
export const teams = new Resource(api.teams.list);
export const rules = new Resource(api.assignment.list);
export const stages = new Resource(() => api.stages().then((items) => items.sort((a, b) => a.position - b.position)));
export const fields = new Resource(() => api.fields.list().then((items) => items.sort((a, b) => a.position - b.position)));
export const channels = new Resource(api.channels.list);
export const channelKinds = new Resource(api.channels.kinds);

export const member = (id: string | null | undefined): Member | undefined => (id ? members.value?.find((item) => item.id === id) : undefined);
export const team = (id: string | null | undefined): Team | undefined => (id ? teams.value?.find((item) => item.id === id) : undefined);
export const channel = (id: string): Channel | undefined => channels.value?.find((item) => item.id === id);
export const stage = (id: string | null | undefined) => (id ? stages.value?.find((item) => item.id === id) : undefined);
export const channelKind = (kind: string) => channelKinds.value?.find((item) => item.kind === kind);

const dots: Record<string, string> = {
  whatsapp: 'var(--channel-whatsapp)',
  webchat: 'var(--channel-webchat)',
  null: 'var(--channel-null)',
  email: 'var(--channel-email)',
  telegram: 'var(--channel-telegram)',
};
export const channelColor = (kind: string): string => dots[kind] ?? 'var(--text-3)';
