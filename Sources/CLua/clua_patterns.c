#include "clua_match.h"

#include <ctype.h>
#include <string.h>

// `string.find`, `match`, `gmatch` and `gsub` over the matcher.

static void push_capture(clua_matcher *m, int index, const char *s, const char *end) {
    if (index >= m->level) {
        if (index != 0) luaL_error(m->L, "invalid capture index %%%d", index + 1);
        clua_charge(m->L, (end - s) / 8);
        lua_pushlstring(m->L, s, (size_t)(end - s));
        return;
    }
    ptrdiff_t length = m->captures[index].length;
    if (length == CLUA_MATCH_OPEN) luaL_error(m->L, "unfinished capture");
    if (length == CLUA_MATCH_POSITION) {
        lua_pushinteger(m->L, m->captures[index].start - m->source + 1);
    } else {
        clua_charge(m->L, 1 + length / 8);
        lua_pushlstring(m->L, m->captures[index].start, (size_t)length);
    }
}

/// Pushes all captures, or the whole match when there are none and `s` is given.
static int push_captures(clua_matcher *m, const char *s, const char *end) {
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
    clua_matcher m;
    clua_match_prepare(&m, L, s, length, p, size);
    bool anchored = size > 0 && *p == '^';
    if (anchored) p++;
    for (const char *at = s + from; at <= m.source_end; at++) {
        const char *end = clua_match_at(&m, at, p);
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
    clua_matcher m;
    clua_match_prepare(&m, L, s, length, p, size);
    for (; from <= (lua_Integer)length; from++) {
        const char *end = clua_match_at(&m, s + from, p);
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

/// Adds the replacement text to the buffer, with `%0` to `%9` replaced by captures.
static void add_text(clua_matcher *m, luaL_Buffer *buffer, const char *s, const char *end) {
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

static bool add_replacement(clua_matcher *m, luaL_Buffer *buffer, const char *s, const char *end, int type) {
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
    clua_matcher m;
    clua_match_prepare(&m, L, s, length, p, size);
    bool anchored = size > 0 && *p == '^';
    if (anchored) p++;
    const char *at = s, *last = NULL;
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    while (count < most) {
        const char *end = clua_match_at(&m, at, p);
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
