#include "cdemo.h"

static const unsigned char bytes[] = {
#embed "../../examples/demo.json"
};
const unsigned char *const cdemo_json = bytes;
const size_t cdemo_json_size = sizeof bytes;
