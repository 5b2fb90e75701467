#include "csystem.h"

#include <signal.h>
#include <stddef.h>

void csystem_silence_faults(void) {
    // The signals that Swift's runtime takes over before the first line of the program; it never takes them over later.
    const int faults[] = {SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) signal(faults[i], SIG_DFL);
}
