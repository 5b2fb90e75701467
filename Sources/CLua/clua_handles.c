#include "clua_internal.h"

#include <string.h>

/// The bit that marks an operation, as opposed to a function, in `clua_known`.
#define CLUA_IS_OPERATION 0x80000000u

// Handles: values of the host that scripts hold without seeing their content.

void clua_push_handle_of(lua_State *L, int handles, uint32_t id) {
    if (lua_rawgeti(L, handles, (lua_Integer)id + 1) == LUA_TUSERDATA) return;
    lua_pop(L, 1);
    *(uint32_t *)lua_newuserdatauv(L, sizeof(uint32_t), 0) = id;
    lua_rawgeti(L, LUA_REGISTRYINDEX, clua_of(L)->metatable);
    lua_setmetatable(L, -2);
    lua_pushvalue(L, -1);
    lua_rawseti(L, handles, (lua_Integer)id + 1);
}

void clua_push_handle(lua_State *L, uint32_t id) {
    lua_rawgeti(L, LUA_REGISTRYINDEX, clua_of(L)->handles);
    clua_push_handle_of(L, lua_gettop(L), id);
    lua_remove(L, -2);
}

static clua_answer *blank(lua_State *L) {
    clua_state *state = clua_of(L);
    if (state->host == NULL) luaL_error(L, "there is no host to ask");
    state->answer.kind = CLUA_NIL;
    state->answer.fact = 0;
    return &state->answer;
}

static void push_answer(lua_State *L, const clua_answer *answer) {
    switch (answer->kind) {
    case CLUA_BOOLEAN: lua_pushboolean(L, answer->integer != 0); break;
    case CLUA_INTEGER: lua_pushinteger(L, answer->integer); break;
    case CLUA_NUMBER: lua_pushnumber(L, answer->number); break;
    case CLUA_STRING:
        clua_charge(L, (int64_t)(answer->length / 8));
        lua_pushlstring(L, answer->bytes, answer->length);
        break;
    case CLUA_HANDLE: clua_push_handle(L, answer->id); break;
    case CLUA_CHUNK: clua_push_instance(L, (int)answer->id); break;
    case CLUA_FAILURE:
        luaL_where(L, 1);
        // For a function in C, this means the function that called it.
        if (lua_rawlen(L, -1) == 0) {
            lua_pop(L, 1);
            luaL_where(L, 2);
        }
        lua_pushlstring(L, answer->bytes, answer->length);
        lua_concat(L, 2);
        lua_error(L);
        break;
    default: lua_pushnil(L); break;
    }
}

/// Flattens arguments into the first slots, where the host reads them.
static void flatten_arguments(lua_State *L, int first, int count) {
    clua_state *state = clua_of(L);
    state->node_count = 0;
    clua_reserve(L, (size_t)count, 250);
    for (int i = 0; i < count; i++) clua_flatten(L, first + i, (size_t)i, 0);
}

/// Puts a question into its cached form; false for a question that is not cached.
/// - Parameter charge: the cost of its strings, the same as when the host is asked.
static bool question_of(lua_State *L, uint32_t code, int first, int count, clua_known *asked, int64_t *charge) {
    if (count > 2) return false;
    *asked = (clua_known){.code = code};
    *charge = 0;
    for (int i = 0; i < count; i++) {
        int type = lua_type(L, first + i);
        asked->kinds = asked->kinds << 8 | (uint32_t)(type + 1);
        switch (type) {
        case LUA_TUSERDATA: asked->values[i] = clua_handle_id(L, first + i); break;
        case LUA_TBOOLEAN: asked->values[i] = lua_toboolean(L, first + i); break;
        case LUA_TNUMBER:
            if (!lua_isinteger(L, first + i)) return false;
            asked->values[i] = lua_tointeger(L, first + i);
            break;
        case LUA_TSTRING: {
            size_t length;
            const char *text = lua_tolstring(L, first + i, &length);
            if (length > CLUA_KNOWN_TEXT) return false;
            asked->values[i] = (int64_t)(intptr_t)text;
            *charge += (int64_t)(length / 8);
            break;
        }
        default: return false;
        }
    }
    return true;
}

