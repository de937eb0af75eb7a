/*
 * channel_test.c - are these credentials good?  Somebody waits for the answer with a form open, so
 * it is quick, it is tried once, and what it finds is the job's result whatever it is.
 */
#include "crypto/seal.h"
#include "domain/channel.h"
#include "jobs/parts.h"

enum {
    CALL_MS = 7000,
    TOKEN_MS = 2000, /* both within what a parked request waits */
    RESULT_MAX = 2000,
};

struct trial {
    struct uuid channel_id; /* zero: a new channel */
    struct channel_account account;
    const struct channel_ops *ops;
};

static enum status open_secrets(struct run *r, str sealed, struct json **out)
{
    struct seal_place place = {r->c.org, "job", r->job->id, "args"};
    struct data_key key;
    struct secret plain;
    str bytes;

    if (!decode_base64(r->c.arena, sealed, &bytes))
        return FAIL(&r->c, ERR_INVALID, "the credentials cannot be read");
    TRY(keys_of_org(&r->c, r->worker->keys, &key));
    TRY(unseal(&r->c, &key, &place, (struct bytes){bytes}, &plain));
    return json_parse(&r->c, secret_expose(plain), out);
}

/* The form's values; where it leaves secrets out, those that are kept. */
static enum status load(struct run *r, void *arg)
{
    struct trial *t = arg;
    str sealed = json_get_str(r->args, "secrets");
    struct json *secrets;

    if (uuid_parse(json_get_str(r->args, "channel_id"), &t->channel_id))
        TRY(channel_account_load(&r->c, r->worker->keys, t->channel_id, &t->account, &t->ops));
    else
        t->ops = channel_find(json_get_str(r->args, "kind"));
    if (!t->ops)
        return FAIL(&r->c, ERR_INVALID, "this kind of channel does not exist");
    if (json_kind_of(json_get(r->args, "settings")) == JSON_OBJECT)
        t->account.settings = json_get(r->args, "settings");
    if (str_is_empty(sealed))
        return OK;
    TRY(open_secrets(r, sealed, &secrets));
    t->account.secrets = secrets;
    return OK;
}

/* That it cannot be told, now, is no reason to refuse a token that works. */
static enum status ask_token(struct run *r, const struct trial *t, struct token_facts *facts)
{
    struct http_request request;
    struct http_response response;

    if (!t->ops->connect->token)
        return OK;
    TRY(t->ops->connect->token(&r->c, &t->account, &request));
    if (run_call(r, &request, TOKEN_MS, &response) != OK)
        return OK;
    return t->ops->connect->token_told(&r->c, &response, facts);
}

static enum status try_it(struct run *r, const struct trial *t, struct channel_tested *found)
{
    struct http_request request;
    struct http_response response;

    if (!t->ops->connect || !t->ops->connect->test)
        return OK;
    TRY(t->ops->connect->test(&r->c, &t->account, &request));
    TRY(run_call(r, &request, CALL_MS, &response));
    TRY(t->ops->connect->tested(&r->c, &response, &found->display));
    return ask_token(r, t, &found->token);
}

static str result_of(struct run *r, enum status s, const struct channel_tested *found)
{
    struct buf b = buf_new(r->c.arena, RESULT_MAX);
    struct json_writer w = json_writer_new(&b);

    json_object_begin(&w, NULL);
    json_bool(&w, "ok", s == OK);
    if (s == OK && !str_is_empty(found->display))
        json_str(&w, "display", found->display);
    if (s == OK)
        json_bool(&w, "token_told", found->token.told);
    if (s == OK && !instant_is_none(found->token.expires_at))
        json_str(&w, "token_expires_at", instant_str(r->c.arena, found->token.expires_at));
    if (s != OK)
        json_str(&w, "problem", str_of(r->c.err.msg));
    /* it was a question: that there was no answer has changed nothing */
    if (s == ERR_UNAVAILABLE || s == ERR_UNCERTAIN || s == ERR_RATE_LIMITED)
        json_bool(&w, "unavailable", true);
    if (s != OK && r->c.err.field[0])
        json_str(&w, "field", str_of(r->c.err.field));
    json_object_end(&w);
    return buf_str(&b);
}

enum status job_channel_test(struct run *r)
{
    struct trial t = {.ops = NULL};
    struct channel_tested found = {.display = S("")};
    enum status s = run_in_tx(r, load, &t);

    if (s == OK)
        s = try_it(r, &t, &found);
    r->result = result_of(r, s, &found);
    return OK;
}
