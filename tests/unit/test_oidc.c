/*
 * test_oidc.c - who the providers are, what of their documents is believed, and Microsoft's tenants,
 * which no provider on loopback has.  Everything else about id_tokens is tests/http/24-oidc.
 */
#include "t.h"

#include "provider/oidc.h"

static struct secret secret(const char *text)
{
    return (struct secret){text, strlen(text)};
}

static struct config with_google(void)
{
    return (struct config){.google_client_id = S("g"), .google_client_secret = secret("s")};
}

static struct config with_microsoft(const char *tenant)
{
    return (struct config){.microsoft_client_id = S("m"),
                           .microsoft_client_secret = secret("s"),
                           .microsoft_tenant = str_of(tenant)};
}

static struct config with_company(const char *issuer)
{
    return (struct config){.oidc_issuer = str_of(issuer),
                           .oidc_client_id = S("c"),
                           .oidc_client_secret = secret("s"),
                           .oidc_name = S("Kedai")};
}

static struct oidc_provider only(struct ctx *c, struct config cfg)
{
    struct oidc_providers all;

    T_OK(c, oidc_configure(c, &cfg, &all));
    assert_int_equal(all.n, 1);
    return all.items[0];
}

static void settings_come_in_pairs(void **state)
{
    struct ctx *c = t_ctx(state);
    struct config nothing = {0}, cfg;
    struct oidc_providers all;

    T_OK(c, oidc_configure(c, &nothing, &all));
    assert_int_equal(all.n, 0);
    cfg = with_google(), cfg.google_client_secret = (struct secret){0};
    T_FAILS_AT(c, ERR_INVALID, "SAMBUNG_GOOGLE_CLIENT_SECRET", oidc_configure(c, &cfg, &all));
    cfg = with_microsoft("common"), cfg.microsoft_client_id = S("");
    T_FAILS_AT(c, ERR_INVALID, "SAMBUNG_MICROSOFT_CLIENT_ID", oidc_configure(c, &cfg, &all));
    cfg = with_microsoft("contoso.com");
    T_FAILS_AT(c, ERR_INVALID, "SAMBUNG_MICROSOFT_TENANT", oidc_configure(c, &cfg, &all));
    cfg = with_company("");
    T_FAILS_AT(c, ERR_INVALID, "SAMBUNG_OIDC_ISSUER", oidc_configure(c, &cfg, &all));
    cfg = with_company("https://id.example"), cfg.oidc_client_id = S("");
    T_FAILS(c, ERR_INVALID, oidc_configure(c, &cfg, &all));
    T_OK(c, (cfg = with_company("https://id.example"), oidc_configure(c, &cfg, &all)));
    assert_non_null(oidc_find(&all, S("company")));
    assert_null(oidc_find(&all, S("google")));
}

static void an_issuer_is_https_and_plain(void **state)
{
    struct ctx *c = t_ctx(state);
    static const char *const bad[] = {
        "http://id.example",        "id.example",           "https://",
        "https://a@id.example",     "https://id.example?x", "https://id.example#x",
        "https://id.example\\evil", "https://id. example",
    };
    struct oidc_providers all;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++) {
        struct config cfg = with_company(bad[i]);

        T_FAILS_AT(c, ERR_INVALID, "SAMBUNG_OIDC_ISSUER", oidc_configure(c, &cfg, &all));
    }
}

static void the_document_is_where_the_issuer_says(void **state)
{
    struct ctx *c = t_ctx(state);
    static const char *const expected[][2] = {
        {"https://id.example",      "https://id.example/.well-known/openid-configuration"     },
        {"https://id.example/",     "https://id.example/.well-known/openid-configuration"     },
        {"https://id.example/a/b",  "https://id.example/a/b/.well-known/openid-configuration" },
        {"https://id.example:8443", "https://id.example:8443/.well-known/openid-configuration"},
    };

    for (size_t i = 0; i < sizeof expected / sizeof expected[0]; i++) {
        struct oidc_provider p = only(c, with_company(expected[i][0]));

        T_STR(oidc_document_url(c->arena, &p), expected[i][1]);
        T_STR(p.hosts[0], "id.example");
    }
}

static void google_s_own_document_is_believed(void **state)
{
    struct ctx *c = t_ctx(state);
    const char *text = t_contract(c, "platform/google/openid-configuration.json");
    struct oidc_provider p = only(c, with_google());
    struct oidc_metadata m;

    if (!text)
        return;
    T_OK(c, oidc_read_document(c, &p, str_of(text), &m));
    T_STR(m.issuer, "https://accounts.google.com");
    T_STR(m.token_endpoint, "https://oauth2.googleapis.com/token");
    assert_false(m.basic_only);
}

