#include "clua_internal.h"

#include <math.h>
#include <string.h>

// The basic functions of the dialect.

static int type(lua_State *L) {
    luaL_checkany(L, 1);
    clua_push_type(L, 1);
    return 1;
}

void clua_push_string(lua_State *L, int index) {
    switch (lua_type(L, index)) {
    case LUA_TNUMBER: {
        lua_Number number = lua_tonumber(L, index);
        if (!lua_isinteger(L, index) && isnan(number)) {
            lua_pushliteral(L, "nan");
        } else {
            lua_pushvalue(L, index);
            lua_tolstring(L, -1, NULL);
        }
        break;
    }
    case LUA_TSTRING: lua_pushvalue(L, index); break;
    case LUA_TBOOLEAN: lua_pushstring(L, lua_toboolean(L, index) ? "true" : "false"); break;
    case LUA_TUSERDATA:
        clua_operate(L, CLUA_CONTENT, index, 1);
        if (lua_type(L, -1) == LUA_TSTRING || clua_is_handle(L, -1)) break;
        clua_push_string(L, lua_gettop(L));
        lua_remove(L, -2);
        break;
    default: lua_pushstring(L, luaL_typename(L, index)); break;
    }
}

static int to_string(lua_State *L) {
    luaL_checkany(L, 1);
    clua_push_string(L, 1);
    return 1;
}

static int digit(unsigned char byte) {
    if (byte >= '0' && byte <= '9') return byte - '0';
    if (byte >= 'a' && byte <= 'z') return byte - 'a' + 10;
    if (byte >= 'A' && byte <= 'Z') return byte - 'A' + 10;
    return 99;
}

static int to_number(lua_State *L) {
    luaL_checkany(L, 1);
    clua_content(L, 1);
    size_t length;
    if (lua_isnoneornil(L, 2)) {
        if (lua_type(L, 1) == LUA_TNUMBER) {
            lua_settop(L, 1);
            return 1;
        }
        if (lua_type(L, 1) == LUA_TSTRING) {
            const char *text = lua_tolstring(L, 1, &length);
            if (length <= 200 && lua_stringtonumber(L, text) == length + 1) return 1;
        }
        lua_pushnil(L);
        return 1;
    }
    lua_Integer base = luaL_checkinteger(L, 2);
    luaL_checktype(L, 1, LUA_TSTRING);
    luaL_argcheck(L, base >= 2 && base <= 36, 2, "base out of range");
    static const char spaces[] = " \f\n\r\t\v";
    const char *text = lua_tolstring(L, 1, &length);
    if (length > 200) {
        lua_pushnil(L);
        return 1;
    }
    // INVARIANT: text ends in a zero, at which every scan below stops.
    const char *at = text + strspn(text, spaces);
    bool negative = *at == '-';
    if (negative) at++;
    const char *first = at;
    lua_Unsigned number = 0;
    for (; digit((unsigned char)*at) < base; at++) {
        number = number * (lua_Unsigned)base + (lua_Unsigned)digit((unsigned char)*at);
    }
    bool is_number = at > first && at + strspn(at, spaces) == text + length;
    if (!is_number) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushinteger(L, (lua_Integer)(negative ? 0 - number : number));
    return 1;
}

static int raise(lua_State *L) {
    lua_Integer level = luaL_optinteger(L, 2, 1);
    lua_settop(L, 1);
    clua_content(L, 1);
    if (lua_type(L, 1) == LUA_TNUMBER) {
        clua_push_string(L, 1);
        lua_replace(L, 1);
    } else if (lua_type(L, 1) != LUA_TSTRING) {
        lua_pushfstring(L, "error value is a %s", luaL_typename(L, 1));
        lua_replace(L, 1);
    }
    // Scripts cannot catch errors, so only people read them: the position is always included and cannot be forged.
    luaL_where(L, level > 0 && level < 200 ? (int)level : 1);
    if (lua_rawlen(L, -1) == 0) {
        lua_pop(L, 1);
        luaL_where(L, 1);
    }
    lua_pushvalue(L, 1);
    lua_concat(L, 2);
    return lua_error(L);
}

static int assert(lua_State *L) {
    luaL_checkany(L, 1);
    if (lua_toboolean(L, 1)) return lua_gettop(L);
    lua_remove(L, 1);
    if (lua_isnone(L, 1)) return luaL_error(L, "assertion failed!");
    lua_settop(L, 1);
    return raise(L);
}

static int select(lua_State *L) {
    int count = lua_gettop(L);
    if (lua_type(L, 1) == LUA_TSTRING && strcmp(lua_tostring(L, 1), "#") == 0) {
        lua_pushinteger(L, count - 1);
        return 1;
    }
    lua_Integer first = luaL_checkinteger(L, 1);
    if (first < 0) first += count;
    else if (first > count) first = count;
    luaL_argcheck(L, first >= 1, 1, "index out of range");
    return count - (int)first;
}

