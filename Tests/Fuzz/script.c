#include "dumbhost.h"

// libFuzzer: a script is harmless, and two interpreters give the same result down to the last unit of fuel.

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static char one[2048], other[2048];
    int safety = evaluate(data, size, one) | evaluate(data, size, other);
    if (safety == 0 && strcmp(one, other) != 0) {
        printf("one:\n%sother:\n%s", one, other);
        abort();
    }
    return 0;
}