static str document(struct ctx *c, const char *issuer, const char *token_endpoint)
{
    return arena_printf(c->arena,
                        "{\"issuer\":\"%s\",\"authorization_endpoint\":\"https://id.example/auth\","
                        "\"token_endpoint\":\"%s\",\"jwks_uri\":\"https://id.example/keys\"}",
                        issuer, token_endpoint);
}

static void a_document_is_its_issuer_s_and_stays_at_its_host(void **state)
{
    struct ctx *c = t_ctx(state);
    struct oidc_provider p = only(c, with_company("https://id.example"));
    static const char *const bad[] = {
        "",
        "http://id.example/token",
        "https://evil.example/token",
        "https://id.example.evil/token",
        "https://id.example@evil.example/token",
        "https://evil.example\\\\@id.example/token",
    };
    struct oidc_metadata m;

    T_OK(c, oidc_read_document(
                c, &p, document(c, "https://id.example", "https://id.example:9443/token"), &m));
    assert_true(m.basic_only); /* it does not say: then that is what it takes */
    T_FAILS(c, ERR_INVALID,
            oidc_read_document(c, &p,
                               document(c, "https://id.example/", "https://id.example/token"), &m));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        T_FAILS(c, ERR_INVALID,
                oidc_read_document(c, &p, document(c, "https://id.example", bad[i]), &m));
    T_FAILS(c, ERR_INVALID, oidc_read_document(c, &p, S("[]"), &m));
    T_FAILS(c, ERR_INVALID, oidc_read_document(c, &p, S("<html>"), &m));
}

static void the_pkce_challenge_is_rfc_7636s(void **state)
{
    struct ctx *c = t_ctx(state);
    struct oidc_provider p = only(c, with_company("https://id.example"));
    struct oidc_metadata m = {.authorization_endpoint = S("https://id.example/auth?x=1")};
    struct oidc_departure d = {.redirect_uri = S("https://crm.example/sign-in/company/return"),
                               .state = S("s"),
                               .nonce = S("n"),
                               .verifier = S("dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk")};

    T_STR(oidc_authorization_url(c->arena, &p, &m, &d),
          "https://id.example/auth?x=1&response_type=code&client_id=c&redirect_uri=https%3A%2F%2F"
          "crm.example%2Fsign-in%2Fcompany%2Freturn&scope=openid%20email%20profile&state=s&nonce=n"
          "&code_challenge=E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM&code_challenge_method=S256");
}

static void the_secret_goes_where_the_provider_wants_it(void **state)
{
    struct ctx *c = t_ctx(state);
    struct oidc_provider p = only(c, with_company("https://id.example"));
    struct oidc_metadata m = {.token_endpoint = S("https://id.example/token"), .basic_only = true};
    struct oidc_exchange x = {
        .code = S("c&d"), .redirect_uri = S("https://r"), .verifier = secret("v")};
    struct http_request r;

    oidc_token_request(c, &p, &m, &x, &r);
    T_STR(r.body, "grant_type=authorization_code&code=c%26d&redirect_uri=https%3A%2F%2Fr"
                  "&code_verifier=v");
    T_STR(secret_expose(r.basic), "Yzpz"); /* c:s */
    m.basic_only = false;
    oidc_token_request(c, &p, &m, &x, &r);
    assert_int_equal(r.basic.size, 0);
    assert_true(str_ends_with(r.body, S("&client_id=c&client_secret=s")));
}

static void what_the_provider_answers_has_an_end_each(void **state)
{
    struct ctx *c = t_ctx(state);
    static const struct {
        struct http_response answer;
        enum status expected;
    } cases[] = {
        {{.failure = HTTP_NOT_SENT},                                          ERR_UNAVAILABLE},
        {{.failure = HTTP_NO_ANSWER},                                         ERR_UNAVAILABLE},
        {{.status = 500},                                                     ERR_UNAVAILABLE},
        {{.status = 429},                                                     ERR_UNAVAILABLE},
        {{.status = 200, .body = STR_INIT("<html>")},                         ERR_UNAVAILABLE},
        {{.status = 400, .body = STR_INIT("{\"error\":\"invalid_grant\"}")},  ERR_CONFLICT   },
        {{.status = 401, .body = STR_INIT("{\"error\":\"invalid_client\"}")}, ERR_FORBIDDEN  },
        {{.status = 302, .body = STR_INIT("")},                               ERR_FORBIDDEN  },
    };
    struct oidc_tokens t;

    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        T_FAILS(c, cases[i].expected, oidc_read_tokens(c, &cases[i].answer, &t));
}

/* ---- Microsoft's tenants ---- */

