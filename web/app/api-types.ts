/* The shapes that the API speaks.  Generated from /openapi.json by tools/gen_types.mjs. */

export type ConversationState = 'open' | 'pending' | 'snoozed' | 'resolved';
export type MessageKind =
  | 'text' | 'image' | 'audio' | 'voice' | 'video' | 'document' | 'sticker' | 'location' | 'contact'
  | 'interactive' | 'template' | 'note' | 'event' | 'unsupported';
export type MessageState = 'received' | 'queued' | 'sending' | 'sent' | 'delivered' | 'read' | 'failed' | 'uncertain' | 'cancelled';
export type AuthorKind = 'contact' | 'user' | 'ai' | 'sequence' | 'system';
export type ChannelState = 'connected' | 'degraded' | 'disconnected';
export type Availability = 'online' | 'busy' | 'offline';
export type FieldType = 'text' | 'number' | 'date' | 'choice';

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export interface Session {
  user: { id: string; name: string; email: string; locale: string; theme: string };
  org: { id: string; name: string; locale: string; timezone: string };
  role: string;
  permissions: string[];
  availability: Availability;
  token?: string | null;
}

export interface Member {
  id: string;
  name: string;
  email: string;
  role: string;
  availability: Availability;
}

export interface ChannelSetting {
  key: string;
  secret: boolean;
  required: boolean;
  max: number;
  pattern?: string | null;
  initial?: string | null;
}

export interface ChannelKind {
  kind: string;
  max_text: number;
  window_hours?: number | null;
  reactions: boolean;
  replies: boolean;
  read_marks: boolean;
  files: boolean;
  settings: ChannelSetting[];
}

export interface ChannelHealth {
  last_inbound_at?: string | null;
  last_outbound_at?: string | null;
  last_error_at?: string | null;
  last_error?: string | null;
  silent: boolean;
  failed_inbound: number;
  queued: number;
}

export interface Channel {
  id: string;
  kind: string;
  name: string;
  state: ChannelState;
  settings: Record<string, string>;
  has_secrets: boolean;
  hook_url: string;
  health: ChannelHealth;
  token_expires_at?: string | null;
  silence_alarm_minutes?: number | null;
  version: number;
}

export interface ChannelTest {
  ok: boolean;
  display?: string | null;
  problem?: string | null;
}

export interface InboundItem {
  id: string;
  received_at: string;
  state: string;
  attempts: number;
  error?: string | null;
  bytes: number;
}

export interface Conversation {
  id: string;
  number: number;
  state: ConversationState;
  snoozed_until?: string | null;
  assignee_id?: string | null;
  contact: { id: string; name: string; avatar_url?: string | null; stage_id?: string | null; next_follow_up_at?: string | null };
  channel: { id: string; kind: string; name: string };
  address: string;
  last_message_at?: string | null;
  last_preview: string;
  last_kind?: MessageKind | null;
  last_direction?: 'in' | 'out' | null;
  last_state?: MessageState | null;
  unread: number;
  attention?: 'follow_up' | 'snooze' | null;
  attention_text?: string | null;
  window_closes_at?: string | null;
  waiting_since?: string | null;
  contact_seen_at?: string | null;
  sort_at: string;
  version: number;
}

export interface ConversationCounts {
  mine: number;
  unassigned: number;
  all: number;
  snoozed: number;
}

export interface Attachment {
  id: string;
  kind: MessageKind;
  name: string;
  media_type: string;
  bytes: number;
  state: 'pending' | 'stored' | 'failed';
  url?: string | null;
  error_text?: string | null;
}

export interface Reaction {
  emoji: string;
  by_contact: boolean;
  actor_id: string;
}

export interface Message {
  id: string;
  conversation_id: string;
  direction: 'in' | 'out';
  kind: MessageKind;
  author: AuthorKind;
  author_id?: string | null;
  author_name?: string | null;
  body: string;
  payload?: Record<string, unknown> | null;
  reply_to?: { id: string; kind: MessageKind; body: string; author: AuthorKind; author_name?: string | null } | null;
  forwarded: boolean;
  state: MessageState;
  error_code?: string | null;
  error_text?: string | null;
  at: string;
  send_at?: string | null;
  sent_at?: string | null;
  delivered_at?: string | null;
  read_at?: string | null;
  edited_at?: string | null;
  revoked_at?: string | null;
  attachments: Attachment[];
  reactions: Reaction[];
  version: number;
}

export interface Draft {
  kind: 'text' | 'note';
  body: string;
  updated_at: string;
}

export interface Identity {
  id: string;
  kind: string;
  value: string;
  display: string;
  verified: boolean;
}

export interface Contact {
  id: string;
  name: string;
  owner_id?: string | null;
  stage_id?: string | null;
  locale?: string | null;
  source?: string | null;
  avatar_url?: string | null;
  next_follow_up_at?: string | null;
  follow_up_reason?: string | null;
  custom: Record<string, string | number | null>;
  identities: Identity[];
  conversations: { id: string; number: number; channel: { id: string; kind: string; name: string }; state: ConversationState; last_message_at?: string | null }[];
  created_at: string;
  version: number;
}

export interface Note {
  id: string;
  contact_id: string;
  author_id: string;
  author_name: string;
  body: string;
  created_at: string;
  updated_at: string;
  version: number;
}

export interface Stage {
  id: string;
  name: string;
  position: number;
  outcome: 'open' | 'won' | 'lost';
}

export interface Field {
  id: string;
  key: string;
  label: string;
  type: FieldType;
  choices: string[];
  position: number;
}

export interface Problem {
  type: string;
  title: string;
  status: number;
  code: string;
  detail?: string | null;
  field?: string | null;
  request_id?: string | null;
}
