/*
 * What a message says, by its type.
 *
 * A message says its type, and under the type's name its content.  What is
 * beside words and files goes into a payload of our own shape, small and the
 * same for all who read it; the text then says it in words, so that lists,
 * search and old clients have something to show.
 *
 * To add a type: a row in kinds[], and its payload in docs/adding-a-channel.md.
 */
#include "provider/whatsapp.h"

enum { MAX_CARDS = 50, MAX_NUMBERS = 10, MAX_ITEMS = 100, MAX_ANSWERS = 100 };

static bool read_text(struct whatsapp_content *ct)
{
    ct->e->text = lenient_text(ct->c, ct->inner, "body", CHANNEL_MAX_TEXT);
    return !str_is_empty(ct->e->text);
}

static bool read_file(struct whatsapp_content *ct)
{
    struct ctx *c = ct->c;
    struct channel_file *file = NEW(c->arena, struct channel_file);

    if (ct->e->message == MESSAGE_AUDIO && json_get_bool(ct->inner, "voice"))
        ct->e->message = MESSAGE_VOICE;
    *file = (struct channel_file){
        .kind = ct->e->message,
        .provider_id = lenient_id(c, ct->inner, "id", CHANNEL_MAX_ID),
        .url = lenient_id(c, ct->inner, "url", CHANNEL_MAX_URL),
        .media_type = lenient_text(c, ct->inner, "mime_type", 127),
        .name = lenient_text(c, ct->inner, "filename", CHANNEL_MAX_NAME),
        .sha256 = lenient_id(c, ct->inner, "sha256", 128),
        .bytes = json_get_i64(ct->inner, "file_size"),
    };
    ct->e->files = file;
    ct->e->n_files = 1;
    ct->e->text = lenient_text(c, ct->inner, "caption", CHANNEL_MAX_TEXT);
    return !str_is_empty(file->provider_id) || !str_is_empty(file->url);
}

static void put(struct whatsapp_content *ct, const char *key, str value)
{
    if (!str_is_empty(value))
        json_str(ct->payload, key, value);
}

static bool read_location(struct whatsapp_content *ct)
{
    struct ctx *c = ct->c;
    str name = lenient_text(c, ct->inner, "name", 500);
    str address = lenient_text(c, ct->inner, "address", 1000);
    double latitude;
    double longitude;

    if (!lenient_number(c, ct->inner, "latitude", &latitude) ||
        !lenient_number(c, ct->inner, "longitude", &longitude))
        return false;
    json_str(ct->payload, "type", S("location"));
    json_double(ct->payload, "latitude", latitude);
    json_double(ct->payload, "longitude", longitude);
    put(ct, "name", name);
    put(ct, "address", address);
    put(ct, "url", lenient_id(c, ct->inner, "url", CHANNEL_MAX_URL));
    if (!str_is_empty(name) && !str_is_empty(address))
        ct->e->text = arena_printf(c->arena, "%.*s, %.*s", STR_ARG(name), STR_ARG(address));
    else if (str_is_empty(name) && str_is_empty(address))
        ct->e->text = arena_printf(c->arena, "%.5f, %.5f", latitude, longitude);
    else
        ct->e->text = str_is_empty(name) ? address : name;
    return true;
}

/* The members of that name of each element, as an array of texts. */
static void put_list(struct whatsapp_content *ct, const char *key, const struct json *list,
                     const char *member)
{
    size_t n = json_count(list);

    if (json_kind_of(list) != JSON_ARRAY || n == 0)
        return;
    json_array_begin(ct->payload, key);
    for (size_t i = 0; i < n && i < MAX_NUMBERS; i++)
        json_str(ct->payload, NULL, lenient_text(ct->c, json_at(list, i), member, 320));
    json_array_end(ct->payload);
}

static str card_name(struct ctx *c, const struct json *card)
{
    const struct json *name = json_get(card, "name");
    str whole = lenient_text(c, name, "formatted_name", CHANNEL_MAX_NAME);

    if (str_is_empty(whole))
        whole = lenient_text(c, name, "first_name", CHANNEL_MAX_NAME);
    if (str_is_empty(whole)) /* a number shared by a button comes without a name */
        whole = lenient_text(c, json_at(json_get(card, "phones"), 0), "phone", CHANNEL_MAX_NAME);
    return whole;
}

static bool read_contacts(struct whatsapp_content *ct)
{
    struct ctx *c = ct->c;
    struct buf names = buf_new(c->arena, CHANNEL_MAX_TEXT);
    size_t n = json_kind_of(ct->inner) == JSON_ARRAY ? json_count(ct->inner) : 0;

    json_str(ct->payload, "type", S("contacts"));
    json_array_begin(ct->payload, "contacts");
    for (size_t i = 0; i < n && i < MAX_CARDS; i++) {
        const struct json *card = json_at(ct->inner, i);
        str name = card_name(c, card);

        json_object_begin(ct->payload, NULL);
        json_str(ct->payload, "name", name);
        put(ct, "org", lenient_text(c, json_get(card, "org"), "company", CHANNEL_MAX_NAME));
        put_list(ct, "phones", json_get(card, "phones"), "phone");
        put_list(ct, "emails", json_get(card, "emails"), "email");
        json_object_end(ct->payload);
        buf_add(&names, i == 0 ? S("") : S(", "));
        buf_add(&names, name);
    }
    json_array_end(ct->payload);
    ct->e->text = buf_str(&names);
    return n > 0;
}

/* A press of a template's button. */
static bool read_button(struct whatsapp_content *ct)
{
    ct->e->text = lenient_text(ct->c, ct->inner, "text", CHANNEL_MAX_TEXT);
    json_str(ct->payload, "type", S("button"));
    put(ct, "id", lenient_text(ct->c, ct->inner, "payload", CHANNEL_MAX_ID));
    put(ct, "title", ct->e->text);
    return !str_is_empty(ct->e->text);
}

