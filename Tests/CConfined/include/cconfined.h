#ifndef CCONFINED_H
#define CCONFINED_H

#include <stddef.h>

// Starts a process that confines itself and tries everything that it must and must not be able to do. Writes the name
// of the first attempt with a wrong result; nothing when there is none.
void cconfined_surprise(char *name, size_t size);

#endif
