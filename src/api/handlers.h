/*
 * handlers.h - every handler and every shape that routes.c names.
 *
 * A shape is defined beside the handler that uses it:
 *
 *     const struct shape note_shape = SHAPE(struct note_out, note_json, "Note");
 *
 * x_shape is what goes out, x_new_shape and x_patch_shape what comes in,
 * x_query the query parameters, x_page_shape a {items, next_cursor} answer,
 * x_list_shape an {items} answer.
 */
#ifndef API_HANDLERS_H
#define API_HANDLERS_H

#include "api/req.h"

#define HANDLER(name) enum status name(struct ctx *c, struct req *r)

/* session.c: signing in and the person signed in */
HANDLER(post_session);
HANDLER(post_second_step);
HANDLER(get_session);
HANDLER(delete_session);
HANDLER(patch_me);
HANDLER(get_members);
extern const struct shape challenge_shape, second_step_shape;
extern const struct shape session_new_shape, session_shape, me_patch_shape, member_list_shape;

/* sso.c: signing in with an account elsewhere */
HANDLER(get_sign_in_providers);
HANDLER(get_sso_start);
HANDLER(get_sso_return);
HANDLER(get_linked_accounts);
HANDLER(post_linked_account);
HANDLER(delete_linked_account);
extern const struct shape provider_list_shape, linked_account_list_shape, linked_account_new_shape,
    departure_shape;

/* security.c: one's own sessions, sign-ins, password */
HANDLER(get_sessions);
HANDLER(delete_sessions);
HANDLER(delete_session_place);
HANDLER(get_sign_ins);
HANDLER(put_password);
extern const struct shape session_list_shape, sign_in_page_shape, sign_ins_query,
    password_put_shape;

/* audit.c */
HANDLER(get_audit);
HANDLER(post_audit_export);
extern const struct shape audit_query, audit_export_shape, audit_page_shape;

/* second_factor.c: one's own authenticator app, recovery codes, trusted devices */
HANDLER(get_totp);
HANDLER(post_totp);
HANDLER(post_totp_confirm);
HANDLER(post_totp_codes);
HANDLER(post_totp_remove);
HANDLER(get_org_security);
HANDLER(patch_org_security);
HANDLER(get_devices);
HANDLER(delete_devices);
HANDLER(delete_device);
extern const struct shape second_factor_shape, totp_begin_shape, totp_begun_shape,
    totp_confirm_shape, recovery_codes_shape, proof_shape, device_list_shape, org_security_shape,
    org_security_patch_shape;

/* keys.c, token.c */
HANDLER(get_keys);
HANDLER(post_key);
HANDLER(delete_key);
HANDLER(get_jwks);
HANDLER(post_token);
extern const struct shape key_list_shape, key_made_shape, key_new_shape, token_new_shape,
    token_shape;

/* health.c, metrics.c, openapi.c, assets.c */
HANDLER(get_health);
HANDLER(get_ready);
HANDLER(get_metrics);
HANDLER(get_openapi);
HANDLER(get_page);      /* the application's page, for every path that the browser routes */
HANDLER(get_asset);     /* /assets/{file} */
HANDLER(get_file);      /* a file of a fixed name: /favicon.ico, /chat/widget.js, ... */
HANDLER(get_chat_page); /* /chat/{id}: framed by other sites, so its own policy */
extern const struct shape ready_shape;

/* mail_hook.c, demo_mail.c */
HANDLER(post_mail_hook);
HANDLER(get_mail_kinds);
HANDLER(get_mail_sample);
HANDLER(get_demo_mail_page);
HANDLER(get_demo_mails);
HANDLER(get_demo_mail);
extern const struct shape mail_kinds_shape, demo_mails_shape;

