/*
 * problem.c - the closed list of what can be wrong.
 *
 * To add a word: a row here, the contract in docs/api.md, the UI's catalogues.
 * The order matters to nobody; the first row of a status is its own word.
 */
#include "api/problem.h"

#include "base/json.h"

const struct problem_word problem_words[] = {
    {"invalid",                422, "Something in the request is not right"       },
    {"unauthorized",           401, "Please sign in"                              },
    {"forbidden",              403, "Not allowed"                                 },
    {"not_found",              404, "Not found"                                   },
    {"conflict",               409, "This does not fit the present state"         },
    {"too_large",              413, "Too large"                                   },
    {"rate_limited",           429, "Too many requests"                           },
    {"unavailable",            503, "Not available right now"                     },
    {"uncertain",              502, "It may or may not have happened"             },
    {"internal",               500, "A mistake of ours"                           },
    {"method_not_allowed",     405, "Not done this way"                           },
    {"upgrade_required",       426, "This is for a WebSocket"                     },
    {"unsupported_media_type", 415, "Not this kind of content"                    },
    {"malformed",              400, "Not understood"                              },
    {"timeout",                408, "Too slow"                                    },
    {"target_too_long",        414, "The address is too long"                     },
    {"headers_too_large",      431, "Too many headers"                            },
    {"bad_origin",             403, "Sent from another site"                      },
    {"idempotency_mismatch",   422, "This Idempotency-Key was for something else" },
    {"stale_version",          409, "Somebody else has changed it in the meantime"},
    {"window_closed",          409, "The time to answer freely is over"           },
    {"channel_disconnected",   409, "The channel is not connected"                },
    {"too_late",               409, "Too late"                                    },
    {"bad_credentials",        401, "Wrong e-mail address or password"            },
    {"bad_code",               401, "Wrong code"                                  },
    {"challenge_over",         401, "This sign-in has taken too long"             },
    {"second_factor_needed",   403, "A second factor must be set up first"        },
    {"stale_sign_in",          403, "Please sign in again for this"               },
    {"bad_refresh_token",      401, "Please sign in again"                        },
    {"not_for_keys",           403, "Not for API keys"                            },
    {"slow_down",              429, "Too many attempts"                           },
    {NULL,                     0,   NULL                                          },
};

static const char *const kind_words[] = {
    [ERR_INVALID] = "invalid",           [ERR_UNAUTHORIZED] = "unauthorized",
    [ERR_FORBIDDEN] = "forbidden",       [ERR_NOT_FOUND] = "not_found",
    [ERR_CONFLICT] = "conflict",         [ERR_TOO_LARGE] = "too_large",
    [ERR_RATE_LIMITED] = "rate_limited", [ERR_UNAVAILABLE] = "unavailable",
    [ERR_UNCERTAIN] = "uncertain",       [ERR_INTERNAL] = "internal",
};

static const struct problem_word *word_named(const char *code)
{
    for (const struct problem_word *w = problem_words; w->code != NULL; w++)
        if (strcmp(w->code, code) == 0)
            return w;
    return NULL;
}

/* A reason that is not on the list is a mistake of ours, but the kind is still true. */
static const struct problem_word *word_of(const struct err *err)
{
    const struct problem_word *w = err->reason[0] != '\0' ? word_named(err->reason) : NULL;

    if (w != NULL)
        return w;
    if (err->code == OK || err->code > ERR_INTERNAL)
        return word_named("internal");
    return word_named(kind_words[err->code]);
}

int problem_status(const struct err *err)
{
    return word_of(err)->status;
}

const char *problem_code(const struct err *err)
{
    return word_of(err)->code;
}

str problem_json(struct arena *a, const struct err *err, str request_id)
{
    const struct problem_word *word = word_of(err);
    struct buf b = buf_new(a, 4096);
    struct json_writer w = json_writer_new(&b);

    json_object_begin(&w, NULL);
    json_str(&w, "type", arena_printf(a, "/problems/%s", word->code));
    json_str(&w, "title", str_of(word->title));
    json_i64(&w, "status", word->status);
    json_str(&w, "code", str_of(word->code));
    /* What an inside mistake says is for the log. */
    json_str(&w, "detail",
             err->code == ERR_INTERNAL || err->msg[0] == '\0' ? str_of(word->title)
                                                              : str_of(err->msg));
    if (err->field[0] != '\0')
        json_str(&w, "field", str_of(err->field));
    json_str(&w, "request_id", request_id);
    json_object_end(&w);
    return buf_str(&b);
}

struct brief {
    int status;
    const char *code, *title;
};

static const struct brief briefs[] = {
    {400, "malformed",          "Not understood"         },
    {401, "unauthorized",       "Please sign in"         },
    {404, "not_found",          "Not found"              },
    {405, "method_not_allowed", "Not done this way"      },
    {408, "timeout",            "Too slow"               },
    {413, "too_large",          "Too large"              },
    {414, "target_too_long",    "The address is too long"},
    {431, "headers_too_large",  "Too many headers"       },
    {503, "unavailable",        "Not available right now"},
};

str problem_brief(int status, str request_id, char *buf)
{
    const struct brief *b = &briefs[0];
    int n;

    for (size_t i = 0; i < sizeof(briefs) / sizeof(briefs[0]); i++)
        if (briefs[i].status == status)
            b = &briefs[i];
    n = snprintf(buf, EDGE_PROBLEM_MAX,
                 "{\"type\":\"/problems/%s\",\"title\":\"%s\",\"status\":%d,\"code\":\"%s\","
                 "\"request_id\":\"%.*s\"}",
                 b->code, b->title, b->status, b->code, STR_ARG(request_id));
    return (str){buf, (size_t)n};
}
