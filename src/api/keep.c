/*
 * keep.c - from a request thread to the vault's batcher and from there back to the edge: no thread
 * waits for the commit.
 */
#include "api/keep.h"

#include "api/server.h"
#include "crypto/hash.h"
#include "domain/keys.h"
#include "live/vault.h"

struct keeping {
    struct vault_item item;
    struct req *r;
    const struct answer *answer;
};

static void done(void *arg, enum status status, bool already_there)
{
    struct keeping *k = arg;

    (void)already_there;
    if (status == OK)
        req_answer(k->r, k->answer);
    else if (status == ERR_UNAVAILABLE || status == ERR_UNCERTAIN)
        req_fail(k->r, ERR_UNAVAILABLE, NULL, "this could not be stored now; please send it again");
    else
        req_fail(k->r, ERR_INTERNAL, NULL, "something went wrong on our side");
}

static void hand_over(struct req *r)
{
    struct keeping *k = r->user;

    if (vault_put(r->server->vault, &k->item) != OK)
        req_fail(r, ERR_UNAVAILABLE, NULL, "too much is coming in; please send it again");
}

enum status keep_and_answer(struct ctx *c, struct req *r, const struct keep *in,
                            const struct answer *answer)
{
    struct keeping *k = NEW(c->arena, struct keeping);
    struct seal_place place = {
        .org = c->org, .table = "inbound", .id = uuid_new(), .column = "body"};
    struct data_key key;
    struct bytes sealed;

    TRY(keys_of_org(c, r->server->data_keys, &key));
    TRY(seal(c, &key, &place, in->body, &sealed));
    k->r = r;
    k->answer = answer;
    k->item = (struct vault_item){
        .org = c->org,
        .channel_id = in->channel_id,
        .id = place.id,
        .received_at = clock_now(),
        .body = sealed.data,
        .done = done,
        .arg = k,
    };
    sha256(in->digest, k->item.digest);
    r->user = k;
    r->hand_over = hand_over;
    return OK;
}
