/*
 * routes.c - the whole surface, sorted by path and method.
 *
 * To add a route: docs/adding-an-endpoint.md.  In short: a row here, the handler
 * and its shapes in handlers.h, the handler in its file.  tests/unit/test_routes.c
 * and tests/http/20-tenancy.test.mjs walk this table.
 */
#include "api/routes.h"

#include "api/handlers.h"

enum {
    HIDDEN = ROUTE_HIDDEN,
    CREATED = ROUTE_CREATED,
    ACCEPTED = ROUTE_ACCEPTED,
    SEARCH = ROUTE_SEARCH,
    CHANNEL = ROUTE_BY_CHANNEL,
    VISITOR = ROUTE_BY_CHANNEL | ROUTE_VISITOR,
    RAW = ROUTE_RAW,
    SET_UP = ROUTE_SET_UP,
    SPOOL = ROUTE_RAW | ROUTE_SPOOL,
};

/* clang-format off */
const struct route routes[] = {
    /* method, path, handler, permission, transaction, rate, body, flags, query, in, out, summary */
    {HTTP_GET, "/", get_page, "public", TX_NONE, RATE_PAGE, 0, HIDDEN, NULL, NULL, NULL, "The application"},
    {HTTP_GET, "/.well-known/jwks.json", get_jwks, "public", TX_SYSTEM, RATE_PAGE, 0, 0, NULL, NULL, NULL, "The keys that access tokens are signed with"},
    {HTTP_GET, "/assets/{file}", get_asset, "public", TX_NONE, RATE_PAGE, 0, HIDDEN, NULL, NULL, NULL, "A script, a style sheet, a picture"},
    {HTTP_GET, "/chat/widget.js", get_file, "public", TX_NONE, RATE_PAGE, 0, HIDDEN, NULL, NULL, NULL, "The web chat's script for other sites"},
    {HTTP_GET, "/chat/{id}", get_chat_page, "public", TX_READ, RATE_VISITOR, 0, HIDDEN | CHANNEL, NULL, NULL, NULL, "The web chat's framed page"},
    {HTTP_POST, "/chat/{id}/email", post_visitor_email, "public", TX_READ, RATE_VISITOR, BODY_JSON, VISITOR, NULL, &visitor_email_shape, NULL, "A visitor leaves an e-mail address"},
    {HTTP_GET, "/chat/{id}/events", get_visitor_events, "public", TX_NONE, RATE_VISITOR, 0, CHANNEL | ROUTE_UPGRADE, &visitor_events_query, NULL, NULL, "A visitor's event stream (WebSocket)"},
    {HTTP_GET, "/chat/{id}/messages", get_visitor_messages, "public", TX_READ, RATE_VISITOR, 0, VISITOR, &visitor_messages_query, NULL, &visitor_message_page_shape, "A visitor's conversation"},
    {HTTP_POST, "/chat/{id}/messages", post_visitor_message, "public", TX_READ, RATE_VISITOR, BODY_JSON, VISITOR | ACCEPTED, NULL, &visitor_message_new_shape, &visitor_message_shape, "A visitor writes"},
    {HTTP_POST, "/chat/{id}/read", post_visitor_read, "public", TX_READ, RATE_VISITOR, BODY_JSON, VISITOR, NULL, &visitor_read_shape, NULL, "A visitor has read up to a message"},
    {HTTP_POST, "/chat/{id}/ticket", post_visitor_ticket, "public", TX_READ, RATE_VISITOR, BODY_JSON, VISITOR, NULL, NULL, &ticket_shape, "A ticket for the visitor's event stream"},
    {HTTP_POST, "/chat/{id}/typing", post_visitor_typing, "public", TX_READ, RATE_VISITOR, BODY_JSON, VISITOR, NULL, NULL, NULL, "A visitor is typing"},
    {HTTP_POST, "/chat/{id}/uploads", post_visitor_upload, "public", TX_WRITE, RATE_VISITOR, BODY_UPLOAD, VISITOR | CREATED | SPOOL, &visitor_upload_query, NULL, &attachment_shape, "A visitor uploads a file"},
    {HTTP_POST, "/chat/{id}/visitor", post_visitor, "public", TX_READ, RATE_VISITOR, BODY_JSON, CHANNEL, NULL, &visitor_new_shape, &visitor_shape, "Begin or resume a visit"},
    {HTTP_GET, "/contacts", get_page, "public", TX_NONE, RATE_PAGE, 0, HIDDEN, NULL, NULL, NULL, "The application"},
    {HTTP_GET, "/contacts/{id}", get_page, "public", TX_NONE, RATE_PAGE, 0, HIDDEN, NULL, NULL, NULL, "The application"},
    {HTTP_GET, "/demo/chat", get_file, "public", TX_NONE, RATE_PAGE, 0, HIDDEN, NULL, NULL, NULL, "A page that embeds the web chat, to try it"},
    {HTTP_GET, "/demo/chat.json", get_demo_chat, "public", TX_SYSTEM, RATE_PAGE, 0, HIDDEN, NULL, NULL, &demo_chat_shape, "Which web chat the demo page shows"},
    {HTTP_GET, "/demo/mail", get_demo_mail_page, "public", TX_NONE, RATE_PAGE, 0, HIDDEN, NULL, NULL, NULL, "What the demonstration's mails say"},
    {HTTP_GET, "/demo/mail.json", get_demo_mails, "public", TX_NONE, RATE_PAGE, 0, HIDDEN, NULL, NULL, &demo_mails_shape, "Which mails a demonstration has kept"},
    {HTTP_GET, "/demo/mail/{id}", get_demo_mail, "public", TX_NONE, RATE_PAGE, 0, HIDDEN, NULL, NULL, NULL, "One of them as it is"},
    {HTTP_GET, "/favicon.ico", get_file, "public", TX_NONE, RATE_PAGE, 0, HIDDEN, NULL, NULL, NULL, "The icon"},
    {HTTP_GET, "/favicon.svg", get_file, "public", TX_NONE, RATE_PAGE, 0, HIDDEN, NULL, NULL, NULL, "The icon"},
    {HTTP_GET, "/gallery", get_file, "public", TX_NONE, RATE_PAGE, 0, HIDDEN, NULL, NULL, NULL, "The components, all states on one page"},
    {HTTP_GET, "/gallery/mail.json", get_mail_kinds, "public", TX_NONE, RATE_PAGE, 0, HIDDEN, NULL, NULL, &mail_kinds_shape, "What kinds of mail there are"},
    {HTTP_GET, "/gallery/mail/{locale}/{kind}", get_mail_sample, "public", TX_NONE, RATE_PAGE, 0, HIDDEN, NULL, NULL, NULL, "What one says, with made-up facts"},
    {HTTP_GET, "/healthz", get_health, "public", TX_NONE, RATE_FREE, 0, 0, NULL, NULL, NULL, "Is the process up"},
    {HTTP_POST, "/hooks/resend", post_mail_hook, "public", TX_SYSTEM, RATE_HOOK, BODY_HOOK, RAW | ROUTE_NO_REPLAY, NULL, NULL, NULL, "The mail provider reports what became of our mail"},
    {HTTP_GET, "/hooks/{id}", get_hook, "public", TX_READ, RATE_HOOK, 0, CHANNEL, NULL, NULL, NULL, "A provider checks the hook's address"},
    {HTTP_POST, "/hooks/{id}", post_hook, "public", TX_READ, RATE_HOOK, BODY_HOOK, CHANNEL | RAW, NULL, NULL, NULL, "A provider reports events"},
    {HTTP_GET, "/inbox", get_page, "public", TX_NONE, RATE_PAGE, 0, HIDDEN, NULL, NULL, NULL, "The application"},
    {HTTP_GET, "/inbox/{id}", get_page, "public", TX_NONE, RATE_PAGE, 0, HIDDEN, NULL, NULL, NULL, "The application"},
    {HTTP_GET, "/media/{id}", get_media, "public", TX_READ, RATE_MEDIA, 0, RAW, NULL, NULL, NULL, "A file, by a signed address that expires"},
    {HTTP_GET, "/metrics", get_metrics, "public", TX_NONE, RATE_PAGE, 0, 0, NULL, NULL, NULL, "Figures for Prometheus"},
    {HTTP_GET, "/openapi.json", get_openapi, "public", TX_NONE, RATE_PAGE, 0, 0, NULL, NULL, NULL, "This API, described"},
    {HTTP_GET, "/readyz", get_ready, "public", TX_NONE, RATE_FREE, 0, 0, NULL, NULL, NULL, "Can the process do its work, and if not, what is down"},
    {HTTP_GET, "/settings", get_page, "public", TX_NONE, RATE_PAGE, 0, HIDDEN, NULL, NULL, NULL, "The application"},
    {HTTP_GET, "/settings/{page}", get_page, "public", TX_NONE, RATE_PAGE, 0, HIDDEN, NULL, NULL, NULL, "The application"},
    {HTTP_GET, "/settings/{page}/{item}", get_page, "public", TX_NONE, RATE_PAGE, 0, HIDDEN, NULL, NULL, NULL, "The application"},
    {HTTP_GET, "/sign-in", get_page, "public", TX_NONE, RATE_PAGE, 0, HIDDEN, NULL, NULL, NULL, "The application"},
    {HTTP_GET, "/sign-in/{provider}", get_sso_start, "public", TX_SYSTEM, RATE_SIGN_IN, 0, HIDDEN, NULL, NULL, NULL, "To a provider of identity"},
    {HTTP_GET, "/sign-in/{provider}/return", get_sso_return, "public", TX_SYSTEM, RATE_SIGN_IN, 0, HIDDEN, NULL, NULL, NULL, "And back from it"},
    {HTTP_GET, "/v1/assignment", get_assignment, "members:read", TX_READ, RATE_READ, 0, 0, NULL, NULL, &assignment_list_shape, "How each channel's conversations find somebody"},
    {HTTP_GET, "/v1/audit", get_audit, "audit:read", TX_READ, RATE_READ, 0, 0, &audit_query, NULL, &audit_page_shape, "What was done, by whom and from where, newest first"},
    {HTTP_POST, "/v1/audit/export", post_audit_export, "audit:read", TX_WRITE, RATE_WRITE, BODY_JSON, ROUTE_NO_REPLAY, NULL, &audit_export_shape, NULL, "The same as a CSV file; recorded itself"},
    {HTTP_GET, "/v1/channel-kinds", get_channel_kinds, "channels:read", TX_NONE, RATE_READ, 0, 0, NULL, NULL, &channel_kind_list_shape, "What can be connected, and what it asks for"},
    {HTTP_GET, "/v1/channels", get_channels, "channels:read", TX_READ, RATE_READ, 0, 0, NULL, NULL, &channel_list_shape, "All channels with their health"},
    {HTTP_POST, "/v1/channels", post_channel, "channels:write", TX_WRITE, RATE_WRITE, BODY_JSON, CREATED, NULL, &channel_new_shape, &channel_shape, "Connect a channel; its credentials are tested first"},
    {HTTP_GET, "/v1/channels/{id}", get_channel, "channels:read", TX_READ, RATE_READ, 0, 0, NULL, NULL, &channel_shape, "One channel"},
    {HTTP_PATCH, "/v1/channels/{id}", patch_channel, "channels:write", TX_WRITE, RATE_WRITE, BODY_JSON, 0, NULL, &channel_patch_shape, &channel_shape, "Change a channel"},
    {HTTP_DELETE, "/v1/channels/{id}", delete_channel, "channels:write", TX_WRITE, RATE_WRITE, 0, 0, NULL, NULL, NULL, "Disconnect a channel"},
    {HTTP_PUT, "/v1/channels/{id}/assignment", put_channel_assignment, "teams:write", TX_WRITE, RATE_WRITE, BODY_JSON, 0, NULL, &channel_assignment_put_shape, NULL, "How a channel's conversations find somebody"},
    {HTTP_GET, "/v1/channels/{id}/inbound", get_channel_inbound, "channels:read", TX_READ, RATE_READ, 0, 0, &inbound_query, NULL, &inbound_page_shape, "What the provider sent, by state"},
    {HTTP_POST, "/v1/channels/{id}/test", post_channel_test, "channels:write", TX_WRITE, RATE_WRITE, BODY_JSON, 0, NULL, NULL, &channel_test_shape, "Try a channel's credentials"},
    {HTTP_GET, "/v1/contacts", get_contacts, "contacts:read", TX_READ, RATE_READ, 0, SEARCH, &contacts_query, NULL, &contact_page_shape, "Contacts, last changed first"},
    {HTTP_GET, "/v1/contacts/{id}", get_contact, "contacts:read", TX_READ, RATE_READ, 0, 0, NULL, NULL, &contact_shape, "One contact"},
    {HTTP_PATCH, "/v1/contacts/{id}", patch_contact, "contacts:write", TX_WRITE, RATE_WRITE, BODY_JSON, 0, NULL, &contact_patch_shape, &contact_shape, "Change a contact"},
    {HTTP_GET, "/v1/contacts/{id}/notes", get_notes, "contacts:read", TX_READ, RATE_READ, 0, 0, &notes_query, NULL, &note_list_shape, "A contact's notes"},
    {HTTP_POST, "/v1/contacts/{id}/notes", post_note, "contacts:write", TX_WRITE, RATE_WRITE, BODY_JSON, CREATED, NULL, &note_new_shape, &note_shape, "Write a note"},
    {HTTP_GET, "/v1/conversations", get_conversations, "conversations:read", TX_READ, RATE_READ, 0, SEARCH, &conversations_query, NULL, &conversation_page_shape, "The inbox"},
    {HTTP_GET, "/v1/conversations/counts", get_conversation_counts, "conversations:read", TX_READ, RATE_READ, 0, 0, NULL, NULL, &conversation_counts_shape, "How many are open, up to 99"},
    {HTTP_GET, "/v1/conversations/{id}", get_conversation, "conversations:read", TX_READ, RATE_READ, 0, 0, NULL, NULL, &conversation_shape, "One conversation"},
    {HTTP_PATCH, "/v1/conversations/{id}", patch_conversation, "conversations:write", TX_WRITE, RATE_WRITE, BODY_JSON, 0, NULL, &conversation_patch_shape, &conversation_shape, "Assign, resolve, snooze"},
    {HTTP_GET, "/v1/conversations/{id}/drafts", get_drafts, "conversations:read", TX_READ, RATE_READ, 0, 0, NULL, NULL, &draft_list_shape, "What one has typed and not sent"},
    {HTTP_PUT, "/v1/conversations/{id}/drafts/{kind}", put_draft, "conversations:read", TX_WRITE, RATE_WRITE, BODY_JSON, 0, NULL, &draft_put_shape, NULL, "Keep a draft; an empty one is removed"},
    {HTTP_GET, "/v1/conversations/{id}/messages", get_messages, "conversations:read", TX_READ, RATE_READ, 0, 0, &messages_query, NULL, &message_page_shape, "A conversation's messages, newest first"},
    {HTTP_POST, "/v1/conversations/{id}/messages", post_message, "messages:write", TX_WRITE, RATE_WRITE, BODY_JSON, CREATED, NULL, &message_new_shape, &message_shape, "Answer a customer, or leave a note for the team"},
    {HTTP_POST, "/v1/conversations/{id}/presence", post_presence, "conversations:read", TX_READ, RATE_WRITE, BODY_JSON, 0, NULL, &presence_shape, NULL, "Say that one is reading or typing; never stored"},
    {HTTP_POST, "/v1/conversations/{id}/read", post_conversation_read, "conversations:read", TX_WRITE, RATE_WRITE, BODY_JSON, 0, NULL, NULL, NULL, "Mark as read up to now"},
    {HTTP_GET, "/v1/events", get_events, "member", TX_READ, RATE_READ, 0, ROUTE_KEYS | ROUTE_ORIGIN | ROUTE_UPGRADE, &feed_query, NULL, NULL, "The event stream (WebSocket), resumable"},
    {HTTP_GET, "/v1/feed", get_feed, "member", TX_READ, RATE_READ, 0, ROUTE_KEYS, &feed_query, NULL, &feed_shape, "The same changes as a list, for scripts"},
    {HTTP_GET, "/v1/fields", get_fields, "contacts:read", TX_READ, RATE_READ, 0, 0, NULL, NULL, &field_list_shape, "The fields that contacts have besides the built-in ones"},
    {HTTP_POST, "/v1/fields", post_field, "fields:write", TX_WRITE, RATE_WRITE, BODY_JSON, CREATED, NULL, &field_new_shape, &field_shape, "Add a field"},
    {HTTP_PATCH, "/v1/fields/{id}", patch_field, "fields:write", TX_WRITE, RATE_WRITE, BODY_JSON, 0, NULL, &field_patch_shape, &field_shape, "Change a field"},
    {HTTP_DELETE, "/v1/fields/{id}", delete_field, "fields:write", TX_WRITE, RATE_WRITE, 0, 0, NULL, NULL, NULL, "Remove a field"},
    {HTTP_GET, "/v1/hours", get_hours, "member", TX_READ, RATE_READ, 0, 0, NULL, NULL, &hours_shape, "When the organisation works"},
    {HTTP_PUT, "/v1/hours", put_hours, "org:write", TX_WRITE, RATE_WRITE, BODY_JSON, 0, NULL, &hours_put_shape, &hours_shape, "Set when the organisation works"},
    {HTTP_POST, "/v1/inbound/{id}/replay", post_inbound_replay, "channels:write", TX_WRITE, RATE_WRITE, BODY_JSON, ACCEPTED, NULL, NULL, NULL, "Read a failed payload again"},
    {HTTP_GET, "/v1/keys", get_keys, "keys:write", TX_READ, RATE_READ, 0, 0, NULL, NULL, &key_list_shape, "API keys: one's own, and everybody's for those who may change members"},
    {HTTP_POST, "/v1/keys", post_key, "keys:write", TX_SYSTEM, RATE_WRITE, BODY_JSON, CREATED, NULL, &key_new_shape, &key_made_shape, "Make an API key; it is shown once"},
    {HTTP_DELETE, "/v1/keys/{id}", delete_key, "keys:write", TX_WRITE, RATE_WRITE, 0, 0, NULL, NULL, NULL, "End an API key"},
    {HTTP_PATCH, "/v1/me", patch_me, "member", TX_SYSTEM, RATE_WRITE, BODY_JSON, 0, NULL, &me_patch_shape, &session_shape, "One's own language, theme, availability"},
    {HTTP_PATCH, "/v1/me/availability", patch_my_availability, "member", TX_WRITE, RATE_WRITE, BODY_JSON, 0, NULL, &here_patch_shape, &here_shape, "Say that one is here, busy or away, and until when"},
    {HTTP_GET, "/v1/me/devices", get_devices, "member", TX_SYSTEM, RATE_READ, 0, 0, NULL, NULL, &device_list_shape, "Where no second factor is asked for a while"},
    {HTTP_DELETE, "/v1/me/devices", delete_devices, "member", TX_SYSTEM, RATE_WRITE, 0, 0, NULL, NULL, NULL, "Ask for the second factor everywhere again"},
    {HTTP_DELETE, "/v1/me/devices/{id}", delete_device, "member", TX_SYSTEM, RATE_WRITE, 0, 0, NULL, NULL, NULL, "Ask for the second factor there again"},
    {HTTP_POST, "/v1/me/hand-over", post_hand_over, "conversations:write", TX_WRITE, RATE_WRITE, BODY_JSON, 0, NULL, &hand_over_shape, &handed_over_shape, "Hand over one's open conversations, some at a time"},
    {HTTP_GET, "/v1/me/hours", get_my_hours, "member", TX_READ, RATE_READ, 0, 0, NULL, NULL, &my_hours_shape, "When one works oneself"},
    {HTTP_PUT, "/v1/me/hours", put_my_hours, "member", TX_WRITE, RATE_WRITE, BODY_JSON, 0, NULL, &my_hours_put_shape, &my_hours_shape, "Set when one works oneself"},
    {HTTP_GET, "/v1/me/linked-accounts", get_linked_accounts, "member", TX_SYSTEM, RATE_READ, 0, 0, NULL, NULL, &linked_account_list_shape, "Accounts elsewhere with which one signs in"},
    {HTTP_POST, "/v1/me/linked-accounts", post_linked_account, "member", TX_SYSTEM, RATE_SIGN_IN, BODY_JSON, 0, NULL, &linked_account_new_shape, &departure_shape, "Begin to link an account elsewhere: where the browser goes next"},
    {HTTP_DELETE, "/v1/me/linked-accounts/{id}", delete_linked_account, "member", TX_SYSTEM, RATE_WRITE, 0, 0, NULL, NULL, NULL, "Unlink an account elsewhere"},
    {HTTP_PUT, "/v1/me/password", put_password, "member", TX_SYSTEM, RATE_SIGN_IN, BODY_JSON, ROUTE_SLOW, NULL, &password_put_shape, NULL, "Another password; all other sessions end"},
    {HTTP_GET, "/v1/me/sessions", get_sessions, "member", TX_SYSTEM, RATE_READ, 0, 0, NULL, NULL, &session_list_shape, "Where one is signed in"},
    {HTTP_DELETE, "/v1/me/sessions", delete_sessions, "member", TX_SYSTEM, RATE_WRITE, 0, 0, NULL, NULL, NULL, "Sign out everywhere else"},
    {HTTP_DELETE, "/v1/me/sessions/{id}", delete_session_place, "member", TX_SYSTEM, RATE_WRITE, 0, 0, NULL, NULL, NULL, "Sign out somewhere"},
    {HTTP_GET, "/v1/me/sign-ins", get_sign_ins, "member", TX_SYSTEM, RATE_READ, 0, 0, &sign_ins_query, NULL, &sign_in_page_shape, "Attempts to sign in as oneself, newest first"},
    {HTTP_GET, "/v1/me/totp", get_totp, "member", TX_SYSTEM, RATE_READ, 0, SET_UP, NULL, NULL, &second_factor_shape, "One's own second factor"},
    {HTTP_POST, "/v1/me/totp", post_totp, "member", TX_SYSTEM, RATE_SIGN_IN, BODY_JSON, SET_UP | ROUTE_SLOW, NULL, &totp_begin_shape, &totp_begun_shape, "Begin to set up an authenticator app"},
    {HTTP_POST, "/v1/me/totp/codes", post_totp_codes, "member", TX_SYSTEM, RATE_SIGN_IN, BODY_JSON, ROUTE_SLOW, NULL, &proof_shape, &recovery_codes_shape, "New recovery codes in place of the old ones"},
    {HTTP_POST, "/v1/me/totp/confirm", post_totp_confirm, "member", TX_SYSTEM, RATE_SIGN_IN, BODY_JSON, SET_UP, NULL, &totp_confirm_shape, &recovery_codes_shape, "The app shows the right code: ask for it from now on; all other sessions end"},
    {HTTP_POST, "/v1/me/totp/remove", post_totp_remove, "member", TX_SYSTEM, RATE_SIGN_IN, BODY_JSON, ROUTE_SLOW, NULL, &proof_shape, NULL, "No second factor any more; all other sessions end"},
    {HTTP_GET, "/v1/members", get_members, "members:read", TX_READ, RATE_READ, 0, 0, NULL, NULL, &member_list_shape, "The team"},
    {HTTP_PATCH, "/v1/members/{id}/work", patch_member_work, "teams:write", TX_WRITE, RATE_WRITE, BODY_JSON, 0, NULL, &member_work_patch_shape, &here_shape, "How much a member takes on"},
    {HTTP_GET, "/v1/messages/{id}", get_message, "conversations:read", TX_READ, RATE_READ, 0, 0, NULL, NULL, &message_shape, "One message"},
    {HTTP_POST, "/v1/messages/{id}/cancel", post_message_cancel, "messages:write", TX_WRITE, RATE_WRITE, BODY_JSON, 0, NULL, NULL, &message_shape, "Take a message back before it leaves"},
    {HTTP_PUT, "/v1/messages/{id}/reaction", put_message_reaction, "messages:write", TX_WRITE, RATE_WRITE, BODY_JSON, 0, NULL, &reaction_put_shape, &message_shape, "React with an emoji; an empty one removes it"},
    {HTTP_POST, "/v1/messages/{id}/retry", post_message_retry, "messages:write", TX_WRITE, RATE_WRITE, BODY_JSON, 0, NULL, NULL, &message_shape, "Send a failed message again"},
    {HTTP_POST, "/v1/messages/{id}/settle", post_message_settle, "messages:write", TX_WRITE, RATE_WRITE, BODY_JSON, 0, NULL, &message_settle_shape, &message_shape, "Say what became of an uncertain message"},
    {HTTP_PATCH, "/v1/notes/{id}", patch_note, "contacts:write", TX_WRITE, RATE_WRITE, BODY_JSON, 0, NULL, &note_patch_shape, &note_shape, "Change a note"},
    {HTTP_DELETE, "/v1/notes/{id}", delete_note, "contacts:write", TX_WRITE, RATE_WRITE, 0, 0, NULL, NULL, NULL, "Remove a note"},
    {HTTP_GET, "/v1/org/security", get_org_security, "members:read", TX_SYSTEM, RATE_READ, 0, 0, NULL, NULL, &org_security_shape, "What the organisation asks of its members when they sign in"},
    {HTTP_PATCH, "/v1/org/security", patch_org_security, "org:write", TX_SYSTEM, RATE_WRITE, BODY_JSON, 0, NULL, &org_security_patch_shape, &org_security_shape, "Ask members for a second factor, or no more"},
    {HTTP_GET, "/v1/session", get_session, "member", TX_SYSTEM, RATE_READ, 0, SET_UP, NULL, NULL, &session_shape, "Who is signed in"},
    {HTTP_POST, "/v1/session", post_session, "public", TX_SYSTEM, RATE_SIGN_IN, BODY_JSON, ROUTE_NO_REPLAY | ROUTE_SLOW | ROUTE_DOOR, NULL, &session_new_shape, &session_shape, "Sign in"},
    {HTTP_DELETE, "/v1/session", delete_session, "member", TX_SYSTEM, RATE_WRITE, 0, SET_UP, NULL, NULL, NULL, "Sign out"},
    {HTTP_POST, "/v1/session/second-factor", post_second_step, "public", TX_SYSTEM, RATE_SIGN_IN, BODY_JSON, ROUTE_NO_REPLAY, NULL, &second_step_shape, &session_shape, "Finish signing in, with the second factor"},
    {HTTP_GET, "/v1/sign-in/providers", get_sign_in_providers, "public", TX_NONE, RATE_PAGE, 0, 0, NULL, NULL, &provider_list_shape, "With which accounts elsewhere one can sign in"},
    {HTTP_GET, "/v1/stages", get_stages, "contacts:read", TX_READ, RATE_READ, 0, 0, NULL, NULL, &stage_list_shape, "The stages a lead can be in"},
    {HTTP_GET, "/v1/teams", get_teams, "members:read", TX_READ, RATE_READ, 0, 0, NULL, NULL, &team_list_shape, "Teams and who is in them"},
    {HTTP_POST, "/v1/teams", post_team, "teams:write", TX_WRITE, RATE_WRITE, BODY_JSON, CREATED, NULL, &team_new_shape, &team_shape, "Make a team"},
    {HTTP_PATCH, "/v1/teams/{id}", patch_team, "teams:write", TX_WRITE, RATE_WRITE, BODY_JSON, 0, NULL, &team_patch_shape, &team_shape, "Rename a team"},
    {HTTP_DELETE, "/v1/teams/{id}", delete_team, "teams:write", TX_WRITE, RATE_WRITE, 0, 0, NULL, NULL, NULL, "Remove a team; its conversations are without one"},
    {HTTP_PUT, "/v1/teams/{id}/assignment", put_team_assignment, "teams:write", TX_WRITE, RATE_WRITE, BODY_JSON, 0, NULL, &team_assignment_put_shape, &team_shape, "How a team's conversations find somebody"},
    {HTTP_PUT, "/v1/teams/{id}/members", put_team_members, "teams:write", TX_WRITE, RATE_WRITE, BODY_JSON, 0, NULL, &team_members_put_shape, &team_shape, "These are in the team, and nobody else"},
    {HTTP_POST, "/v1/token", post_token, "public", TX_SYSTEM, RATE_SIGN_IN, BODY_JSON, ROUTE_NO_REPLAY | ROUTE_SLOW | ROUTE_DOOR, NULL, &token_new_shape, &token_shape, "An access token for a program, and a refresh token for the next"},
    {HTTP_POST, "/v1/uploads", post_upload, "messages:write", TX_WRITE, RATE_UPLOAD, BODY_UPLOAD, CREATED | SPOOL, &upload_query, NULL, &attachment_shape, "Upload a file to attach, as raw bytes"},
};
/* clang-format on */

const size_t routes_count = sizeof(routes) / sizeof(routes[0]);

bool route_takes_keys(const struct route *r)
{
    if (strcmp(r->permission, "member") == 0 || strncmp(r->path, "/v1/me/", 7) == 0)
        return (r->flags & ROUTE_KEYS) != 0;
    return strcmp(r->permission, "public") != 0 && strcmp(r->permission, "keys:write") != 0;
}

bool route_replays(const struct route *r)
{
    return r->method == HTTP_POST && r->tx == TX_WRITE && (r->flags & ROUTE_NO_REPLAY) == 0;
}

const struct field *route_version(const struct route *r)
{
    if (r->method != HTTP_PATCH || r->in == NULL)
        return NULL;
    for (const struct field *f = r->in->fields; f->name != NULL; f++)
        if (f->type == FT_I64 && strcmp(f->name, "version") == 0)
            return f;
    return NULL;
}

/* The page's files and the media that a page shows are counted, but not worth three headers each. */
bool route_says_rate(const struct route *r)
{
    return r->rate != RATE_FREE && r->rate != RATE_PAGE && r->rate != RATE_MEDIA;
}
