/*
 * banned.h - calls that this program does without, and what to use instead.
 *
 * Included by the compiler before every source of ours (meson.build).  The
 * system's headers come first, so that their declarations stay as they are.
 * To add a call: a line here, and the reason beside it.
 */
#ifndef BASE_BANNED_H
#define BASE_BANNED_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#define sscanf(...)    banned_use_a_cur()         /* no maxima, overflow is undefined */
#define strtok(...)    banned_use_a_cur()         /* hidden state, writes into its input */
#define atoi(...)      banned_use_str_parse_i64() /* cannot report an error */
#define strtol(...)    banned_use_str_parse_i64() /* five ways to forget one check */
#define sprintf(...)   banned_use_arena_printf()  /* knows no end */
#define strcpy(...)    banned_use_arena_copy()    /* knows no end */
#define strcat(...)    banned_use_a_buf()         /* knows no end, quadratic */
#define strncpy(...)   banned_use_arena_copy()    /* may leave no terminator */
#define gmtime(...)    banned_use_instant_str()   /* a shared buffer */
#define localtime(...) banned_use_instant_str()   /* a shared buffer, the machine's zone */
#define strerror(...)  banned_use_strerror_r()    /* a shared buffer */
#define rand(...)      banned_use_random_bytes()  /* can be guessed */

#endif
