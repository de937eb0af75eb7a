/*
 * demo.c - the demonstration organisation.
 *
 * Everything goes through the store's verbs, as in earnest, but in one transaction and with times in
 * the past.  The choices come from a small generator with a fixed start, so that every demonstration
 * shows the same people saying the same things.
 */
#include "domain/demo.h"

#include <string.h>

#include "base/buf.h"
#include "base/json.h"
#include "domain/contact.h"
#include "domain/conversation.h"
#include "domain/demo_words.h"
#include "domain/message.h"
#include "store/channel.h"
#include "store/identity.h"
#include "store/locator.h"
#include "store/note.h"
#include "store/org.h"
#include "store/read_marker.h"

enum {
    CONTACTS = 200,
    TALKS = 80,
    MEMBERS = 4,
    CHANNELS = 3,
    MINUTE_MS = 60 * 1000,
    HOUR_MS = 60 * MINUTE_MS,
    DAY_MS = 24 * HOUR_MS,
};

enum { SALES, WEBSITE, INSTAGRAM };

struct demo {
    struct ctx *c;
    uint64_t dice;
    struct instant now;
    struct actor members[MEMBERS]; /* the owner first */
    struct uuid channels[CHANNELS];
    struct list stages;
};

/* One of the demonstration's people. */
struct person {
    int i;
    enum demo_language language;
    size_t channel; /* SALES ... */
    struct uuid contact, identity;
    str given, name, product;
};

/* Numerical Recipes' generator: enough to mix a demonstration. */
static size_t roll(struct demo *d, size_t sides)
{
    d->dice = d->dice * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return sides ? (size_t)(d->dice >> 33) % sides : 0;
}

static const char *pick(struct demo *d, const char *const *words)
{
    size_t n = 0;

    while (words[n])
        n++;
    return words[roll(d, n)];
}

/* ---- people at work, channels, fields ---- */

static enum status add_members(struct demo *d, struct uuid owner, struct secret password)
{
    static const struct {
        str name, email;
    } colleagues[MEMBERS - 1] = {
        {STR_INIT("Bala Subramaniam"), STR_INIT("bala@demo.example.com")    },
        {STR_INIT("Chen Wei Ling"),    STR_INIT("wei.ling@demo.example.com")},
        {STR_INIT("Farah Nadia"),      STR_INIT("farah@demo.example.com")   },
    };

    d->members[0] = (struct actor){.id = owner, .role = ROLE_OWNER};
    for (size_t i = 0; i < MEMBERS - 1; i++) {
        struct member_new in = {.name = colleagues[i].name,
                                .email = colleagues[i].email,
                                .password = password,
                                .role = ROLE_AGENT};

        d->members[i + 1] = (struct actor){.role = ROLE_AGENT};
        TRY(account_add_member(d->c, &in, &d->members[i + 1].id));
    }
    for (size_t i = 0; i < MEMBERS; i++)
        d->members[i].permissions = role_permissions(d->members[i].role, S(""));
    return OK;
}

static enum status add_channels(struct demo *d)
{
    static const struct {
        str kind, name, settings;
    } rows[CHANNELS] = {
        [SALES] = {STR_INIT("null"),    STR_INIT("WhatsApp · Sales"),
                   STR_INIT("{\"behaviour\":\"echo\"}")                                        },
        [WEBSITE] = {STR_INIT("webchat"), STR_INIT("Website chat"),
                   STR_INIT("{\"greeting\":\"Hello! How can we help?\",\"ask_email\":\"yes\"}")},
        [INSTAGRAM] = {STR_INIT("null"),    STR_INIT("Instagram"),
                   STR_INIT("{\"behaviour\":\"echo\"}")                                        },
    };

    for (size_t i = 0; i < CHANNELS; i++) {
        struct channel row = {.id = uuid_new(),
                              .kind = rows[i].kind,
                              .name = rows[i].name,
                              .state = CHANNEL_CONNECTED,
                              .settings = {rows[i].settings}};

        TRY(channel_insert(d->c, &row,
                           (struct bytes){
                               {NULL, 0}
        }));
        TRY(locator_insert(d->c, S("channel"), locator_channel_key(d->c, row.id), row.id));
        d->channels[i] = row.id;
    }
    return OK;
}

static const str interests[] = {STR_INIT("Lighting"), STR_INIT("Living room"), STR_INIT("Dining"),
                                STR_INIT("Home office")};

static enum status add_fields(struct demo *d)
{
    struct field_new rows[4] = {
        {.key = S("city"), .label = S("City"), .type = CUSTOM_TEXT}
    };
    struct custom_field made;

