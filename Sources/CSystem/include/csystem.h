#ifndef CSYSTEM_H
#define CSYSTEM_H

#include <spawn.h>

// What the system offers and Swift does not see: calls with a variable number of arguments, and Linux's own.

// Keeps the memory of this process to itself: nothing of it is written to the disk when it ends by a fault, and no other
// process of the same user may look into it. Returns whether the system agreed to both.
int csystem_seal_process(void);

// From now on a fault ends this process without a report. The one of Swift's runtime shows the registers and the memory around
// them, where keys and token strings may be; SWIFT_BACKTRACE switches it on, and keeping out of core dumps does not stop it.
void csystem_silence_faults(void);

// Gives a file another name, unless there is a file of that name; one step, so that it never has both. As rename(2).
int csystem_rename_to_new(const char *from, const char *to);

// Takes from this process, for good, everything but computing, memory up to a bound, and reading and writing what is open:
// no file is opened, made or looked for, no process, thread or connection started, no memory made code, nothing signalled
// but itself. Whatever threads are needed have been started before. It ends when the thread that started it ends. Returns 0,
// or the number of the step that the system refused.
int csystem_confine(unsigned long long address_space, unsigned long long cpu_seconds);

// From now on the first ^C (or a wish that the process end, SIGTERM or SIGHUP) makes the descriptor that is returned readable
// instead of ending the process; the second ends it as ever. -1 when the system refuses. Asked again it returns the same.
int csystem_interruption(void);

// Has a process that is to be started close every descriptor from that one on. Returns 0, or why not.
int csystem_spawn_closes_from(posix_spawn_file_actions_t *actions, int descriptor);

// Writes a line to the system's log, as from a program of that name.
void csystem_log(const char *name, const char *line);

#endif