/* A filled-in form: its answers come as JSON inside a text, in no known shape. */
static bool read_flow(struct whatsapp_content *ct, const struct json *reply)
{
    struct ctx *c = ct->c;
    const struct json *answers = lenient_parse(c, json_get_str(reply, "response_json"));
    struct buf words = buf_new(c->arena, CHANNEL_MAX_TEXT);
    const struct json *value;
    str key;

    json_str(ct->payload, "type", S("flow"));
    put(ct, "name", lenient_text(c, reply, "name", CHANNEL_MAX_NAME));
    json_array_begin(ct->payload, "answers");
    for (size_t i = 0; i < MAX_ANSWERS && json_member(answers, i, &key, &value); i++) {
        str text = json_kind_of(value) == JSON_STRING ? json_to_str(value) : json_dump(c, value);

        if (str_eq(key, S("flow_token"))) /* the form's own ticket, nothing that was answered */
            continue;
        key = str_utf8_cut(key, 200);
        text = str_utf8_cut(text, 2000);
        json_object_begin(ct->payload, NULL);
        json_str(ct->payload, "key", key);
        json_str(ct->payload, "value", text);
        json_object_end(ct->payload);
        buf_printf(&words, "%s%.*s: %.*s", words.len == 0 ? "" : "\n", STR_ARG(key), STR_ARG(text));
    }
    json_array_end(ct->payload);
    ct->e->text =
        words.len > 0 ? buf_str(&words) : lenient_text(c, reply, "body", CHANNEL_MAX_TEXT);
    return answers != NULL || !str_is_empty(ct->e->text);
}

static bool read_interactive(struct whatsapp_content *ct)
{
    struct ctx *c = ct->c;
    str type = lenient_text(c, ct->inner, "type", 40);
    const struct json *reply = NULL;

    if (str_eq(type, S("nfm_reply")) && json_get(ct->inner, "nfm_reply") != NULL)
        return read_flow(ct, json_get(ct->inner, "nfm_reply"));
    if (str_eq(type, S("button_reply")))
        reply = json_get(ct->inner, "button_reply");
    else if (str_eq(type, S("list_reply")))
        reply = json_get(ct->inner, "list_reply");
    ct->e->text = lenient_text(c, reply, "title", CHANNEL_MAX_TEXT);
    json_str(ct->payload, "type", type);
    put(ct, "id", lenient_text(c, reply, "id", CHANNEL_MAX_ID));
    put(ct, "title", ct->e->text);
    put(ct, "description", lenient_text(c, reply, "description", 1000));
    return !str_is_empty(ct->e->text);
}

static bool read_order(struct whatsapp_content *ct)
{
    struct ctx *c = ct->c;
    const struct json *items = json_get(ct->inner, "product_items");
    size_t n = json_kind_of(items) == JSON_ARRAY ? json_count(items) : 0;
    struct buf words = buf_new(c->arena, CHANNEL_MAX_TEXT);

    buf_add(&words, lenient_text(c, ct->inner, "text", 4000));
    json_str(ct->payload, "type", S("order"));
    put(ct, "catalog_id", lenient_id(c, ct->inner, "catalog_id", 128));
    json_array_begin(ct->payload, "items");
    for (size_t i = 0; i < n && i < MAX_ITEMS; i++) {
        const struct json *item = json_at(items, i);
        str id = lenient_text(c, item, "product_retailer_id", 200);
        int64_t quantity = json_get_i64(item, "quantity");
        double price;

        json_object_begin(ct->payload, NULL);
        json_str(ct->payload, "id", id);
        json_i64(ct->payload, "quantity", quantity);
        if (lenient_number(c, item, "item_price", &price))
            json_double(ct->payload, "price", price);
        put(ct, "currency", lenient_text(c, item, "currency", 8));
        json_object_end(ct->payload);
        buf_printf(&words, "%s%lld \u00d7 %.*s",
                   words.len == 0 ? ""
                   : i == 0       ? "\n"
                                  : ", ",
                   (long long)quantity, STR_ARG(id));
    }
    json_array_end(ct->payload);
    ct->e->text = buf_str(&words);
    return n > 0;
}

static const struct {
    str type;
    enum message_kind kind;
    bool (*read)(struct whatsapp_content *ct); /* false: the content is missing */
} kinds[] = {
    {STR_INIT("text"),        MESSAGE_TEXT,        read_text       },
    {STR_INIT("image"),       MESSAGE_IMAGE,       read_file       },
    {STR_INIT("video"),       MESSAGE_VIDEO,       read_file       },
    {STR_INIT("audio"),       MESSAGE_AUDIO,       read_file       },
    {STR_INIT("voice"),       MESSAGE_VOICE,       read_file       },
    {STR_INIT("document"),    MESSAGE_DOCUMENT,    read_file       },
    {STR_INIT("sticker"),     MESSAGE_STICKER,     read_file       },
    {STR_INIT("location"),    MESSAGE_LOCATION,    read_location   },
    {STR_INIT("contacts"),    MESSAGE_CONTACT,     read_contacts   },
    {STR_INIT("interactive"), MESSAGE_INTERACTIVE, read_interactive},
    {STR_INIT("button"),      MESSAGE_INTERACTIVE, read_button     },
    {STR_INIT("order"),       MESSAGE_INTERACTIVE, read_order      },
};

bool whatsapp_content(struct whatsapp_content *ct, str type, const struct json *message)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (str_eq(type, kinds[i].type)) {
            ct->e->message = kinds[i].kind;
            ct->inner = json_get(message, kinds[i].type.ptr);
            return kinds[i].read(ct);
        }
    }
    return false;
}
