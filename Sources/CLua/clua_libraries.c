#include "clua_internal.h"

#include <math.h>
#include <string.h>

// The library tables: stock functions that are linear in their arguments, and our own versions of the others.

/// Passes the content of handle arguments on and charges for the strings.
static int trampoline(lua_State *L) {
    int64_t work = 1;
    int count = lua_gettop(L);
    for (int i = 1; i <= count; i++) {
        if (clua_is_handle(L, i)) clua_content(L, i);
        if (lua_type(L, i) == LUA_TSTRING) work += (int64_t)(lua_rawlen(L, i) / 8);
    }
    clua_charge(L, work);
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

void clua_push_library_function(lua_State *L, lua_CFunction function) {
    lua_pushcfunction(L, function);
    lua_pushcclosure(L, trampoline, 1);
}

static int string_rep(lua_State *L) {
    size_t length, between;
    const char *text = luaL_checklstring(L, 1, &length);
    lua_Integer count = luaL_checkinteger(L, 2);
    const char *separator = luaL_optlstring(L, 3, "", &between);
    if (count <= 0 || length + between == 0) {
        lua_pushliteral(L, "");
        return 1;
    }
    if ((lua_Unsigned)count > CLUA_BLOCK / (length + between)) return luaL_error(L, "resulting string too large");
    size_t total = length * (size_t)count + between * (size_t)(count - 1);
    clua_charge(L, (int64_t)(total / 8) + count / 8);
    luaL_Buffer buffer;
    char *out = luaL_buffinitsize(L, &buffer, total);
    for (lua_Integer i = 0; i < count; i++) {
        if (i > 0 && between > 0) {
            memcpy(out, separator, between);
            out += between;
        }
        memcpy(out, text, length);
        out += length;
    }
    luaL_pushresultsize(&buffer, total);
    return 1;
}

/// Removes the sign of a NaN, which machines print differently.
static void unsign(lua_State *L, int index) {
    if (lua_type(L, index) != LUA_TNUMBER || !isnan(lua_tonumber(L, index))) return;
    lua_pushnumber(L, (lua_Number)NAN);
    lua_replace(L, index);
}

/// `string.format` without `%p`, and with `%s` free of addresses; the stock function is its upvalue.
static int string_format(lua_State *L) {
    int count = lua_gettop(L), argument = 1;
    size_t length;
    for (int i = 1; i <= count; i++) {
        if (i == 1 || lua_type(L, i) == LUA_TSTRING) clua_content(L, i);
    }
    const char *format = luaL_checklstring(L, 1, &length);
    int64_t work = (int64_t)(length / 8) + 1;
    for (const char *at = format, *end = format + length; at < end; at++) {
        if (*at != '%') continue;
        if (++at < end && *at == '%') continue;
        while (at < end && *at != '\0' && strchr("-+ #0123456789.", *at) != NULL) at++;
        argument += 1;
        if (at >= end || argument > count) break;
        if (*at == 'p') return luaL_error(L, "invalid conversion `%%p` to `format`");
        if (*at == 's') {
            clua_push_string(L, argument);
            lua_replace(L, argument);
        } else if (clua_is_handle(L, argument)) {
            clua_content(L, argument);
        }
        unsign(L, argument);
        work += 10;
        if (lua_type(L, argument) == LUA_TSTRING) work += (int64_t)(lua_rawlen(L, argument) / 4);
    }
    clua_charge(L, work);
    return lua_tocfunction(L, lua_upvalueindex(1))(L);
}

static lua_Integer check_array(lua_State *L, bool writing) {
    clua_check_table(L, 1);
    if (writing && lua_getmetatable(L, 1)) luaL_error(L, "the table is read-only");
    return (lua_Integer)lua_rawlen(L, 1);
}

static int table_insert(lua_State *L) {
    lua_Integer end = check_array(L, true) + 1, position = end;
    int count = lua_gettop(L);
    if (count == 3) {
        position = luaL_checkinteger(L, 2);
        luaL_argcheck(L, position >= 1 && position <= end, 2, "position out of bounds");
        clua_charge(L, end - position);
        for (lua_Integer i = end; i > position; i--) {
            lua_rawgeti(L, 1, i - 1);
            lua_rawseti(L, 1, i);
        }
    } else if (count != 2) {
        return luaL_error(L, "wrong number of arguments to `insert`");
    }
    lua_settop(L, count);
    lua_rawseti(L, 1, position);
    return 0;
}

static int table_remove(lua_State *L) {
    lua_Integer size = check_array(L, true), position = luaL_optinteger(L, 2, size);
    if (!lua_isnoneornil(L, 2)) {
        luaL_argcheck(L, (size == 0 && position == 0) || (position >= 1 && position <= size + 1), 2,
                      "position out of bounds");
    }
    lua_rawgeti(L, 1, position);
    clua_charge(L, size > position ? size - position : 0);
    for (; position < size; position++) {
        lua_rawgeti(L, 1, position + 1);
        lua_rawseti(L, 1, position);
    }
    lua_pushnil(L);
    lua_rawseti(L, 1, position);
    return 1;
}

static int table_concat(lua_State *L) {
    lua_Integer size = check_array(L, false);
    size_t between;
    clua_content(L, 2);
    const char *separator = luaL_optlstring(L, 2, "", &between);
    lua_Integer first = luaL_optinteger(L, 3, 1), last = luaL_optinteger(L, 4, size);
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    for (lua_Integer i = first; i <= last; i++) {
        lua_rawgeti(L, 1, i);
        if (clua_is_handle(L, -1)) clua_content(L, lua_gettop(L));
        if (lua_type(L, -1) != LUA_TSTRING && lua_type(L, -1) != LUA_TNUMBER) {
            return luaL_error(L, "invalid value (%s) at index %I in table for `concat`", luaL_typename(L, -1),
                              (LUAI_UACINT)i);
        }
        unsign(L, lua_gettop(L));
        clua_charge(L, 2 + (int64_t)((lua_rawlen(L, -1) + between) / 8));
        luaL_addvalue(&buffer);
        if (i == last) break;
        luaL_addlstring(&buffer, separator, between);
    }
    luaL_pushresult(&buffer);
    return 1;
}

static int table_unpack(lua_State *L) {
    lua_Integer size = check_array(L, false);
    lua_Integer first = luaL_optinteger(L, 2, 1), last = luaL_optinteger(L, 3, size);
    if (first > last) return 0;
    if ((lua_Unsigned)last - (lua_Unsigned)first >= 200) return luaL_error(L, "too many results to unpack");
    int count = (int)(last - first) + 1;
    luaL_checkstack(L, count, NULL);
    clua_charge(L, count);
    for (int i = 0; i < count; i++) lua_rawgeti(L, 1, first + i);
    return count;
}

static int table_pack(lua_State *L) {
    int count = lua_gettop(L);
    clua_charge(L, count);
    lua_createtable(L, count, 1);
    lua_insert(L, 1);
    for (int i = count; i >= 1; i--) lua_rawseti(L, 1, i);
    lua_pushinteger(L, count);
    lua_setfield(L, 1, "n");
    return 1;
}

/// True when the value on top sorts before the one below it; pops both.
static bool sorts_before(lua_State *L) {
    bool before;
    if (lua_isnil(L, 2)) {
        clua_charge(L, 2);
        before = lua_compare(L, -1, -2, LUA_OPLT);
        lua_pop(L, 2);
    } else {
        clua_charge(L, 4);
        lua_pushvalue(L, 2);
        lua_insert(L, -3);
        lua_insert(L, -2);
        lua_call(L, 2, 1);
        before = lua_toboolean(L, -1);
        lua_pop(L, 1);
    }
    return before;
}

/// A stable bottom-up merge sort of a copy, written back at the end.
static int table_sort(lua_State *L) {
    lua_Integer size = check_array(L, true);
    lua_settop(L, 1 + (lua_gettop(L) > 1));
    if (!lua_isnoneornil(L, 2)) luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    if (size < 2) return 0;
    clua_charge(L, size * 2);
    lua_createtable(L, (int)size, 0);
    lua_createtable(L, (int)size, 0);
    for (lua_Integer i = 1; i <= size; i++) {
        lua_rawgeti(L, 1, i);
        lua_rawseti(L, 3, i);
    }
    int from = 3, to = 4;
    for (lua_Integer width = 1; width < size; width *= 2) {
        for (lua_Integer low = 1; low <= size; low += 2 * width) {
            lua_Integer middle = low + width <= size + 1 ? low + width : size + 1;
            lua_Integer high = low + 2 * width <= size + 1 ? low + 2 * width : size + 1;
            lua_Integer left = low, right = middle;
            for (lua_Integer out = low; out < high; out++) {
                bool take_right = left >= middle;
                if (!take_right && right < high) {
                    lua_rawgeti(L, from, left);
                    lua_rawgeti(L, from, right);
                    take_right = sorts_before(L);
                }
                lua_rawgeti(L, from, take_right ? right++ : left++);
                lua_rawseti(L, to, out);
            }
        }
        int swap = from;
        from = to;
        to = swap;
    }
    for (lua_Integer i = 1; i <= size; i++) {
        lua_rawgeti(L, from, i);
        lua_rawseti(L, 1, i);
    }
    return 0;
}

/// Copies stock functions from the library below the top into the table on top.
static void take(lua_State *L, const char *const *names) {
    for (; *names != NULL; names++) {
        lua_getfield(L, -2, *names);
        if (lua_iscfunction(L, -1)) {
            lua_CFunction function = lua_tocfunction(L, -1);
            lua_pop(L, 1);
            clua_push_library_function(L, function);
        }
        lua_setfield(L, -2, *names);
    }
}

static void open_stock(lua_State *L, lua_CFunction open) {
    lua_pushcfunction(L, open);
    lua_call(L, 0, 1);
    lua_newtable(L);
}

static void set(lua_State *L, const char *name, lua_CFunction function) {
    clua_push_library_function(L, function);
    lua_setfield(L, -2, name);
}

static int unknown_member(lua_State *L) {
    const char *library = lua_tostring(L, lua_upvalueindex(1));
    if (lua_type(L, 2) != LUA_TSTRING) return luaL_error(L, "`%s` has no elements", library);
    return luaL_error(L, "`%s` has no `%s`", library, lua_tostring(L, 2));
}

/// Makes the table on top a global library: read-only, and an error for every name that it does not have.
static void publish(lua_State *L, int globals, const char *name) {
    lua_createtable(L, 0, 1);
    lua_pushstring(L, name);
    lua_pushcclosure(L, unknown_member, 1);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, -2);
    clua_freeze(L);
    lua_pushvalue(L, -1);
    lua_setfield(L, globals, name);
}

