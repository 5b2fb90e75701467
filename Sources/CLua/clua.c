#include "clua_internal.h"

#include <stdio.h>

#include <stdlib.h>
#include <string.h>
#include <time.h>

// The lifetime and the budgets of a state. Everything that can raise runs under `clua_protect`.

static int64_t now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

/// The time as by `now`, up to some milliseconds early, at a fifth of the cost.
static int64_t about_now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
    return (int64_t)time.tv_sec * 1000000000 + time.tv_nsec;
}

static void *allocate(void *context, void *block, size_t old, size_t size) {
    clua_state *state = context;
    if (block == NULL) old = 0;
    if (size == 0) {
        free(block);
        state->used -= old;
        return NULL;
    }
    if (state->evaluating && size > old) {
        // A script that stays near its cap would spend its time in emergency collections.
        if (size > CLUA_BLOCK || state->refusals > 64 || state->used + (size - old) > state->cap) {
            state->refusals += 1;
            return NULL;
        }
    }
    void *moved = realloc(block, size);
    if (moved != NULL && size > old) state->allocated += size - old;
    if (moved != NULL) state->used = state->used - old + size;
    return moved;
}

static int panic(lua_State *L) {
    (void)L;
    static const char text[] = "clua: error outside a protected call\n";
    fputs(text, stderr);
    abort();
}

static void hook(lua_State *L, lua_Debug *record) {
    (void)record;
    clua_state *state = clua_of(L);
    if (state->trip == CLUA_FINISHED) {
        clua_check_deadline(L);
        clua_charge(L, CLUA_HOOK_COUNT);
    } else {
        clua_trip(L, state->trip);
    }
}

int clua_trip(lua_State *L, clua_ending ending) {
    clua_state *state = clua_of(L);
    if (state->trip == CLUA_FINISHED) {
        state->trip = ending;
        lua_sethook(L, hook, LUA_MASKCOUNT, 1);
    }
    lua_pushlightuserdata(L, state);
    return lua_error(L);
}

bool clua_is_raised(const volatile int32_t *interrupt) {
    return interrupt != NULL && __atomic_load_n(interrupt, __ATOMIC_RELAXED) != 0;
}

void clua_check_deadline(lua_State *L) {
    clua_state *state = clua_of(L);
    state->look = state->fuel + CLUA_WORK;
    if (clua_is_raised(state->limits.interrupt) || now() > state->deadline) clua_trip(L, CLUA_DEADLINE);
}

/// Copies the text of an error without its control bytes, at most 512 bytes.
static void describe(clua_state *state, clua_outcome *outcome, int index) {
    lua_State *L = state->L;
    char *out = state->message;
    size_t length = 0, size = 0;
    const char *text;
    if (lua_type(L, index) == LUA_TSTRING) {
        text = lua_tolstring(L, index, &size);
    } else {
        const char *type = lua_typename(L, lua_type(L, index));
        memcpy(out, "error value is a ", 17);
        length = 17;
        text = type;
        size = strlen(type);
    }
    static const char digits[] = "0123456789abcdef";
    for (size_t i = 0; i < size; i++) {
        unsigned char byte = (unsigned char)text[i];
        bool escaped = byte < 0x20 || byte == 0x7f;
        if (length + (escaped ? 4 : 1) > 512) break;
        if (escaped) {
            out[length++] = '\\';
            out[length++] = 'x';
            out[length++] = digits[byte >> 4];
            out[length++] = digits[byte & 15];
        } else {
            out[length++] = (char)byte;
        }
    }
    outcome->message = out;
    outcome->length = length;
}

void clua_begin(clua_state *state) {
    const clua_limits *limits = &state->limits;
    int64_t start = limits->nanoseconds < 100000000 ? now() : about_now();
    state->deadline = limits->nanoseconds > INT64_MAX - start ? INT64_MAX : start + limits->nanoseconds;
    state->cap = state->used + (size_t)(limits->memory > 0 ? limits->memory : 0);
    state->fuel = 0;
    state->look = CLUA_WORK;
    state->allocated = 0;
    state->refusals = 0;
    // The count begins here.
    lua_sethook(state->L, hook, LUA_MASKCOUNT, CLUA_HOOK_COUNT);
}

clua_outcome clua_protect(clua_state *state, lua_CFunction body, const clua_host *host, clua_limits limits) {
    lua_State *L = state->L;
    clua_outcome outcome = {.ending = CLUA_FINISHED};
    if (state->spent) {
        static const char text[] = "the sandbox is spent";
        outcome.ending = CLUA_FAILED;
        outcome.message = text;
        outcome.length = sizeof text - 1;
        return outcome;
    }
    lua_settop(L, 0);
    state->host = host;
    state->limits = limits;
    state->trip = CLUA_FINISHED;
    state->node_count = 0;
    state->evaluating = true;
    clua_begin(state);
    lua_pushcfunction(L, body);
    int status = lua_pcall(L, 0, 1, 0);
    state->evaluating = false;
    state->host = NULL;
    outcome.fuel = state->fuel;
    outcome.bytes = (int64_t)state->allocated;
    if (state->trip != CLUA_FINISHED) {
        outcome.ending = state->trip;
    } else if (status == LUA_ERRMEM || status == LUA_ERRERR) {
        outcome.ending = CLUA_MEMORY;
    } else if (status != LUA_OK) {
        outcome.ending = CLUA_FAILED;
        describe(state, &outcome, -1);
    } else {
        outcome.values = state->nodes;
    }
    if (outcome.ending > CLUA_FAILED) state->spent = true;
    return outcome;
}

