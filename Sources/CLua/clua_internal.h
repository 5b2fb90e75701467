#ifndef CLUA_INTERNAL_H
#define CLUA_INTERNAL_H

#include "clua.h"

#include <lua5.4/lauxlib.h>
#include <lua5.4/lua.h>
#include <lua5.4/lualib.h>

/// The largest block a script may allocate; bounds every uninterruptible operation on one string or table.
#define CLUA_BLOCK (1 << 20)
#define CLUA_HOST_FUEL 10
#define CLUA_HOOK_COUNT 100
/// So much charged work may pass without a look at the clock.
#define CLUA_WORK 20000
/// How many questions an interpreter remembers the facts of: two of those that fall on one pair of places.
#define CLUA_KNOWN_BITS 13
#define CLUA_KNOWN (1 << CLUA_KNOWN_BITS)
/// The longest text of a question that is remembered: the interpreter has one of each, so that where it lies tells which.
#define CLUA_KNOWN_TEXT 40

typedef struct clua_request {
    const uint8_t *source;
    size_t length;
    size_t offset;
    const char *name;
    const char *field;
    const clua_value *arguments;
    size_t count;
    int chunk;
    clua_turn *turns;
    size_t turn_count;
    size_t turn; ///< the one that is called
} clua_request;

/// A function, or a table of functions, of a chunk that is not run anew for each call, and what running it once used.
typedef struct clua_kept {
    int value;
    int64_t fuel;
} clua_kept;

/// A question that was answered by a fact: what was asked, and of which.
typedef struct clua_known {
    uint32_t code;
    uint32_t kinds;    ///< of both arguments
    int64_t values[2]; ///< handles, integers, booleans, and where a text lies
    uint32_t fact;     ///< its number and 1; 0 for none
    uint32_t handle;   ///< the answer and 1, where it is a handle
} clua_known;

struct clua_state {
    lua_State *L;
    const clua_host *host;
    clua_request request;
    clua_answer answer;
    clua_value *nodes;
    size_t node_capacity;
    size_t node_count;
    clua_limits limits;
    int64_t fuel;
    int64_t look; ///< the fuel at which to look at the clock again
    int64_t deadline;
    size_t used;
    size_t allocated;
    size_t cap;
    clua_kept *kept; ///< by chunk; a value of 0 is none
    int kept_count;
    int refusals;
    uint32_t known_turn; ///< which of two places gives way next
    bool iterated; ///< whether an iterator that remembers its place was made
    bool evaluating;
    bool spent;
    clua_ending trip;
    int handles;
    int texts; ///< of the questions that are known, two each, so that they stay where they are
    int metatable;
    int environment;
    int globals;
    char message[513];
    clua_known *known; ///< `CLUA_KNOWN` of them, from the first call on for a host whose facts are asked
};

static inline clua_state *clua_of(lua_State *L) {
    return *(clua_state **)lua_getextraspace(L);
}

static inline bool clua_is_handle(lua_State *L, int index) {
    return lua_type(L, index) == LUA_TUSERDATA;
}

static inline uint32_t clua_handle_id(lua_State *L, int index) {
    return *(uint32_t *)lua_touserdata(L, index);
}

/// Begins an evaluation: its budgets are whole.
void clua_begin(clua_state *state);
/// Runs what may raise, within limits; its one result is what it has flattened.
clua_outcome clua_protect(clua_state *state, lua_CFunction body, const clua_host *host, clua_limits limits);

// Everything below may raise and runs only inside a protected call.
int clua_trip(lua_State *L, clua_ending ending);
void clua_check_deadline(lua_State *L);
static inline void clua_charge(lua_State *L, int64_t amount) {
    clua_state *state = clua_of(L);
    state->fuel += amount;
    if (state->fuel > state->limits.fuel) clua_trip(L, CLUA_FUEL);
    if (state->fuel > state->look) clua_check_deadline(L);
}

/// Reserves that many flat values in a row and gives the index of the first.
size_t clua_reserve(lua_State *L, size_t count, size_t limit);
/// Flattens the value at the index into slot `slot`; tables down to 16 levels and 10,000 values.
void clua_flatten(lua_State *L, int index, size_t slot, int depth);
/// Collects and sorts a table's keys (and shallow values) into reserved slots; gives the first slot.
size_t clua_sorted_entries(lua_State *L, int table, size_t limit, bool integers_only, size_t *count);

void clua_push_handle(lua_State *L, uint32_t id);
/// The same for whoever has the table of handles at hand.
void clua_push_handle_of(lua_State *L, int handles, uint32_t id);
void clua_push_callable(lua_State *L, uint32_t code);
/// Asks the host for an operation on the values from `first` to the top and pushes its answer.
void clua_operate(lua_State *L, clua_operation operation, int first, int count);
/// Replaces a handle by its content.
void clua_content(lua_State *L, int index);
/// Pushes the name of the type of a value, the host's for a handle.
void clua_push_type(lua_State *L, int index);
/// Pushes the value as a string without addresses.
void clua_push_string(lua_State *L, int index);

int clua_equal(lua_State *L);
int clua_content_of(lua_State *L);
/// `__cut(n, f)` and `__cut(n, x, "m")`: the function, or the method of a value with that value, which takes at most n
/// arguments if it is one of the host's.
int clua_cut(lua_State *L);
void clua_open_handles(lua_State *L);
void clua_open_base(lua_State *L, int globals);
void clua_open_libraries(lua_State *L, int globals);
/// Wraps a C function so that its handle arguments arrive as their content; pushes the closure.
void clua_push_library_function(lua_State *L, lua_CFunction function);
/// Replaces the table on top by a read-only proxy of it.
void clua_freeze(lua_State *L);

int clua_string_find(lua_State *L);
int clua_string_match(lua_State *L);
int clua_string_gmatch(lua_State *L);
int clua_string_gsub(lua_State *L);

#endif
