/*
 * Prints every request that we make of Meta as a line of JSON, for the check
 * against Meta's published schema (tests/http/40-whatsapp-contract.test.mjs).
 */
#include <stdio.h>

#include "provider/channel.h"

#include "whatsapp_sends.h"

static int print_failed(const struct ctx *c, const char *name)
{
    (void)fprintf(stderr, "%s: %s\n", name, c->err.msg);
    return 1;
}

static void print_request(struct ctx *c, const char *name, const struct http_request *r)
{
    struct buf b = buf_new(c->arena, 1 << 20);
    struct json_writer w = json_writer_new(&b);

    json_object_begin(&w, NULL);
    json_str(&w, "name", str_of(name));
    json_str(&w, "method", str_of(field_word(&http_method_names, (int)r->method)));
    json_str(&w, "url", r->url);
    json_bool(&w, "bearer", r->bearer.size > 0);
    json_str(&w, "content_type", r->content_type);
    if (!str_is_empty(r->body))
        json_raw(&w, "body", r->body);
    json_array_begin(&w, "parts");
    for (size_t i = 0; i < r->n_parts; i++) {
        json_object_begin(&w, NULL);
        json_str(&w, "name", r->parts[i].name);
        json_str(&w, "data", r->parts[i].data);
        json_str(&w, "path", r->parts[i].path);
        json_str(&w, "filename", r->parts[i].filename);
        json_str(&w, "content_type", r->parts[i].content_type);
        json_object_end(&w);
    }
    json_array_end(&w);
    json_object_end(&w);
    (void)printf("%s\n", buf_str(&b).ptr);
}

static int print_others(struct ctx *c, const struct channel_ops *ops,
                        const struct channel_account *acc)
{
    struct http_request r;

    if (ops->connect->test(c, acc, &r) != OK)
        return print_failed(c, "account");
    print_request(c, "account", &r);
    if (ops->media->locate(c, acc, S("1003383421387256"), &r) != OK)
        return print_failed(c, "locate");
    print_request(c, "locate", &r);
    if (ops->media->fetch(c, acc,
                          S("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1"),
                          &r) != OK)
        return print_failed(c, "fetch");
    print_request(c, "fetch", &r);
    if (ops->media->upload(c, acc, S("/tmp/a.jpg"), S("a.jpg"), S("image/jpeg"), &r) != OK)
        return print_failed(c, "upload");
    print_request(c, "upload", &r);
    return 0;
}

int main(void)
{
    struct ctx c = {.arena = arena_new()};
    const struct channel_ops *ops = channel_find(S("whatsapp"));
    struct json *settings;
    struct json *secrets;
    struct channel_account acc;
    struct http_request r;
    int failed = 0;

    if (json_parse(&c, S("{\"phone_number_id\":\"106540352242922\",\"api_version\":\"v25.0\"}"),
                   &settings) != OK ||
        json_parse(&c, S("{\"access_token\":\"EAABtoken\"}"), &secrets) != OK)
        return print_failed(&c, "account");
    acc = (struct channel_account){.settings = settings, .secrets = secrets};
    for (size_t i = 0; i < WHATSAPP_CASES; i++) {
        if (ops->send(&c, &acc, &whatsapp_cases[i].m, &r) != OK)
            failed |= print_failed(&c, whatsapp_cases[i].name);
        else
            print_request(&c, whatsapp_cases[i].name, &r);
    }
    failed |= print_others(&c, ops, &acc);
    arena_free(c.arena);
    return failed;
}
