#include "clua_internal.h"

#include <stdlib.h>
#include <string.h>

// Flat values, the form in which the host sees Lua's values, and sorted keys of tables.

size_t clua_reserve(lua_State *L, size_t count, size_t limit) {
    clua_state *state = clua_of(L);
    size_t first = state->node_count;
    if (count > limit || first + count > limit) luaL_error(L, "the value has more than %d parts", (int)limit);
    if (first + count > state->node_capacity) {
        size_t capacity = state->node_capacity * 2;
        while (capacity < first + count) capacity *= 2;
        clua_value *moved = realloc(state->nodes, capacity * sizeof *moved);
        if (moved == NULL) clua_trip(L, CLUA_MEMORY);
        state->nodes = moved;
        state->node_capacity = capacity;
    }
    state->node_count = first + count;
    return first;
}

static void shallow(lua_State *L, int index, clua_value *value) {
    *value = (clua_value){.kind = CLUA_OTHER};
    switch (lua_type(L, index)) {
    case LUA_TNIL:
    case LUA_TNONE: value->kind = CLUA_NIL; break;
    case LUA_TBOOLEAN:
        value->kind = CLUA_BOOLEAN;
        value->integer = lua_toboolean(L, index);
        break;
    case LUA_TNUMBER:
        if (lua_isinteger(L, index)) {
            value->kind = CLUA_INTEGER;
            value->integer = lua_tointeger(L, index);
        } else {
            value->kind = CLUA_NUMBER;
            value->number = lua_tonumber(L, index);
        }
        break;
    case LUA_TSTRING: {
        size_t length;
        value->kind = CLUA_STRING;
        value->bytes = lua_tolstring(L, index, &length);
        value->integer = (int64_t)length;
        break;
    }
    case LUA_TUSERDATA:
        value->kind = CLUA_HANDLE;
        value->id = clua_handle_id(L, index);
        break;
    case LUA_TTABLE: value->kind = CLUA_TABLE; break;
    case LUA_TFUNCTION: value->kind = CLUA_FUNCTION; break;
    default: break;
    }
}

static int compare_keys(const void *left, const void *right) {
    const clua_value *a = left, *b = right;
    if ((a->kind == CLUA_STRING) != (b->kind == CLUA_STRING)) return a->kind == CLUA_STRING ? 1 : -1;
    if (a->kind == CLUA_STRING) {
        size_t shorter = (size_t)(a->integer < b->integer ? a->integer : b->integer);
        int order = memcmp(a->bytes, b->bytes, shorter);
        if (order != 0) return order;
        return a->integer < b->integer ? -1 : a->integer > b->integer;
    }
    if (a->kind == CLUA_INTEGER && b->kind == CLUA_INTEGER) {
        return a->integer < b->integer ? -1 : a->integer > b->integer;
    }
    long double x = a->kind == CLUA_INTEGER ? (long double)a->integer : (long double)a->number;
    long double y = b->kind == CLUA_INTEGER ? (long double)b->integer : (long double)b->number;
    return x < y ? -1 : x > y;
}

size_t clua_sorted_entries(lua_State *L, int table, size_t limit, bool integers_only, size_t *count) {
    clua_state *state = clua_of(L);
    size_t first = state->node_count;
    const char *odd = NULL;
    luaL_checkstack(L, 6, NULL);
    lua_pushnil(L);
    while (lua_next(L, table) != 0) {
        clua_charge(L, 1);
        size_t slot = clua_reserve(L, 2, limit);
        shallow(L, -2, &state->nodes[slot]);
        shallow(L, -1, &state->nodes[slot + 1]);
        clua_kind kind = state->nodes[slot].kind;
        if (kind != CLUA_STRING && kind != CLUA_INTEGER && (integers_only || kind != CLUA_NUMBER)) {
            const char *name = luaL_typename(L, -2);
            if (odd == NULL || strcmp(name, odd) < 0) odd = name;
        }
        lua_pop(L, 1);
    }
    // Raised only now: the order of the loop above depends on a hash, and so would the charge.
    if (odd != NULL) luaL_error(L, "a table with a %s as a key has no fixed order", odd);
    *count = (state->node_count - first) / 2;
    if (*count > 1) {
        clua_charge(L, (int64_t)*count * 2);
        qsort(&state->nodes[first], *count, 2 * sizeof(clua_value), compare_keys);
    }
    return first;
}

/// Charges the script for a string that is passed to the host, since the host copies it.
static void charge_text(lua_State *L, const clua_value *value) {
    if (value->kind == CLUA_STRING) clua_charge(L, value->integer / 8);
}

void clua_flatten(lua_State *L, int index, size_t slot, int depth) {
    clua_state *state = clua_of(L);
    shallow(L, index, &state->nodes[slot]);
    charge_text(L, &state->nodes[slot]);
    if (state->nodes[slot].kind != CLUA_TABLE) return;
    if (depth >= 16) luaL_error(L, "the value is nested more than 16 levels deep");
    size_t count;
    size_t first = clua_sorted_entries(L, index, 20000, true, &count);
    state->nodes[slot].id = (uint32_t)count;
    state->nodes[slot].integer = (int64_t)first;
    for (size_t entry = 0; entry < count; entry++) {
        clua_value key = state->nodes[first + 2 * entry];
        charge_text(L, &key);
        charge_text(L, &state->nodes[first + 2 * entry + 1]);
        if (state->nodes[first + 2 * entry + 1].kind != CLUA_TABLE) continue;
        if (key.kind == CLUA_INTEGER) {
            lua_rawgeti(L, index, key.integer);
        } else {
            lua_pushlstring(L, key.bytes, (size_t)key.integer);
            lua_rawget(L, index);
        }
        clua_flatten(L, lua_gettop(L), first + 2 * entry + 1, depth + 1);
        lua_pop(L, 1);
    }
}
