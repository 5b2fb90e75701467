#include "clua_match.h"

#include <ctype.h>
#include <string.h>

// A matcher for Lua patterns in which every step costs fuel and recursion is at most 200 deep.

enum { MAX_DEPTH = 200 };

static const char *match(clua_matcher *m, const char *s, const char *p);

/// Counts a step; the fuel is charged in small batches.
static inline void step(clua_matcher *m) {
    if ((++m->steps & 63) != 0) return;
    clua_charge(m->L, 16);
    if ((m->steps & 0xffff) == 0) clua_check_deadline(m->L);
}

static const char *class_end(clua_matcher *m, const char *p) {
    if (p == m->pattern_end) luaL_error(m->L, "malformed pattern");
    if (*p == '%') {
        if (p + 1 == m->pattern_end) luaL_error(m->L, "malformed pattern (ends with `%%`)");
        return p + 2;
    }
    if (*p++ != '[') return p;
    if (p < m->pattern_end && *p == '^') p++;
    do {
        step(m);
        if (p >= m->pattern_end) luaL_error(m->L, "malformed pattern (missing `]`)");
        if (*p++ == '%') {
            if (p >= m->pattern_end) luaL_error(m->L, "malformed pattern (missing `]`)");
            p++;
        }
    } while (p >= m->pattern_end || *p != ']');
    return p + 1;
}

static bool in_class(int byte, int class) {
    bool found;
    switch (tolower(class)) {
    case 'a': found = isalpha(byte); break;
    case 'c': found = iscntrl(byte); break;
    case 'd': found = isdigit(byte); break;
    case 'g': found = isgraph(byte); break;
    case 'l': found = islower(byte); break;
    case 'p': found = ispunct(byte); break;
    case 's': found = isspace(byte); break;
    case 'u': found = isupper(byte); break;
    case 'w': found = isalnum(byte); break;
    case 'x': found = isxdigit(byte); break;
    case 'z': found = byte == 0; break;
    default: return class == byte;
    }
    return isupper(class) ? !found : found;
}

/// True when the byte is in the set from `[` at `p` to `]` at `last`.
static bool in_set(clua_matcher *m, int byte, const char *p, const char *last) {
    bool wanted = true;
    if (p[1] == '^') {
        wanted = false;
        p++;
    }
    while (++p < last) {
        step(m);
        if (*p == '%') {
            p++;
            if (in_class(byte, (unsigned char)*p)) return wanted;
        } else if (p[1] == '-' && p + 2 < last) {
            p += 2;
            if ((unsigned char)p[-2] <= byte && byte <= (unsigned char)*p) return wanted;
        } else if ((unsigned char)*p == byte) {
            return wanted;
        }
    }
    return !wanted;
}

static bool single(clua_matcher *m, const char *s, const char *p, const char *end) {
    step(m);
    if (s >= m->source_end) return false;
    int byte = (unsigned char)*s;
    switch (*p) {
    case '.': return true;
    case '%': return in_class(byte, (unsigned char)p[1]);
    case '[': return in_set(m, byte, p, end - 1);
    default: return (unsigned char)*p == byte;
    }
}

static const char *balance(clua_matcher *m, const char *s, const char *p) {
    if (p + 1 >= m->pattern_end) luaL_error(m->L, "malformed pattern (missing arguments to `%%b`)");
    if (s >= m->source_end || *s != p[0]) return NULL;
    int64_t open = 1;
    while (++s < m->source_end) {
        step(m);
        if (*s == p[1]) {
            if (--open == 0) return s + 1;
        } else if (*s == p[0]) {
            open++;
        }
    }
    return NULL;
}

static const char *longest(clua_matcher *m, const char *s, const char *p, const char *end) {
    ptrdiff_t count = 0;
    while (single(m, s + count, p, end)) count++;
    for (; count >= 0; count--) {
        const char *found = match(m, s + count, end + 1);
        if (found != NULL) return found;
    }
    return NULL;
}

static const char *shortest(clua_matcher *m, const char *s, const char *p, const char *end) {
    for (;;) {
        const char *found = match(m, s, end + 1);
        if (found != NULL) return found;
        if (!single(m, s, p, end)) return NULL;
        s++;
    }
}

