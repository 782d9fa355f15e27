/* A stage's program: found, asked for its options. */

#include "pipeline/stage.h"

#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/os.h"
#include "pipeline/spawn.h"

enum { STAGE_HELP_MAX = 64 << 10, STAGE_HELP_SECONDS = 5 };

/* Whether ${name} is 1 to 40 lower-case letters, digits and hyphens, not starting with a hyphen.
 */
static bool
stage_name_ok(const char *name)
{
	size_t n = strlen(name);

	return (n > 0 && n <= 40 && name[0] != '-' &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-") == n);
}

/* Put the path of the stage in the first ${len} bytes of ${dir} into ${dst}; -1 unless it is an
 * executable file. */
static int
stage_try(const char *dir, size_t len, const char *name, char *dst, size_t size)
{
	struct stat st;
	int n;

	n = snprintf(dst, size, "%.*s/aegis-%s", (int)len, dir, name);
	if (n < 0 || (size_t)n >= size || stat(dst, &st) || !S_ISREG(st.st_mode) ||
	    access(dst, X_OK))
		return (-1);
	return (0);
}

int
stage_find(const char *name, char *dst, size_t size)
{
	const char *more = getenv("AEGIS_STAGE_PATH");
	char self[PATH_MAX];

	if (!stage_name_ok(name))
		return (-1);
	if (os_self_dir(self, sizeof(self), NULL) == 0 &&
	    stage_try(self, strlen(self), name, dst, size) == 0)
		return (0);
	while (more != NULL && *more != '\0') {
		size_t n = strcspn(more, ":");

		if (n > 0 && n < PATH_MAX && stage_try(more, n, name, dst, size) == 0)
			return (0);
		more += n + (more[n] == ':');
	}
	return (-1);
}

/* Read what the program says until it ends, is over the limit or too late. */
static int
stage_listen(int fd, const char *program, struct buf *out, struct err *e)
{
	uint64_t end = os_now_ns() + STAGE_HELP_SECONDS * UINT64_C(1000000000), now;
	struct pollfd pfd = { fd, POLLIN, 0 };
	ssize_t k;

	for (;;) {
		now = os_now_ns();
		if (now >= end)
			return (err_set(e, STATUS_TEMPFAIL, "'%s --help' does not end", program));
		if (poll(&pfd, 1, (int)((end - now) / 1000000) + 1) <= 0)
			continue;
		if (buf_reserve(out, 4096, e))
			return (err_prefix(e, "'%s --help'", program));
		if ((k = io_read(fd, out->p + out->len, out->cap - out->len, program, e)) <= 0)
			return ((int)k);
		out->len += (size_t)k;
	}
}

/* Whether a line of the help starts with blanks and then this very word. */
static bool
stage_lists(const char *help, const char *option)
{
	size_t len = strlen(option);

	for (;;) {
		size_t n;

		help += strspn(help, " \t");
		if (strncmp(help, option, len) == 0 && strchr(" \t=\n", help[len]) != NULL)
			return (true);
		n = strcspn(help, "\n");
		if (help[n] == '\0')
			return (false);
		help += n + 1;
	}
}

int
stage_knows(const char *program, const char *option, bool *known, struct err *e)
{
	char *const args[] = { xstrdup("help"), xstrdup("--help"), NULL };
	struct buf out = BUF_INIT(STAGE_HELP_MAX);
	int fd[2] = { -1, -1 }, null = -1, rc = -1, status;
	struct spawn s;
	char *text;
	pid_t pid;

	if ((null = open("/dev/null", O_RDWR | O_CLOEXEC)) < 0) {
		(void)err_sys(e, STATUS_IO, "cannot open '/dev/null'");
		goto done;
	}
	if (os_pipe(fd, e))
		goto done;
	s = (struct spawn){ program, args, null, fd[1], null, -1, 0, false };
	if ((pid = spawn_start(&s, e)) < 0)
		goto done;
	(void)close(fd[1]);
	fd[1] = -1;
	rc = stage_listen(fd[0], program, &out, e);
	if (rc)
		(void)kill(-pid, SIGKILL);
	if (os_wait(pid, 0, &status, NULL) < 0 || status != 0)
		rc = err_set(e, STATUS_CONFIG, "'%s --help' fails", program);
	if (rc == 0 && (text = buf_str(&out, e)) != NULL)
		*known = stage_lists(text, option);
	else
		rc = -1;
done:
	if (fd[0] >= 0)
		(void)close(fd[0]);
	if (fd[1] >= 0)
		(void)close(fd[1]);
	if (null >= 0)
		(void)close(null);
	buf_free(&out);
	free(args[0]);
	free(args[1]);
	return (rc);
}