/// The first of the two cache slots that a question may use.
static clua_known *places_of(clua_state *state, const clua_known *asked) {
    uint64_t hash = (uint64_t)asked->code << 32 | asked->kinds;
    hash = (hash ^ (uint64_t)asked->values[0]) * 0x9e3779b97f4a7c15;
    hash = (hash ^ hash >> 31 ^ (uint64_t)asked->values[1]) * 0xbf58476d1ce4e5b9;
    return &state->known[hash >> (64 - CLUA_KNOWN_BITS) & ~(uint64_t)1];
}

static bool is_same(const clua_known *one, const clua_known *other) {
    return one->fact != 0 && one->code == other->code && one->kinds == other->kinds && one->values[0] == other->values[0] &&
           one->values[1] == other->values[1];
}

/// Answers a question whose fact is cached; pushes the answer.
static bool answer_known(lua_State *L, const clua_known *known, int first) {
    clua_state *state = clua_of(L);
    int holds = state->host->fact(state->host->port, known->fact - 1);
    if (holds < 0 || (known->handle != 0 && holds == 0)) return false;
    if (known->handle == 0) {
        lua_pushboolean(L, holds);
    } else if (clua_is_handle(L, first) && clua_handle_id(L, first) == known->handle - 1) {
        lua_pushvalue(L, first);
    } else {
        clua_push_handle(L, known->handle - 1);
    }
    return true;
}

/// Answers from the cache, for the same fuel as asking the host.
/// Returns: true when it did; `place` is the slot for a new answer, or null.
static bool is_known(lua_State *L, clua_known *asked, uint32_t code, int first, int count, clua_known **place) {
    clua_state *state = clua_of(L);
    int64_t charge;
    *place = NULL;
    if (state->known == NULL || state->host == NULL || state->host->fact == NULL ||
        !question_of(L, code, first, count, asked, &charge)) {
        return false;
    }
    clua_known *pair = places_of(state, asked);
    clua_known *known = is_same(pair, asked) ? pair : is_same(pair + 1, asked) ? pair + 1 : NULL;
    *place = known;
    if (known == NULL) {
        // An empty slot if there is one, else both slots by turns.
        *place = pair->fact == 0 ? pair : pair[1].fact == 0 ? pair + 1 : pair + (state->known_turn++ & 1);
        return false;
    }
    // Charged first, as when the host is asked in full, so that fuel runs out at the same fact either way.
    clua_charge(L, charge);
    if (answer_known(L, known, first)) return true;
    state->fuel -= charge;
    return false;
}

/// Caches the fact that answered a question.
static void remember(lua_State *L, clua_known *place, const clua_known *asked, int first, int count) {
    clua_state *state = clua_of(L);
    if (place == NULL || state->answer.fact == 0) return;
    place->fact = 0;
    // INVARIANT: the registry keeps every string whose address is cached, so that the address is never reused.
    lua_Integer slot = (lua_Integer)(place - state->known) * 2;
    lua_rawgeti(L, LUA_REGISTRYINDEX, state->texts);
    for (int i = 0; i < 2; i++) {
        if (i < count && lua_type(L, first + i) == LUA_TSTRING) lua_pushvalue(L, first + i);
        else lua_pushboolean(L, false);
        lua_rawseti(L, -2, slot + i + 1);
    }
    lua_pop(L, 1);
    *place = *asked;
    place->fact = state->answer.fact;
    place->handle = state->answer.kind == CLUA_HANDLE ? state->answer.id + 1 : 0;
}

void clua_operate(lua_State *L, clua_operation operation, int first, int count) {
    clua_state *state = clua_of(L);
    clua_charge(L, CLUA_HOST_FUEL);
    clua_known asked, *place;
    if (is_known(L, &asked, operation | CLUA_IS_OPERATION, first, count, &place)) return;
    clua_answer *answer = blank(L);
    flatten_arguments(L, first, count);
    state->host->operate(state->host->context, operation, state->nodes, (size_t)count, answer);
    remember(L, place, &asked, first, count);
    push_answer(L, answer);
}

