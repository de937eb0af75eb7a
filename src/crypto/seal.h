/*
 * seal.h - secrets at rest: AES-256-GCM under a data key per organisation,
 * which is itself wrapped by the master key (SAMBUNG_KEY or a 0600 file).
 *
 * A sealed value is version(1) key-number(1) nonce(12) ciphertext tag(16).  Its additional data
 * binds it to org, table, row and column: moved elsewhere it does not open.
 */
#ifndef CRYPTO_SEAL_H
#define CRYPTO_SEAL_H

#include "base/ctx.h"
#include "base/field.h"

struct master_key {
    uint8_t bytes[32];
};

struct data_key {
    uint8_t bytes[32];
};

struct seal_place {
    struct uuid org;
    const char *table;
    struct uuid id;
    const char *column;
};

/* From the setting, else from the file.
 * ERR_INVALID: not 32 bytes; or the file is readable by others.  ERR_NOT_FOUND: there is none. */
enum status master_key_load(struct ctx *c, struct secret setting, str file, struct master_key *out);
/* The same, but a file that does not exist is made (0600, fsync): only while nothing is sealed. */
enum status master_key_make(struct ctx *c, struct secret setting, str file, struct master_key *out);
/* A key for one purpose ("media-url", "visitor", "session"): HKDF-SHA256 of the master key. */
void master_key_derive(const struct master_key *master, const char *purpose, uint8_t out[32]);

void data_key_new(struct data_key *out);
enum status data_key_wrap(struct ctx *c, const struct master_key *master, struct uuid org,
                          const struct data_key *key, struct bytes *out);
enum status data_key_unwrap(struct ctx *c, const struct master_key *master, struct uuid org,
                            struct bytes wrapped, struct data_key *out);

enum status seal(struct ctx *c, const struct data_key *key, const struct seal_place *place,
                 str plain, struct bytes *out);
/* ERR_INTERNAL when it was sealed elsewhere, by another key, or altered: never the caller's fault. */
enum status unseal(struct ctx *c, const struct data_key *key, const struct seal_place *place,
                   struct bytes sealed, struct secret *out);

#endif