    rows[1] = (struct field_new){.key = S("interest"),
                                 .label = S("Interest"),
                                 .type = CUSTOM_CHOICE,
                                 .choices = interests,
                                 .n_choices = 4};
    rows[2] =
        (struct field_new){.key = S("budget"), .label = S("Budget (RM)"), .type = CUSTOM_NUMBER};
    rows[3] = (struct field_new){
        .key = S("customer_since"), .label = S("Customer since"), .type = CUSTOM_DATE};
    for (int i = 0; i < 4; i++)
        TRY(contact_field_add(d->c, &rows[i], &made));
    return OK;
}

/* ---- contacts ---- */

static str custom_of(struct demo *d)
{
    struct buf b = buf_new(d->c->arena, 512);
    struct json_writer w = json_writer_new(&b);
    int month = (int)roll(d, 12) + 1, day = (int)roll(d, 28) + 1;

    json_object_begin(&w, NULL);
    json_str(&w, "city", str_of(pick(d, demo_cities)));
    if (roll(d, 3))
        json_str(&w, "interest", interests[roll(d, 4)]);
    if (roll(d, 2))
        json_i64(&w, "budget", 200 + 100 * (int64_t)roll(d, 60));
    if (roll(d, 2))
        json_str(&w, "customer_since",
                 arena_printf(d->c->arena, "202%d-%02d-%02d", (int)roll(d, 6), month, day));
    json_object_end(&w);
    return buf_str(&b);
}

static void name_person(struct demo *d, struct person *p)
{
    const char *given = pick(d, demo_given[p->language]);
    const char *family = pick(d, demo_family[p->language]);

    p->given = str_of(given);
    p->name = p->language == DEMO_CHINESE ? arena_printf(d->c->arena, "%s%s", family, given)
                                          : arena_printf(d->c->arena, "%s %s", given, family);
}

/* A row of d->stages for a lead; the later ones are rarer. */
static struct uuid stage_of(struct demo *d)
{
    static const int chances[] = {0, 0, 0, 1, 1, 2, 2, 3, 4};
    const struct stage *stages = d->stages.items;
    size_t at = (size_t)chances[roll(d, sizeof(chances) / sizeof(chances[0]))];

    return at < d->stages.n ? stages[at].id : (struct uuid){{0}};
}

static enum status add_contact(struct demo *d, int i, struct person *out)
{
    static const str locales[] = {STR_INIT("en"), STR_INIT("ms"), STR_INIT("zh-Hans")};
    static const str sources[CHANNELS] = {STR_INIT("WhatsApp"), STR_INIT("Website"),
                                          STR_INIT("Instagram")};
    static const size_t channels_used[] = {SALES, SALES, SALES, WEBSITE, INSTAGRAM};
    enum demo_language language = (enum demo_language)(i % DEMO_LANGUAGES);
    struct person p = {.i = i,
                       .language = language,
                       .channel = channels_used[roll(d, 5)],
                       .contact = uuid_new(),
                       .identity = uuid_new(),
                       .product = str_of(pick(d, demo_products[language]))};
    struct contact row = {
        .id = p.contact,
        .owner_id = roll(d, 3) ? d->members[roll(d, MEMBERS)].id : (struct uuid){{0}},
        .stage_id = stage_of(d),
        .locale = locales[language],
        .source = sources[p.channel],
        .custom = {custom_of(d)},
    };

    name_person(d, &p);
    row.name = p.name;
    *out = p;
    return contact_insert(d->c, &row);
}

/* What reaches a person on the channel they wrote on: three kinds of address. */
static enum status add_identity(struct demo *d, const struct person *p)
{
    struct identity row = {.id = p->identity, .contact_id = p->contact, .verified = true};
    int digits = 2000000 + (int)roll(d, 7000000);
    bool inserted;

    if (p->channel == WEBSITE) {
        row.kind = S("webchat");
        row.value = uuid_str(d->c->arena, uuid_new());
        row.display = S("Website visitor");
    } else if (p->channel == INSTAGRAM) {
        row.kind = S("null");
        row.value = arena_printf(d->c->arena, "instagram-%d", 100 + p->i);
        row.display = arena_printf(d->c->arena, "@kedai.fan.%d", 100 + p->i);
    } else {
        row.kind = S("null");
        row.value = arena_printf(d->c->arena, "6012%d", digits);
        row.display = arena_printf(d->c->arena, "+60 12-%d %04d", digits / 10000, digits % 10000);
    }
    return identity_insert(d->c, &row, &inserted);
}

static enum status add_note(struct demo *d, const struct person *p)
{
    struct note row = {.id = uuid_new(),
                       .contact_id = p->contact,
                       .author_id = d->members[roll(d, MEMBERS)].id,
                       .body = str_of(pick(d, demo_notes[p->language]))};

    return note_insert(d->c, &row);
}

