/*
 * mail_words.c - filling the catalogues in.
 *
 * Names of people and organisations are chosen by whoever signs up, and our mail carries them to
 * strangers: so each is one line, without marks that turn the direction of writing around, and no
 * longer than a name.  What is an address is ours; it alone becomes a link.
 */
#include "domain/mail_words.h"

#include <string.h>

#include "base/buf.h"
#include "base/json.h"

enum { SUBJECT_MAX = 400, TEXT_MAX = 16384, HTML_MAX = 65536, WORDS_MAX = 120, SLOTS_MAX = 10 };

/* ---- the kinds ---- */

static const char *const kind_words[MAIL_KINDS] = {
    [MAIL_INVITATION] = "invitation",
    [MAIL_RESET] = "reset",
    [MAIL_VERIFY] = "verify",
    [MAIL_SIGN_UP_EXISTS] = "sign_up_exists",
    [MAIL_NEW_DEVICE] = "new_device",
    [MAIL_PASSWORD_CHANGED] = "password_changed",
    [MAIL_SECOND_FACTOR_CHANGED] = "second_factor_changed",
    [MAIL_KEY_MADE] = "key_made",
    [MAIL_REMOVED] = "removed",
    [MAIL_FROZEN] = "frozen",
    [MAIL_GUESSES] = "guesses",
    [MAIL_TEST] = "test",
    [MAIL_TOKEN_REUSED] = "token_reused",
};
const struct field_names mail_kind_names = {kind_words, MAIL_KINDS};

/* clang-format off */
/* As mail.h promises them. */
static const char *const needs[MAIL_KINDS][MAIL_FACTS + 1] = {
    [MAIL_INVITATION] = {"organisation", "inviter", "link", "days"},
    [MAIL_RESET] = {"link", "minutes"},
    [MAIL_VERIFY] = {"link", "hours"},
    [MAIL_SIGN_UP_EXISTS] = {"link", "reset"},
    [MAIL_NEW_DEVICE] = {"when", "device", "ip", "link"},
    [MAIL_PASSWORD_CHANGED] = {"when", "ip", "link"},
    [MAIL_SECOND_FACTOR_CHANGED] = {"when", "ip", "link"},
    [MAIL_KEY_MADE] = {"when", "key", "organisation", "link"},
    [MAIL_REMOVED] = {"organisation"},
    [MAIL_FROZEN] = {"organisation"},
    [MAIL_GUESSES] = {"when", "count", "ip", "link"},
    [MAIL_TEST] = {NULL},
    [MAIL_TOKEN_REUSED] = {"when", "ip", "link"},
};
/* clang-format on */

bool mail_needs(enum mail_kind kind, str fact)
{
    for (size_t i = 0; needs[kind][i]; i++)
        if (str_eq(fact, str_of(needs[kind][i])))
            return true;
    return false;
}

size_t mail_needs_count(enum mail_kind kind)
{
    size_t n = 0;

    while (needs[kind][n])
        n++;
    return n;
}

static bool is_address(const char *fact)
{
    return strcmp(fact, "link") == 0 || strcmp(fact, "reset") == 0;
}

void mail_sample(enum mail_kind kind, struct mail_fact out[MAIL_FACTS])
{
    static const struct mail_fact samples[] = {
        {"organisation", STR_INIT("Kedai Sambung")                       },
        {"inviter",      STR_INIT("Aisyah Rahman")                       },
        {"link",         STR_INIT("https://crm.example/somewhere/5fX2kQ")},
        {"reset",        STR_INIT("https://crm.example/reset/9bLw0T")    },
        {"days",         STR_INIT("7")                                   },
        {"hours",        STR_INIT("24")                                  },
        {"minutes",      STR_INIT("60")                                  },
        {"when",         STR_INIT("2026-11-22 15:40 UTC")                },
        {"device",       STR_INIT("Firefox on Linux")                    },
        {"ip",           STR_INIT("203.0.113.7")                         },
        {"key",          STR_INIT("Warehouse")                           },
        {"count",        STR_INIT("12")                                  },
    };
    size_t n = 0;

    memset(out, 0, MAIL_FACTS * sizeof(*out));
    for (size_t i = 0; i < sizeof(samples) / sizeof(samples[0]); i++)
        if (mail_needs(kind, str_of(samples[i].name)))
            out[n++] = samples[i];
}

/* ---- languages ---- */

const char *const mail_locales[] = {"en", "ms", "zh-Hans", NULL};

str mail_locale(str wanted)
{
    for (size_t i = 0; mail_locales[i]; i++)
        if (str_eq(wanted, str_of(mail_locales[i])))
            return str_of(mail_locales[i]);
    return str_of(mail_locales[0]);
}

static str file_text(const char *name)
{
    for (const struct embedded_file *f = mail_files; f->name; f++)
        if (strcmp(f->name, name) == 0)
            return str_of(f->text);
    return S("");
}

/* ---- filling in ---- */

enum sink {
    SINK_TEXT,   /* words and values as they are */
    SINK_HTML,   /* both escaped */
    SINK_LAYOUT, /* a piece of HTML, whose values are HTML already */
};

