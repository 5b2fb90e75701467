#include "clua_internal.h"

#include <stdlib.h>
#include <string.h>

// Chunks: compiling, running, and calling functions of the tables they return. Each entry is one protected call.

static const char *read_slice(lua_State *L, void *context, size_t *size) {
    clua_request *request = context;
    clua_check_deadline(L);
    size_t left = request->length - request->offset;
    *size = left < 128 ? left : 128;
    const char *slice = (const char *)request->source + request->offset;
    request->offset += *size;
    return *size == 0 ? NULL : slice;
}

static int do_load(lua_State *L) {
    clua_state *state = clua_of(L);
    clua_request *request = &state->request;
    if (lua_load(L, read_slice, request, request->name, "t") != LUA_OK) return lua_error(L);
    lua_rawgeti(L, LUA_REGISTRYINDEX, state->environment);
    lua_setupvalue(L, -2, 1);
    request->chunk = luaL_ref(L, LUA_REGISTRYINDEX);
    return 0;
}

clua_outcome clua_load(clua_state *state, const uint8_t *source, size_t length, const char *name,
                       clua_limits limits, int *chunk) {
    char chunk_name[64] = "=";
    strncat(chunk_name, name, 58);
    if (strncmp(chunk_name, CLUA_SHARED, sizeof CLUA_SHARED - 1) == 0) state->has_shared = true;
    state->request = (clua_request){.source = source, .length = length, .name = chunk_name};
    clua_outcome outcome = clua_protect(state, do_load, NULL, limits);
    *chunk = state->request.chunk;
    return outcome;
}

/// Forgets the tables that an earlier run has got from other chunks: no two runs share one.
static void forget_instances(lua_State *L) {
    clua_state *state = clua_of(L);
    if (!state->has_instances) return;
    state->has_instances = false;
    lua_newtable(L);
    lua_rawseti(L, LUA_REGISTRYINDEX, state->instances);
}

void clua_push_instance(lua_State *L, int chunk) {
    clua_state *state = clua_of(L);
    luaL_checkstack(L, 4, "too many values");
    lua_rawgeti(L, LUA_REGISTRYINDEX, state->instances);
    int instances = lua_gettop(L);
    int type = lua_rawgeti(L, instances, chunk);
    if (type == LUA_TBOOLEAN) luaL_error(L, "libraries use each other in a circle");
    if (type == LUA_TNIL) {
        lua_pop(L, 1);
        state->has_instances = true;
        lua_pushboolean(L, false);
        lua_rawseti(L, instances, chunk);
        lua_rawgeti(L, LUA_REGISTRYINDEX, chunk);
        lua_call(L, 0, 1);
        if (!lua_istable(L, -1)) luaL_error(L, "a library must return a table");
        lua_pushvalue(L, -1);
        lua_rawseti(L, instances, chunk);
    }
    lua_remove(L, instances);
}

static int do_run(lua_State *L) {
    clua_state *state = clua_of(L);
    forget_instances(L);
    // INVARIANT: a handle of one run is never that of another. Its host may number handles anew, and the fields that
    // were learned of an earlier one would answer for it.
    lua_newtable(L);
    lua_rawseti(L, LUA_REGISTRYINDEX, state->handles);
    lua_rawgeti(L, LUA_REGISTRYINDEX, state->request.chunk);
    lua_call(L, 0, LUA_MULTRET);
    int count = lua_gettop(L);
    while (count > 1 && lua_isnil(L, count)) count--;
    state->request.count = (size_t)count;
    lua_settop(L, 1);
    state->node_count = 0;
    clua_flatten(L, 1, clua_reserve(L, 1, 1), 0);
    return 1;
}

clua_outcome clua_run(clua_state *state, int chunk, const clua_host *host, clua_limits limits) {
    state->request = (clua_request){.chunk = chunk};
    clua_outcome outcome = clua_protect(state, do_run, host, limits);
    outcome.results = state->request.count;
    return outcome;
}

