#ifndef CSIMDJSON_H
#define CSIMDJSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A parser of JSON, one line at a time; used by one thread at a time.
typedef struct csimdjson_parser csimdjson_parser;

/// The values of a line in their order, and the strings that they refer to; valid until the next line is parsed. Their form
/// is that of `doc/tape.md` of simdjson.
typedef struct csimdjson_tape {
    const uint64_t *words;
    const uint8_t *strings;
} csimdjson_tape;

/// A parser, or null without memory.
csimdjson_parser *csimdjson_open(void);
void csimdjson_close(csimdjson_parser *parser);
/// The number of readable bytes that must follow a line. As many follow the strings of a tape.
size_t csimdjson_padding(void);
/// Parses a line.
/// Returns: true for JSON.
bool csimdjson_parse(csimdjson_parser *parser, const uint8_t *line, size_t length, csimdjson_tape *tape);

#ifdef __cplusplus
}
#endif

#endif
