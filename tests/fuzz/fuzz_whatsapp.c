/*
 * fuzz_whatsapp.c - any bytes as a webhook, as each kind of answer of Meta's,
 * and as the query of its check.
 */
#include "fuzz_events.h"

static void as_answers(struct ctx *c, const struct channel_ops *ops, str body)
{
    static const int statuses[] = {200, 400, 401, 429, 500};

    for (size_t i = 0; i < sizeof statuses / sizeof *statuses; i++) {
        struct http_response resp = {.status = statuses[i], .body = body};
        struct delivery_result result = {0};
        str text = S("");

        MUST(ops->sent(c, &resp, &result) == OK);
        MUST(result.outcome >= DELIVERY_ACCEPTED && result.outcome <= DELIVERY_UNCERTAIN);
        MUST(statuses[i] == 200 || result.outcome != DELIVERY_ACCEPTED);
        MUST(result.outcome == DELIVERY_ACCEPTED || !str_is_empty(result.reason));
        check_text(result.provider_id, CHANNEL_MAX_ID);
        check_text(result.reason, CHANNEL_MAX_ERROR);
        MUST(result.retry_after >= 0);
        MUST(ops->media->uploaded(c, &resp, &result) == OK);
        MUST(result.outcome != DELIVERY_UNCERTAIN);
        MUST(result.outcome != DELIVERY_ACCEPTED || !str_is_empty(result.provider_id));
        if (ops->media->located(c, &resp, &text) == OK)
            MUST(statuses[i] == 200 && !str_is_empty(text));
        if (ops->connect->tested(c, &resp, &text) == OK)
            MUST(statuses[i] == 200 && !str_is_empty(text));
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    const struct channel_ops *ops = channel_find(S("whatsapp"));
    struct ctx c = {.arena = arena_new()};
    struct channel_account acc = {0};
    str bytes = {(const char *)data, size};
    struct http_request request;
    struct json *secrets;
    str answer;

    MUST(json_parse(&c, S("{\"verify_token\":\"t\",\"access_token\":\"t\"}"), &secrets) == OK);
    acc.secrets = secrets;
    check_events(&c, ops, &acc, bytes);
    as_answers(&c, ops, bytes);
    if (ops->connect->challenge(&c, &acc, bytes, &answer) == OK)
        MUST(answer.len > 0 && answer.len <= 128);
    if (ops->media->fetch(&c, &acc, bytes, &request) == OK)
        MUST(str_starts_with(bytes, S("https://")));
    arena_free(c.arena);
    return 0;
}
