/* What a stage says of its progress: on the terminal, and to the runner. */

#include "base/progress.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/num.h"
#include "base/os.h"

enum { PROGRESS_STRIDE_MAX = 1 << 16 };

static const uint64_t progress_second = 1000000000;

static struct {
	int fd; /* 0: none; standard input cannot be it */
	const char *stage;
	uint64_t size;
	uint32_t left;   /* calls until the clock is looked at */
	uint32_t stride; /* calls between two looks */
	uint64_t looked_ns;
	uint64_t said_ns;
} progress;

void
progress_init(const char *stage)
{
	const char *env = getenv("AEGIS_STATUS_FD");
	uint64_t fd;

	memset(&progress, 0, sizeof(progress));
	progress.stage = stage;
	progress.stride = progress.left = 1;
	if (env == NULL || num_u64(env, strlen(env), 3, 1 << 20, &fd) ||
	    fcntl((int)fd, F_SETFD, FD_CLOEXEC))
		return;
	progress.fd = (int)fd;
	progress.looked_ns = progress.said_ns = os_now_ns();
}

void
progress_size(uint64_t bytes)
{

	progress.size = bytes;
}

void
progress_end(uint64_t read, uint64_t rows, uint64_t rejected, uint64_t bytes)
{
	char line[400], size[40] = "";
	int n;

	if (progress.fd == 0)
		return;
	if (progress.size > 0)
		(void)snprintf(size, sizeof(size), ",\"size\":%" PRIu64, progress.size);
	n = snprintf(line, sizeof(line),
	    "{\"stage\":\"%s\",\"read\":%" PRIu64 ",\"rows\":%" PRIu64 ",\"rejected\":%" PRIu64
	    ",\"bytes\":%" PRIu64 "%s}\n",
	    progress.stage, read, rows, rejected, bytes, size);
	/* Under PIPE_BUF: all of it or nothing.  Nobody listening is no fault. */
	if (n > 0 && (size_t)n < sizeof(line) && write(progress.fd, line, (size_t)n) < 0) {
		/* The next one may get through. */
	}
}

void
progress_phase(const char *fmt, ...)
{
	char what[61], line[200];
	va_list ap;
	size_t i;
	int n;

	if (progress.fd == 0)
		return;
	va_start(ap, fmt);
	(void)vsnprintf(what, sizeof(what), fmt, ap);
	va_end(ap);
	/* It goes into JSON as it stands. */
	for (i = 0; what[i] != '\0'; i++)
		if (what[i] < ' ' || what[i] > '~' || what[i] == '"' || what[i] == '\\')
			what[i] = '?';
	n = snprintf(line, sizeof(line), "{\"stage\":\"%s\",\"phase\":\"%s\"}\n", progress.stage,
	    what);
	if (n > 0 && (size_t)n < sizeof(line) && write(progress.fd, line, (size_t)n) < 0) {
		/* As below. */
	}
}

/* Look at the clock; aim at ten looks a second. */
static void
progress_look(uint64_t read, uint64_t rows, uint64_t rejected, uint64_t bytes)
{
	uint64_t now = os_now_ns(), gone = now - progress.looked_ns;

	if (gone < progress_second / 20 && progress.stride < PROGRESS_STRIDE_MAX)
		progress.stride *= 2;
	else if (gone > progress_second / 5 && progress.stride > 1)
		progress.stride /= gone > progress_second ? progress.stride : 2;
	progress.left = progress.stride;
	progress.looked_ns = now;
	if (now - progress.said_ns < progress_second)
		return;
	progress.said_ns = now;
	progress_end(read, rows, rejected, bytes);
}

void
progress_tick(uint64_t read, uint64_t rows, uint64_t rejected, uint64_t bytes)
{

	if (progress.fd != 0 && --progress.left == 0)
		progress_look(read, rows, rejected, bytes);
}
