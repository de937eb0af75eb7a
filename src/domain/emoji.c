/*
 * emoji.c - the grammar of UTS #51 over whole blocks of pictures, not over a list of today's emoji: what
 * the next Unicode adds is taken without a new table.  So some signs that are no emoji are taken too
 * (arrows, chess pieces); letters, digits and words never are.
 */
#include "domain/emoji.h"

enum {
    JOINER = 0x200D,
    EMOJI_STYLE = 0xFE0F,
    KEYCAP = 0x20E3,
    TAG_FIRST = 0xE0020,
    TAG_LAST = 0xE007E,
    TAG_END = 0xE007F,
};

struct range {
    uint32_t first, last;
};

static const struct range pictures[] = {
    {0xA9,    0xA9   },
    {0xAE,    0xAE   },
    {0x203C,  0x203C },
    {0x2049,  0x2049 },
    {0x2122,  0x2122 },
    {0x2139,  0x2139 },
    {0x2190,  0x21FF },
    {0x2300,  0x23FF },
    {0x24C2,  0x24C2 },
    {0x25A0,  0x2775 },
    {0x2794,  0x27BF },
    {0x2934,  0x2935 },
    {0x2B00,  0x2BFF },
    {0x3030,  0x3030 },
    {0x303D,  0x303D },
    {0x3297,  0x3297 },
    {0x3299,  0x3299 },
    {0x1F000, 0x1F0FF},
    {0x1F170, 0x1F171},
    {0x1F17E, 0x1F17F},
    {0x1F18E, 0x1F18E},
    {0x1F191, 0x1F19A},
    {0x1F200, 0x1FAFF},
};
static const struct range region_letter = {0x1F1E6, 0x1F1FF};
static const struct range skin_tone = {0x1F3FB, 0x1F3FF};
static const struct range tag = {TAG_FIRST, TAG_LAST};

static bool is_in(uint32_t point, struct range range)
{
    return point >= range.first && point <= range.last;
}

static bool is_picture(uint32_t point)
{
    for (size_t i = 0; i < sizeof(pictures) / sizeof(pictures[0]); i++)
        if (is_in(point, pictures[i]))
            return true;
    return false;
}

/* ---- walking ---- */

/* The next code point; 0 at the end.  The text is UTF-8. */
static uint32_t peek(str s, size_t *bytes)
{
    const unsigned char *p = (const unsigned char *)s.ptr;
    uint32_t point;

    *bytes = s.len > 0 ? str_utf8_step(s) : 0;
    switch (*bytes) {
    case 1:
        return p[0];
    case 2:
        point = p[0] & 0x1F;
        break;
    case 3:
        point = p[0] & 0x0F;
        break;
    case 4:
        point = p[0] & 0x07;
        break;
    default:
        return 0;
    }
    for (size_t i = 1; i < *bytes; i++)
        point = point << 6 | (p[i] & 0x3F);
    return point;
}

static bool take(str *s, struct range range)
{
    size_t bytes;

    if (!is_in(peek(*s, &bytes), range))
        return false;
    *s = str_slice(*s, bytes, s->len);
    return true;
}

static bool take_one(str *s, uint32_t point)
{
    return take(s, (struct range){point, point});
}

static bool take_keycap(str *s)
{
    str rest = *s;

    if (!take(&rest, (struct range){'0', '9'}) && !take_one(&rest, '#') && !take_one(&rest, '*'))
        return false;
    (void)take_one(&rest, EMOJI_STYLE);
    if (!take_one(&rest, KEYCAP))
        return false;
    *s = rest;
    return true;
}

/* A region's flag spells its name in tags, which end. */
static bool take_tags(str *s)
{
    if (!take(s, tag))
        return true;
    while (take(s, tag))
        ;
    return take_one(s, TAG_END);
}

static bool take_picture(str *s)
{
    size_t bytes;

    if (!is_picture(peek(*s, &bytes)))
        return false;
    *s = str_slice(*s, bytes, s->len);
    if (!take_one(s, EMOJI_STYLE))
        (void)take(s, skin_tone);
    return take_tags(s);
}

bool is_emoji(str s)
{
    if (s.len == 0 || s.len > EMOJI_MAX || !str_is_utf8(s))
        return false;
    if (take(&s, region_letter))
        return take(&s, region_letter) && s.len == 0;
    if (take_keycap(&s))
        return s.len == 0;
    do {
        if (!take_picture(&s))
            return false;
    } while (take_one(&s, JOINER));
    return s.len == 0;
}
