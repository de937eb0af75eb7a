/*
 * sso_flow.c - "state.expires.provider.session.next.mac"; next is base64url, the mac covers the rest.
 */
#include "api/sso_flow.h"

#include "base/buf.h"
#include "crypto/hash.h"

enum { FLOW_BYTES = 2048, PART_BYTES = 1024, PARTS = 6 };

static str digest_of(struct arena *a, const uint8_t key[32], const char *what, str text)
{
    str named = arena_printf(a, "%s\n%.*s", what, STR_ARG(text));
    struct buf b = buf_new(a, 64);
    uint8_t mac[SHA256_BYTES];

    hmac_sha256((str){(const char *)key, 32}, named, mac);
    buf_add_base64url(&b, (str){(const char *)mac, sizeof mac});
    return buf_str(&b);
}

struct sso_flow sso_flow_new(struct arena *a, const uint8_t key[32], str provider, str next,
                             struct uuid session)
{
    return (struct sso_flow){.state = token_new(a, key, "sso_"),
                             .provider = provider,
                             .next = next,
                             .session = session,
                             .expires_s = clock_now().us / 1000000 + SSO_FLOW_S};
}

str sso_flow_write(struct arena *a, const uint8_t key[32], const struct sso_flow *flow)
{
    struct buf b = buf_new(a, FLOW_BYTES);
    str mac;

    buf_printf(&b, "%.*s.%lld.%.*s.%.*s.", STR_ARG(flow->state), (long long)flow->expires_s,
               STR_ARG(flow->provider), STR_ARG(uuid_str(a, flow->session)));
    buf_add_base64url(&b, flow->next);
    mac = digest_of(a, key, "flow", buf_str(&b));
    buf_add_char(&b, '.');
    buf_add(&b, mac);
    return buf_str(&b);
}

bool sso_flow_read(struct arena *a, const uint8_t key[32], str text, int64_t now_s,
                   struct sso_flow *out)
{
    struct cur cur = cur_of(text);
    struct sso_flow flow = {0};
    str part[PARTS], covered;

    if (text.len > FLOW_BYTES)
        return false;
    for (int i = 0; i < PARTS; i++)
        if (!cur_until(&cur, '.', PART_BYTES, &part[i]))
            return false;
    covered = str_slice(text, 0, text.len > part[5].len ? text.len - part[5].len - 1 : 0);
    if (!cur_at_end(&cur) || !same_bytes(part[5], digest_of(a, key, "flow", covered)) ||
        !str_parse_i64(part[1], &flow.expires_s) || !uuid_parse(part[3], &flow.session) ||
        !decode_base64(a, part[4], &flow.next) || now_s >= flow.expires_s)
        return false;
    flow.state = part[0];
    flow.provider = part[2];
    *out = flow;
    return true;
}

str sso_flow_nonce(struct arena *a, const uint8_t key[32], str state)
{
    return digest_of(a, key, "nonce", state);
}

str sso_flow_verifier(struct arena *a, const uint8_t key[32], str state)
{
    return digest_of(a, key, "verifier", state);
}

bool sso_is_local(str path)
{
    if (path.len == 0 || path.len > SSO_NEXT_MAX || path.ptr[0] != '/' ||
        str_starts_with(path, S("//")))
        return false;
    for (size_t i = 0; i < path.len; i++)
        if (path.ptr[i] <= ' ' || path.ptr[i] > '~' || path.ptr[i] == '\\')
            return false;
    return true;
}