/// Runs the chunk and leaves the table it returns on the stack.
static void push_table(lua_State *L, int chunk) {
    forget_instances(L);
    lua_rawgeti(L, LUA_REGISTRYINDEX, chunk);
    lua_call(L, 0, 1);
    if (!lua_istable(L, -1)) luaL_error(L, "the chunk must return a table");
}

/// Runs the chunk and leaves the function in the field of its table on the stack.
static void push_field(lua_State *L, const clua_request *request) {
    push_table(L, request->chunk);
    lua_pushlstring(L, request->field, request->length);
    if (lua_rawget(L, -2) != LUA_TFUNCTION) {
        lua_pushlstring(L, request->field, request->length);
        luaL_error(L, "the field `%s` is not a function", lua_tostring(L, -1));
    }
}

/// Keeps the value on top of the stack for the chunk, unless an iterator was made.
static int keep(lua_State *L, int chunk) {
    clua_state *state = clua_of(L);
    if (state->iterated) return 0;
    if (chunk >= state->kept_count) {
        int count = chunk + 16;
        clua_kept *moved = realloc(state->kept, (size_t)count * sizeof *moved);
        if (moved == NULL) clua_trip(L, CLUA_MEMORY);
        memset(moved + state->kept_count, 0, (size_t)(count - state->kept_count) * sizeof *moved);
        state->kept = moved;
        state->kept_count = count;
    }
    state->kept[chunk].value = luaL_ref(L, LUA_REGISTRYINDEX);
    return 0;
}

static int do_keep(lua_State *L) {
    clua_of(L)->iterated = false;
    push_field(L, &clua_of(L)->request);
    return keep(L, clua_of(L)->request.chunk);
}

static int do_keep_table(lua_State *L) {
    clua_of(L)->iterated = false;
    push_table(L, clua_of(L)->request.chunk);
    return keep(L, clua_of(L)->request.chunk);
}

/// Runs a body that keeps a value, and records what it used, so that every call is charged for it.
static clua_outcome keep_protected(clua_state *state, lua_CFunction body, const clua_host *host, clua_limits limits) {
    int chunk = state->request.chunk;
    clua_outcome outcome = clua_protect(state, body, host, limits);
    outcome.values = NULL;
    if (chunk < state->kept_count) state->kept[chunk].fuel = outcome.fuel;
    return outcome;
}

clua_outcome clua_keep(clua_state *state, int chunk, const char *field, size_t length, const clua_host *host,
                       clua_limits limits) {
    state->request = (clua_request){.chunk = chunk, .field = field, .length = length};
    return keep_protected(state, do_keep, host, limits);
}

clua_outcome clua_keep_table(clua_state *state, int chunk, const clua_host *host, clua_limits limits) {
    state->request = (clua_request){.chunk = chunk};
    return keep_protected(state, do_keep_table, host, limits);
}

/// Pushes the chunk's kept value and charges what keeping it used; false when there is none.
static bool push_kept(lua_State *L, int chunk) {
    clua_state *state = clua_of(L);
    if (chunk >= state->kept_count || state->kept[chunk].value == 0) return false;
    clua_charge(L, state->kept[chunk].fuel);
    lua_rawgeti(L, LUA_REGISTRYINDEX, state->kept[chunk].value);
    return true;
}

void clua_release(clua_state *state, int chunk) {
    // The registry's reference is freed with the interpreter.
    if (chunk < state->kept_count) state->kept[chunk].value = 0;
}

static int do_call(lua_State *L) {
    clua_state *state = clua_of(L);
    clua_request *request = &state->request;
    lua_rawgeti(L, LUA_REGISTRYINDEX, state->handles);
    while (true) {
        clua_turn *turn = &request->turns[request->turn];
        if (state->host->begin != NULL) state->host->begin(state->host->port);
        request->chunk = turn->chunk;
        forget_instances(L);
        if (!push_kept(L, turn->chunk)) push_field(L, request);
        clua_push_handle_of(L, 1, turn->argument);
        lua_call(L, 1, 0);
        if (request->turn + 1 == request->turn_count) return 0;
        turn->fuel = state->fuel;
        turn->bytes = (int64_t)state->allocated;
        request->turn += 1;
        lua_settop(L, 1);
        clua_begin(state);
    }
}

