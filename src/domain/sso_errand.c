/*
 * sso_errand.c - what is asked of a provider, from the request that leaves it to the worker, and back.
 *
 * A state is kept as a digest and taken once, by a unique key.  The code and the verifier are sealed
 * under a key of this purpose, since no organisation is known yet whose key it could be; once the
 * answer was used, nothing is left but the digest.
 */
#include "crypto/hash.h"
#include "domain/sso.h"

enum { SECRETS_BYTES = 6000, RESULT_BYTES = 8192 };

static struct seal_place place_of(struct uuid errand)
{
    return (struct seal_place){
        .org = {{0}}, .table = "sso_errand", .id = errand, .column = "secrets"};
}

static struct data_key as_data_key(const uint8_t key[32])
{
    struct data_key out;

    memcpy(out.bytes, key, sizeof out.bytes);
    return out;
}

/* ---- asking ---- */

enum status sso_discover(struct ctx *c, const struct oidc_provider *p, struct uuid *errand)
{
    struct sso_errand row = {.id = uuid_new(), .kind = S("discover"), .provider = p->word};
    bool done;

    TRY(sso_errand_insert(c, &row, &done));
    *errand = row.id;
    return OK;
}

static str secrets_of(struct arena *a, const struct oidc_exchange *x)
{
    struct buf b = buf_new(a, SECRETS_BYTES);
    struct json_writer w = json_writer_new(&b);

    json_object_begin(&w, NULL);
    json_str(&w, "code", x->code);
    json_str(&w, "redirect_uri", x->redirect_uri);
    json_str(&w, "nonce", x->nonce);
    json_str(&w, "verifier", secret_expose(x->verifier));
    json_object_end(&w);
    return buf_str(&b);
}

/* NOLINTNEXTLINE(readability-function-size): what it is given cannot be less */
enum status sso_exchange(struct ctx *c, const uint8_t key[32], const struct oidc_provider *p,
                         str state, const struct oidc_exchange *x, struct uuid *errand,
                         enum sso_end *end)
{
    struct sso_errand row = {.id = uuid_new(), .kind = S("exchange"), .provider = p->word};
    struct seal_place place = place_of(row.id);
    struct data_key sealing = as_data_key(key);
    uint8_t digest[SHA256_BYTES];
    bool done;

    token_digest(key, state, digest);
    row.state_digest.data = (str){(const char *)digest, sizeof digest};
    TRY(seal(c, &sealing, &place, secrets_of(c->arena, x), &row.secrets));
    TRY(sso_errand_insert(c, &row, &done));
    *errand = row.id;
    *end = done ? SSO_OK : SSO_EXPIRED;
    return OK;
}

enum status sso_open(struct ctx *c, const uint8_t key[32], const struct sso_errand *errand,
                     struct oidc_exchange *out)
{
    struct seal_place place = place_of(errand->id);
    struct data_key sealing = as_data_key(key);
    struct secret plain;
    struct json *json;
    str verifier;

    TRY(unseal(c, &sealing, &place, errand->secrets, &plain));
    TRY(json_parse(c, secret_expose(plain), &json));
    verifier = json_get_str(json, "verifier");
    *out = (struct oidc_exchange){
        .code = json_get_str(json, "code"),
        .redirect_uri = json_get_str(json, "redirect_uri"),
        .nonce = json_get_str(json, "nonce"),
        .verifier = {verifier.ptr, verifier.len}
    };
    return OK;
}

/* ---- answering ---- */

enum status sso_finish(struct ctx *c, struct uuid errand, enum sso_end end,
                       const struct oidc_person *person)
{
    struct buf b = buf_new(c->arena, RESULT_BYTES);
    struct json_writer w = json_writer_new(&b);
    str text;

    json_object_begin(&w, NULL);
    json_str(&w, "end", str_of(sso_words[end]));
    if (end == SSO_OK && person) {
        json_str(&w, "issuer", person->issuer);
        json_str(&w, "subject", person->subject);
        json_str(&w, "email", person->email);
        json_bool(&w, "email_verified", person->email_verified);
        json_str(&w, "name", person->name);
    }
    json_object_end(&w);
    TRY(buf_done(c, &b, &text));
    return sso_errand_finish(c, errand, (struct json_text){text});
}

enum status sso_ended(struct ctx *c, struct uuid errand, bool *ended, str *result)
{
    struct sso_outcome outcome;

    TRY(sso_errand_outcome(c, errand, &outcome));
    *ended = outcome.late || str_eq(outcome.state, S("done"));
    *result = outcome.result.text.len > 0 ? outcome.result.text : S("{\"end\":\"unavailable\"}");
    return OK;
}

static enum sso_end end_of(str word)
{
    for (int i = 0; i < SSO_ENDS; i++)
        if (str_eq(word, str_of(sso_words[i])))
            return (enum sso_end)i;
    return SSO_UNAVAILABLE;
}

enum status sso_result(struct ctx *c, struct uuid errand, str result, enum sso_end *end,
                       struct oidc_person *out)
{
    struct json *json;
    bool done;

    TRY(sso_errand_use(c, errand, &done));
    *end = SSO_EXPIRED;
    if (!done)
        return OK;
    TRY(json_parse(c, result, &json));
    *end = end_of(json_get_str(json, "end"));
    *out = (struct oidc_person){.issuer = json_get_str(json, "issuer"),
                                .subject = json_get_str(json, "subject"),
                                .email = json_get_str(json, "email"),
                                .email_verified = json_get_bool(json, "email_verified"),
                                .name = json_get_str(json, "name")};
    return OK;
}

enum status sso_metadata(struct ctx *c, const struct oidc_provider *p, struct oidc_metadata *out,
                         bool *found)
{
    struct sso_document document;

    TRY(sso_document_select(c, p->issuer, &document, found));
    if (!*found)
        return OK;
    /* of other settings: as if it had never been seen */
    *found = oidc_read_document(c, p, document.document, out) == OK;
    return OK;
}
