/*
 * security.c - what a person sees and does about their own account: where it is signed in, who
 * tried, and another password.
 */
#include "api/cursor.h"
#include "api/handlers.h"
#include "api/places.h"
#include "api/server.h"
#include "api/session.h"

/* ---- shapes ---- */

struct place_out {
    struct session_place place;
    str where; /* ptr NULL: not known */
    bool current;
};

#define PLACE(m) FIELD_AS(struct place_out, place.m, #m, 0, 0)

static const struct field place_json[] = {
    PLACE(id),
    PLACE(org_name),
    PLACE(ip),
    PLACE(user_agent),
    PLACE(created_at),
    PLACE(last_seen_at),
    PLACE(expires_at),
    FIELD_AS(struct place_out, where, "place", F_NULL, 0),
    FIELD(struct place_out, current, 0, 0),
    FIELD_END,
};

static const struct field place_list_json[] = {
    FIELD_LIST(struct page, items, 0, struct place_out, place_json, 0),
    FIELD_END,
};

const struct shape session_list_shape = SHAPE(struct page, place_list_json, "SessionList");

struct sign_in_out {
    struct login_seen seen;
    str where; /* ptr NULL: not known */
};

#define SEEN(m) FIELD_AS(struct sign_in_out, seen.m, #m, 0, 0)

static const struct field sign_in_json[] = {
    SEEN(id),
    SEEN(at),
    SEEN(ip),
    SEEN(user_agent),
    SEEN(outcome),
    SEEN(via),
    FIELD_AS(struct sign_in_out, where, "place", F_NULL, 0),
    FIELD_END,
};

static const struct field sign_in_page_json[] = {
    PAGE_FIELDS(struct sign_in_out, sign_in_json),
};

const struct shape sign_in_page_shape = SHAPE(struct page, sign_in_page_json, "SignInPage");

struct sign_ins_in {
    int64_t limit;
    str cursor;
};

static const struct field sign_ins_in[] = {
    FIELD(struct sign_ins_in, limit, 0, 100),
    FIELD(struct sign_ins_in, cursor, 0, 200),
    FIELD_END,
};

const struct shape sign_ins_query = SHAPE(struct sign_ins_in, sign_ins_in, "sign_ins_query");

struct password_in {
    struct secret current_password, new_password;
};

static const struct field password_in[] = {
    FIELD(struct password_in, current_password, F_REQUIRED, PASSWORD_MAX),
    FIELD(struct password_in, new_password, F_REQUIRED, PASSWORD_MAX),
    FIELD_END,
};

const struct shape password_put_shape = SHAPE(struct password_in, password_in, "PasswordPut");

/* ---- where one is signed in ---- */

enum status get_sessions(struct ctx *c, struct req *r)
{
    const struct session_place *places;
    struct page *out = r->out;
    struct session_view me;
    struct place_out *items;
    struct list found;

    TRY(session_shown(c, r, &me));
    TRY(account_sessions(c, me.user_id, &found));
    places = found.items;
    items = NEW_ARRAY(c->arena, struct place_out, found.n);
    for (size_t i = 0; i < found.n; i++)
        items[i] = (struct place_out){
            places[i], places_find(c->arena, r->server->places, places[i].ip, me.locale),
            uuid_eq(places[i].id, me.id)};
    out->items = (struct list){items, found.n};
    return OK;
}

enum status delete_sessions(struct ctx *c, struct req *r)
{
    struct session_view me;
    struct list ended;

    TRY(session_shown(c, r, &me));
    TRY(account_end_others(c, me.user_id, me.id, &ended));
    sessions_ended(r, &ended);
    return OK;
}

enum status delete_session_place(struct ctx *c, struct req *r)
{
    struct session_view me;

    TRY(session_shown(c, r, &me));
    TRY(account_end_session(c, me.user_id, r->ids[0]));
    session_ended(r, r->ids[0]);
    return OK;
}

/* ---- who tried ---- */

enum status get_sign_ins(struct ctx *c, struct req *r)
{
    const struct sign_ins_in *in = r->query;
    size_t limit = (size_t)req_limit(in->limit);
    const struct login_seen *items;
    struct uuid before = {{0}};
    struct page *page = r->out;
    struct sign_in_out *out;
    struct session_view me;
    struct list found;
    size_t n;
    str key;

    TRY(cursor_read(c, in->cursor, &key, &before));
    TRY(session_shown(c, r, &me));
    TRY(account_sign_ins(c, me.user_id, before, (int64_t)limit + 1, &found));
    items = found.items;
    n = found.n > limit ? limit : found.n;
    out = NEW_ARRAY(c->arena, struct sign_in_out, n);
    for (size_t i = 0; i < n; i++)
        out[i] = (struct sign_in_out){
            items[i], places_find(c->arena, r->server->places, items[i].ip, me.locale)};
    page->items = (struct list){out, n};
    if (found.n > n)
        page->next_cursor = cursor_text(c->arena, S(""), items[n - 1].id);
    return OK;
}

/* ---- another password ---- */

enum status put_password(struct ctx *c, struct req *r)
{
    const struct password_in *in = r->in;
    struct password_change change = {.current = in->current_password,
                                     .wanted = in->new_password,
                                     .ip = r->x->peer,
                                     .user_agent = session_user_agent(r)};
    struct session_view me;
    struct list ended;

    r->keep = true;
    TRY(session_shown(c, r, &me));
    TRY(account_change_password(c, &r->server->door, &me, &change, &ended));
    sessions_ended(r, &ended);
    return OK;
}
