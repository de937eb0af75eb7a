/*
 * common.h - passwords that are guessed first: words, names and patterns, by cracklib's dictionary
 * and its rules (reversed, with digits behind, one letter for another).
 */
#ifndef CRYPTO_COMMON_H
#define CRYPTO_COMMON_H

#include "base/ctx.h"

/* ERR_INVALID naming the field when the password is easily guessed by somebody who knows the
 * person's address and name.  Without a dictionary on this machine everything passes; said once in
 * the log. */
enum status password_refuse_common(struct ctx *c, const char *field, struct secret password,
                                   str email, str name);

#endif
