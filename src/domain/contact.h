/*
 * contact.h - contacts and leads: who they are, where they stand, when to get back to them.
 */
#ifndef DOMAIN_CONTACT_H
#define DOMAIN_CONTACT_H

#include "domain/actor.h"
#include "store/contact.h"
#include "store/conversation.h"
#include "store/custom_field.h"
#include "store/identity.h"
#include "store/stage.h"

/* A contact with all that its panel shows. */
struct contact_card {
    struct contact contact;
    struct list identities;    /* struct identity */
    struct list conversations; /* struct conversation_item, within the actor's reach */
};

/* A page of struct contact_listed, up to limit + 1, with what belongs to all of them. */
struct contact_shelf {
    struct list contacts;
    struct list identities;    /* struct identity, by contact */
    struct list conversations; /* struct conversation_item within the actor's reach */
};
enum status contact_browse(struct ctx *c, const struct contact_page *page,
                           struct contact_shelf *out);
enum status contact_load(struct ctx *c, struct uuid id, struct contact_card *out);

struct contact_patch {
    bool has_name, has_owner, has_stage, has_follow_up, has_reason;
    str name;
    struct uuid owner_id;             /* zero: nobody */
    struct uuid stage_id;             /* zero: none */
    struct instant next_follow_up_at; /* none: no follow-up */
    str follow_up_reason;
    const struct json *custom; /* object of the keys that change, null removes one; NULL: none do */
    int64_t version;           /* what the caller saw; 0: does not matter */
};
/* ERR_CONFLICT stale_version; ERR_INVALID naming the field ("custom.plan"). */
enum status contact_change(struct ctx *c, struct uuid id, const struct contact_patch *patch,
                           struct contact_card *out);

/*
 * The worker's, when a follow-up's date has come: the contact's conversations go back to the top,
 * open, with the reason.  Does nothing when the date was moved on or taken away; so it may run twice.
 */
enum status contact_follow_up_due(struct ctx *c, struct uuid id);

/* ---- pipeline and custom fields ---- */

enum status contact_stages(struct ctx *c, struct list *out);
enum status contact_fields(struct ctx *c, struct list *out);

struct field_patch {
    bool has_label, has_choices, has_position;
    str label;
    const str *choices;
    size_t n_choices;
    int64_t position;
    int64_t version; /* what the caller has seen; 0: whatever there is */
};
struct field_new {
    str key;
    str label;
    enum custom_type type;
    const str *choices; /* 1..50 for "choice", none otherwise */
    size_t n_choices;
};
/* ERR_CONFLICT when the key is taken, or stale_version; ERR_INVALID naming the field. */
enum status contact_field_add(struct ctx *c, const struct field_new *in, struct custom_field *out);
enum status contact_field_change(struct ctx *c, struct uuid id, const struct field_patch *patch,
                                 struct custom_field *out);
enum status contact_field_remove(struct ctx *c, struct uuid id);

/* ---- for the rest of the domain ---- */

/* A feed row of kind contact. */
enum status contact_publish(struct ctx *c, struct uuid id, int64_t version);

#endif