/* channels.c */
HANDLER(get_channel_kinds);
HANDLER(get_channels);
HANDLER(post_channel);
HANDLER(get_channel);
HANDLER(patch_channel);
HANDLER(delete_channel);
HANDLER(post_channel_test);
HANDLER(get_channel_inbound);
HANDLER(post_inbound_replay);
extern const struct shape channel_kind_list_shape, channel_list_shape, channel_shape,
    channel_new_shape, channel_patch_shape, channel_test_shape, inbound_query, inbound_page_shape;

/* conversations.c */
HANDLER(get_conversations);
HANDLER(get_conversation_counts);
HANDLER(get_conversation);
HANDLER(patch_conversation);
HANDLER(post_conversation_read);
HANDLER(get_drafts);
HANDLER(put_draft);
extern const struct shape conversations_query, conversation_page_shape, conversation_counts_shape,
    conversation_shape, conversation_patch_shape, draft_list_shape, draft_put_shape;

/* messages.c */
HANDLER(get_messages);
HANDLER(get_message);
HANDLER(post_message);
HANDLER(post_message_cancel);
HANDLER(post_message_retry);
HANDLER(post_message_settle);
HANDLER(put_message_reaction);
extern const struct shape messages_query, message_page_shape, message_shape, message_new_shape,
    message_settle_shape, reaction_put_shape;

/* contacts.c, fields.c, notes.c */
HANDLER(get_contacts);
HANDLER(get_contact);
HANDLER(patch_contact);
HANDLER(get_notes);
HANDLER(post_note);
HANDLER(patch_note);
HANDLER(delete_note);
HANDLER(get_stages);
HANDLER(get_fields);
HANDLER(post_field);
HANDLER(patch_field);
HANDLER(delete_field);
extern const struct shape contacts_query, contact_page_shape, contact_shape, contact_patch_shape,
    notes_query, note_list_shape, note_shape, note_new_shape, note_patch_shape, stage_list_shape,
    field_list_shape, field_shape, field_new_shape, field_patch_shape;

/* teams.c */
HANDLER(get_teams);
HANDLER(post_team);
HANDLER(patch_team);
HANDLER(delete_team);
HANDLER(put_team_members);
HANDLER(put_team_assignment);
HANDLER(get_assignment);
HANDLER(put_channel_assignment);
extern const struct shape team_list_shape, team_shape, team_new_shape, team_patch_shape,
    team_members_put_shape, team_assignment_put_shape, assignment_list_shape,
    channel_assignment_put_shape;

/* working.c: hours, who is here, handing over */
HANDLER(get_hours);
HANDLER(put_hours);
HANDLER(get_my_hours);
HANDLER(put_my_hours);
HANDLER(patch_my_availability);
HANDLER(patch_member_work);
HANDLER(post_hand_over);
extern const struct shape hours_shape, hours_put_shape, my_hours_shape, my_hours_put_shape,
    here_patch_shape, here_shape, member_work_patch_shape, hand_over_shape, handed_over_shape;

/* uploads.c, media.c */
HANDLER(post_upload);
HANDLER(get_media);
extern const struct shape upload_query, attachment_shape;

/* events.c */
HANDLER(get_events); /* WebSocket */
HANDLER(get_feed);
HANDLER(post_presence);
extern const struct shape feed_query, feed_shape, presence_shape;

/* hooks.c */
HANDLER(get_hook);
HANDLER(post_hook);

/* chat.c: the visitor's side of the web chat */
HANDLER(post_visitor);
HANDLER(get_visitor_messages);
HANDLER(post_visitor_message);
HANDLER(post_visitor_upload);
HANDLER(post_visitor_email);
HANDLER(post_visitor_typing);
HANDLER(post_visitor_read);
HANDLER(post_visitor_ticket);
HANDLER(get_visitor_events); /* WebSocket */
HANDLER(get_demo_chat);
extern const struct shape visitor_new_shape, visitor_shape, visitor_messages_query,
    visitor_message_page_shape, visitor_message_new_shape, visitor_message_shape,
    visitor_upload_query, visitor_email_shape, visitor_read_shape, ticket_shape,
    visitor_events_query, demo_chat_shape;

#endif
