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
/// The charged work that may pass between two looks at the clock.
#define CLUA_WORK 20000
/// The size of the cache of answered questions, as a power of two; each question may use one of two slots.
#define CLUA_KNOWN_BITS 13
#define CLUA_KNOWN (1 << CLUA_KNOWN_BITS)
/// The longest string in a cached question: Lua interns strings of up to this length, so an address identifies one.
#define CLUA_KNOWN_TEXT 40

/// The beginning of the name of a chunk that programs use: `lib/names.lua`, after Lua's own mark.
#define CLUA_SHARED "=lib/"

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
    size_t turn; ///< the current call
} clua_request;

/// A function or a table of functions of a chunk that is not run anew for each call, and the fuel that running it used.
typedef struct clua_kept {
    int value;
    int64_t fuel;
} clua_kept;

/// A question that a fact answered, and that fact.
typedef struct clua_known {
    uint32_t code;
    uint32_t kinds;    ///< the types of both arguments
    int64_t values[2]; ///< handles, integers, booleans, and addresses of strings
    uint32_t fact;     ///< its number plus 1; 0 for none
    uint32_t handle;   ///< the answer plus 1 when it is a handle
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
    clua_kept *kept; ///< by chunk; a value of 0 means none
    int kept_count;
    int refusals;
    uint32_t known_turn; ///< the slot of two that is replaced next
    bool iterated; ///< true once an iterator that keeps its position was made
    bool has_shared;    ///< true once a chunk is loaded that programs use
    bool has_instances; ///< true when `instances` is not empty
    bool evaluating;
    bool spent;
    clua_ending trip;
    int handles;
    int instances; ///< by chunk, the tables that the running program has got from other chunks; false while one is made
    int texts; ///< the strings of the cached questions, two each, kept so that their addresses stay valid
    int metatable;
    int environment;
    int globals;
    char message[513];
    clua_known *known; ///< `CLUA_KNOWN` slots, allocated at the first call for a host with a `fact` callback
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

/// Begins an evaluation with full budgets.
void clua_begin(clua_state *state);
/// Runs a function that may raise, within limits; its one result is the flattened value.
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

/// Reserves that many consecutive flat values and returns the index of the first.
size_t clua_reserve(lua_State *L, size_t count, size_t limit);
/// Flattens the value at the index into slot `slot`; tables of up to 16 levels and 10,000 values.
void clua_flatten(lua_State *L, int index, size_t slot, int depth);
/// Collects and sorts a table's keys (and shallow values) into reserved slots; returns the first slot.
size_t clua_sorted_entries(lua_State *L, int table, size_t limit, bool integers_only, size_t *count);

void clua_push_handle(lua_State *L, uint32_t id);
/// The same, for a caller that has the table of handles on the stack.
void clua_push_handle_of(lua_State *L, int handles, uint32_t id);
/// Pushes the table that a chunk returns; the chunk is run once for each run of the program that uses it.
void clua_push_instance(lua_State *L, int chunk);
void clua_push_callable(lua_State *L, uint32_t code);
/// Asks the host for an operation on the values from `first` to the top and pushes its answer.
void clua_operate(lua_State *L, clua_operation operation, int first, int count);
/// Replaces a handle by its content.
void clua_content(lua_State *L, int index);
/// Pushes the name of the type of a value, the host's for a handle.
void clua_push_type(lua_State *L, int index);
/// True for the name of a list's type.
bool clua_is_list(const char *type);
bool clua_is_map(const char *type);
/// Raises an error unless an argument is a table of Lua.
void clua_check_table(lua_State *L, int index);
/// Pushes the value as a string without addresses.
void clua_push_string(lua_State *L, int index);

int clua_equal(lua_State *L);
int clua_content_of(lua_State *L);
/// `__cut(n, f)` and `__cut(n, x, "m")`: the function, or the method of a value bound to that value, which takes at
/// most n arguments if it is the host's.
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
