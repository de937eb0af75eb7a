/*
 * fuzz_webchat.c - any bytes as a payload of the web chat, and of the channel
 * whose customers are played, which reads more.
 */
#include "fuzz_events.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct ctx c = {.arena = arena_new()};
    struct channel_account acc = {0};
    str bytes = {(const char *)data, size};

    check_events(&c, channel_find(S("webchat")), &acc, bytes);
    check_events(&c, channel_find(S("null")), &acc, bytes);
    arena_free(c.arena);
    return 0;
}
