/* The shapes that the API speaks.  Generated from its description by tools/gen_types.mjs. */

export interface AssignmentList {
  items: AssignmentRule[];
}

export type AssignmentMethod = 'manual' | 'round_robin' | 'least_busy';

export interface AssignmentRule {
  owner_id: string;
  team_id?: string | null;
  method: AssignmentMethod;
  reassign_hours?: number | null;
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

export interface AuditEntry {
  id: string;
  at: string;
  actor_kind: 'user' | 'api_key' | 'system';
  actor_id?: string | null;
  actor_name: string;
  action: string;
  entity_id?: string | null;
  entity_name: string;
  ip: string;
  user_agent: string;
  request_id: string;
  before?: Record<string, unknown> | null;
  after?: Record<string, unknown> | null;
}

export interface AuditExport {
  action?: string;
  actor_id?: string;
  since?: string;
  until?: string;
}

export interface AuditPage {
  items: AuditEntry[];
  next_cursor?: string | null;
}

export type AuthorKind = 'contact' | 'user' | 'ai' | 'sequence' | 'system';

export type Availability = 'online' | 'busy' | 'offline';

export interface Challenge {
  challenge: string;
  expires_at: string;
}

export interface Channel {
  id: string;
  kind: string;
  name: string;
  state: ChannelState;
  settings: Record<string, string>;
  has_secrets: boolean;
  hook_url?: string | null;
  health: ChannelHealth;
  token_expires_at?: string | null;
  silence_alarm_minutes?: number | null;
  version: number;
}

export interface ChannelAssignmentPut {
  team_id?: string | null;
  method: AssignmentMethod;
  reassign_hours?: number | null;
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

export interface ChannelKind {
  kind: string;
  max_text: number;
  max_text_chars?: number | null;
  window_hours?: number | null;
  reactions: boolean;
  replies: boolean;
  read_marks: boolean;
  files: boolean;
  settings: ChannelSetting[];
}

export interface ChannelKindList {
  items: ChannelKind[];
}

export interface ChannelList {
  items: Channel[];
}

export interface ChannelNew {
  kind: string;
  name: string;
  settings?: Record<string, string>;
  secrets?: Record<string, string>;
  silence_alarm_minutes?: number | null;
}

export interface ChannelPatch {
  name?: string;
  settings?: Record<string, string>;
  secrets?: Record<string, string>;
  silence_alarm_minutes?: number | null;
  version?: number;
}

export interface ChannelSetting {
  key: string;
  secret: boolean;
  required: boolean;
  max: number;
  pattern?: string | null;
  initial?: string | null;
}

export type ChannelState = 'connected' | 'degraded' | 'disconnected';

export interface ChannelTest {
  ok: boolean;
  display?: string | null;
  problem?: string | null;
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
  conversations: ({ id: string; number: number; channel: { id: string; kind: string; name: string }; state: ConversationState; last_message_at?: string | null })[];
  created_at: string;
  version: number;
}

export interface ContactPage {
  items: Contact[];
  next_cursor?: string | null;
}

export interface ContactPatch {
  name?: string;
  owner_id?: string | null;
  stage_id?: string | null;
  next_follow_up_at?: string | null;
  follow_up_reason?: string | null;
  custom?: Record<string, string | number | null>;
  version?: number;
}

export interface Conversation {
  id: string;
  number: number;
  state: ConversationState;
  snoozed_until?: string | null;
  assignee_id?: string | null;
  team_id?: string | null;
  contact: { id: string; name: string; avatar_url?: string | null; stage_id?: string | null; next_follow_up_at?: string | null };
  channel: { id: string; kind: string; name: string };
  address: string;
  last_message_at?: string | null;
  last_preview: string;
  last_kind?: MessageKind | null;
  last_direction?: Direction | null;
  last_state?: MessageState | null;
  last_author_id?: string | null;
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

export interface ConversationPage {
  items: Conversation[];
  next_cursor?: string | null;
}

export interface ConversationPatch {
  state?: ConversationState;
  snoozed_until?: string | null;
  assignee_id?: string | null;
  team_id?: string | null;
  version?: number;
}

export type ConversationState = 'open' | 'pending' | 'snoozed' | 'resolved';

export interface DemoChat {
  channel_id?: string | null;
}

export interface DemoMails {
  items: { id: string; bytes: number }[];
}

export interface Departure {
  url: string;
}

export interface Device {
  id: string;
  ip: string;
  user_agent: string;
  created_at: string;
  last_used_at: string;
  trusted_until: string;
}

export interface DeviceList {
  items: Device[];
}

export type Direction = 'in' | 'out';

export interface Draft {
  kind: 'text' | 'note';
  body: string;
  updated_at: string;
}

export interface DraftList {
  items: Draft[];
}

export interface DraftPut {
  body: string;
}

export interface Feed {
  items: ({ cursor: string; kind: string; id: string; conversation_id?: string | null; contact_id?: string | null; channel_id?: string | null; version: number; actor_id?: string | null; at: string })[];
  next_cursor: string;
  more: boolean;
  reset: boolean;
}

export interface Field {
  id: string;
  key: string;
  label: string;
  type: FieldType;
  choices: string[];
  position: number;
  version: number;
}

export interface FieldList {
  items: Field[];
}

export interface FieldNew {
  key: string;
  label: string;
  type: FieldType;
  choices?: string[];
}

export interface FieldPatch {
  label?: string;
  choices?: string[];
  position?: number;
  version?: number;
}

export type FieldType = 'text' | 'number' | 'date' | 'choice';

export interface HandOver {
  to?: string | null;
}

export interface HandedOver {
  moved: number;
  more: boolean;
}

export interface Here {
  user_id: string;
  availability: Availability;
  here: Availability;
  away_until?: string | null;
  off_hours: boolean;
  capacity?: number | null;
}

export interface HerePatch {
  availability?: Availability;
  away_until?: string | null;
}

export interface Holiday {
  day: string;
  name: string;
}

export interface Hours {
  always: boolean;
  timezone: string;
  hours: WorkSpan[];
  holidays: Holiday[];
}

export interface HoursPut {
  always: boolean;
  timezone: string;
  hours: { weekday: number; from_minute: number; to_minute: number }[];
  holidays: { day: string; name: string }[];
}

export interface Identity {
  id: string;
  kind: string;
  value: string;
  display: string;
  verified: boolean;
}

export interface InboundItem {
  id: string;
  received_at: string;
  state: string;
  attempts: number;
  error?: string | null;
  bytes: number;
}

export interface InboundPage {
  items: InboundItem[];
  next_cursor?: string | null;
}

export interface Key {
  id: string;
  user_id: string;
  user_name: string;
  name: string;
  scopes: string[];
  hint: string;
  created_at: string;
  expires_at: string;
  last_used_at?: string | null;
  last_ip?: string | null;
  own: boolean;
}

export interface KeyList {
  items: Key[];
}

export interface KeyMade {
  id: string;
  user_id: string;
  user_name: string;
  name: string;
  scopes: string[];
  hint: string;
  created_at: string;
  expires_at: string;
  last_used_at?: string | null;
  last_ip?: string | null;
  own: boolean;
  token: string;
}

export interface KeyNew {
  name: string;
  scopes: string[];
  expires_in_days?: number;
}

export interface LinkedAccount {
  id: string;
  provider: string;
  email: string;
  created_at: string;
  last_used_at?: string | null;
}

export interface LinkedAccountList {
  items: LinkedAccount[];
}

export interface LinkedAccountNew {
  provider: string;
}

export interface MailKinds {
  locales: string[];
  kinds: string[];
}

export interface MePatch {
  locale?: 'en' | 'ms' | 'zh-Hans';
  theme?: 'system' | 'light' | 'dark';
  availability?: Availability;
}

export interface Member {
  id: string;
  name: string;
  email: string;
  role: 'owner' | 'admin' | 'supervisor' | 'agent' | 'viewer' | 'custom';
  availability: Availability;
  here: Availability;
  away_until?: string | null;
  off_hours: boolean;
  capacity?: number | null;
}

export interface MemberList {
  items: Member[];
}

export interface MemberWorkPatch {
  capacity?: number | null;
}

export interface Message {
  id: string;
  conversation_id: string;
  direction: Direction;
  kind: MessageKind;
  author: AuthorKind;
  author_id?: string | null;
  author_name?: string | null;
  body: string;
  payload?: Record<string, unknown> | null;
  reply_to?: QuotedMessage | null;
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

export type MessageKind = 'text' | 'image' | 'audio' | 'voice' | 'video' | 'document' | 'sticker' | 'location' | 'contact' | 'interactive' | 'template' | 'note' | 'event' | 'unsupported';

export interface MessageNew {
  kind: 'text' | 'note';
  body?: string;
  reply_to_id?: string | null;
  attachment_ids?: string[];
  undo?: boolean;
}

export interface MessagePage {
  items: Message[];
  next_cursor?: string | null;
}

export interface MessageSettle {
  outcome: 'sent' | 'not_sent';
}

export type MessageState = 'received' | 'queued' | 'sending' | 'sent' | 'delivered' | 'read' | 'failed' | 'uncertain' | 'cancelled';

export interface MyHours {
  always: boolean;
  timezone: string;
  hours: { weekday: number; from_minute: number; to_minute: number }[];
}

export interface MyHoursPut {
  always: boolean;
  timezone: string;
  hours: { weekday: number; from_minute: number; to_minute: number }[];
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

export interface NoteNew {
  body: string;
}

export interface NotePage {
  items: Note[];
  next_cursor?: string | null;
}

export interface NotePatch {
  body: string;
  version?: number;
}

export interface OrgSecurity {
  second_factor_required: boolean;
}

export interface OrgSecurityPatch {
  second_factor_required: boolean;
}

export interface Page<T> {
  items: T[];
  next_cursor: string | null;
}

export interface PasswordPut {
  current_password: string;
  new_password: string;
}

export interface PresenceNew {
  state: 'reading' | 'typing' | 'gone';
}

export interface Problem {
  type: string;
  title: string;
  code: 'invalid' | 'unauthorized' | 'forbidden' | 'not_found' | 'conflict' | 'too_large' | 'rate_limited' | 'unavailable' | 'uncertain' | 'internal' | 'method_not_allowed' | 'upgrade_required' | 'unsupported_media_type' | 'malformed' | 'timeout' | 'target_too_long' | 'headers_too_large' | 'bad_origin' | 'idempotency_mismatch' | 'stale_version' | 'window_closed' | 'channel_disconnected' | 'too_late' | 'bad_credentials' | 'bad_code' | 'challenge_over' | 'second_factor_needed' | 'stale_sign_in' | 'bad_refresh_token' | 'not_for_keys' | 'slow_down';
  detail?: string;
  request_id?: string;
  status: number;
  field?: string;
}

export interface Proof {
  current_password?: string;
  code?: string;
  recovery_code?: string;
}

export interface QuotedMessage {
  id: string;
  kind: MessageKind;
  body: string;
  author: AuthorKind;
  author_name?: string | null;
}

export interface Reaction {
  emoji: string;
  by_contact: boolean;
  actor_id: string;
}

export interface ReactionPut {
  emoji: string;
}

export interface Readiness {
  status: string;
  checks: ({ name: string; ok: boolean; detail?: string | null })[];
}

export interface RecoveryCodes {
  codes: string[];
  token?: string | null;
}

export interface SecondFactor {
  confirmed_at?: string | null;
  codes_left: number;
  required: boolean;
}

export interface SecondStep {
  challenge: string;
  code?: string;
  recovery_code?: string;
  remember?: boolean;
}

export interface Session {
  user: { id: string; name: string; email: string; locale: string; theme: string };
  org: { id: string; name: string; locale: string; timezone: string };
  role: 'owner' | 'admin' | 'supervisor' | 'agent' | 'viewer' | 'custom';
  permissions: string[];
  availability: Availability;
  second_factor: boolean;
  second_factor_required: boolean;
  token?: string | null;
}

export interface SessionItem {
  id: string;
  org_name: string;
  ip: string;
  user_agent: string;
  created_at: string;
  last_seen_at: string;
  expires_at: string;
  place?: string | null;
  current: boolean;
}

export interface SessionList {
  items: SessionItem[];
}

export interface SessionNew {
  email: string;
  password: string;
  token?: boolean;
}

export interface SignIn {
  id: string;
  at: string;
  ip: string;
  user_agent: string;
  outcome: string;
  via: string;
  place?: string | null;
}

export interface SignInPage {
  items: SignIn[];
  next_cursor?: string | null;
}

export interface SignInProvider {
  id: string;
  name: string;
}

export interface SignInProviderList {
  items: SignInProvider[];
}

export interface Stage {
  id: string;
  name: string;
  position: number;
  outcome: string;
}

export interface StageList {
  items: Stage[];
}

export interface Team {
  id: string;
  name: string;
  members: string[];
  method: AssignmentMethod;
  reassign_hours?: number | null;
  version: number;
}

export interface TeamAssignmentPut {
  method: AssignmentMethod;
  reassign_hours?: number | null;
}

export interface TeamList {
  items: Team[];
}

export interface TeamMembersPut {
  members: string[];
}

export interface TeamNew {
  name: string;
}

export interface TeamPatch {
  name: string;
  version?: number;
}

export interface Ticket {
  ticket: string;
}

export interface Token {
  access_token: string;
  token_type: string;
  expires_in: number;
  refresh_token: string;
}

export interface TokenNew {
  grant: 'password' | 'second_factor' | 'refresh';
  email?: string;
  password?: string;
  challenge?: string;
  code?: string;
  recovery_code?: string;
  refresh_token?: string;
}

export interface TotpBegin {
  current_password?: string;
}

export interface TotpBegun {
  secret: string;
  uri: string;
  qr: { size: number; path: string };
}

export interface TotpConfirm {
  code: string;
}

export interface Visitor {
  token: string;
  visitor_id: string;
  resumed: boolean;
  online: boolean;
  name: string;
  greeting: string;
  ask_email: boolean;
}

export interface VisitorEmail {
  email: string;
}

export interface VisitorMessage {
  client_id: string;
}

export interface VisitorMessageNew {
  client_id: string;
  body?: string;
  upload_ids?: string[];
}

export interface VisitorMessagePage {
  items: ({ id: string; client_id?: string | null; direction: Direction; kind: MessageKind; body: string; at: string; state: MessageState; author_name?: string | null; attachments: Attachment[] })[];
  read_at?: string | null;
  more: boolean;
}

export interface VisitorNew {
  token?: string;
  page?: string;
}

export interface VisitorRead {
  message_id: string;
}

export interface WorkSpan {
  weekday: number;
  from_minute: number;
  to_minute: number;
}