void clua_content(lua_State *L, int index) {
    if (!clua_is_handle(L, index)) return;
    clua_operate(L, CLUA_CONTENT, index, 1);
    if (clua_is_handle(L, -1)) luaL_error(L, "the value has no content");
    lua_replace(L, index);
}

void clua_push_type(lua_State *L, int index) {
    if (!clua_is_handle(L, index)) {
        lua_pushstring(L, luaL_typename(L, index));
        return;
    }
    clua_state *state = clua_of(L);
    uint32_t id = clua_handle_id(L, index);
    clua_charge(L, CLUA_HOST_FUEL);
    clua_answer *answer = blank(L);
    state->host->type_name(state->host->context, id, answer);
    push_answer(L, answer);
}

/// The current line of the program that calls; 0 where it has none. A call in a chunk that the program uses is made on
/// the program's own line.
static int line_of(lua_State *L) {
    lua_Debug record;
    if (!clua_of(L)->has_shared) {
        bool has_line = lua_getstack(L, 1, &record) && lua_getinfo(L, "l", &record) && record.currentline > 0;
        return has_line ? record.currentline : 0;
    }
    for (int level = 1; lua_getstack(L, level, &record); level++) {
        lua_getinfo(L, "Sl", &record);
        if (record.currentline > 0 && strncmp(record.source, CLUA_SHARED, sizeof CLUA_SHARED - 1) != 0) {
            return record.currentline;
        }
    }
    return 0;
}

static int callable(lua_State *L) {
    clua_state *state = clua_of(L);
    int count = lua_gettop(L);
    uint32_t code = (uint32_t)lua_tointeger(L, lua_upvalueindex(1));
    clua_charge(L, CLUA_HOST_FUEL);
    clua_known asked, *place;
    if (is_known(L, &asked, code, 1, count, &place)) return 1;
    clua_answer *answer = blank(L);
    flatten_arguments(L, 1, count);
    state->host->call(state->host->context, code, state->nodes, (size_t)count, state->node_count, line_of(L), answer);
    remember(L, place, &asked, 1, count);
    push_answer(L, answer);
    return 1;
}

/// A host function that gets the arguments that are written and no more: values that a call in last place adds are
/// dropped. Its upvalues: the code, the number of written arguments, and the value whose method it is, or nil.
static int cut_callable(lua_State *L) {
    int most = (int)lua_tointeger(L, lua_upvalueindex(2));
    if (lua_gettop(L) > most) lua_settop(L, most);
    if (!lua_isnil(L, lua_upvalueindex(3))) {
        lua_pushvalue(L, lua_upvalueindex(3));
        lua_insert(L, 1);
    }
    return callable(L);
}

/// A method that is not the host's, with the value on which it was found.
static int bound_method(lua_State *L) {
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_pushvalue(L, lua_upvalueindex(2));
    lua_insert(L, 2);
    lua_call(L, lua_gettop(L) - 1, LUA_MULTRET);
    return lua_gettop(L);
}

int clua_cut(lua_State *L) {
    lua_Integer most = lua_tointeger(L, 1);
    bool is_method = lua_gettop(L) == 3;
    int function = 2;
    if (is_method) {
        int type = lua_type(L, 2);
        const char *name = lua_tostring(L, 3);
        if (type != LUA_TTABLE && type != LUA_TUSERDATA && type != LUA_TSTRING) {
            return luaL_error(L, "attempt to call `%s` of a %s value", name, lua_typename(L, type));
        }
        lua_getfield(L, 2, name);
        function = 4;
        if (!lua_isfunction(L, function)) {
            return luaL_error(L, "attempt to call a %s value (method `%s`)", luaL_typename(L, function), name);
        }
    }
    if (lua_tocfunction(L, function) == callable) {
        lua_getupvalue(L, function, 1);
        lua_pushinteger(L, most);
        if (is_method) lua_pushvalue(L, 2);
        else lua_pushnil(L);
        lua_pushcclosure(L, cut_callable, 3);
    } else if (is_method) {
        lua_pushvalue(L, 2);
        lua_pushcclosure(L, bound_method, 2);
    }
    return 1;
}

