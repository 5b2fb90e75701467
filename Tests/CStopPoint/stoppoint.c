#define _GNU_SOURCE
#include "cstoppoint.h"

#include <fcntl.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

static char trace[1 << 20];
static atomic_long calls;
static long stop;

__attribute__((constructor)) static void begin(void) {
    const char *number = getenv("DEMILUNE_STOP_AT");
    stop = number == NULL ? 0 : strtol(number, NULL, 10);
}

__attribute__((destructor)) static void end(void) {
    const char *path = getenv("DEMILUNE_STOP_TRACE");
    if (path == NULL) return;
    long count = atomic_load(&calls);
    if (count > (long)sizeof trace) count = (long)sizeof trace;
    const long file = syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (file < 0) return;
    (void)!syscall(SYS_write, file, trace, count);
    syscall(SYS_close, file);
}

// Counts a call. Returns true for the call at which the process is to stop.
static bool is_last(char kind) {
    const long number = atomic_fetch_add(&calls, 1);
    if (number < (long)sizeof trace) trace[number] = kind;
    return number + 1 == stop;
}

static void die(void) {
    for (;;) syscall(SYS_kill, (long)getpid(), SIGKILL);
}

ssize_t write(int file, const void *bytes, size_t count) {
    const bool last = is_last('w');
    const ssize_t written = syscall(SYS_write, file, bytes, last ? count / 2 : count);
    if (last) die();
    return written;
}

ssize_t pwrite64(int file, const void *bytes, size_t count, off64_t place) {
    const bool last = is_last('w');
    const ssize_t written = syscall(SYS_pwrite64, file, bytes, last ? count / 2 : count, place);
    if (last) die();
    return written;
}

ssize_t pwrite(int file, const void *bytes, size_t count, off_t place) { return pwrite64(file, bytes, count, place); }

int fsync(int file) {
    if (is_last('s')) die();
    return (int)syscall(SYS_fsync, file);
}

int fdatasync(int file) {
    if (is_last('s')) die();
    return (int)syscall(SYS_fdatasync, file);
}

int ftruncate64(int file, off64_t length) {
    if (is_last('s')) die();
    return (int)syscall(SYS_ftruncate, file, length);
}

int ftruncate(int file, off_t length) { return ftruncate64(file, length); }

int rename(const char *from, const char *to) {
    if (is_last('s')) die();
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0);
}

int unlink(const char *path) {
    if (is_last('u')) die();
    return (int)syscall(SYS_unlinkat, AT_FDCWD, path, 0);
}
