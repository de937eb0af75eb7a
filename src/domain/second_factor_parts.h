/*
 * second_factor_parts.h - what the files of second_factor share.  Not for others: they include
 * domain/second_factor.h.
 *
 * second_factor.c         is it right?
 * second_factor_set_up.c  an authenticator app comes, its recovery codes, and it goes
 */
#ifndef DOMAIN_SECOND_FACTOR_PARTS_H
#define DOMAIN_SECOND_FACTOR_PARTS_H

#include "domain/second_factor.h"

struct seal_place second_factor_place(struct uuid user_id);
/* What the database keeps of a recovery code as recovery_code_read gives it. */
struct bytes recovery_digest(struct arena *a, const struct door *door, struct uuid user_id,
                             str code);

#endif