void clua_push_callable(lua_State *L, uint32_t code) {
    lua_pushinteger(L, code);
    lua_pushcclosure(L, callable, 1);
}

/// `list:any(f)` and `list:all(f)`: calls the function with each element, until it returns the upvalue.
static int walk(lua_State *L) {
    bool until = lua_toboolean(L, lua_upvalueindex(1));
    const char *name = until ? "any" : "all";
    int count = lua_gettop(L);
    while (count > 2 && lua_isnil(L, count)) count -= 1;
    if (count > 2) return luaL_error(L, "`%s` takes one argument, got %d", name, count - 1);
    clua_push_type(L, 1);
    if (!clua_is_handle(L, 1) || !clua_is_list(lua_tostring(L, -1))) {
        return luaL_error(L, "`%s` is called with a colon on a list: `x:%s(…)`", name, name);
    }
    if (!lua_isfunction(L, 2)) {
        const char *got = lua_isnoneornil(L, 2) ? "nothing" : luaL_typename(L, 2);
        return luaL_error(L, "`%s` takes a function of an element: `x:%s(function(e) return … end)`, got %s", name, name, got);
    }
    lua_settop(L, 2);
    clua_operate(L, CLUA_LENGTH, 1, 1);
    lua_Integer length = luaL_checkinteger(L, 3);
    for (lua_Integer i = 1; i <= length; i++) {
        lua_settop(L, 3);
        lua_pushvalue(L, 2);
        lua_pushvalue(L, 1);
        lua_pushinteger(L, i);
        clua_operate(L, CLUA_ELEMENT, 5, 2);
        lua_replace(L, 5);
        lua_settop(L, 5);
        lua_call(L, 1, 1);
        if (!lua_isboolean(L, -1)) {
            clua_push_type(L, lua_gettop(L));
            bool is_nil = lua_isnil(L, -2);
            return luaL_error(L, "the function for `%s` must return true or false, and returned %s%s%s", name,
                              is_nil ? "" : "a ", is_nil ? "nothing" : lua_tostring(L, -1),
                              is_nil ? "" : ": compare it, as in `x ~= nil`");
        }
        if (lua_toboolean(L, -1) == until) return 1;
    }
    lua_pushboolean(L, !until);
    return 1;
}

/// Asks the host for an attribute and pushes the value to cache: for a fact, its handle.
/// Returns: true for a fact, which every use reads again.
static bool learn(lua_State *L, uint32_t handle, const char *key, size_t length) {
    clua_state *state = clua_of(L);
    clua_answer *answer = blank(L);
    state->host->attribute(state->host->context, handle, key, length, answer);
    if (answer->kind == CLUA_FAILURE) {
        clua_charge(L, CLUA_HOST_FUEL);
        push_answer(L, answer);
    }
    switch (answer->attribute) {
    case CLUA_EXPRESSION:
    case CLUA_FACT: clua_push_handle(L, answer->id); break;
    case CLUA_METHOD: clua_push_callable(L, answer->id); break;
    case CLUA_WALK:
        lua_pushboolean(L, (int)answer->id);
        lua_pushcclosure(L, walk, 1);
        break;
    case CLUA_TEXT:
        lua_pushliteral(L, "");
        luaL_getmetafield(L, -1, "__index");
        lua_pushlstring(L, key, length);
        lua_gettable(L, -2);
        lua_replace(L, -3);
        lua_pop(L, 1);
        if (!lua_isfunction(L, -1)) luaL_error(L, "a string has no `%s`", key);
        break;
    }
    return answer->attribute == CLUA_FACT;
}

