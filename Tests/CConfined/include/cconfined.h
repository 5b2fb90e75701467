#ifndef CCONFINED_H
#define CCONFINED_H

#include <stddef.h>

// Has a process confine itself and try what a confined process must not be able to do, and what it must. Writes the name of
// the first thing that came out otherwise; nothing when there is none.
void cconfined_surprise(char *name, size_t size);

#endif
