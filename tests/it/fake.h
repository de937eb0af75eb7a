/*
 * fake.h - the life cycle of shop.h's provider.
 */
#ifndef IT_FAKE_H
#define IT_FAKE_H

struct fake;

struct fake *fake_new(void);
void fake_clear(struct fake *f); /* waits for the calls inside */
void fake_free(struct fake *f);

#endif