static int do_open(lua_State *L) {
    clua_state *state = clua_of(L);
    // Interned once, so that reporting these errors never allocates.
    lua_pushliteral(L, "error in error handling");
    luaL_ref(L, LUA_REGISTRYINDEX);
    lua_pushliteral(L, "C stack overflow");
    luaL_ref(L, LUA_REGISTRYINDEX);
    lua_newtable(L);
    state->handles = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_newtable(L);
    state->instances = luaL_ref(L, LUA_REGISTRYINDEX);
    clua_open_handles(L);
    lua_newtable(L);
    int globals = lua_gettop(L);
    clua_open_base(L, globals);
    clua_open_libraries(L, globals);
    lua_pushvalue(L, globals);
    state->globals = luaL_ref(L, LUA_REGISTRYINDEX);
    lua_pushvalue(L, globals);
    clua_freeze(L);
    state->environment = luaL_ref(L, LUA_REGISTRYINDEX);
    // The stock libraries stay out of reach.
    lua_pushnil(L);
    lua_setfield(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_newtable(L);
    lua_rawseti(L, LUA_REGISTRYINDEX, LUA_RIDX_GLOBALS);
    return 0;
}

clua_state *clua_open(void) {
    clua_state *state = calloc(1, sizeof *state);
    if (state == NULL) return NULL;
    state->node_capacity = 64;
    state->nodes = calloc(state->node_capacity, sizeof *state->nodes);
    state->L = state->nodes == NULL ? NULL : lua_newstate(allocate, state);
    if (state->L == NULL) {
        free(state->nodes);
        free(state);
        return NULL;
    }
    *(clua_state **)lua_getextraspace(state->L) = state;
    lua_atpanic(state->L, panic);
    state->deadline = INT64_MAX;
    state->limits.fuel = INT64_MAX;
    lua_pushcfunction(state->L, do_open);
    if (lua_pcall(state->L, 0, 0, 0) != LUA_OK) {
        clua_close(state);
        return NULL;
    }
    return state;
}

void clua_close(clua_state *state) {
    lua_close(state->L);
    free(state->nodes);
    free(state->kept);
    free(state->known);
    free(state->answer.bytes);
    free(state);
}

static int do_function(lua_State *L) {
    const clua_name *name = lua_touserdata(L, 1);
    lua_rawgeti(L, LUA_REGISTRYINDEX, clua_of(L)->globals);
    lua_pushlstring(L, name->bytes, name->length);
    clua_push_callable(L, name->code);
    lua_rawset(L, -3);
    return 0;
}

static int tag(lua_State *L) {
    luaL_checkany(L, 1);
    int most = (int)lua_tointeger(L, lua_upvalueindex(3)), count = lua_gettop(L);
    while (count > 1 && lua_isnil(L, count)) count -= 1;
    if (count > most) {
        const char *name = lua_tostring(L, lua_upvalueindex(1)), *limit = most == 1 ? "one argument" : "two arguments";
        return luaL_error(L, "`%s` takes %s, got %d", name, limit, count);
    }
    lua_createtable(L, 0, 2);
    lua_pushvalue(L, lua_upvalueindex(2));
    lua_pushvalue(L, 1);
    lua_rawset(L, -3);
    if (count == 2) {
        lua_pushvalue(L, 2);
        lua_setfield(L, -2, CLUA_TAG);
    }
    return 1;
}

static int do_tag(lua_State *L) {
    const clua_name *name = lua_touserdata(L, 1);
    lua_rawgeti(L, LUA_REGISTRYINDEX, clua_of(L)->globals);
    lua_pushlstring(L, name->bytes, name->length);
    lua_pushvalue(L, -1);
    // No name that is written begins like this: a table with a field `list` is not taken for the tag.
    lua_pushliteral(L, CLUA_TAG);
    lua_pushvalue(L, -2);
    lua_concat(L, 2);
    lua_pushinteger(L, name->code);
    lua_pushcclosure(L, tag, 3);
    lua_rawset(L, -3);
    return 0;
}

static bool add(clua_state *state, lua_CFunction body, clua_name *name) {
    lua_settop(state->L, 0);
    lua_pushcfunction(state->L, body);
    lua_pushlightuserdata(state->L, name);
    return lua_pcall(state->L, 1, 0, 0) == LUA_OK;
}

bool clua_add_function(clua_state *state, clua_name name) { return add(state, do_function, &name); }
bool clua_add_tag(clua_state *state, clua_name name) { return add(state, do_tag, &name); }

void clua_finish(clua_state *state) { lua_settop(state->L, 0); }
bool clua_is_spent(const clua_state *state) { return state->spent; }
size_t clua_bytes_in_use(const clua_state *state) { return state->used; }

void clua_answer_text(clua_answer *answer, clua_kind kind, const char *bytes, size_t length) {
    answer->kind = kind;
    if (length > answer->capacity) {
        char *moved = realloc(answer->bytes, length);
        if (moved == NULL) {
            answer->kind = CLUA_FAILURE;
            answer->length = 0;
            return;
        }
        answer->bytes = moved;
        answer->capacity = length;
    }
    if (length > 0) memcpy(answer->bytes, bytes, length);
    answer->length = length;
}