static const char *open_capture(clua_matcher *m, const char *s, const char *p, ptrdiff_t kind) {
    if (m->level >= CLUA_MATCH_CAPTURES) luaL_error(m->L, "too many captures");
    m->captures[m->level].start = s;
    m->captures[m->level].length = kind;
    m->level++;
    const char *found = match(m, s, p);
    if (found == NULL) m->level--;
    return found;
}

static const char *close_capture(clua_matcher *m, const char *s, const char *p) {
    int level = m->level - 1;
    while (level >= 0 && m->captures[level].length != CLUA_MATCH_OPEN) level--;
    if (level < 0) luaL_error(m->L, "invalid pattern capture");
    m->captures[level].length = s - m->captures[level].start;
    const char *found = match(m, s, p);
    if (found == NULL) m->captures[level].length = CLUA_MATCH_OPEN;
    return found;
}

static const char *back_reference(clua_matcher *m, const char *s, int digit) {
    int level = digit - '1';
    if (level < 0 || level >= m->level || m->captures[level].length == CLUA_MATCH_OPEN) {
        luaL_error(m->L, "invalid capture index %%%d", level + 1);
    }
    ptrdiff_t length = m->captures[level].length;
    // A position capture has no text: as in Lua, nothing matches it.
    if (length < 0) return NULL;
    clua_charge(m->L, 1 + length / 8);
    if (m->source_end - s < length || memcmp(m->captures[level].start, s, (size_t)length) != 0) return NULL;
    return s + length;
}

/// Matches the pattern from `p` at `s`; returns the end of the match.
static const char *match_here(clua_matcher *m, const char *s, const char *p) {
    while (p < m->pattern_end) {
        step(m);
        bool more = p + 1 < m->pattern_end;
        if (*p == '(') {
            if (more && p[1] == ')') return open_capture(m, s, p + 2, CLUA_MATCH_POSITION);
            return open_capture(m, s, p + 1, CLUA_MATCH_OPEN);
        }
        if (*p == ')') return close_capture(m, s, p + 1);
        if (*p == '$' && !more) return s == m->source_end ? s : NULL;
        if (*p == '%' && more && p[1] == 'b') {
            s = balance(m, s, p + 2);
            if (s == NULL) return NULL;
            p += 4;
            continue;
        }
        if (*p == '%' && more && p[1] == 'f') {
            p += 2;
            if (p >= m->pattern_end || *p != '[') luaL_error(m->L, "missing `[` after `%%f` in pattern");
            const char *end = class_end(m, p);
            int before = s == m->source ? 0 : (unsigned char)s[-1];
            int after = s == m->source_end ? 0 : (unsigned char)*s;
            if (in_set(m, before, p, end - 1) || !in_set(m, after, p, end - 1)) return NULL;
            p = end;
            continue;
        }
        if (*p == '%' && more && isdigit((unsigned char)p[1])) {
            s = back_reference(m, s, (unsigned char)p[1]);
            if (s == NULL) return NULL;
            p += 2;
            continue;
        }
        const char *end = class_end(m, p);
        char suffix = end < m->pattern_end ? *end : '\0';
        if (suffix == '*') return longest(m, s, p, end);
        if (suffix == '-') return shortest(m, s, p, end);
        if (suffix == '+') return single(m, s, p, end) ? longest(m, s + 1, p, end) : NULL;
        if (suffix == '?') {
            if (single(m, s, p, end)) {
                const char *found = match(m, s + 1, end + 1);
                if (found != NULL) return found;
            }
            p = end + 1;
            continue;
        }
        if (!single(m, s, p, end)) return NULL;
        s++;
        p = end;
    }
    return s;
}

static const char *match(clua_matcher *m, const char *s, const char *p) {
    if (++m->depth > MAX_DEPTH) luaL_error(m->L, "pattern too complex");
    const char *found = match_here(m, s, p);
    m->depth--;
    return found;
}

void clua_match_prepare(clua_matcher *m, lua_State *L, const char *s, size_t length, const char *p, size_t size) {
    m->L = L;
    m->source = s;
    m->source_end = s + length;
    m->pattern_end = p + size;
    m->steps = 0;
    m->depth = 0;
    m->level = 0;
}

const char *clua_match_at(clua_matcher *m, const char *s, const char *p) {
    m->depth = 0;
    m->level = 0;
    clua_charge(m->L, 1);
    return match(m, s, p);
}
