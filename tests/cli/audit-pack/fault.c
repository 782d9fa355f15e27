/*
 * LD_PRELOAD: at the FAULT_AT-th call that changes a file, end the process as kill -9 does
 * (FAULT=kill), or say that the disk is full (FAULT=full), then and ever after.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int
fault(void)
{
	static long at = -1, n;

	if (at < 0)
		at = getenv("FAULT_AT") ? atol(getenv("FAULT_AT")) : 0;
	if (at == 0 || ++n < at)
		return 0;
	if (strcmp(getenv("FAULT"), "kill") == 0)
		kill(getpid(), SIGKILL);
	errno = ENOSPC;
	return -1;
}

#define NEXT(name) __typeof__(&name) next = (__typeof__(&name))dlsym(RTLD_NEXT, #name)

ssize_t
write(int fd, const void *p, size_t n)
{
	NEXT(write);
	return fd > 2 && fault() ? -1 : next(fd, p, n);
}

int
fsync(int fd)
{
	NEXT(fsync);
	return fault() ? -1 : next(fd);
}

int
rename(const char *a, const char *b)
{
	NEXT(rename);
	return fault() ? -1 : next(a, b);
}

int
mkdir(const char *p, mode_t mode)
{
	NEXT(mkdir);
	return fault() ? -1 : next(p, mode);
}

int
open(const char *p, int flags, ...)
{
	NEXT(open);
	va_list ap;
	mode_t mode;

	va_start(ap, flags);
	mode = va_arg(ap, mode_t);
	va_end(ap);
	return (flags & O_CREAT) && fault() ? -1 : next(p, flags, mode);
}
