#ifndef CRE2_H
#define CRE2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A pattern of RE2: matched in time linear in the text, whatever the pattern is. Used by any number of threads at once.
typedef struct cre2_pattern cre2_pattern;

/// Compiles a pattern.
/// - memory: bytes that it and its automata may take.
/// - message: where what is wrong is told, with a zero at its end.
/// Returns null for what is no pattern, and without memory.
cre2_pattern *cre2_compile(const char *text, size_t length, int64_t memory, char *message, size_t room);
/// Whether the pattern is found anywhere in the text.
bool cre2_is_found(const cre2_pattern *pattern, const char *text, size_t length);
void cre2_free(cre2_pattern *pattern);

#ifdef __cplusplus
}
#endif

#endif
