/* Stock Lua as the judge of what is well formed and of what a program yields. */
#ifndef CLUALOAD_H
#define CLUALOAD_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Loads a text chunk; 0 when Lua accepts it, else the reason is copied to `message`. */
int cluaload_check(const char *source, size_t size, char *message, size_t capacity);

/* Runs a text chunk with plain libraries, __eq, __content and __cut (which cuts nothing); its results are copied to `result` as text. */
int cluaload_run(const char *source, size_t size, char *result, size_t capacity);

/* Runs a text chunk with plain libraries; its first result, or the error it raised (false), is copied to `result`. */
bool cluaload_value(const char *source, size_t size, char *result, size_t capacity, size_t *length);

/* Makes a program from bytes that calls one library function, of patterns or of all others; gives its length. */
size_t cluaload_program(const uint8_t *data, size_t size, bool patterns, char *program, size_t capacity);
#endif
