#ifndef CLUA_H
#define CLUA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

// No function declared here raises a Lua error, because a jump must never skip Swift frames. Outside a protected call
// they use only these functions of Lua; a test compares this list with the sources.
//
//   lua_newstate           protects itself and returns null without memory
//   lua_close              runs protected; scripts have no finalizers and no to-be-closed variables
//   lua_getextraspace      computes an address
//   lua_atpanic            sets a field
//   lua_sethook            sets fields
//   lua_settop             only pops here, at the bottom of a stack without to-be-closed variables
//   lua_pushcfunction      pushes a function without upvalues into guaranteed stack space: allocates nothing
//   lua_pushlightuserdata  pushes a pointer into the same space
//   lua_pcall              is the protected call
//   lua_type, lua_typename read
//   lua_tolstring          reads a value that is a string already: nothing is converted

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
    CLUA_FAILURE,
    CLUA_CHUNK ///< an answer: the table that this chunk returns, which is run once for each run of a program
} clua_kind;

/// A flattened value, valid until the interpreter is next used.
typedef struct clua_value {
    clua_kind kind;
    uint32_t id;       ///< handle number, or the number of a table's entries
    int64_t integer;   ///< integer, boolean, string length, or index of a table's first key
    double number;
    const char *bytes;
} clua_value;

typedef enum clua_attribute : uint32_t {
    CLUA_EXPRESSION = 0,
    CLUA_FACT,
    CLUA_METHOD,
    CLUA_WALK, ///< a method that calls a function with each element of a list until it returns `id`, false or true
    CLUA_TEXT ///< a function of the string library, which gets the handle's content
} clua_attribute;

/// The host's answer; `clua_answer_text` copies its text into a buffer of the interpreter.
typedef struct clua_answer {
    clua_kind kind;
    clua_attribute attribute;
    uint32_t id;
    /// The number of a fact plus 1, or 0: a boolean answer is its truth, a handle is the answer while it holds.
    /// When the same arguments come again, the interpreter asks only for that fact.
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
    CLUA_ELEMENT,
    CLUA_ADD,
    CLUA_SUBTRACT,
    CLUA_INDEX, ///< an element that need not be there
    CLUA_KEY,   ///< the key of an entry of a map, by its place
    CLUA_VALUE  ///< the value of an entry of a map, by its place
} clua_operation;

/// The host's callbacks; they return and never re-enter the interpreter.
typedef struct clua_host {
    const void *context;
    void (*attribute)(const void *context, uint32_t handle, const char *key, size_t length, clua_answer *answer);
    void (*operate)(const void *context, clua_operation operation, const clua_value *arguments, size_t count,
                    clua_answer *answer);
    /// The first `count` of the values are the arguments; the contents of tables follow, `all` values in total.
    void (*call)(const void *context, uint32_t function, const clua_value *values, size_t count, size_t all, int line,
                 clua_answer *answer);
    void (*type_name)(const void *context, uint32_t handle, clua_answer *answer);
    /// The context of the two callbacks below, which are called most often.
    const void *port;
    /// The truth of a fact, 0 or 1; -1 when the host has to be asked in full. May be null.
    int (*fact)(const void *port, uint32_t fact);
    /// The next turn begins, from which all later questions come. May be null.
    void (*begin)(const void *port);
} clua_host;

typedef struct clua_limits {
    int64_t fuel;
    int64_t memory;
    int64_t nanoseconds;
    /// Ends the evaluation like a deadline once it is not 0; may be null. Another thread or a signal sets it.
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
    int64_t bytes; ///< all that was allocated, including what was freed
    const clua_value *values; ///< the first result is `values[0]`; valid until `clua_finish`
    size_t results;           ///< of `clua_run`: the number of results of the chunk, up to the last that is not nil
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
/// What stands before the name of a tag in the key of its argument, and alone is the key of a second argument.
#define CLUA_TAG "\1"
/// Adds a global that wraps its arguments, at most `code` of them, 1 or 2: `{ [CLUA_TAG .. name] = x, [CLUA_TAG] = y }`.
/// False without memory.
bool clua_add_tag(clua_state *state, clua_name name);
/// Compiles source text; `*chunk` is its number when the outcome is `CLUA_FINISHED`.
clua_outcome clua_load(clua_state *state, const uint8_t *source, size_t length, const char *name,
                       clua_limits limits, int *chunk);
/// Runs a chunk. Handles of earlier runs are forgotten, with all that was learned of them.
clua_outcome clua_run(clua_state *state, int chunk, const clua_host *host, clua_limits limits);
/// Runs the chunk once for all calls: keeps the function in a field of the table it returns for `clua_call`, unless an
/// iterator was made, which would keep its position. The resources of the run are charged to every call.
clua_outcome clua_keep(clua_state *state, int chunk, const char *field, size_t length, const clua_host *host,
                       clua_limits limits);
/// Releases what was kept: the chunk is run anew for each call.
void clua_release(clua_state *state, int chunk);
/// Makes the calls in order, each with one handle and within these limits: calls the kept function, or runs the chunk
/// anew and calls a field of the table it returns. Stops after the first failure, whose ending becomes the outcome's;
/// `*called` is the number of calls made.
clua_outcome clua_call(clua_state *state, clua_turn *turns, size_t count, size_t *called, const char *field,
                       size_t length, const clua_host *host, clua_limits limits);
/// Runs the chunk once for all calls: keeps the table it returns for `clua_apply`, as `clua_keep` keeps a function.
clua_outcome clua_keep_table(clua_state *state, int chunk, const clua_host *host, clua_limits limits);
/// Calls the function at a dotted path in the kept table, or in the table that the chunk returns when it is run anew.
/// Arguments are scalars and handles; the first result is flattened.
clua_outcome clua_apply(clua_state *state, int chunk, const char *path, size_t length, const clua_value *arguments,
                        size_t count, const clua_host *host, clua_limits limits);
/// Releases the values that the last outcome points to.
void clua_finish(clua_state *state);
/// True when an interrupt is set.
bool clua_is_raised(const volatile int32_t *interrupt);
bool clua_is_spent(const clua_state *state);
size_t clua_bytes_in_use(const clua_state *state);
/// Copies text into the answer; the answer becomes a failure without memory.
void clua_answer_text(clua_answer *answer, clua_kind kind, const char *bytes, size_t length);

#endif