void clua_open_libraries(lua_State *L, int globals) {
    static const char *const math[] = {
        "abs", "ceil", "floor", "max", "min", "fmod", "modf", "sqrt", "tointeger", "type", "ult", "huge", "pi",
        "maxinteger", "mininteger", NULL,
    };
    static const char *const utf8[] = {"len", "char", "codepoint", "charpattern", NULL};
    static const char *const string[] = {"byte", "char", "len", "lower", "reverse", "sub", "upper", NULL};
    static const luaL_Reg table[] = {
        {"insert", table_insert}, {"remove", table_remove}, {"concat", table_concat}, {"sort", table_sort},
        {"unpack", table_unpack}, {"pack", table_pack}, {NULL, NULL},
    };
    open_stock(L, luaopen_math);
    take(L, math);
    publish(L, globals, "math");
    open_stock(L, luaopen_utf8);
    take(L, utf8);
    publish(L, globals, "utf8");
    lua_settop(L, globals);
    lua_newtable(L);
    luaL_setfuncs(L, table, 0);
    publish(L, globals, "table");

    open_stock(L, luaopen_string);
    take(L, string);
    lua_getfield(L, -2, "format");
    lua_pushcclosure(L, string_format, 1);
    lua_setfield(L, -2, "format");
    set(L, "rep", string_rep);
    set(L, "find", clua_string_find);
    set(L, "match", clua_string_match);
    set(L, "gmatch", clua_string_gmatch);
    set(L, "gsub", clua_string_gsub);
    publish(L, globals, "string");
    // Strings share the frozen proxy; arithmetic on them is not part of the dialect.
    lua_pushliteral(L, "");
    lua_createtable(L, 0, 2);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, false);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_settop(L, globals);
}
