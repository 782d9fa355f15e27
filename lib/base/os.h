#ifndef AEGIS_BASE_OS_H
#define AEGIS_BASE_OS_H

/*
 * The operating system's extras: what glibc hides behind _DEFAULT_SOURCE and
 * what Linux adds to POSIX comes through here and nowhere else.
 */

#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/types.h>
#include <time.h>

#include "base/err.h"

/**
 * os_now_ns():
 * Monotonic clock in nanoseconds, for durations.
 */
uint64_t os_now_ns(void);

/**
 * os_utc(dst, size, t):
 * Write the instant ${t} as 2026-11-23T09:43:56Z.  Return ${dst}.
 */
char *os_utc(char *dst, size_t size, time_t t);

/**
 * os_random(p, n):
 * Fill ${n} bytes, up to 256, from the kernel's random source.
 */
void os_random(void *p, size_t n);

/**
 * os_uuid(dst), os_uuid_bytes(b):
 * Write a random UUID (version 4, RFC 9562) and a NUL: 37 bytes; or its 16 bytes.
 */
void os_uuid_bytes(unsigned char b[16]);
void os_uuid(char dst[37]);

/**
 * os_standard_descriptors():
 * Open those of 0, 1 and 2 that are closed on /dev/null, as long as nothing else is open: the next
 * file or socket must not become one of them.
 */
void os_standard_descriptors(void);

/**
 * os_pipe(fd, e):
 * Make a pipe whose both ends close on exec.  Return 0, or -1 with ${e} set.
 */
int os_pipe(int fd[2], struct err *e);

/**
 * os_exit(status):
 * Leave a child that fork() made, as _exit() does: without the parent's exit handlers.  The
 * coverage build writes down what the child ran first.
 */
void os_exit(int status) __attribute__((noreturn));

/**
 * os_wait(pid, flags, status, ru):
 * wait4(2), again after EINTR.
 */
pid_t os_wait(pid_t pid, int flags, int *status, struct rusage *ru);

/**
 * os_wipe(p, n):
 * Overwrite ${n} bytes in a way that the compiler does not drop.
 */
void os_wipe(void *p, size_t n);

/**
 * os_no_dump():
 * No core file of this process, and no other process of its user may look into it.
 */
void os_no_dump(void);

/**
 * os_self_dir(dst, size, e):
 * Write the directory of the running program's file, links resolved, without a
 * trailing slash.  Return 0, or -1 with ${e} set.
 */
int os_self_dir(char *dst, size_t size, struct err *e);

/**
 * os_realpath(path, dst, size, e):
 * Write the absolute path of ${path} with all links resolved; it must exist.
 * Return 0, or -1 with ${e} set to STATUS_CONFIG.
 */
int os_realpath(const char *path, char *dst, size_t size, struct err *e);

/**
 * os_utc_days(y, m, d):
 * Days since 1970-01-01 in the proleptic Gregorian calendar.
 */
int64_t os_utc_days(int y, int m, int d);

/**
 * os_sleep_ms(ms):
 * Sleep for ${ms} milliseconds, or until a signal comes.
 */
void os_sleep_ms(uint64_t ms);

/**
 * os_die_with_parent(parent):
 * Ask the kernel to end the calling process with SIGKILL as soon as ${parent},
 * the thread that forked it, is gone; ends it at once where that has happened
 * already.  For a child between fork(2) and exec(2).
 */
void os_die_with_parent(pid_t parent);

/**
 * os_close_from(lowest):
 * Close every descriptor from ${lowest} up, in a child before exec(2).
 */
void os_close_from(int lowest);

/**
 * os_drop_to(user, e):
 * Become ${user}, for good: groups, group id and user id.  Needs root.
 * Return 0, or -1 with ${e} set.
 */
int os_drop_to(const char *user, struct err *e);

#endif
