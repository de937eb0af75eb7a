/*
 * message.c - small parsers over messages that are in memory already.
 *
 * The edge has checked sizes before it copied anything, so the maxima here are
 * those of the whole: a query is at most EDGE_MAX_TARGET bytes long.
 */
#include "http/message.h"

#include "base/buf.h"
#include "base/field.h"

static const char *const method_words[] = {NULL,  "GET",   "HEAD",   "POST",
                                           "PUT", "PATCH", "DELETE", "OPTIONS"};

const struct field_names http_method_names = {method_words, 8};

bool http_method_parse(str name, enum http_method *out)
{
    int value;

    if (!field_value(&http_method_names, name, &value))
        return false;
    *out = (enum http_method)value;
    return true;
}

str http_header_get(const struct http_headers *h, const char *name)
{
    str wanted = str_of(name);

    for (size_t i = 0; i < h->n; i++)
        if (str_eq_fold(h->items[i].name, wanted))
            return h->items[i].value;
    return S("");
}

bool http_header_has(const struct http_headers *h, const char *name)
{
    str wanted = str_of(name);

    for (size_t i = 0; i < h->n; i++)
        if (str_eq_fold(h->items[i].name, wanted))
            return true;
    return false;
}

void http_header_add(struct http_headers *h, str name, str value)
{
    if (h->n == HTTP_MAX_HEADERS)
        return;
    h->items[h->n++] = (struct http_header){.name = name, .value = value};
}

bool http_query_next(struct arena *a, struct cur *at, str *name, str *value, bool *bad)
{
    while (!cur_at_end(at)) {
        str pair, key;
        struct cur inside;

        if (!cur_until(at, '&', SIZE_MAX, &pair))
            break;
        if (str_is_empty(pair))
            continue;
        inside = cur_of(pair);
        if (!cur_until(&inside, '=', SIZE_MAX, &key) || !decode_url(a, key, true, name) ||
            !decode_url(a, (str){inside.at, (size_t)(inside.end - inside.at)}, true, value)) {
            *bad = true;
            return false;
        }
        return true;
    }
    return false;
}

bool http_query_get(struct arena *a, str query, const char *name, str *out)
{
    struct cur at = cur_of(query);
    str wanted = str_of(name), key, value;
    bool bad = false;

    while (http_query_next(a, &at, &key, &value, &bad)) {
        if (str_eq(key, wanted)) {
            *out = value;
            return true;
        }
    }
    return false;
}

bool http_cookie_get(str cookie_header, const char *name, str *out)
{
    struct cur at = cur_of(cookie_header);
    str wanted = str_of(name), pair;

    while (!cur_at_end(&at) && cur_until(&at, ';', SIZE_MAX, &pair)) {
        struct cur inside = cur_of(str_trim(pair));
        str key, value;

        if (!cur_until(&inside, '=', SIZE_MAX, &key) || !str_eq(str_trim(key), wanted) ||
            inside.at[-1] != '=')
            continue;
        value = str_trim((str){inside.at, (size_t)(inside.end - inside.at)});
        if (value.len >= 2 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"')
            value = str_slice(value, 1, value.len - 1);
        *out = value;
        return true;
    }
    return false;
}
