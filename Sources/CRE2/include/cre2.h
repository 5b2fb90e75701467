#ifndef CRE2_H
#define CRE2_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A compiled RE2 pattern: matching takes time linear in the text for every pattern. Any number of threads may use it.
typedef struct cre2_pattern cre2_pattern;

/// Compiles a pattern.
/// - memory: the bytes that the pattern and its automata may take.
/// - message: receives the error text, with a zero at its end.
/// Returns null for an invalid pattern, and without memory.
cre2_pattern *cre2_compile(const char *text, size_t length, int64_t memory, char *message, size_t room);
/// True when the pattern matches anywhere in the text.
bool cre2_is_found(const cre2_pattern *pattern, const char *text, size_t length);
void cre2_free(cre2_pattern *pattern);

#ifdef __cplusplus
}
#endif

#endif
