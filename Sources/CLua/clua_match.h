#ifndef CLUA_MATCH_H
#define CLUA_MATCH_H

#include "clua_internal.h"

/// The most captures a pattern may have, and the lengths that mark an open capture and a position capture.
enum { CLUA_MATCH_CAPTURES = 32, CLUA_MATCH_OPEN = -1, CLUA_MATCH_POSITION = -2 };

/// One search: a subject, a pattern, and the captures of the last attempt.
typedef struct clua_matcher {
    lua_State *L;
    const char *source, *source_end, *pattern_end;
    int depth;
    int level;
    int64_t steps;
    struct {
        const char *start;
        ptrdiff_t length;
    } captures[CLUA_MATCH_CAPTURES];
} clua_matcher;

void clua_match_prepare(clua_matcher *m, lua_State *L, const char *s, size_t length, const char *p, size_t size);
/// The end of a match of the pattern from `p` on that begins at `s`, or null. Raises on a malformed pattern.
const char *clua_match_at(clua_matcher *m, const char *s, const char *p);

#endif