/* One within a minute, so that one sees it come, some today, the others within two weeks. */
static enum status add_follow_up(struct demo *d, const struct person *p, int nth)
{
    int64_t ms = nth < 2   ? (1 + 20 * nth) * (int64_t)MINUTE_MS
                 : nth < 8 ? nth * (int64_t)HOUR_MS
                           : (nth - 7) * (int64_t)DAY_MS;
    struct contact_patch patch = {
        .has_follow_up = true,
        .next_follow_up_at = instant_add_ms(d->now, ms),
        .has_reason = true,
        .follow_up_reason = str_of(pick(d, demo_reasons[p->language])),
    };
    struct contact_card card;

    return contact_change(d->c, p->contact, &patch, &card);
}

/* ---- dialogues ---- */

/* {p} and {n} become the product and the name. */
static str spoken(struct demo *d, const struct person *p, const char *line)
{
    struct buf b = buf_new(d->c->arena, 2000);
    struct cur cur = cur_of(str_of(line));

    while (!cur_at_end(&cur)) {
        if (cur_skip(&cur, S("{p}")))
            buf_add(&b, p->product);
        else if (cur_skip(&cur, S("{n}")))
            buf_add(&b, p->given);
        else
            buf_add_char(&b, *cur.at++);
    }
    return buf_str(&b);
}

/* How a conversation stands. */
struct scene {
    struct person *who;
    struct uuid conversation, channel;
    struct instant last_at;
    const char *const *lines;
    int n;
    enum { COMPLETE, THEIR_TURN, OUR_WORD } ending; /* cut after a line of theirs, or of ours */
    const struct actor *agent;                      /* who answers */
    enum message_state fate;                        /* of our last message */
};

static struct message line_row(struct demo *d, const struct scene *s, int i, struct instant at)
{
    char mark = s->lines[i][0];
    bool in = mark == '<';
    struct message row = {
        .id = uuid_new(),
        .conversation_id = s->conversation,
        .channel_id = s->channel,
        .direction = in ? DIRECTION_IN : DIRECTION_OUT,
        .kind = mark == '#' ? MESSAGE_NOTE : MESSAGE_TEXT,
        .author = in ? AUTHOR_CONTACT : AUTHOR_USER,
        .author_id = in ? s->who->contact : s->agent->id,
        .body = spoken(d, s->who, s->lines[i] + 1),
        .at = at,
        .state = in            ? STATE_RECEIVED
                 : mark == '#' ? STATE_SENT
                               : STATE_READ,
    };

    if (mark == '>' && i >= s->n - 2 && s->fate) {
        row.state = s->fate;
        if (s->fate == STATE_FAILED)
            row.error_text = S("The number is not reachable. Check it, or try again later.");
    }
    if (mark == '>')
        row.sent_at = at;
    return row;
}

static enum status say_line(struct demo *d, const struct scene *s, int i, struct instant at)
{
    struct message row = line_row(d, s, i, at);
    struct conversation_touch touch = {.id = s->conversation,
                                       .message_id = row.id,
                                       .at = at,
                                       .kind = row.kind,
                                       .state = row.state,
                                       .author_id = row.author_id,
                                       .preview = row.body};

    TRY(message_insert(d->c, &row));
    if (row.kind == MESSAGE_NOTE)
        return OK;
    return row.direction == DIRECTION_IN ? conversation_touch_inbound(d->c, &touch, NULL)
                                         : conversation_touch_outbound(d->c, &touch, NULL);
}

static enum status read_by(struct demo *d, const struct scene *s, size_t members)
{
    bool moved;

    for (size_t i = 0; i < members; i++)
        TRY(read_marker_put(d->c, s->conversation, d->members[i].id, &moved));
    return OK;
}

/* From the last line backwards the times are a few minutes apart.  What was answered was read. */
static enum status say_all(struct demo *d, const struct scene *s)
{
    int64_t ago_ms[DEMO_LINES] = {0};
    int answer = s->n - 1;

    for (int i = s->n - 2; i >= 0; i--)
        ago_ms[i] = ago_ms[i + 1] + MINUTE_MS + (int64_t)roll(d, (size_t)25 * MINUTE_MS);
    while (answer >= 0 && s->lines[answer][0] != '>')
        answer--;
    for (int i = 0; i < s->n; i++) {
        TRY(say_line(d, s, i, instant_add_ms(s->last_at, -ago_ms[i])));
        if (i == answer)
            TRY(read_by(d, s, MEMBERS));
    }
    return OK;
}

/* The k-th latest: minutes ago, then hours, then days. */
static int64_t how_long_ago(struct demo *d, int k)
{
    if (k < 8)
        return (2 + 7 * (int64_t)k) * MINUTE_MS + (int64_t)roll(d, (size_t)3 * MINUTE_MS);
    if (k < 35)
        return (k - 6) * (int64_t)HOUR_MS + (int64_t)roll(d, HOUR_MS);
    return (int64_t)(k - 33) * 11 * HOUR_MS + (int64_t)roll(d, (size_t)5 * HOUR_MS);
}

