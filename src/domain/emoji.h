/*
 * emoji.h - is a text one emoji?
 */
#ifndef DOMAIN_EMOJI_H
#define DOMAIN_EMOJI_H

#include "base/str.h"

enum { EMOJI_MAX = 64 }; /* bytes; the longest of Unicode has 35 */

/* One picture as people see it: also with a skin tone, a flag, a keycap, or several joined. */
bool is_emoji(str s);

#endif
