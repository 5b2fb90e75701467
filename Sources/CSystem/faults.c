#include "csystem.h"

#include <signal.h>
#include <stddef.h>

void csystem_silence_faults(void) {
    // Those that Swift's runtime takes before the first line of the program; no later one takes them again.
    const int faults[] = {SIGQUIT, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGSEGV, SIGTRAP};
    for (size_t i = 0; i < sizeof faults / sizeof *faults; i++) signal(faults[i], SIG_DFL);
}