/* The last line is theirs or ours, as the ending wants it; the first is always theirs. */
static void choose_lines(struct demo *d, struct scene *s)
{
    size_t talk = ((size_t)s->who->i / DEMO_LANGUAGES) % DEMO_TALKS;
    char last = s->ending == OUR_WORD ? '>' : '<';

    s->lines = demo_talks[s->who->language][talk];
    while (s->n < DEMO_LINES && s->lines[s->n])
        s->n++;
    if (s->ending == COMPLETE)
        return;
    if (s->n > 3)
        s->n -= (int)roll(d, (size_t)s->n - 2);
    while (s->n > 1 && s->lines[s->n - 1][0] != last)
        s->n--;
}

static enum conversation_state state_of(int k)
{
    if (k >= 58)
        return CONVERSATION_RESOLVED;
    return k % 9 == 5 ? CONVERSATION_PENDING : CONVERSATION_OPEN;
}

/* What happened after the last line. */
static enum status settle(struct demo *d, const struct scene *s, int k)
{
    struct conversation_patch snooze = {
        .has_state = true,
        .state = CONVERSATION_SNOOZED,
        .has_snoozed_until = true,
        .snoozed_until = instant_add_ms(d->now, (3 + 9 * (int64_t)(k % 5)) * HOUR_MS),
    };
    struct conversation row;
    struct conversation_item item;
    int64_t version;

    if (s->ending != THEIR_TURN || k % 4 == 3)
        TRY(read_by(d, s, MEMBERS));
    TRY(conversation_select(d->c, s->conversation, &row));
    row.state = state_of(k);
    row.assignee_id = k % 5 == 4 && s->ending == THEIR_TURN ? (struct uuid){{0}} : s->agent->id;
    TRY(conversation_update(d->c, &row, &version));
    if (k % 13 != 9 || row.state != CONVERSATION_OPEN)
        return OK;
    return conversation_change(d->c, s->conversation, &snooze, &item);
}

static enum status add_talk(struct demo *d, struct person *who, int k)
{
    struct scene s = {
        .who = who,
        .conversation = uuid_new(),
        .channel = d->channels[who->channel],
        .last_at = instant_add_ms(d->now, -how_long_ago(d, k)),
        .ending = state_of(k) == CONVERSATION_RESOLVED ? COMPLETE
                  : roll(d, 2)                         ? THEIR_TURN
                                                       : OUR_WORD,
        .agent = &d->members[k % 2 ? 0 : roll(d, MEMBERS)],
    };
    struct conversation row = {
        .id = s.conversation,
        .contact_id = who->contact,
        .channel_id = s.channel,
        .identity_id = who->identity,
        .state = CONVERSATION_OPEN,
        .assignee_id = s.agent->id,
    };
    bool inserted;

    s.fate = k == 11 ? STATE_FAILED : k == 17 ? STATE_UNCERTAIN : k % 4 == 0 ? STATE_DELIVERED : 0;
    choose_lines(d, &s);
    row.sort_at = instant_add_ms(s.last_at, -DAY_MS);
    TRY(org_counter_next(d->c, S("conversation"), &row.number));
    TRY(conversation_insert(d->c, &row, &inserted));
    TRY(say_all(d, &s));
    return settle(d, &s, k);
}

/* ---- all of it ---- */

static enum status add_people(struct demo *d, struct person *people)
{
    for (int i = 0; i < CONTACTS; i++) {
        TRY(add_contact(d, i, &people[i]));
        TRY(add_identity(d, &people[i]));
        if (i % 4 == 1)
            TRY(add_note(d, &people[i]));
    }
    return OK;
}

enum status demo_fill(struct ctx *c, struct uuid owner, struct secret password)
{
    struct person *people = NEW_ARRAY(c->arena, struct person, CONTACTS);
    struct demo d = {.c = c, .dice = 2024, .now = clock_now()};

    TRY(add_members(&d, owner, password));
    TRY(add_channels(&d));
    TRY(add_fields(&d));
    TRY(contact_stages(c, &d.stages));
    TRY(add_people(&d, people));
    for (int k = TALKS - 1; k >= 0; k--) /* the oldest first, as their numbers go */
        TRY(add_talk(&d, &people[k], k));
    for (int i = 0; i < 20; i++)
        TRY(add_follow_up(&d, &people[i * 3 + 1], i));
    for (int i = 0; i < CHANNELS; i++) {
        TRY(channel_health_inbound(c, d.channels[i], d.now));
        TRY(channel_health_outbound(c, d.channels[i],
                                    instant_add_ms(d.now, -(int64_t)(i + 3) * MINUTE_MS)));
    }
    return OK;
}
