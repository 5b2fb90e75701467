/* Files of `examples/`, embedded in the program so that they are there anywhere. */
#ifndef CDEMO_H
#define CDEMO_H
#include <stddef.h>

/* examples/demo.json, byte for byte. */
extern const unsigned char *const cdemo_json;
extern const size_t cdemo_json_size;

/* examples/organisation.schema.json, byte for byte. */
extern const unsigned char *const cdemo_organisation;
extern const size_t cdemo_organisation_size;

typedef struct {
    const char *name;
    const unsigned char *bytes;
    size_t size;
} cdemo_file;

/* The files of examples/first, a policy set to start from. */
const cdemo_file *cdemo_first_file(size_t index);
extern const size_t cdemo_first_count;
#endif
