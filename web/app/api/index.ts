/* Every call that the screens make, by name.  Paths are written nowhere else. */
import type {
  AssignmentMethod, AssignmentRule, Attachment, AuditEntry, Availability, Challenge, Channel, ChannelKind, ChannelTest,
  Contact, Conversation, ConversationCounts, Device, Draft, Field, HandedOver, Here, Hours, InboundItem, Key, KeyMade,
  LinkedAccount, Member, Message, MyHours, Note, OrgSecurity, Page, Proof, RecoveryCodes, SecondFactor, Session, SessionItem,
  SignIn, SignInProvider, Stage, Team, TotpBegun,
} from '../api-types';
import { del, download, get, newKey, patch, post, put, request, upload } from './client';

const enc = encodeURIComponent;

export interface ListQuery {
  state: string;
  view: string;
  channel?: string;
  team?: string;
  q?: string;
  limit?: number;
  cursor?: string | null;
}

export interface AuditQuery {
  action?: string;
  actor_id?: string;
  since?: string;
  until?: string;
}

export interface SendBody {
  kind: 'text' | 'note';
  body: string;
  reply_to_id?: string;
  attachment_ids?: string[];
  undo?: boolean;
}

export const api = {
  session: {
    get: () => get<Session>('/v1/session'),
    /* a Challenge when a second factor is asked for */
    start: (email: string, password: string) => post<Session | Challenge>('/v1/session', { email, password }),
    finish: (step: { challenge: string; code?: string; recovery_code?: string; remember?: boolean }) => post<Session>('/v1/session/second-factor', step),
    end: () => del<void>('/v1/session'),
    setMe: (change: { locale?: string; theme?: string; availability?: string }) => patch<Session>('/v1/me', change),
  },
  providers: () => get<{ items: SignInProvider[] }>('/v1/sign-in/providers').then((page) => page.items),
  security: {
    linked: () => get<{ items: LinkedAccount[] }>('/v1/me/linked-accounts').then((page) => page.items),
    link: (provider: string) => post<{ url: string }>('/v1/me/linked-accounts', { provider }).then((departure) => departure.url),
    unlink: (id: string) => del<void>(`/v1/me/linked-accounts/${id}`),
    sessions: () => get<{ items: SessionItem[] }>('/v1/me/sessions').then((page) => page.items),
    end: (id: string) => del<void>(`/v1/me/sessions/${id}`),
    endOthers: () => del<void>('/v1/me/sessions'),
    signIns: (cursor: string | null) => get<Page<SignIn>>('/v1/me/sign-ins', { limit: 10, cursor }),
    setPassword: (current_password: string, new_password: string) => put<void>('/v1/me/password', { current_password, new_password }),
    totp: () => get<SecondFactor>('/v1/me/totp'),
    beginTotp: (current_password?: string) => post<TotpBegun>('/v1/me/totp', { ...(current_password ? { current_password } : {}) }),
    confirmTotp: (code: string) => post<RecoveryCodes>('/v1/me/totp/confirm', { code }),
    newCodes: (proof: Proof) => post<RecoveryCodes>('/v1/me/totp/codes', proof),
    removeTotp: (proof: Proof) => post<void>('/v1/me/totp/remove', proof),
    devices: () => get<{ items: Device[] }>('/v1/me/devices').then((page) => page.items),
    forgetDevice: (id: string) => del<void>(`/v1/me/devices/${id}`),
    forgetDevices: () => del<void>('/v1/me/devices'),
    ofOrg: () => get<OrgSecurity>('/v1/org/security'),
    setOfOrg: (second_factor_required: boolean) => patch<OrgSecurity>('/v1/org/security', { second_factor_required }),
  },
  keys: {
    list: () => get<{ items: Key[] }>('/v1/keys').then((page) => page.items),
    make: (body: { name: string; scopes: string[]; expires_in_days: number }) => post<KeyMade>('/v1/keys', body),
    end: (id: string) => del<void>(`/v1/keys/${id}`),
  },
  audit: {
    list: (query: AuditQuery & { cursor?: string | null }) => get<Page<AuditEntry>>('/v1/audit', { ...query, limit: 50 }),
    file: (query: AuditQuery) => download('/v1/audit/export', { ...query }),
  },
  members: () => get<{ items: Member[] }>('/v1/members').then((page) => page.items),
  teams: {
    list: () => get<{ items: Team[] }>('/v1/teams').then((page) => page.items),
    add: (name: string, key: string) => post<Team>('/v1/teams', { name }, key),
    rename: (id: string, name: string, version: number) => patch<Team>(`/v1/teams/${id}`, { name, version }),
    drop: (id: string) => del<void>(`/v1/teams/${id}`),
    setMembers: (id: string, members: string[]) => put<Team>(`/v1/teams/${id}/members`, { members }),
    setRule: (id: string, rule: { method: AssignmentMethod; reassign_hours: number | null }) => put<Team>(`/v1/teams/${id}/assignment`, rule),
  },
  assignment: {
    list: () => get<{ items: AssignmentRule[] }>('/v1/assignment').then((page) => page.items),
    set: (channel: string, rule: { team_id: string | null; method: AssignmentMethod; reassign_hours: number | null }) => put<void>(`/v1/channels/${channel}/assignment`, rule),
  },
  work: {
    here: (change: { availability?: Availability; away_until?: string | null }) => patch<Here>('/v1/me/availability', change),
    setCapacity: (member: string, capacity: number | null) => patch<Here>(`/v1/members/${member}/work`, { capacity }),
    handOver: (to: string | null, key: string) => post<HandedOver>('/v1/me/hand-over', { to }, key),
    hours: () => get<Hours>('/v1/hours'),
    setHours: (hours: Hours) => put<Hours>('/v1/hours', hours),
    myHours: () => get<MyHours>('/v1/me/hours'),
    setMyHours: (hours: MyHours) => put<MyHours>('/v1/me/hours', hours),
  },
  stages: () => get<{ items: Stage[] }>('/v1/stages').then((page) => page.items),
  conversations: {
    list: (query: ListQuery, signal?: AbortSignal) => get<Page<Conversation>>('/v1/conversations', { ...query }, signal),
    counts: () => get<ConversationCounts>('/v1/conversations/counts'),
    get: (id: string) => get<Conversation>(`/v1/conversations/${id}`),
    set: (id: string, change: Partial<Pick<Conversation, 'state' | 'snoozed_until' | 'assignee_id' | 'team_id'>> & { version: number }) =>
      patch<Conversation>(`/v1/conversations/${id}`, change),
    read: (id: string) => post<void>(`/v1/conversations/${id}/read`, undefined, newKey()),
    presence: (id: string, state: 'reading' | 'typing' | 'gone') =>
      request<void>('POST', `/v1/conversations/${id}/presence`, { body: { state }, keepalive: state === 'gone' }),
    drafts: (id: string) => get<{ items: Draft[] }>(`/v1/conversations/${id}/drafts`).then((page) => page.items),
    saveDraft: (id: string, kind: Draft['kind'], body: string, leaving = false) => put<void>(`/v1/conversations/${id}/drafts/${kind}`, { body }, leaving),
  },
  messages: {
    list: (conversation: string, query: { limit?: number; cursor?: string | null; after?: string }) =>
      get<Page<Message>>(`/v1/conversations/${conversation}/messages`, query),
    get: (id: string) => get<Message>(`/v1/messages/${id}`),
    send: (conversation: string, body: SendBody, key: string) => post<Message>(`/v1/conversations/${conversation}/messages`, body, key),
    cancel: (id: string) => post<Message>(`/v1/messages/${id}/cancel`, {}, newKey()),
    retry: (id: string) => post<Message>(`/v1/messages/${id}/retry`, {}, newKey()),
    settle: (id: string, outcome: 'sent' | 'not_sent') => post<Message>(`/v1/messages/${id}/settle`, { outcome }, newKey()),
    react: (id: string, emoji: string) => put<Message>(`/v1/messages/${id}/reaction`, { emoji }),
  },
  upload: (file: File, onProgress: (part: number) => void, signal: AbortSignal) =>
    upload<Attachment>(`/v1/uploads?name=${enc(file.name)}`, file, onProgress, signal),
  contacts: {
    list: (query: { q?: string; limit?: number; cursor?: string | null }, signal?: AbortSignal) => get<Page<Contact>>('/v1/contacts', query, signal),
    get: (id: string) => get<Contact>(`/v1/contacts/${id}`),
    set: (id: string, change: Partial<Contact> & { version: number }) => patch<Contact>(`/v1/contacts/${id}`, change),
    notes: (id: string) => get<{ items: Note[] }>(`/v1/contacts/${id}/notes`).then((page) => page.items),
    addNote: (id: string, body: string, key: string) => post<Note>(`/v1/contacts/${id}/notes`, { body }, key),
  },
  notes: {
    set: (id: string, body: string, version: number) => patch<Note>(`/v1/notes/${id}`, { body, version }),
    drop: (id: string) => del<void>(`/v1/notes/${id}`),
  },
  channels: {
    kinds: () => get<{ items: ChannelKind[] }>('/v1/channel-kinds').then((page) => page.items),
    list: () => get<{ items: Channel[] }>('/v1/channels').then((page) => page.items),
    get: (id: string) => get<Channel>(`/v1/channels/${id}`),
    connect: (body: { kind: string; name: string; settings: Record<string, string>; secrets: Record<string, string>; silence_alarm_minutes?: number | null }, key: string) =>
      post<Channel>('/v1/channels', body, key),
    set: (id: string, change: { name?: string; settings?: Record<string, string>; secrets?: Record<string, string>; silence_alarm_minutes?: number | null; version: number }) =>
      patch<Channel>(`/v1/channels/${id}`, change),
    drop: (id: string) => del<void>(`/v1/channels/${id}`),
    test: (id: string) => post<ChannelTest>(`/v1/channels/${id}/test`, {}, newKey()),
    failed: (id: string, cursor?: string | null) => get<Page<InboundItem>>(`/v1/channels/${id}/inbound`, { state: 'failed', cursor }),
    replay: (inbound: string) => post<void>(`/v1/inbound/${inbound}/replay`, {}, newKey()),
  },
  fields: {
    list: () => get<{ items: Field[] }>('/v1/fields').then((page) => page.items),
    add: (body: { key: string; label: string; type: string; choices?: string[] }, key: string) => post<Field>('/v1/fields', body, key),
    set: (id: string, change: { label?: string; choices?: string[]; position?: number; version: number }) => patch<Field>(`/v1/fields/${id}`, change),
    drop: (id: string) => del<void>(`/v1/fields/${id}`),
  },
};
