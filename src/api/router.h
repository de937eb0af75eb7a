/*
 * router.h - which row of the route table a method and a path mean.
 */
#ifndef API_ROUTER_H
#define API_ROUTER_H

#include "api/routes.h"

enum match { MATCH_FOUND = 1, MATCH_NO_PATH, MATCH_NO_METHOD };

struct matched {
    const struct route *route;
    str raw[ROUTE_MAX_PARAMS]; /* path parameters as they stand in the path, still escaped */
    int n;
    unsigned allowed; /* a bit per enum http_method that the path has */
};

/* HEAD is found as GET.  The path must be the pattern's: no slash more or less. */
enum match route_match(enum http_method method, str path, struct matched *out);
/* "GET, HEAD, POST" for an Allow header. */
str route_allow(struct arena *a, unsigned allowed);
/* The parameters decoded; {id} as a uuid.  false: one is malformed, so there is no such thing. */
bool route_params(struct arena *a, const struct matched *m, str *params, struct uuid *ids);

#endif
