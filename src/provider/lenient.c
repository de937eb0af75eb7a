/*
 * Why it is so: a webhook that we refuse is retried for days and then lost, so
 * a provider's small liberties must not become errors.  Only the envelope is
 * judged strictly, by the provider's own file.
 */
#include "provider/lenient.h"

#include <stdlib.h>
#include <string.h>

static str as_text(struct ctx *c, const struct json *value)
{
    if (json_kind_of(value) == JSON_INTEGER)
        return arena_printf(c->arena, "%lld", (long long)json_to_i64(value));
    return json_to_str(value);
}

str lenient_text(struct ctx *c, const struct json *object, const char *key, size_t max_bytes)
{
    return str_utf8_cut(as_text(c, json_get(object, key)), max_bytes);
}

str lenient_id(struct ctx *c, const struct json *object, const char *key, size_t max_bytes)
{
    str id = str_trim(as_text(c, json_get(object, key)));

    return id.len <= max_bytes ? id : S("");
}

struct instant lenient_time(const struct json *object, const char *key)
{
    const int64_t year_2100 = 4102444800;
    int64_t seconds = json_get_i64(object, key);

    if (seconds <= 0 || seconds >= year_2100)
        return (struct instant){0};
    return (struct instant){seconds * 1000000};
}

bool lenient_number(struct ctx *c, const struct json *object, const char *member, double *out)
{
    const struct json *value = json_get(object, member);
    enum json_kind kind = json_kind_of(value);
    str text = json_to_str(value);

    if (kind == JSON_STRING && text.len < 32) { /* a number inside quotes: take them away */
        object = lenient_parse(c, arena_printf(c->arena, "{\"n\":%.*s}", STR_ARG(text)));
        member = "n";
        kind = json_kind_of(json_get(object, member));
    }
    if (kind != JSON_INTEGER && kind != JSON_REAL)
        return false;
    *out = json_get_double(object, member);
    return true;
}

const struct json *lenient_parse(struct ctx *c, str text)
{
    struct err before = c->err;
    struct json *parsed;

    if (json_parse(c, text, &parsed) == OK)
        return parsed;
    c->err = before;
    return NULL;
}

struct channel_event *events_add(struct event_list *list, enum channel_event_kind kind)
{
    struct channel_event *event;

    if (list->n == CHANNEL_MAX_EVENTS) {
        list->full = true;
        list->n--; /* the last one is given out again; the list is refused as a whole */
    }
    if (list->n == list->cap) {
        size_t cap = list->cap == 0 ? 8 : list->cap * 2;
        struct channel_event *items = NEW_ARRAY(list->arena, struct channel_event, cap);

        if (list->n > 0)
            memcpy(items, list->items, list->n * sizeof(*items));
        list->items = items;
        list->cap = cap;
    }
    event = &list->items[list->n++];
    *event = (struct channel_event){.kind = kind};
    return event;
}

struct place {
    int64_t us;
    size_t index;
};

static int compare_places(const void *a, const void *b)
{
    const struct place *x = a;
    const struct place *y = b;

    if (x->us != y->us)
        return x->us < y->us ? -1 : 1;
    return x->index < y->index ? -1 : x->index > y->index;
}

enum status events_done(struct ctx *c, struct event_list *list, struct channel_event **out,
                        size_t *n_out)
{
    struct channel_event *sorted;
    struct place *places;

    if (list->full)
        return FAIL(c, ERR_TOO_LARGE, "more than %d events in one webhook", CHANNEL_MAX_EVENTS);
    if (list->n > 1) {
        places = NEW_ARRAY(list->arena, struct place, list->n);
        sorted = NEW_ARRAY(list->arena, struct channel_event, list->n);
        for (size_t i = 0; i < list->n; i++)
            places[i] = (struct place){list->items[i].at.us, i};
        qsort(places, list->n, sizeof(*places), compare_places);
        for (size_t i = 0; i < list->n; i++)
            sorted[i] = list->items[places[i].index];
        list->items = sorted;
    }
    *out = list->items;
    *n_out = list->n;
    return OK;
}
