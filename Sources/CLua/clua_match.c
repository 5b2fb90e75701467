#include "clua_internal.h"

#include <ctype.h>
#include <string.h>

// Lua patterns by a matcher whose every step costs fuel and whose recursion is at most 200 deep.

enum { MAX_CAPTURES = 32, MAX_DEPTH = 200, OPEN = -1, POSITION = -2 };

typedef struct matcher {
    lua_State *L;
    const char *source, *source_end, *pattern_end;
    int depth;
    int level;
    int64_t steps;
    struct {
        const char *start;
        ptrdiff_t length;
    } captures[MAX_CAPTURES];
} matcher;

static const char *match(matcher *m, const char *s, const char *p);

/// Counts a step; the fuel is charged in small batches.
static inline void step(matcher *m) {
    if ((++m->steps & 63) != 0) return;
    clua_charge(m->L, 16);
    if ((m->steps & 0xffff) == 0) clua_check_deadline(m->L);
}

static const char *class_end(matcher *m, const char *p) {
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
    default: return class == byte;
    }
    return isupper(class) ? !found : found;
}

/// Whether the byte is in the set from `[` at `p` to `]` at `last`.
static bool in_set(matcher *m, int byte, const char *p, const char *last) {
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

static bool single(matcher *m, const char *s, const char *p, const char *end) {
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

static const char *balance(matcher *m, const char *s, const char *p) {
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

static const char *longest(matcher *m, const char *s, const char *p, const char *end) {
    ptrdiff_t count = 0;
    while (single(m, s + count, p, end)) count++;
    for (; count >= 0; count--) {
        const char *found = match(m, s + count, end + 1);
        if (found != NULL) return found;
    }
    return NULL;
}

static const char *shortest(matcher *m, const char *s, const char *p, const char *end) {
    for (;;) {
        const char *found = match(m, s, end + 1);
        if (found != NULL) return found;
        if (!single(m, s, p, end)) return NULL;
        s++;
    }
}

static const char *open_capture(matcher *m, const char *s, const char *p, ptrdiff_t kind) {
    if (m->level >= MAX_CAPTURES) luaL_error(m->L, "too many captures");
    m->captures[m->level].start = s;
    m->captures[m->level].length = kind;
    m->level++;
    const char *found = match(m, s, p);
    if (found == NULL) m->level--;
    return found;
}

static const char *close_capture(matcher *m, const char *s, const char *p) {
    int level = m->level - 1;
    while (level >= 0 && m->captures[level].length != OPEN) level--;
    if (level < 0) luaL_error(m->L, "invalid pattern capture");
    m->captures[level].length = s - m->captures[level].start;
    const char *found = match(m, s, p);
    if (found == NULL) m->captures[level].length = OPEN;
    return found;
}

static const char *back_reference(matcher *m, const char *s, int digit) {
    int level = digit - '1';
    if (level < 0 || level >= m->level || m->captures[level].length == OPEN) {
        luaL_error(m->L, "invalid capture index %%%d", level + 1);
    }
    ptrdiff_t length = m->captures[level].length;
    if (length < 0) length = 0;
    clua_charge(m->L, 1 + length / 8);
    if (m->source_end - s < length || memcmp(m->captures[level].start, s, (size_t)length) != 0) return NULL;
    return s + length;
}

/// Matches the pattern from `p` at `s`; gives where the match ends.
static const char *match_here(matcher *m, const char *s, const char *p) {
    while (p < m->pattern_end) {
        step(m);
        bool more = p + 1 < m->pattern_end;
        if (*p == '(') {
            if (more && p[1] == ')') return open_capture(m, s, p + 2, POSITION);
            return open_capture(m, s, p + 1, OPEN);
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

static const char *match(matcher *m, const char *s, const char *p) {
    if (++m->depth > MAX_DEPTH) luaL_error(m->L, "pattern too complex");
    const char *found = match_here(m, s, p);
    m->depth--;
    return found;
}

static void prepare(matcher *m, lua_State *L, const char *s, size_t length, const char *p, size_t size) {
    m->L = L;
    m->source = s;
    m->source_end = s + length;
    m->pattern_end = p + size;
    m->steps = 0;
    m->depth = 0;
    m->level = 0;
}

static const char *attempt(matcher *m, const char *s, const char *p) {
    m->depth = 0;
    m->level = 0;
    clua_charge(m->L, 1);
    return match(m, s, p);
}

static void push_capture(matcher *m, int index, const char *s, const char *end) {
    if (index >= m->level) {
        if (index != 0) luaL_error(m->L, "invalid capture index %%%d", index + 1);
        clua_charge(m->L, (end - s) / 8);
        lua_pushlstring(m->L, s, (size_t)(end - s));
        return;
    }
    ptrdiff_t length = m->captures[index].length;
    if (length == OPEN) luaL_error(m->L, "unfinished capture");
    if (length == POSITION) {
        lua_pushinteger(m->L, m->captures[index].start - m->source + 1);
    } else {
        clua_charge(m->L, 1 + length / 8);
        lua_pushlstring(m->L, m->captures[index].start, (size_t)length);
    }
}

/// Pushes all captures, or the whole match when there are none and `s` is given.
static int push_captures(matcher *m, const char *s, const char *end) {
    int count = m->level == 0 && s != NULL ? 1 : m->level;
    luaL_checkstack(m->L, count + 2, "too many captures");
    for (int i = 0; i < count; i++) push_capture(m, i, s, end);
    return count;
}

static size_t start_of(lua_Integer position, size_t length) {
    if (position > 0) return (size_t)position - 1;
    if (position == 0 || position < -(lua_Integer)length) return 0;
    return length - (size_t)(-position);
}

static int plain(lua_State *L, const char *s, size_t length, size_t from, const char *p, size_t size) {
    const char *at = s + from, *last = s + length;
    while ((size_t)(last - at) >= size) {
        const char *hit = size == 0 ? at : memchr(at, *p, (size_t)(last - at) - size + 1);
        clua_charge(L, 1 + (hit == NULL ? last - at : hit - at) / 32);
        if (hit == NULL) break;
        clua_charge(L, 1 + (int64_t)size / 32);
        if (size == 0 || memcmp(hit, p, size) == 0) {
            lua_pushinteger(L, hit - s + 1);
            lua_pushinteger(L, hit - s + (lua_Integer)size);
            return 2;
        }
        at = hit + 1;
    }
    lua_pushnil(L);
    return 1;
}

static int search(lua_State *L, bool find) {
    size_t length, size;
    const char *s = luaL_checklstring(L, 1, &length), *p = luaL_checklstring(L, 2, &size);
    size_t from = start_of(luaL_optinteger(L, 3, 1), length);
    if (from > length) {
        lua_pushnil(L);
        return 1;
    }
    bool literal = true;
    for (size_t i = 0; i < size && literal; i++) literal = p[i] == '\0' || strchr("^$*+?.([%-", p[i]) == NULL;
    if (find && (literal || lua_toboolean(L, 4))) return plain(L, s, length, from, p, size);
    matcher m;
    prepare(&m, L, s, length, p, size);
    bool anchored = size > 0 && *p == '^';
    if (anchored) p++;
    for (const char *at = s + from; at <= m.source_end; at++) {
        const char *end = attempt(&m, at, p);
        if (end != NULL) {
            if (!find) return push_captures(&m, at, end);
            lua_pushinteger(L, at - s + 1);
            lua_pushinteger(L, end - s);
            return push_captures(&m, NULL, NULL) + 2;
        }
        if (anchored) break;
    }
    lua_pushnil(L);
    return 1;
}

int clua_string_find(lua_State *L) { return search(L, true); }
int clua_string_match(lua_State *L) { return search(L, false); }

static int next_match(lua_State *L) {
    size_t length, size;
    const char *s = lua_tolstring(L, lua_upvalueindex(1), &length);
    const char *p = lua_tolstring(L, lua_upvalueindex(2), &size);
    lua_Integer from = lua_tointeger(L, lua_upvalueindex(3)), last = lua_tointeger(L, lua_upvalueindex(4));
    matcher m;
    prepare(&m, L, s, length, p, size);
    for (; from <= (lua_Integer)length; from++) {
        const char *end = attempt(&m, s + from, p);
        if (end == NULL || end - s == last) continue;
        lua_pushinteger(L, end - s);
        lua_copy(L, -1, lua_upvalueindex(3));
        lua_replace(L, lua_upvalueindex(4));
        return push_captures(&m, s + from, end);
    }
    lua_pushinteger(L, (lua_Integer)length + 1);
    lua_replace(L, lua_upvalueindex(3));
    return 0;
}

int clua_string_gmatch(lua_State *L) {
    clua_of(L)->iterated = true;
    size_t length;
    luaL_checklstring(L, 1, &length);
    luaL_checkstring(L, 2);
    size_t from = start_of(luaL_optinteger(L, 3, 1), length);
    lua_settop(L, 2);
    lua_pushinteger(L, (lua_Integer)(from > length ? length + 1 : from));
    lua_pushinteger(L, -1);
    lua_pushcclosure(L, next_match, 4);
    return 1;
}

/// Adds the replacement text to the buffer, `%0` to `%9` standing for captures.
static void add_text(matcher *m, luaL_Buffer *buffer, const char *s, const char *end) {
    size_t size;
    const char *text = lua_tolstring(m->L, 3, &size);
    clua_charge(m->L, 1 + (int64_t)size / 8);
    for (size_t i = 0; i < size; i++) {
        if (text[i] != '%') {
            luaL_addchar(buffer, text[i]);
            continue;
        }
        i++;
        if (i < size && text[i] == '%') {
            luaL_addchar(buffer, '%');
        } else if (i < size && text[i] == '0') {
            clua_charge(m->L, (end - s) / 8);
            luaL_addlstring(buffer, s, (size_t)(end - s));
        } else if (i < size && isdigit((unsigned char)text[i])) {
            push_capture(m, text[i] - '1', s, end);
            luaL_tolstring(m->L, -1, NULL);
            lua_remove(m->L, -2);
            luaL_addvalue(buffer);
        } else {
            luaL_error(m->L, "invalid use of `%%` in replacement string");
        }
    }
}

static bool add_replacement(matcher *m, luaL_Buffer *buffer, const char *s, const char *end, int type) {
    lua_State *L = m->L;
    if (type == LUA_TFUNCTION) {
        lua_pushvalue(L, 3);
        lua_call(L, push_captures(m, s, end), 1);
    } else if (type == LUA_TTABLE) {
        push_capture(m, 0, s, end);
        lua_gettable(L, 3);
    } else {
        add_text(m, buffer, s, end);
        return true;
    }
    if (clua_is_handle(L, -1)) clua_content(L, lua_gettop(L));
    if (!lua_toboolean(L, -1)) {
        lua_pop(L, 1);
        clua_charge(L, (end - s) / 8);
        luaL_addlstring(buffer, s, (size_t)(end - s));
        return false;
    }
    if (!lua_isstring(L, -1)) luaL_error(L, "invalid replacement value (a %s)", luaL_typename(L, -1));
    luaL_addvalue(buffer);
    return true;
}

int clua_string_gsub(lua_State *L) {
    size_t length, size;
    const char *s = luaL_checklstring(L, 1, &length), *p = luaL_checklstring(L, 2, &size);
    int type = lua_type(L, 3);
    if (type != LUA_TFUNCTION && type != LUA_TTABLE) luaL_checkstring(L, 3);
    lua_Integer most = luaL_optinteger(L, 4, (lua_Integer)length + 1), count = 0;
    lua_settop(L, 3);
    matcher m;
    prepare(&m, L, s, length, p, size);
    bool anchored = size > 0 && *p == '^';
    if (anchored) p++;
    const char *at = s, *last = NULL;
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    while (count < most) {
        const char *end = attempt(&m, at, p);
        if (end != NULL && end != last) {
            count++;
            add_replacement(&m, &buffer, at, end, type);
            at = last = end;
        } else if (at < m.source_end) {
            luaL_addchar(&buffer, *at++);
        } else {
            break;
        }
        if (anchored) break;
    }
    luaL_addlstring(&buffer, at, (size_t)(m.source_end - at));
    luaL_pushresult(&buffer);
    lua_pushinteger(L, count);
    return 2;
}
