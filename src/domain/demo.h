/*
 * demo.h - a demonstration organisation: three channels on the null and web-chat providers, two
 * hundred contacts and eighty conversations in English, Malay and Chinese.
 *
 * The same words every time; times are relative to now, ids are new.
 */
#ifndef DOMAIN_DEMO_H
#define DOMAIN_DEMO_H

#include "domain/account.h"

/*
 * Fill c->org, which account_bootstrap just made, with owner as its first member.  System role, in
 * the caller's transaction.  password is given to the demo colleagues too.
 */
enum status demo_fill(struct ctx *c, struct uuid owner, struct secret password);

#endif