static int next_handle_element(lua_State *L) {
    lua_settop(L, 2);
    lua_Integer index = luaL_checkinteger(L, 2) + 1;
    if (!clua_is_handle(L, 1) || index > lua_tointeger(L, lua_upvalueindex(1))) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushinteger(L, index);
    lua_replace(L, 2);
    clua_operate(L, CLUA_ELEMENT, 1, 2);
    return 2;
}

static int next_element(lua_State *L) {
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_Integer index = luaL_intop(+, luaL_checkinteger(L, 2), 1);
    lua_pushinteger(L, index);
    return lua_rawgeti(L, 1, index) == LUA_TNIL ? 1 : 2;
}

static int ipairs(lua_State *L) {
    luaL_checkany(L, 1);
    if (clua_is_handle(L, 1)) {
        clua_operate(L, CLUA_LENGTH, 1, 1);
        luaL_checkinteger(L, -1);
        lua_pushcclosure(L, next_handle_element, 1);
    } else {
        luaL_checktype(L, 1, LUA_TTABLE);
        lua_pushcfunction(L, next_element);
    }
    lua_pushvalue(L, 1);
    lua_pushinteger(L, 0);
    return 3;
}

/// The next entry of a map. Its upvalues: the number of entries, and the place of the last.
static int next_handle_entry(lua_State *L) {
    lua_settop(L, 1);
    lua_Integer place = lua_tointeger(L, lua_upvalueindex(2)) + 1;
    if (!clua_is_handle(L, 1) || place > lua_tointeger(L, lua_upvalueindex(1))) {
        lua_pushnil(L);
        return 1;
    }
    lua_pushinteger(L, place);
    lua_copy(L, 2, lua_upvalueindex(2));
    clua_operate(L, CLUA_KEY, 1, 2);
    clua_operate(L, CLUA_VALUE, 1, 2);
    return 2;
}

/// `pairs` of a value of the request: the elements of a list with their numbers, or the entries of a map by key.
static int handle_pairs(lua_State *L) {
    clua_push_type(L, 1);
    bool is_map = clua_is_map(lua_tostring(L, -1));
    if (!is_map) {
        if (!clua_is_list(lua_tostring(L, -1)) && strcmp(lua_tostring(L, -1), "table") != 0) clua_check_table(L, 1);
        lua_settop(L, 1);
        return ipairs(L);
    }
    lua_settop(L, 1);
    clua_of(L)->iterated = true;
    clua_operate(L, CLUA_LENGTH, 1, 1);
    luaL_checkinteger(L, -1);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, next_handle_entry, 2);
    lua_pushvalue(L, 1);
    return 2;
}

static int next_pair(lua_State *L) {
    lua_Integer position = lua_tointeger(L, lua_upvalueindex(3));
    lua_settop(L, 0);
    for (;;) {
        position += 1;
        clua_charge(L, 1);
        if (lua_rawgeti(L, lua_upvalueindex(2), position) == LUA_TNIL) return 1;
        lua_pushvalue(L, 1);
        if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL) break;
        lua_settop(L, 0);
    }
    lua_pushinteger(L, position);
    lua_replace(L, lua_upvalueindex(3));
    return 2;
}

static int pairs(lua_State *L) {
    if (clua_is_handle(L, 1)) return handle_pairs(L);
    clua_check_table(L, 1);
    lua_settop(L, 1);
    clua_state *state = clua_of(L);
    state->iterated = true;
    state->node_count = 0;
    size_t count;
    size_t first = clua_sorted_entries(L, 1, 400000, false, &count);
    lua_pushvalue(L, 1);
    lua_createtable(L, (int)count, 0);
    for (size_t i = 0; i < count; i++) {
        const clua_value *key = &state->nodes[first + 2 * i];
        switch (key->kind) {
        case CLUA_INTEGER: lua_pushinteger(L, key->integer); break;
        case CLUA_NUMBER: lua_pushnumber(L, key->number); break;
        default: lua_pushlstring(L, key->bytes, (size_t)key->integer); break;
        }
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, next_pair, 3);
    return 1;
}

static int refuse(lua_State *L) {
    return luaL_error(L, "libraries and globals are read-only");
}

static int undefined(lua_State *L) {
    if (lua_type(L, 2) != LUA_TSTRING) return luaL_error(L, "undefined global");
    return luaL_error(L, "undefined global `%s`", lua_tostring(L, 2));
}

void clua_freeze(lua_State *L) {
    lua_newtable(L);
    lua_createtable(L, 0, 3);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, refuse);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, false);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_remove(L, -2);
}

void clua_open_base(lua_State *L, int globals) {
    static const luaL_Reg functions[] = {
        {"type", type}, {"tostring", to_string}, {"tonumber", to_number}, {"error", raise},
        {"assert", assert}, {"select", select}, {"ipairs", ipairs}, {"pairs", pairs},
        {"__eq", clua_equal}, {"__content", clua_content_of}, {"__cut", clua_cut}, {NULL, NULL},
    };
    lua_pushvalue(L, globals);
    luaL_setfuncs(L, functions, 0);
    lua_createtable(L, 0, 1);
    lua_pushcfunction(L, undefined);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, globals);
    lua_settop(L, globals);
}
