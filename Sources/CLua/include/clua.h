#ifndef CLUA_H
#define CLUA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// No function declared here raises a Lua error, for Swift frames must never be jumped over. Outside a protected call they
// use these functions of Lua's own and no other; a test holds this list to the sources.
//
//   lua_newstate           protects itself and answers null without memory
//   lua_close              protects what it closes; scripts have no finalizers and no variables to be closed
//   lua_getextraspace      computes an address
//   lua_atpanic            sets a field
//   lua_sethook            sets fields
//   lua_settop             only pops here, at the bottom of a stack without variables to be closed
//   lua_pushcfunction      pushes a function without upvalues into room that every call is sure of: allocates nothing
//   lua_pushlightuserdata  pushes a pointer into the same room
//   lua_pcall              is the protected call
//   lua_type, lua_typename read
//   lua_tolstring          reads, where the value is a string already: nothing is converted

/// One interpreter, used by one thread at a time.
typedef struct clua_state clua_state;

typedef enum clua_kind : uint32_t {
    CLUA_NIL = 0,
    CLUA_BOOLEAN,
    CLUA_INTEGER,
    CLUA_NUMBER,
    CLUA_STRING,
    CLUA_HANDLE,
    CLUA_TABLE,
    CLUA_FUNCTION,
    CLUA_OTHER,
    CLUA_FAILURE
} clua_kind;

/// A flattened value, valid until the interpreter is next used.
typedef struct clua_value {
    clua_kind kind;
    uint32_t id;       ///< handle number, or how many entries a table has
    int64_t integer;   ///< integer, boolean, string length, or index of a table's first key
    double number;
    const char *bytes;
} clua_value;

typedef enum clua_attribute : uint32_t {
    CLUA_EXPRESSION = 0,
    CLUA_FACT,
    CLUA_METHOD,
    CLUA_TEXT ///< a function of the string library, which takes the handle's content
} clua_attribute;

/// What the host answered; text is copied into a buffer of the interpreter by `clua_answer_text`.
typedef struct clua_answer {
    clua_kind kind;
    clua_attribute attribute;
    uint32_t id;
    /// The number and 1 of a fact: a boolean is what it came to, a handle is the answer while it holds. 0 for none.
    /// Asked with the same arguments again, the interpreter then asks for that fact alone.
    uint32_t fact;
    int64_t integer;
    double number;
    char *bytes;
    size_t length;
    size_t capacity;
} clua_answer;

typedef enum clua_operation : uint32_t {
    CLUA_READ = 0,
    CLUA_CONTENT,
    CLUA_EQUAL,
    CLUA_LESS,
    CLUA_LESS_EQUAL,
    CLUA_LENGTH,
    CLUA_ELEMENT
} clua_operation;

/// The host's callbacks; they return and never re-enter the interpreter.
typedef struct clua_host {
    const void *context;
    void (*attribute)(const void *context, uint32_t handle, const char *key, size_t length, clua_answer *answer);
    void (*operate)(const void *context, clua_operation operation, const clua_value *arguments, size_t count,
                    clua_answer *answer);
    /// The first `count` of the values are the arguments; what tables among them hold follows, `all` together.
    void (*call)(const void *context, uint32_t function, const clua_value *values, size_t count, size_t all, int line,
                 clua_answer *answer);
    void (*type_name)(const void *context, uint32_t handle, clua_answer *answer);
    /// What the two below are called with: they are called more often than all else.
    const void *port;
    /// Whether a fact holds, 0 or 1; -1 where it has to be asked in full. May be null.
    int (*fact)(const void *port, uint32_t fact);
    /// The next turn begins: whatever is asked from now on, it asks. May be null.
    void (*begin)(const void *port);
} clua_host;

typedef struct clua_limits {
    int64_t fuel;
    int64_t memory;
    int64_t nanoseconds;
    /// The deadline has passed once this is not 0, whatever the time is; may be null. Another thread or a signal sets it.
    const volatile int32_t *interrupt;
} clua_limits;

typedef enum clua_ending : uint32_t {
    CLUA_FINISHED = 0,
    CLUA_FAILED,
    CLUA_FUEL,
    CLUA_MEMORY,
    CLUA_DEADLINE
} clua_ending;

typedef struct clua_outcome {
    clua_ending ending;
    int64_t fuel;
    int64_t bytes; ///< allocated altogether, whatever was given back
    const clua_value *values; ///< the first result is `values[0]`; valid until `clua_finish`
    size_t results;           ///< of `clua_run`: how many the chunk returned, up to the last that is not nil
    const char *message;      ///< of a failure, at most 512 bytes; valid until `clua_finish`
    size_t length;
} clua_outcome;

/// One call among several, and what it used.
typedef struct clua_turn {
    int chunk;
    uint32_t argument; ///< a handle
    int64_t fuel;
    int64_t bytes;
} clua_turn;

typedef struct clua_name {
    const char *bytes;
    size_t length;
    uint32_t code;
} clua_name;

/// A new interpreter, or null without memory.
clua_state *clua_open(void);
void clua_close(clua_state *state);
/// Adds a host function as a global. False without memory.
bool clua_add_function(clua_state *state, clua_name name);
/// Adds a global that wraps its argument as `{ [name] = x }`. False without memory.
bool clua_add_tag(clua_state *state, clua_name name);
/// Compiles source text; `*chunk` is its number when the outcome is `CLUA_FINISHED`.
clua_outcome clua_load(clua_state *state, const uint8_t *source, size_t length, const char *name,
                       clua_limits limits, int *chunk);
clua_outcome clua_run(clua_state *state, int chunk, const clua_host *host, clua_limits limits);
/// Runs the chunk once, for good: keeps the function in a field of the table it returns for `clua_call`, unless an
/// iterator was made, which remembers where it is. What the run used is charged to every call.
clua_outcome clua_keep(clua_state *state, int chunk, const char *field, size_t length, const clua_host *host,
                       clua_limits limits);
/// Lets go of what was kept: the chunk is run anew for each call again.
void clua_release(clua_state *state, int chunk);
/// For one turn after the other, each within these limits: calls the function that was kept, or runs the chunk anew and
/// calls a field of the table it returns, with one handle. Ends with the first that does not end well, whose ending is
/// the outcome's; `*called` is how many were.
clua_outcome clua_call(clua_state *state, clua_turn *turns, size_t count, size_t *called, const char *field,
                       size_t length, const clua_host *host, clua_limits limits);
/// Runs the chunk once, for good: keeps the table it returns for `clua_apply`, as `clua_keep` keeps a function.
clua_outcome clua_keep_table(clua_state *state, int chunk, const clua_host *host, clua_limits limits);
/// Calls the function that a path of names with dots leads to in the table that was kept, or that the chunk returns when
/// it is run anew. Arguments are scalars and handles; the first result is flattened.
clua_outcome clua_apply(clua_state *state, int chunk, const char *path, size_t length, const clua_value *arguments,
                        size_t count, const clua_host *host, clua_limits limits);
/// Lets go of what the last outcome pointed to.
void clua_finish(clua_state *state);
/// Whether an interrupt is set.
bool clua_is_raised(const volatile int32_t *interrupt);
bool clua_is_spent(const clua_state *state);
size_t clua_bytes_in_use(const clua_state *state);
/// Copies text into the answer; the answer becomes a failure without memory.
void clua_answer_text(clua_answer *answer, clua_kind kind, const char *bytes, size_t length);

#endif
