/* What Lua itself says of a source: the measure for our parser's tests. */
#ifndef CLUALOAD_H
#define CLUALOAD_H
#include <stddef.h>

/* 1 when luaL_loadbufferx accepts the text, else 0 with its message. */
int cluaload_accepts(const char *source, size_t length, char *message, size_t capacity);

/* Runs a source that returns a string, with __eq and __content as plain Lua means them. 1 when it did. */
int cluaload_run(const char *source, size_t length, char *result, size_t capacity);
#endif
