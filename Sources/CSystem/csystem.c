#define _GNU_SOURCE
#include "csystem.h"

#include <errno.h>
#include <fcntl.h>
#include <seccomp.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <syslog.h>
#include <unistd.h>

int csystem_seal_process(void) {
    struct rlimit none = {0, 0};
    return setrlimit(RLIMIT_CORE, &none) == 0 && prctl(PR_SET_DUMPABLE, 0, 0, 0, 0) == 0;
}

static volatile int interrupted = -1;

static void interrupt(int signal) {
    (void)signal;
    const int reason = errno;
    (void)!write(interrupted, "", 1);
    errno = reason;
}

int csystem_interruption(void) {
    static int waiting = -1;
    if (waiting >= 0) return waiting;
    int ends[2];
    if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return -1;
    waiting = ends[0];
    interrupted = ends[1];
    struct sigaction action = {.sa_handler = interrupt, .sa_flags = (int)SA_RESETHAND | SA_RESTART};
    const int signals[] = {SIGINT, SIGTERM, SIGHUP};
    for (size_t i = 0; i < sizeof signals / sizeof *signals; i++)
        if (sigaction(signals[i], &action, NULL) != 0) return -1;
    return waiting;
}

int csystem_rename_to_new(const char *from, const char *to) {
    const unsigned no_replace = 1;
    return (int)syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, no_replace);
}

// Allows a call whose argument has a value, or some of its bits.
static int allow(scmp_filter_ctx filter, int call, struct scmp_arg_cmp argument) {
    return seccomp_rule_add(filter, SCMP_ACT_ALLOW, call, 1, argument);
}

int csystem_confine(unsigned long long address_space, unsigned long long cpu_seconds) {
    // All of them concern only this process and its open files: none takes a path, or names or starts another process.
    static const int allowed[] = {
        SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(readv), SCMP_SYS(writev), SCMP_SYS(lseek), SCMP_SYS(close),
        SCMP_SYS(fstat), SCMP_SYS(poll), SCMP_SYS(ppoll), SCMP_SYS(munmap), SCMP_SYS(mremap), SCMP_SYS(brk),
        SCMP_SYS(munlock), SCMP_SYS(futex), SCMP_SYS(clock_gettime), SCMP_SYS(clock_nanosleep), SCMP_SYS(nanosleep),
        SCMP_SYS(restart_syscall), SCMP_SYS(getrandom), SCMP_SYS(sched_yield), SCMP_SYS(sched_getaffinity),
        SCMP_SYS(gettid), SCMP_SYS(getpid), SCMP_SYS(rt_sigaction), SCMP_SYS(rt_sigprocmask), SCMP_SYS(rt_sigreturn),
        SCMP_SYS(sigaltstack), SCMP_SYS(exit), SCMP_SYS(exit_group),
    };
    struct rlimit space = {address_space, address_space}, time = {cpu_seconds, cpu_seconds}, input = {1, 1};
    if (setrlimit(RLIMIT_AS, &space) != 0 || setrlimit(RLIMIT_CPU, &time) != 0) return 1;
    // One descriptor, the standard input: poll(2) fails for more descriptors than may be open.
    if (setrlimit(RLIMIT_NOFILE, &input) != 0) return 2;
    // This process ends with its parent.
    if (prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0) != 0) return 3;
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0) return 3;
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_ERRNO(EPERM));
    if (filter == NULL) return 4;
    // For every thread that exists by now, not for this one alone.
    int status = seccomp_attr_set(filter, SCMP_FLTATR_CTL_TSYNC, 1);
    for (size_t i = 0; i < sizeof allowed / sizeof *allowed && status == 0; i++)
        status = seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0);
    // Memory, but not executable memory.
    const int maps[] = {SCMP_SYS(mmap), SCMP_SYS(mprotect)};
    for (size_t i = 0; i < sizeof maps / sizeof *maps && status == 0; i++)
        status = allow(filter, maps[i], SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    // The advice that allocators give; other kinds, such as MADV_HWPOISON, concern the whole machine.
    const int advice[] = {MADV_DONTNEED, MADV_FREE};
    for (size_t i = 0; i < sizeof advice / sizeof *advice && status == 0; i++)
        status = allow(filter, SCMP_SYS(madvise), SCMP_A2(SCMP_CMP_EQ, (scmp_datum_t)advice[i]));
    // Reading a descriptor's flags. F_SETOWN, F_SETSIG and O_ASYNC would let the system signal other processes.
    const int looks[] = {F_GETFD, F_GETFL};
    for (size_t i = 0; i < sizeof looks / sizeof *looks && status == 0; i++)
        status = allow(filter, SCMP_SYS(fcntl), SCMP_A1(SCMP_CMP_EQ, (scmp_datum_t)looks[i]));
    // A detected fault may signal this process, to end it, and no other.
    if (status == 0) status = allow(filter, SCMP_SYS(tgkill), SCMP_A0(SCMP_CMP_EQ, (scmp_datum_t)getpid()));
    if (status == 0) status = seccomp_load(filter);
    seccomp_release(filter);
    return status == 0 ? 0 : 5;
}

int csystem_spawn_closes_from(posix_spawn_file_actions_t *actions, int descriptor) {
    return posix_spawn_file_actions_addclosefrom_np(actions, descriptor);
}

void csystem_log(const char *name, const char *line) {
    openlog(name, LOG_PID, LOG_AUTHPRIV);
    syslog(LOG_NOTICE, "%s", line);
    closelog();
}
