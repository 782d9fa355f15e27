#ifndef AEGIS_FUZZ_H
#define AEGIS_FUZZ_H

/*
 * What fuzz targets share: an assertion, a file that holds the bytes, and a sealed stream around
 * them.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../sealed.h"
#include "base/io.h"

#define FUZZ_RUN "01234567-89ab-4cde-8f01-23456789abcd"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What must hold, whatever comes. */
static inline void
need(int ok)
{

	if (!ok)
		abort();
}

/* The bytes in one of two files, which are made once. */
static inline int
fuzz_spool(int which, const void *p, size_t n)
{
	static int made[2] = { -1, -1 };
	int fd;

	if (made[which] < 0)
		made[which] = io_spool(NULL);
	fd = made[which];
	need(fd >= 0 && ftruncate(fd, 0) == 0 && lseek(fd, 0, SEEK_SET) == 0 &&
	    io_write_all(fd, p, n, "spool", NULL) == 0 && lseek(fd, 0, SEEK_SET) == 0);
	return (fd);
}

/* The same with a name, which its owner alone can read. */
static inline const char *
fuzz_file(int which, const void *p, size_t n)
{
	static char name[2][64];

	(void)snprintf(name[which], sizeof(name[which]), "/proc/%ld/fd/%d", (long)getpid(),
	    fuzz_spool(which, p, n));
	return (name[which]);
}

/* A descriptor that swallows everything. */
static inline int
fuzz_null(void)
{
	static int fd = -1;

	if (fd < 0)
		fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	need(fd >= 0);
	return (fd);
}

/* As many rows as LFs outside quotes say, the columns' line not counted. */
static inline unsigned long long
fuzz_rows(const uint8_t *p, size_t n)
{
	unsigned long long rows = 0;
	size_t i, quotes = 0;

	for (i = 0; i < n; i++) {
		quotes += p[i] == '"';
		rows += p[i] == '\n' && quotes % 2 == 0;
	}
	return (rows > 0 ? rows - 1 : 0);
}

#endif
