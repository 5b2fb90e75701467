#define _GNU_SOURCE
#include "cconfined.h"

#include "csystem.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static void *nothing(void *argument) { return argument; }

// Confines this process and makes all attempts. Returns the name of the first with a wrong result; NULL when there is
// none.
static const char *surprise(long other) {
    if (csystem_confine(1ULL << 46, 1000) != 0) return "confining";
    const long own = getpid();
    char page[16384];
    char *aligned = (char *)(((size_t)page + 4095) & ~(size_t)4095);
    const struct {
        const char *name;
        long number, a, b, c, d, e;
    } forbidden[] = {
        {"fcntl F_SETOWN", SYS_fcntl, 0, F_SETOWN, other},
        {"fcntl F_SETOWN_EX", SYS_fcntl, 0, F_SETOWN_EX, (long)page},
        {"fcntl F_SETSIG", SYS_fcntl, 0, F_SETSIG, SIGKILL},
        {"fcntl F_SETFL", SYS_fcntl, 0, F_SETFL, O_ASYNC},
        {"fcntl F_SETLEASE", SYS_fcntl, 0, F_SETLEASE, F_RDLCK},
        {"fcntl F_NOTIFY", SYS_fcntl, 0, F_NOTIFY, DN_ACCESS},
        {"fcntl F_DUPFD", SYS_fcntl, 0, F_DUPFD, 0},
        {"fcntl F_SETPIPE_SZ", SYS_fcntl, 0, F_SETPIPE_SZ, 1 << 20},
        {"kill", SYS_kill, other, 0},
        {"kill all", SYS_kill, -1, 0},
        {"tkill", SYS_tkill, other, 0},
        {"tgkill", SYS_tgkill, other, other, 0},
        {"rt_sigqueueinfo", SYS_rt_sigqueueinfo, other, 0, (long)page},
        {"rt_tgsigqueueinfo", SYS_rt_tgsigqueueinfo, other, other, 0, (long)page},
        {"pidfd_open", SYS_pidfd_open, other, 0},
        {"ptrace", SYS_ptrace, 16, other, 0, 0},
        {"process_vm_readv", SYS_process_vm_readv, other, (long)page, 0, (long)page, 0},
        {"process_vm_writev", SYS_process_vm_writev, other, (long)page, 0, (long)page, 0},
        {"process_madvise", SYS_process_madvise, 0, (long)page, 0, MADV_DONTNEED, 0},
        {"ioctl TIOCSTI", SYS_ioctl, 0, TIOCSTI, (long)page},
        {"ioctl TCGETS", SYS_ioctl, 0, TCGETS, (long)page},
        {"ioctl FIOASYNC", SYS_ioctl, 0, FIOASYNC, (long)page},
        {"prctl", SYS_prctl, PR_SET_DUMPABLE, 1, 0, 0},
        {"prctl PR_SET_PDEATHSIG", SYS_prctl, PR_SET_PDEATHSIG, 0, 0, 0},
        {"prlimit64 of another", SYS_prlimit64, other, RLIMIT_CPU, 0, (long)page},
        {"prlimit64", SYS_prlimit64, 0, RLIMIT_NOFILE, 0, (long)page},
        {"setrlimit", SYS_setrlimit, RLIMIT_CPU, (long)page},
        {"setpriority", SYS_setpriority, PRIO_PROCESS, other, 19},
        {"sched_setaffinity", SYS_sched_setaffinity, other, 8, (long)page},
        {"clone of a process", SYS_clone, SIGCHLD, 0, 0, 0, 0},
        {"clone of a thread", SYS_clone, CLONE_THREAD | CLONE_SIGHAND | CLONE_VM, 0, 0, 0, 0},
        {"clone into a namespace", SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0},
        {"clone3", SYS_clone3, (long)page, 64},
        {"execve", SYS_execve, (long)"/bin/true", 0, 0},
        {"unshare", SYS_unshare, CLONE_NEWUSER},
        {"setns", SYS_setns, 0, 0},
        {"madvise MADV_HWPOISON", SYS_madvise, (long)aligned, 4096, 100},
        {"madvise MADV_SOFT_OFFLINE", SYS_madvise, (long)aligned, 4096, 101},
        {"mmap of code", SYS_mmap, 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, -1},
        {"mprotect to code", SYS_mprotect, (long)aligned, 4096, PROT_READ | PROT_WRITE | PROT_EXEC},
        {"mlock", SYS_mlock, (long)aligned, 4096},
        {"memfd_create", SYS_memfd_create, (long)"a", 0},
        {"open", SYS_open, (long)"/etc/passwd", O_RDONLY, 0},
        {"openat", SYS_openat, AT_FDCWD, (long)"/etc/passwd", O_RDONLY, 0},
        {"stat", SYS_stat, (long)"/etc/passwd", (long)page},
        {"newfstatat", SYS_newfstatat, AT_FDCWD, (long)"/etc/passwd", (long)page, 0},
        {"access", SYS_access, (long)"/etc/passwd", 0},
        {"unlink", SYS_unlink, (long)"/nowhere"},
        {"socket", SYS_socket, 1, 1, 0},
        {"pipe2", SYS_pipe2, (long)page, 0},
        {"dup", SYS_dup, 0},
        {"sendfile", SYS_sendfile, 1, 0, 0, 0},
        {"splice", SYS_splice, 0, 0, 1, 0, 0},
        {"io_uring_setup", SYS_io_uring_setup, 1, (long)page},
        {"bpf", SYS_bpf, 0, (long)page, 64},
        {"userfaultfd", SYS_userfaultfd, 0},
        {"perf_event_open", SYS_perf_event_open, (long)page, other, -1, -1, 0},
        {"keyctl", SYS_keyctl, 0, -3, 0},
        {"shmget", SYS_shmget, 0, 4096, 01600},
        {"mq_open", SYS_mq_open, (long)"a", O_RDONLY, 0, 0},
        {"timer_create", SYS_timer_create, 0, 0, (long)page},
        {"seccomp", SYS_seccomp, 0, 0, 0},
        {"personality", SYS_personality, 0x0040000},
        {"setuid", SYS_setuid, 0},
        {"reboot", SYS_reboot, 0, 0, 0, 0},
    };
    memset(page, 0, sizeof page);
    for (size_t i = 0; i < sizeof forbidden / sizeof *forbidden; i++) {
        errno = 0;
        const long result = syscall(
            forbidden[i].number, forbidden[i].a, forbidden[i].b, forbidden[i].c, forbidden[i].d, forbidden[i].e, 0);
        if (getpid() != own) _exit(1);
        if (result != -1 || errno != EPERM) return forbidden[i].name;
    }
    pthread_t thread;
    if (pthread_create(&thread, NULL, nothing, NULL) == 0) return "pthread_create";

    char *memory = malloc(64 << 20);
    if (memory == NULL) return "no memory";
    memset(memory, 1, 64 << 20);
    free(memory);
    if (madvise(aligned, 0, MADV_DONTNEED) != 0) return "no MADV_DONTNEED";
    if (fcntl(1, F_GETFL) < 0 || fcntl(1, F_GETFD) < 0) return "no look at a descriptor";
    struct timespec time = {0, 1};
    if (clock_gettime(CLOCK_MONOTONIC, &time) != 0 || nanosleep(&(struct timespec){0, 1}, NULL) != 0) return "no time";
    if (write(1, "", 0) != 0) return "no writing";
    if (getpid() != own || raise(0) != 0) return "no signal to itself";
    return NULL;
}

void cconfined_surprise(char *name, size_t size) {
    int ends[2];
    strncpy(name, "starting", size - 1);
    // Another process, which it could harm.
    const pid_t other = fork();
    if (other == 0) {
        prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
        for (;;) pause();
    }
    if (other < 0 || pipe(ends) != 0) return;
    const pid_t confined = fork();
    if (confined == 0) {
        const char *found = surprise(other);
        if (found != NULL) (void)!write(ends[1], found, strlen(found));
        _exit(found == NULL ? 0 : 1);
    }
    close(ends[1]);
    const ssize_t count = confined < 0 ? 0 : read(ends[0], name, size - 1);
    close(ends[0]);
    int status = -1;
    if (confined > 0) waitpid(confined, &status, 0);
    name[count > 0 ? count : 0] = 0;
    if (count <= 0 && status != 0) strncpy(name, "it did not end by itself", size - 1);
    kill(other, SIGKILL);
    waitpid(other, NULL, 0);
}
