/*
 * chat_token.c - tickets are signed rather than kept, so that any web process may honour one that
 * another gave; that each is used once holds within a process, for as long as it is valid.
 */
#include "api/chat_token.h"

#include <pthread.h>
#include <string.h>

#include "base/buf.h"
#include "crypto/hash.h"

enum {
    TOKEN_MAX = 200,
    SIGNED_MAX = 2 * TOKEN_MAX,
    SITE_HEX = 2 * SITE_BYTES,
    NONCE_BYTES = 8,
    NONCE_HEX = 2 * NONCE_BYTES,
    BOOK_SIZE = 8192,
    BOOK_WAYS = 8, /* places that one ticket may have */
};

void site_digest(str origin, uint8_t out[SITE_BYTES])
{
    uint8_t digest[SHA256_BYTES];

    sha256(origin, digest);
    memcpy(out, digest, SITE_BYTES);
}

static str bytes_of(const void *p, size_t n)
{
    return (str){p, n};
}

static void sign(struct arena *a, const uint8_t key[32], str what, struct uuid channel_id, str text,
                 uint8_t out[SHA256_BYTES])
{
    struct buf b = buf_new(a, SIGNED_MAX);

    buf_add(&b, what);
    buf_add_char(&b, '|');
    buf_add(&b, bytes_of(channel_id.b, sizeof(channel_id.b)));
    buf_add_char(&b, '|');
    buf_add(&b, text);
    hmac_sha256(bytes_of(key, 32), buf_str(&b), out);
}

/* prefix, what is said, a dot, the signature */
static str signed_text(struct arena *a, const uint8_t key[32], const char *prefix,
                       struct uuid channel_id, str said)
{
    struct buf b = buf_new(a, TOKEN_MAX);
    uint8_t mac[SHA256_BYTES];

    sign(a, key, str_of(prefix), channel_id, said, mac);
    buf_add(&b, str_of(prefix));
    buf_add(&b, said);
    buf_add_char(&b, '.');
    buf_add_base64url(&b, bytes_of(mac, sizeof(mac)));
    return buf_str(&b);
}

static bool read_signed(struct arena *a, const uint8_t key[32], const char *prefix,
                        struct uuid channel_id, str text, str *said)
{
    uint8_t mac[SHA256_BYTES];
    size_t start = strlen(prefix), dot = text.len;
    str given;

    if (text.len > TOKEN_MAX || !str_starts_with(text, str_of(prefix)))
        return false;
    while (dot > start && text.ptr[dot - 1] != '.')
        dot--;
    if (dot == start || !decode_base64(a, str_slice(text, dot, text.len), &given))
        return false;
    *said = str_slice(text, start, dot - 1);
    sign(a, key, str_of(prefix), channel_id, *said, mac);
    return same_bytes(given, bytes_of(mac, sizeof(mac)));
}

/* ---- tokens ---- */

static void add_visitor(struct buf *b, const struct visitor_pass *pass)
{
    char text[UUID_TEXT + 1];

    uuid_text(pass->visitor, text);
    buf_add(b, bytes_of(text, UUID_TEXT));
    buf_add_char(b, '.');
    buf_add_hex(b, bytes_of(pass->site, SITE_BYTES));
}

/* "<visitor>.<site>", and the rest. */
static bool read_visitor(struct arena *a, str said, struct visitor_pass *pass, str *rest)
{
    struct cur cur = cur_of(said);
    str visitor, site, digest;

    if (!cur_until(&cur, '.', UUID_TEXT, &visitor) || !uuid_parse(visitor, &pass->visitor))
        return false;
    if (!cur_until(&cur, '.', SITE_HEX, &site) || !decode_hex(a, site, &digest) ||
        digest.len != SITE_BYTES)
        return false;
    memcpy(pass->site, digest.ptr, SITE_BYTES);
    *rest = bytes_of(cur.at, (size_t)(cur.end - cur.at));
    return true;
}

str visitor_token(struct arena *a, const uint8_t key[32], const struct visitor_pass *pass)
{
    struct buf said = buf_new(a, TOKEN_MAX);

    add_visitor(&said, pass);
    return signed_text(a, key, "vis_", pass->channel_id, buf_str(&said));
}

bool visitor_token_read(struct arena *a, const uint8_t key[32], str token,
                        struct visitor_pass *pass)
{
    str said, rest;

    return read_signed(a, key, "vis_", pass->channel_id, token, &said) &&
           read_visitor(a, said, pass, &rest) && str_is_empty(rest);
}

/* ---- tickets ---- */

struct used {
    uint64_t nonce;
    int64_t until_s;
};

struct ticket_book {
    pthread_mutex_t lock;
    struct used used[BOOK_SIZE]; /* under lock */
};

struct ticket_book *ticket_book_new(struct arena *a)
{
    struct ticket_book *book = NEW(a, struct ticket_book);

    pthread_mutex_init(&book->lock, NULL);
    return book;
}

void ticket_book_done(struct ticket_book *book)
{
    pthread_mutex_destroy(&book->lock);
}

str ticket_new(struct arena *a, const uint8_t key[32], const struct visitor_pass *pass,
               int64_t now_s)
{
    struct buf said = buf_new(a, TOKEN_MAX);
    uint8_t nonce[NONCE_BYTES];

    random_bytes(nonce, sizeof(nonce));
    add_visitor(&said, pass);
    buf_add_char(&said, '.');
    buf_add_hex(&said, bytes_of(nonce, sizeof(nonce)));
    buf_add_char(&said, '.');
    buf_add_i64(&said, now_s + TICKET_SECONDS);
    return signed_text(a, key, "tkt_", pass->channel_id, buf_str(&said));
}

/* Where this one is, or may be put down; NULL: it is there and good for no second use, or all its
 * places are taken by others, which costs that visitor a second try. */
static struct used *find_place(struct ticket_book *book, uint64_t nonce, int64_t now_s)
{
    struct used *shelf = &book->used[nonce % (BOOK_SIZE / BOOK_WAYS) * BOOK_WAYS];
    struct used *found = NULL;

    for (int i = 0; i < BOOK_WAYS; i++) {
        bool over = shelf[i].until_s < now_s;

        if (!over && shelf[i].nonce == nonce)
            return NULL;
        if (over && !found)
            found = &shelf[i];
    }
    return found;
}

static bool strike_off(struct ticket_book *book, uint64_t nonce, int64_t until_s, int64_t now_s)
{
    struct used *place;

    pthread_mutex_lock(&book->lock);
    place = find_place(book, nonce, now_s);
    if (place)
        *place = (struct used){nonce, until_s};
    pthread_mutex_unlock(&book->lock);
    return place != NULL;
}

bool ticket_use(struct arena *a, struct ticket_book *book, const uint8_t key[32], str ticket,
                int64_t now_s, struct visitor_pass *pass)
{
    str said, rest, hex, digits, bytes;
    struct cur cur;
    int64_t until_s;
    uint64_t nonce;

    if (!read_signed(a, key, "tkt_", pass->channel_id, ticket, &said) ||
        !read_visitor(a, said, pass, &rest))
        return false;
    cur = cur_of(rest);
    if (!cur_until(&cur, '.', NONCE_HEX, &hex) || !decode_hex(a, hex, &bytes) ||
        bytes.len != NONCE_BYTES)
        return false;
    digits = bytes_of(cur.at, (size_t)(cur.end - cur.at));
    if (!str_parse_i64(digits, &until_s) || until_s < now_s)
        return false;
    memcpy(&nonce, bytes.ptr, sizeof(nonce));
    return strike_off(book, nonce, until_s, now_s);
}
