/* The demo organisation, embedded in the program. */
#ifndef CDEMO_H
#define CDEMO_H
#include <stddef.h>

/* examples/demo.json, byte for byte. */
extern const unsigned char *const cdemo_json;
extern const size_t cdemo_json_size;
#endif
