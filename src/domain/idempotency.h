/*
 * idempotency.h - hands store/idempotency.h on to the dispatcher: keys of repeated requests have
 * no rules beyond those of their table.
 */
#ifndef DOMAIN_IDEMPOTENCY_H
#define DOMAIN_IDEMPOTENCY_H

#include "store/idempotency.h"

#endif