static int do_know(lua_State *L) {
    lua_createtable(L, 2 * CLUA_KNOWN, 0);
    clua_of(L)->texts = luaL_ref(L, LUA_REGISTRYINDEX);
    return 0;
}

/// Allocates the cache of known questions; without memory for it, the host is asked in full every time.
static void make_known(clua_state *state) {
    clua_known *known = calloc(CLUA_KNOWN, sizeof *known);
    if (known == NULL) return;
    lua_settop(state->L, 0);
    lua_pushcfunction(state->L, do_know);
    if (lua_pcall(state->L, 0, 0, 0) == LUA_OK) {
        state->known = known;
    } else {
        free(known);
    }
    lua_settop(state->L, 0);
}

clua_outcome clua_call(clua_state *state, clua_turn *turns, size_t count, size_t *called, const char *field,
                       size_t length, const clua_host *host, clua_limits limits) {
    state->request = (clua_request){.field = field, .length = length, .turns = turns, .turn_count = count};
    if (state->known == NULL && !state->spent && host->fact != NULL) make_known(state);
    clua_outcome outcome = clua_protect(state, do_call, host, limits);
    outcome.values = NULL;
    // The outcome holds what the last call used.
    clua_turn *last = &turns[state->request.turn];
    last->fuel = outcome.fuel;
    last->bytes = outcome.bytes;
    *called = state->request.turn + 1;
    return outcome;
}

/// Follows the path from the table on the stack and leaves the function at its end there.
static void push_path(lua_State *L, const char *path, size_t length) {
    const char *end = path + length;
    while (path < end) {
        const char *dot = memchr(path, '.', (size_t)(end - path));
        size_t count = (size_t)((dot == NULL ? end : dot) - path);
        if (!lua_istable(L, -1)) luaL_error(L, "there is no table on the way to the function");
        lua_pushlstring(L, path, count);
        lua_rawget(L, -2);
        lua_replace(L, -2);
        path += count + 1;
    }
    if (!lua_isfunction(L, -1)) luaL_error(L, "the field is not a function");
}

static int do_apply(lua_State *L) {
    clua_state *state = clua_of(L);
    const clua_request *request = &state->request;
    if (!push_kept(L, request->chunk)) push_table(L, request->chunk);
    push_path(L, request->field, request->length);
    luaL_checkstack(L, (int)request->count + 1, "too many arguments");
    for (size_t i = 0; i < request->count; i++) {
        const clua_value *value = &request->arguments[i];
        switch (value->kind) {
        case CLUA_BOOLEAN: lua_pushboolean(L, value->integer != 0); break;
        case CLUA_INTEGER: lua_pushinteger(L, value->integer); break;
        case CLUA_NUMBER: lua_pushnumber(L, value->number); break;
        case CLUA_STRING:
            clua_charge(L, value->integer / 8);
            lua_pushlstring(L, value->bytes, (size_t)value->integer);
            break;
        case CLUA_HANDLE: clua_push_handle(L, value->id); break;
        default: lua_pushnil(L); break;
        }
    }
    lua_call(L, (int)request->count, 1);
    state->node_count = 0;
    clua_flatten(L, lua_gettop(L), clua_reserve(L, 1, 1), 0);
    return 1;
}

clua_outcome clua_apply(clua_state *state, int chunk, const char *path, size_t length, const clua_value *arguments,
                        size_t count, const clua_host *host, clua_limits limits) {
    state->request = (clua_request){
        .chunk = chunk, .field = path, .length = length, .arguments = arguments, .count = count};
    return clua_protect(state, do_apply, host, limits);
}
