#ifndef CSYSTEM_H
#define CSYSTEM_H

#include <spawn.h>

// System calls that Swift does not import: those with a variable number of arguments, and those of Linux only.

// Protects the memory of this process: no core dump is written when it ends by a fault, and no other process of the
// same user may read it. Returns 1 when the system agreed to both, else 0.
int csystem_seal_process(void);

// From now on a fault ends this process without a report. The report of Swift's runtime shows the registers and the
// memory around them, where keys and token strings may be; SWIFT_BACKTRACE enables it, and disabling core dumps does
// not stop it.
void csystem_silence_faults(void);

// Renames a file unless a file of the new name exists; atomic, so that it never has both names. Returns as rename(2).
int csystem_rename_to_new(const char *from, const char *to);

// Confines this process for good to computing, memory up to a bound, and reading and writing open files. It cannot
// open, create or look up a file, start a process, thread or connection, make memory executable, or signal any process
// but itself. Start every thread that is needed before. The process ends when the thread that started it ends. Returns
// 0, or the number of the step that the system refused.
int csystem_confine(unsigned long long address_space, unsigned long long cpu_seconds);

// From now on the first ^C (or SIGTERM or SIGHUP) makes the returned descriptor readable instead of ending the process;
// the second ends it as usual. -1 when the system refuses. Another call returns the same descriptor.
int csystem_interruption(void);

// Makes a process that is about to be started close every descriptor from that one on. Returns 0, or an error number.
int csystem_spawn_closes_from(posix_spawn_file_actions_t *actions, int descriptor);

// Writes a line to the system's log, under the name of a program.
void csystem_log(const char *name, const char *line);

#endif
