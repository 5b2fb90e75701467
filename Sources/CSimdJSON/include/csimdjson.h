#ifndef CSIMDJSON_H
#define CSIMDJSON_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/// A reader of evaluation requests, one line at a time; used by one thread at a time.
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
    CSIMDJSON_NULL,
    CSIMDJSON_ARRAY,
    CSIMDJSON_OBJECT
} csimdjson_kind;

/// A property or an element. Those that it contains follow it.
typedef struct csimdjson_member {
    /// Without bytes for an element.
    csimdjson_text name;
    csimdjson_kind kind;
    /// The index of the next one beside it: after all that it contains.
    uint32_t end;
    int64_t integer;
    double number;
    csimdjson_text text;
} csimdjson_member;

/// The most members of one part of a request, with all that they contain, and the deepest.
enum { CSIMDJSON_MOST_MEMBERS = 64, CSIMDJSON_DEEPEST = 10 };

typedef struct csimdjson_members {
    size_t count;
    csimdjson_member items[CSIMDJSON_MOST_MEMBERS];
} csimdjson_members;

/// A request of the usual shape: the four parts of an evaluation, each named at most once, and no other members but a
/// tenant that is null.
typedef struct csimdjson_request {
    csimdjson_text subject_type, subject_id, action, resource_type, resource_id;
    csimdjson_members action_properties, properties, context;
    bool has_expected, expected;
} csimdjson_request;

/// The rest of a line of a decision log of the usual shape: an access, whose policies neither obliged nor advised, and of
/// which nothing is masked.
typedef struct csimdjson_record {
    csimdjson_text time, code, version, tenant;
    /// The code of the first statement that denies; without bytes where none has one.
    csimdjson_text policy_code;
    bool is_permitted, has_number;
    int64_t number;
} csimdjson_record;

/// A reader, or null without memory.
csimdjson_reader *csimdjson_open(void);
void csimdjson_close(csimdjson_reader *reader);
/// The number of readable bytes that must follow a line.
size_t csimdjson_padding(void);
/// Reads a line.
/// Returns: true for a request of the usual shape. Other lines may still be valid requests.
bool csimdjson_read(csimdjson_reader *reader, const uint8_t *line, size_t length, csimdjson_request *request);

/// Reads a line of a decision log.
/// Returns: true for one of the usual shape. Other lines may still be of a decision log.
bool csimdjson_read_record(csimdjson_reader *reader, const uint8_t *line, size_t length, csimdjson_request *request,
                           csimdjson_record *record);

/// Parses a line and reads nothing from it: the upper bound of reading speed.
/// Returns: true for JSON.
bool csimdjson_parse(csimdjson_reader *reader, const uint8_t *line, size_t length);

#ifdef __cplusplus
}
#endif

#endif
