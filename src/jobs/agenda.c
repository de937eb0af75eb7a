/*
 * agenda.c - a short list, searched from end to end: an organisation is on it only while it has
 * something to do within seconds.
 */
#include "jobs/parts.h"

enum { AGENDA_SIZE = sizeof(((struct agenda *)0)->items) / sizeof(struct visit) };

void agenda_add(struct agenda *a, struct uuid org, int64_t at_ms, bool official)
{
    for (size_t i = 0; i < a->n; i++) {
        if (!uuid_eq(a->items[i].org, org))
            continue;
        if (at_ms < a->items[i].at_ms)
            a->items[i].at_ms = at_ms;
        a->items[i].official |= official;
        return;
    }
    if (a->n < AGENDA_SIZE)
        a->items[a->n++] = (struct visit){org, at_ms, official};
}

bool agenda_take(struct agenda *a, int64_t now_ms, struct visit *out)
{
    size_t best = a->n;

    for (size_t i = 0; i < a->n; i++)
        if (a->items[i].at_ms <= now_ms &&
            (best == a->n || a->items[i].at_ms < a->items[best].at_ms))
            best = i;
    if (best == a->n)
        return false;
    *out = a->items[best];
    a->items[best] = a->items[--a->n];
    return true;
}

int64_t agenda_next(const struct agenda *a, int64_t otherwise)
{
    int64_t next = otherwise;

    for (size_t i = 0; i < a->n; i++)
        if (a->items[i].at_ms < next)
            next = a->items[i].at_ms;
    return next;
}