#define CONTOSO   "11111111-2222-3333-4444-555555555555"
#define CONSUMERS "9188040d-6c67-4c5b-b112-36a304b66dad"
#define MICROSOFT "https://login.microsoftonline.com/"

static enum status read_microsoft(struct ctx *c, const char *tenant, const char *iss,
                                  const char *tid, struct oidc_person *out)
{
    struct oidc_provider p = only(c, with_microsoft(tenant));
    struct oidc_metadata m = {.issuer = p.any_tenant ? S(MICROSOFT "{tenantid}/v2.0") : p.issuer};
    int64_t now_s = clock_now().us / 1000000;
    struct jwk key;
    struct jwks keys = {&key, 1};
    struct oidc_tokens t = {.access_token = S("")};

    T_OK(c, signing_key_load(c, signing_key_new(c), &key));
    t.id_token = jws_sign(
        c, &key, "JWT",
        arena_printf(c->arena,
                     "{\"iss\":\"%s\",\"tid\":\"%s\",\"aud\":\"m\",\"sub\":\"s\",\"nonce\":\"n\","
                     "\"exp\":%lld,\"iat\":%lld,\"email\":\"a@b.example\"}",
                     iss, tid, (long long)now_s + 60, (long long)now_s));
    return oidc_read_id_token(c, &p, &m, &keys, &t, S("n"), out);
}

static void a_tenant_s_token_names_its_tenant_twice(void **state)
{
    struct ctx *c = t_ctx(state);
    struct oidc_person who;

    T_OK(c, read_microsoft(c, "common", MICROSOFT CONTOSO "/v2.0", CONTOSO, &who));
    T_STR(who.issuer, MICROSOFT CONTOSO "/v2.0");
    assert_false(who.email_verified); /* Microsoft does not say, so it is not */
    T_OK(c, read_microsoft(c, "common", MICROSOFT CONSUMERS "/v2.0", CONSUMERS, &who));
    T_OK(c, read_microsoft(c, "organizations", MICROSOFT CONTOSO "/v2.0", CONTOSO, &who));
    T_OK(c, read_microsoft(c, CONTOSO, MICROSOFT CONTOSO "/v2.0", CONTOSO, &who));
    T_OK(c, read_microsoft(c, "consumers", MICROSOFT CONSUMERS "/v2.0", CONSUMERS, &who));
}

static void a_tenant_that_is_not_asked_for_does_not_come_in(void **state)
{
    struct ctx *c = t_ctx(state);
    static const struct {
        const char *tenant, *iss, *tid;
    } bad[] = {
        {"common",        MICROSOFT CONTOSO "/v2.0",   CONSUMERS   },
        {"common",        MICROSOFT "{tenantid}/v2.0", "{tenantid}"},
        {"common",        MICROSOFT "common/v2.0",     "common"    },
        {"common",        "https://evil.example/v2.0", CONTOSO     },
        {"common",        MICROSOFT CONTOSO "/v2.0/",  CONTOSO     },
        {"common",        MICROSOFT "/v2.0",           ""          },
        {"organizations", MICROSOFT CONSUMERS "/v2.0", CONSUMERS   },
        {CONTOSO,         MICROSOFT CONSUMERS "/v2.0", CONSUMERS   },
        {"consumers",     MICROSOFT CONTOSO "/v2.0",   CONTOSO     },
    };
    struct oidc_person who;

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        T_FAILS(c, ERR_FORBIDDEN, read_microsoft(c, bad[i].tenant, bad[i].iss, bad[i].tid, &who));
}

static void the_answer_s_issuer_is_asked_where_it_is_promised(void **state)
{
    struct ctx *c = t_ctx(state);
    struct oidc_provider p = only(c, with_company("https://id.example"));
    struct oidc_metadata m = {.issuer = S("https://id.example")};

    assert_true(oidc_issuer_agrees(&p, &m, S("")));
    assert_true(oidc_issuer_agrees(&p, &m, S("https://id.example")));
    assert_false(oidc_issuer_agrees(&p, &m, S("https://evil.example")));
    m.says_issuer = true;
    assert_false(oidc_issuer_agrees(&p, &m, S("")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        T(settings_come_in_pairs),
        T(an_issuer_is_https_and_plain),
        T(the_document_is_where_the_issuer_says),
        T(google_s_own_document_is_believed),
        T(a_document_is_its_issuer_s_and_stays_at_its_host),
        T(the_pkce_challenge_is_rfc_7636s),
        T(the_secret_goes_where_the_provider_wants_it),
        T(what_the_provider_answers_has_an_end_each),
        T(a_tenant_s_token_names_its_tenant_twice),
        T(a_tenant_that_is_not_asked_for_does_not_come_in),
        T(the_answer_s_issuer_is_asked_where_it_is_promised),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
