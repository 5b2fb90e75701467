#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

// What the system offers and Swift does not see: calls with a variable number of arguments, and Linux's own.

// Keeps the memory of this process to itself: nothing of it is written to the disk when it ends by a fault, and no other
// process of the same user may look into it. Returns whether the system agreed to both.
static inline int csystem_seal_process(void) {
    struct rlimit none = {0, 0};
    return setrlimit(RLIMIT_CORE, &none) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

// Gives a file another name, unless there is a file of that name; one step, so that it never has both. As rename(2).
static inline int csystem_rename_to_new(const char *from, const char *to) {
    const unsigned no_replace = 1;
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, no_replace);
}
