#ifndef DUMBHOST_H
#define DUMBHOST_H

#include "../../Sources/CLua/include/clua.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

// A host that answers everything, the same each time; and the result of one evaluation with it, as text.

static void say(clua_answer *answer, clua_kind kind, const char *text) {
    clua_answer_text(answer, kind, text, strlen(text));
}

static void attribute(const void *context, uint32_t handle, const char *key, size_t length, clua_answer *answer) {
    (void)context;
    uint32_t sum = handle % 7;
    for (size_t i = 0; i < length; i++) sum = sum * 31 + (uint8_t)key[i];
    answer->id = sum % 40;
    answer->attribute = sum % 4;
    if (length > 0 && key[0] == 'z') say(answer, CLUA_FAILURE, "no such thing, \x1b[31mred");
}

static void respond(uint32_t number, clua_answer *answer) {
    switch (number % 8) {
    case 0: answer->kind = CLUA_NIL; break;
    case 1:
        answer->kind = CLUA_BOOLEAN;
        answer->integer = number & 8;
        break;
    case 2:
        answer->kind = CLUA_INTEGER;
        answer->integer = (int64_t)number - 20;
        break;
    case 3:
        answer->kind = CLUA_NUMBER;
        answer->number = number * 0.5;
        break;
    case 4: say(answer, CLUA_STRING, "some text"); break;
    case 5: say(answer, CLUA_STRING, ""); break;
    case 6:
        answer->kind = CLUA_HANDLE;
        answer->id = number % 40;
        break;
    default: say(answer, CLUA_FAILURE, "refused"); break;
    }
}

/// Reads every flat value down to the last byte, as a host would.
static uint32_t touch(const clua_value *values, size_t index, int depth) {
    const clua_value *value = &values[index];
    uint32_t sum = value->kind + value->id;
    if (value->kind == CLUA_STRING) {
        for (int64_t i = 0; i < value->integer; i++) sum = sum * 31 + (uint8_t)value->bytes[i];
    }
    if (value->kind == CLUA_TABLE && depth < 20) {
        for (uint32_t i = 0; i < 2 * value->id; i++) sum += touch(values, (size_t)value->integer + i, depth + 1);
    }
    return sum;
}

/// Names a fact in half of the answers.
static void name_fact(uint32_t sum, clua_answer *answer) {
    if ((answer->kind == CLUA_BOOLEAN || answer->kind == CLUA_HANDLE) && sum % 4 < 2) answer->fact = sum % 64 + 1;
}

static void operate(const void *context, clua_operation operation, const clua_value *values, size_t count,
                    clua_answer *answer) {
    (void)context;
    uint32_t sum = operation;
    for (size_t i = 0; i < count; i++) sum += touch(values, i, 0);
    if (operation == CLUA_EQUAL || operation == CLUA_LESS || operation == CLUA_LESS_EQUAL) {
        answer->kind = CLUA_BOOLEAN;
        answer->integer = sum & 1;
    } else if (operation == CLUA_LENGTH) {
        answer->kind = CLUA_INTEGER;
        answer->integer = sum % 5;
    } else {
        respond(sum, answer);
    }
    name_fact(sum, answer);
}

static void call(const void *context, uint32_t function, const clua_value *values, size_t count, size_t all, int line,
                 clua_answer *answer) {
    (void)context, (void)all;
    uint32_t sum = function + (uint32_t)line;
    for (size_t i = 0; i < count; i++) sum += touch(values, i, 0);
    respond(sum, answer);
    name_fact(sum, answer);
}

static int fact(const void *context, uint32_t fact) {
    (void)context;
    return (int)(fact % 3) - 1;
}

static void type_name(const void *context, uint32_t handle, clua_answer *answer) {
    (void)context;
    say(answer, CLUA_STRING, handle % 4 == 3 ? "list of thing" : handle % 8 == 5 ? "map of thing" : handle % 2 ? "thing" : "number");
}

static const clua_host dumb = {NULL, attribute, operate, call, type_name, NULL, fact, NULL};
static const clua_limits tight = {.fuel = 50000, .memory = 4 << 20, .nanoseconds = 500000000};

static clua_state *furnished(void) {
    clua_state *state = clua_open();
    static const char *const functions[] = {"permit", "deny", "advise", "oblige", "settings"};
    for (uint32_t i = 0; i < 5; i++) {
        if (!clua_add_function(state, (clua_name){functions[i], strlen(functions[i]), 100 + i})) abort();
    }
    if (!clua_add_tag(state, (clua_name){"list", 4, 2}) || !clua_add_tag(state, (clua_name){"optional", 8, 1})) abort();
    return state;
}

/// Loads, runs and calls a script in an interpreter of its own and writes the result to `told`. Aborts on a violation.
static int evaluate(const uint8_t *data, size_t size, char told[2048]) {
    clua_state *state = furnished();
    int chunk = 0, length = 0, safety = 0;
    size_t called = 0;
    clua_outcome outcome = clua_load(state, data, size, "fuzz.lua", tight, &chunk);
    for (int step = 0; step < 3; step++) {
        if (outcome.length > 512) abort();
        for (size_t i = 0; i < outcome.length; i++) {
            if ((uint8_t)outcome.message[i] < 0x20 || outcome.message[i] == 0x7f) abort();
        }
        if ((outcome.ending > CLUA_FAILED) != clua_is_spent(state)) abort();
        if (outcome.ending == CLUA_FINISHED && outcome.values) touch(outcome.values, 0, 0);
        if (outcome.ending >= CLUA_MEMORY) safety = 1;
        length += snprintf(told + length, 2048 - (size_t)length, "%d %lld %.*s\n", (int)outcome.ending,
                           (long long)outcome.fuel, (int)outcome.length, outcome.message ? outcome.message : "");
        clua_finish(state);
        if (outcome.ending > CLUA_FAILED || (step == 0 && outcome.ending != CLUA_FINISHED)) break;
        if (step == 0) outcome = clua_run(state, chunk, &dumb, tight);
        else {
            clua_turn turn = {.chunk = chunk, .argument = 1};
            outcome = clua_call(state, &turn, 1, &called, "decide", 6, &dumb, tight);
        }
    }
    clua_close(state);
    // Memory and time are safety nets that differ between runs.
    return safety;
}

#endif
