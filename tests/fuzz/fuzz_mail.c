/*
 * fuzz_mail.c - what Resend may send us, what a setting may hold, and what a name may do to a
 * message: nothing that comes from outside begins a header, a line or a part of its own.
 */
#include "fuzz.h"

#include "mail/mime.h"
#include "mail/resend_events.h"
#include "mail/svix.h"

static const struct mailer sender = {.from_name = STR_INIT("Sambung"),
                                     .from = STR_INIT("noreply@crm.example")};

static void check_hook(struct ctx *c, str bytes)
{
    const struct secret secret = {"whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", 38};
    struct http_headers headers = {.n = 0};
    struct resend_event event;
    str id;

    http_header_add(&headers, S("svix-id"), S("msg_1"));
    http_header_add(&headers, S("svix-timestamp"), S("1614265330"));
    http_header_add(&headers, S("svix-signature"), bytes);
    MUST(svix_verify(c, secret, &headers, S("{}"), 1614265330, &id) == ERR_FORBIDDEN);
    if (resend_event_parse(c, bytes, &event) != OK)
        return;
    MUST(event.kind >= RESEND_NOTHING && event.kind <= RESEND_COMPLAINED);
    MUST(event.type.len <= 64 && event.email_id.len <= 200);
    MUST(event.kind == RESEND_NOTHING || event.email_id.len > 0);
}

static void check_server(struct ctx *c, str bytes)
{
    struct smtp_server server = {.ca_file = S("")};

    if (smtp_server_parse(c, (struct secret){bytes.ptr, bytes.len}, &server) != OK)
        return;
    MUST(server.host.len > 0 && server.port >= 1 && server.port <= 65535);
    for (size_t i = 0; i < server.host.len; i++)
        MUST(server.host.ptr[i] > ' ' && strchr("@:/?#[]%", server.host.ptr[i]) == NULL);
}

/* Seven headers, one blank line, two parts, an end: whatever the words are. */
static void check_message(struct ctx *c, str bytes)
{
    struct mail_letter letter = {.to = S("siti@example.com"),
                                 .to_name = bytes,
                                 .subject = bytes,
                                 .text = bytes,
                                 .html = bytes};
    struct cur at;
    int boundaries = 0, subjects = 0;
    str out, line;

    if (!str_is_utf8(bytes) || bytes.len > 4096)
        return;
    MUST(mime_write(c, &sender, &letter, &out) == OK);
    at = cur_of(out);
    while (!cur_at_end(&at)) {
        MUST(cur_until(&at, '\n', 128, &line));
        MUST(line.len > 0 && line.len <= 79 && line.ptr[line.len - 1] == '\r');
        for (size_t i = 0; i + 1 < line.len; i++)
            MUST((line.ptr[i] >= ' ' && line.ptr[i] <= '~') || line.ptr[i] == '\t');
        boundaries += str_starts_with(line, S("--=_"));
        subjects += boundaries == 0 && str_starts_with(line, S("Subject:"));
    }
    MUST(boundaries == 3 && subjects == 1);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena *a = arena_new();
    struct ctx c = {.arena = a};
    str bytes = {(const char *)data, size};

    check_hook(&c, bytes);
    check_server(&c, bytes);
    check_message(&c, bytes);
    arena_free(a);
    return 0;
}
