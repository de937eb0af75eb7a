/*
 * openapi.c - print the API's description: from it the UI's types are generated (tools/gen_types.mjs).
 */
#include <stdio.h>

#include "api/openapi.h"
#include "cmd/cmd.h"

enum status cmd_openapi(struct ctx *c, struct invocation *in)
{
    str text;

    TRY(cmd_no_more(c, in));
    TRY(openapi_text(c, &text));
    printf("%.*s\n", STR_ARG(text));
    return OK;
}
