#ifndef CSIMDJSON_H
#define CSIMDJSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// Reads evaluation requests, one line at a time; used by one thread at a time.
typedef struct csimdjson_reader csimdjson_reader;

/// A text inside the reader, valid until the next line is read.
typedef struct csimdjson_text {
    const uint8_t *bytes;
    size_t length;
} csimdjson_text;

typedef enum csimdjson_kind : uint32_t {
    CSIMDJSON_STRING = 0,
    CSIMDJSON_INTEGER,
    CSIMDJSON_NUMBER,
    CSIMDJSON_FALSE,
    CSIMDJSON_TRUE,
    CSIMDJSON_NULL
} csimdjson_kind;

/// A property: a name and a value that is no object and no array.
typedef struct csimdjson_member {
    csimdjson_text name;
    csimdjson_kind kind;
    int64_t integer;
    double number;
    csimdjson_text text;
} csimdjson_member;

enum { CSIMDJSON_MOST_MEMBERS = 24 };

typedef struct csimdjson_members {
    size_t count;
    csimdjson_member items[CSIMDJSON_MOST_MEMBERS];
} csimdjson_members;

/// A request of the usual shape: the four parts of an evaluation, each named once and with nothing beside them.
typedef struct csimdjson_request {
    csimdjson_text subject_type, subject_id, action, resource_type, resource_id;
    csimdjson_members properties, context;
    bool has_expected, expected;
} csimdjson_request;

/// A reader, or null without memory.
csimdjson_reader *csimdjson_open(void);
void csimdjson_close(csimdjson_reader *reader);
/// How many readable bytes must follow a line.
size_t csimdjson_padding(void);
/// Reads a line.
/// Returns: whether it is a request of the usual shape. One that is not may be a good one all the same.
bool csimdjson_read(csimdjson_reader *reader, const uint8_t *line, size_t length, csimdjson_request *request);

/// Parses a line and looks at nothing of it: how fast reading can be at most.
/// Returns: whether it is JSON.
bool csimdjson_parse(csimdjson_reader *reader, const uint8_t *line, size_t length);

#ifdef __cplusplus
}
#endif

#endif