struct slot {
    const char *name;
    str value;
};

struct slots {
    struct slot items[SLOTS_MAX];
    size_t n;
};

static void add_slot(struct slots *to, const char *name, str value)
{
    if (to->n < SLOTS_MAX)
        to->items[to->n++] = (struct slot){name, value};
}

static const struct slot *find_slot(const struct slots *slots, str name)
{
    for (size_t i = 0; i < slots->n; i++)
        if (str_eq(name, str_of(slots->items[i].name)))
            return &slots->items[i];
    return NULL;
}

static void add_words(struct buf *b, str words, enum sink sink)
{
    struct cur at = cur_of(words);
    str line = S("");

    if (sink != SINK_HTML) {
        buf_add(b, words);
        return;
    }
    while (!cur_at_end(&at) && cur_until(&at, '\n', words.len, &line)) {
        buf_add_html(b, line);
        if (!cur_at_end(&at))
            buf_add(b, S("<br>\n"));
    }
}

static void add_value(struct buf *b, const struct slot *slot, enum sink sink)
{
    if (sink != SINK_HTML) {
        buf_add(b, slot->value);
        return;
    }
    if (is_address(slot->name))
        buf_add(b, S("<a class=\"link\" style=\"color:#0b6b62\" href=\""));
    buf_add_html(b, slot->value);
    if (!is_address(slot->name))
        return;
    buf_add(b, S("\">"));
    buf_add_html(b, slot->value);
    buf_add(b, S("</a>"));
}

static enum status fill(struct ctx *c, struct buf *b, str words, const struct slots *slots,
                        enum sink sink)
{
    size_t open, close;

    while (str_find(words, S("{{"), &open)) {
        str rest = str_slice(words, open + 2, words.len);
        const struct slot *slot;

        if (!str_find(rest, S("}}"), &close))
            return FAIL(c, ERR_INTERNAL, "a mail's words have a {{ without its }}");
        slot = find_slot(slots, str_slice(rest, 0, close));
        if (!slot)
            return FAIL(c, ERR_INVALID, "a mail lacks the fact %.*s",
                        STR_ARG(str_slice(rest, 0, close)));
        add_words(b, str_slice(words, 0, open), sink);
        add_value(b, slot, sink);
        words = str_slice(rest, close + 2, rest.len);
    }
    add_words(b, words, sink);
    return OK;
}

/* ---- facts ---- */

static bool turns_direction(const char *at, size_t n)
{
    uint8_t m, z;

    if (n != 3 || (uint8_t)at[0] != 0xe2)
        return false;
    m = (uint8_t)at[1];
    z = (uint8_t)at[2];
    return (m == 0x80 && (z >= 0xa8 && z <= 0xae)) || /* line separators, embeddings */
           (m == 0x80 && (z == 0x8e || z == 0x8f)) || /* marks */
           (m == 0x81 && (z >= 0xa6 && z <= 0xa9));   /* isolates */
}

/* One line, no longer than a name. */
static str as_words(struct arena *a, str value)
{
    struct buf b = buf_new(a, WORDS_MAX + 8);
    str rest = str_utf8_cut(str_trim(value), WORDS_MAX);
    bool cut = rest.len < str_trim(value).len;
    size_t n;

    for (; (n = str_utf8_step(rest)) > 0; rest = str_slice(rest, n, rest.len)) {
        if (n == 1 && ((uint8_t)rest.ptr[0] < ' ' || rest.ptr[0] == 127))
            buf_add_char(&b, ' ');
        else if (!turns_direction(rest.ptr, n))
            buf_add(&b, str_slice(rest, 0, n));
    }
    if (cut)
        buf_add(&b, S("…"));
    return buf_str(&b);
}

/* The person's name comes first. */
static enum status take_facts(struct ctx *c, const struct mail_words *in, struct slots *out)
{
    add_slot(out, "to_name", as_words(c->arena, in->to_name));
    add_slot(out, "site", in->site);
    for (size_t i = 0; i < MAIL_FACTS && in->facts[i].name; i++) {
        const struct mail_fact *fact = &in->facts[i];

        if (!is_address(fact->name)) {
            add_slot(out, fact->name, as_words(c->arena, fact->value));
            continue;
        }
        if (!str_starts_with(fact->value, S("https://")) &&
            !str_starts_with(fact->value, S("http://")))
            return FAIL(c, ERR_INVALID, "the %s of a mail is no address", fact->name);
        add_slot(out, fact->name, fact->value);
    }
    return OK;
}

/* ---- a mail ---- */

struct writing {
    struct ctx *c;
    const struct json *catalogue, *words; /* of the language; of the kind */
    struct slots slots;
    str greeting;
};

static enum status text_paragraphs(struct writing *w, struct buf *b, const char *part)
{
    const struct json *list = json_get(w->words, part);

    for (size_t i = 0; i < json_count(list); i++) {
        TRY(fill(w->c, b, json_to_str(json_at(list, i)), &w->slots, SINK_TEXT));
        buf_add(b, S("\n\n"));
    }
    return OK;
}