/// Pushes the handle's field with the name at index 2.
/// - Parameter own, facts: the stack indices of the tables that cache the handle's fields.
static int find(lua_State *L, uint32_t id, int own, int facts) {
    if (lua_isinteger(L, 2)) {
        // The first argument is the handle, or its table of fields.
        clua_push_handle(L, id);
        int handle = lua_gettop(L);
        clua_push_type(L, handle);
        if (clua_is_list(lua_tostring(L, -1))) {
            lua_settop(L, handle);
            lua_pushvalue(L, 2);
            clua_operate(L, CLUA_INDEX, handle, 2);
            return 1;
        }
        lua_settop(L, handle - 1);
    }
    if (lua_type(L, 2) != LUA_TSTRING) {
        // The host words the failure, as for every name that the value does not have.
        if (lua_isinteger(L, 2)) lua_pushfstring(L, "[%I]", (LUAI_UACINT)lua_tointeger(L, 2));
        else lua_pushfstring(L, "[%s]", luaL_typename(L, 2));
        size_t length;
        const char *key = lua_tolstring(L, -1, &length);
        learn(L, id, key, length);
        return luaL_error(L, "a value of the request has names, and no `%s`", key);
    }
    lua_pushvalue(L, 2);
    if (lua_rawget(L, facts) == LUA_TNIL) {
        size_t length;
        const char *key = lua_tolstring(L, 2, &length);
        bool is_fact = learn(L, id, key, length);
        lua_pushvalue(L, 2);
        lua_pushvalue(L, -2);
        lua_rawset(L, is_fact ? facts : own);
        if (!is_fact) return 1;
    }
    clua_operate(L, CLUA_READ, lua_gettop(L), 1);
    return 1;
}

/// The lookup for fields that are not in a handle's own index: facts, and fields that were not asked for yet.
static int missing(lua_State *L) {
    return find(L, (uint32_t)lua_tointeger(L, lua_upvalueindex(1)), 1, lua_upvalueindex(2));
}

/// Gives a handle its own metatable, in whose index the interpreter finds cached fields without a call.
/// Pushes that index, and the table of its facts.
static void give_index(lua_State *L, int handle) {
    lua_newtable(L);
    lua_newtable(L);
    int own = lua_gettop(L) - 1, facts = own + 1;
    lua_createtable(L, 0, 1);
    lua_pushinteger(L, clua_handle_id(L, handle));
    lua_pushvalue(L, facts);
    lua_pushcclosure(L, missing, 2);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, own);
    lua_createtable(L, 0, 16);
    lua_rawgeti(L, LUA_REGISTRYINDEX, clua_of(L)->metatable);
    lua_pushnil(L);
    while (lua_next(L, -2)) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, -5);
    }
    lua_pop(L, 1);
    lua_pushvalue(L, own);
    lua_setfield(L, -2, "__index");
    lua_setmetatable(L, handle);
}

/// The lookup of the first field that is asked for on a handle.
static int handle_index(lua_State *L) {
    give_index(L, 1);
    return find(L, clua_handle_id(L, 1), 3, 4);
}

static int handle_newindex(lua_State *L) {
    clua_push_type(L, 1);
    return luaL_error(L, "cannot assign to a field of a %s", lua_tostring(L, -1));
}

static int handle_less(lua_State *L) {
    clua_operate(L, CLUA_LESS, 1, 2);
    return 1;
}

static int handle_less_equal(lua_State *L) {
    clua_operate(L, CLUA_LESS_EQUAL, 1, 2);
    return 1;
}

static int handle_call(lua_State *L) {
    clua_push_type(L, 1);
    const char *type = lua_tostring(L, -1);
    if (clua_is_list(type)) {
        return luaL_error(L, "a %s is not a function: read it with `for _, x in ipairs(list) do`", type);
    }
    return luaL_error(L, "a %s is a value and not a function: write it without `:` and `()`", type);
}

static int handle_length(lua_State *L) {
    clua_operate(L, CLUA_LENGTH, 1, 1);
    return 1;
}

