#include "../../Sources/CLua/include/clua.h"
#include "../CLuaLoad/include/cluaload.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// libFuzzer: a library function of the dialect and the stock one must agree whenever ours finishes.

#ifndef PATTERNS
#define PATTERNS true
#endif

static char normal(char byte) { return byte == '`' ? '\'' : byte; }

/// The message without its place and without the number of a wrong argument, with uniform quotes.
static size_t message(const char *text, size_t length, char *out) {
    if (length > 5 && memcmp(text, "s:1: ", 5) == 0) {
        text += 5;
        length -= 5;
    }
    for (size_t i = 0; i < length; i++) out[i] = i > 0 && text[i - 1] == '#' ? '?' : normal(text[i]);
    return length;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static clua_state *state;
    static unsigned uses;
    static char program[65536], stock[65536], left[65536], right[65536];
    if (state != NULL && (clua_is_spent(state) || ++uses % 2000 == 0)) {
        clua_close(state);
        state = NULL;
    }
    if (state == NULL) state = clua_open();
    size_t length = cluaload_program(data, size, PATTERNS, program, sizeof program);
    clua_limits limits = {.fuel = 200000, .memory = 8 << 20, .nanoseconds = 1000000000};
    int chunk = 0;
    clua_outcome outcome = clua_load(state, (const uint8_t *)program, length, "s", limits, &chunk);
    clua_finish(state);
    if (outcome.ending != CLUA_FINISHED) return 0;
    static const clua_host nobody;
    outcome = clua_run(state, chunk, &nobody, limits);
    if (outcome.ending > CLUA_FAILED) return 0;
    // The dialect's own limits do not count as a difference.
    static const char unpacking[] = "s:1: too many results to unpack";
    if (outcome.ending == CLUA_FAILED && outcome.length == sizeof unpacking - 1
        && memcmp(outcome.message, unpacking, outcome.length) == 0) return 0;
    size_t found = 0, expected = 0;
    bool worked = cluaload_value(program, length, stock, sizeof stock, &found);
    bool same;
    if (worked != (outcome.ending == CLUA_FINISHED)) {
        same = false;
        expected = outcome.length < sizeof left ? outcome.length : 0;
        if (expected) memcpy(left, outcome.message, expected);
    } else if (worked) {
        expected = (size_t)outcome.values[0].integer;
        same = outcome.values[0].kind == CLUA_STRING && expected == found && memcmp(outcome.values[0].bytes, stock, found) == 0;
        if (!same && expected < sizeof left) memcpy(left, outcome.values[0].bytes, expected);
    } else {
        expected = message(outcome.message, outcome.length, left);
        found = message(stock, found, right);
        same = expected == found && memcmp(left, right, found) == 0;
    }
    clua_finish(state);
    if (same) return 0;
    const char *call = strstr(program, "return out(");
    printf("%.*s\nours:  %.*s\nstock: %.*s\n\n", (int)(length - (size_t)(call - program)), call, (int)expected, left, (int)found, worked ? stock : right);
    fflush(stdout);
    if (getenv("DIFFER_GO_ON") == NULL) abort();
    return 0;
}