static enum status write_text(struct writing *w, str *out)
{
    struct buf b = buf_new(w->c->arena, TEXT_MAX);
    str button = json_get_str(w->words, "button");

    TRY(fill(w->c, &b, w->greeting, &w->slots, SINK_TEXT));
    buf_add(&b, S("\n\n"));
    TRY(text_paragraphs(w, &b, "before"));
    if (!str_is_empty(button)) {
        TRY(fill(w->c, &b, button, &w->slots, SINK_TEXT));
        TRY(fill(w->c, &b, S(":\n{{link}}\n\n"), &w->slots, SINK_TEXT));
    }
    TRY(text_paragraphs(w, &b, "after"));
    buf_add(&b, S("-- \n"));
    TRY(fill(w->c, &b, json_get_str(w->catalogue, "foot"), &w->slots, SINK_TEXT));
    buf_add_char(&b, '\n');
    return buf_done(w->c, &b, out);
}

/* Words as HTML, in the arena. */
static enum status html_of(struct writing *w, str words, str *out)
{
    struct buf b = buf_new(w->c->arena, HTML_MAX);

    TRY(fill(w->c, &b, words, &w->slots, SINK_HTML));
    return buf_done(w->c, &b, out);
}

static enum status html_paragraph(struct writing *w, struct buf *b, str words)
{
    struct slots slots = {.n = 0};
    str html;

    TRY(html_of(w, words, &html));
    add_slot(&slots, "words", html);
    return fill(w->c, b, file_text("paragraph.html"), &slots, SINK_LAYOUT);
}

static enum status html_paragraphs(struct writing *w, struct buf *b, const char *part)
{
    const struct json *list = json_get(w->words, part);

    for (size_t i = 0; i < json_count(list); i++)
        TRY(html_paragraph(w, b, json_to_str(json_at(list, i))));
    return OK;
}

static enum status html_button(struct writing *w, struct buf *b)
{
    str words = json_get_str(w->words, "button"), html, says;
    const struct slot *link = find_slot(&w->slots, S("link"));
    struct buf address = buf_new(w->c->arena, HTML_MAX);
    struct slots slots = {.n = 0};

    if (str_is_empty(words))
        return OK;
    if (!link)
        return FAIL(w->c, ERR_INVALID, "a mail lacks the fact link");
    buf_add_html(&address, link->value);
    TRY(html_of(w, words, &html));
    TRY(html_of(w, json_get_str(w->catalogue, "link_says"), &says));
    add_slot(&slots, "words", html);
    add_slot(&slots, "says", says);
    add_slot(&slots, "link", buf_str(&address));
    return fill(w->c, b, file_text("button.html"), &slots, SINK_LAYOUT);
}

static enum status write_html(struct writing *w, str lang, str subject, str *out)
{
    struct buf content = buf_new(w->c->arena, HTML_MAX), whole = buf_new(w->c->arena, HTML_MAX);
    struct buf title = buf_new(w->c->arena, HTML_MAX);
    struct slots slots = {.n = 0};
    str foot;

    TRY(html_paragraph(w, &content, w->greeting));
    TRY(html_paragraphs(w, &content, "before"));
    TRY(html_button(w, &content));
    TRY(html_paragraphs(w, &content, "after"));
    TRY(html_of(w, json_get_str(w->catalogue, "foot"), &foot));
    buf_add_html(&title, subject);
    add_slot(&slots, "lang", lang);
    add_slot(&slots, "subject", buf_str(&title));
    add_slot(&slots, "content", buf_str(&content));
    add_slot(&slots, "foot", foot);
    TRY(fill(w->c, &whole, file_text("layout.html"), &slots, SINK_LAYOUT));
    return buf_done(w->c, &whole, out);
}

static enum status write_subject(struct writing *w, str *out)
{
    struct buf b = buf_new(w->c->arena, SUBJECT_MAX);

    TRY(fill(w->c, &b, json_get_str(w->words, "subject"), &w->slots, SINK_TEXT));
    return buf_done(w->c, &b, out);
}

enum status mail_write(struct ctx *c, const struct mail_words *in, struct mail_text *out)
{
    str locale = mail_locale(in->locale);
    struct writing w = {.c = c};
    struct mail_text text;
    struct json *catalogue;

    TRY(json_parse(c, file_text(arena_printf(c->arena, "%.*s.json", STR_ARG(locale)).ptr),
                   &catalogue));
    w.catalogue = catalogue;
    w.words = json_get(catalogue, field_word(&mail_kind_names, (int)in->kind));
    TRY(take_facts(c, in, &w.slots));
    text.to_name = w.slots.items[0].value;
    w.greeting =
        json_get_str(catalogue, str_is_empty(text.to_name) ? "greeting_nobody" : "greeting");
    TRY(write_subject(&w, &text.subject));
    TRY(write_text(&w, &text.text));
    TRY(write_html(&w, locale, text.subject, &text.html));
    *out = text;
    return OK;
}