/// Adds or subtracts what the host knows to be times; pushes the result.
/// Returns: false for anything else, of which Lua reads the content.
static bool is_of_times(lua_State *L, clua_operation operation) {
    clua_state *state = clua_of(L);
    clua_answer *answer = blank(L);
    flatten_arguments(L, 1, 2);
    state->host->operate(state->host->context, operation, state->nodes, 2, answer);
    if (answer->kind == CLUA_NIL) return false;
    clua_charge(L, CLUA_HOST_FUEL);
    push_answer(L, answer);
    return true;
}

static int handle_arithmetic(lua_State *L) {
    int operation = (int)lua_tointeger(L, lua_upvalueindex(1));
    lua_settop(L, 2);
    if (operation == LUA_OPADD && is_of_times(L, CLUA_ADD)) return 1;
    if (operation == LUA_OPSUB && is_of_times(L, CLUA_SUBTRACT)) return 1;
    clua_content(L, 1);
    if (operation == LUA_OPUNM) {
        lua_settop(L, 1);
    } else {
        clua_content(L, 2);
    }
    for (int i = 1; i <= lua_gettop(L); i++) {
        if (lua_type(L, i) == LUA_TNUMBER) continue;
        return luaL_error(L, "attempt to perform arithmetic on a %s value", luaL_typename(L, i));
    }
    lua_arith(L, operation);
    return 1;
}

bool clua_is_list(const char *type) { return strncmp(type, "list", 4) == 0; }
bool clua_is_map(const char *type) { return strncmp(type, "map", 3) == 0; }

void clua_check_table(lua_State *L, int index) {
    if (!clua_is_handle(L, index)) {
        luaL_checktype(L, index, LUA_TTABLE);
        return;
    }
    clua_push_type(L, index);
    const char *type = lua_tostring(L, -1);
    const char *advice = clua_is_list(type) ? ": read it with `for _, x in ipairs(list) do`" : "";
    luaL_argerror(L, index, lua_pushfstring(L, "a table of Lua expected, got a %s of the request%s", type, advice));
}

int clua_equal(lua_State *L) {
    lua_settop(L, 2);
    if (clua_is_handle(L, 1) || clua_is_handle(L, 2)) {
        clua_operate(L, CLUA_EQUAL, 1, 2);
        return 1;
    }
    int left = lua_type(L, 1), right = lua_type(L, 2);
    if (left != right && left != LUA_TNIL && right != LUA_TNIL) {
        return luaL_error(L, "cannot compare a %s with a %s", lua_typename(L, left), lua_typename(L, right));
    }
    if (left == LUA_TSTRING) clua_charge(L, (int64_t)(lua_rawlen(L, 1) / 8));
    lua_pushboolean(L, lua_rawequal(L, 1, 2));
    return 1;
}

int clua_content_of(lua_State *L) {
    lua_settop(L, 1);
    clua_content(L, 1);
    return 1;
}

void clua_open_handles(lua_State *L) {
    static const struct { const char *name; int operation; } arithmetic[] = {
        {"__add", LUA_OPADD}, {"__sub", LUA_OPSUB}, {"__mul", LUA_OPMUL}, {"__div", LUA_OPDIV},
        {"__mod", LUA_OPMOD}, {"__idiv", LUA_OPIDIV}, {"__unm", LUA_OPUNM}, {"__pow", LUA_OPPOW},
    };
    static const luaL_Reg methods[] = {
        {"__index", handle_index}, {"__newindex", handle_newindex}, {"__lt", handle_less},
        {"__le", handle_less_equal}, {"__len", handle_length}, {"__call", handle_call}, {NULL, NULL},
    };
    lua_newtable(L);
    luaL_setfuncs(L, methods, 0);
    for (size_t i = 0; i < sizeof arithmetic / sizeof *arithmetic; i++) {
        lua_pushinteger(L, arithmetic[i].operation);
        lua_pushcclosure(L, handle_arithmetic, 1);
        lua_setfield(L, -2, arithmetic[i].name);
    }
    lua_pushboolean(L, false);
    lua_setfield(L, -2, "__metatable");
    lua_pushliteral(L, "request");
    lua_setfield(L, -2, "__name");
    clua_of(L)->metatable = luaL_ref(L, LUA_REGISTRYINDEX);
}
