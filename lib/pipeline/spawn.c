/* Child processes with exactly their descriptors. */

#include "pipeline/spawn.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/os.h"

int
spawn_prepare(struct err *e)
{
	int fd;

	do {
		if ((fd = open("/dev/null", O_RDWR)) < 0)
			return (err_sys(e, STATUS_IO, "cannot open '/dev/null'"));
	} while (fd <= STDERR_FILENO);
	(void)close(fd);
	return (0);
}

/* Descriptor ${from} as ${to}, open over exec(2). */
static int
spawn_place(int from, int to)
{

	if (from != to)
		return (dup2(from, to) < 0);
	return (fcntl(to, F_SETFD, 0));
}

/*
 * The runner's handlers write to the runner's pipe: they must be gone before the
 * child, which starts with all signals blocked, lets the first one in.  What the
 * runner was started to ignore (nohup) stays ignored, but not the two that its
 * own start-up ignores.
 */
static void
spawn_signals(void)
{
	static const int caught[] = { SIGINT, SIGTERM, SIGHUP, SIGCHLD };
	struct sigaction sa, old;
	sigset_t none;
	size_t i;

	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = SIG_DFL;
	for (i = 0; i < sizeof(caught) / sizeof(caught[0]); i++)
		if (sigaction(caught[i], NULL, &old) == 0 && old.sa_handler != SIG_IGN)
			(void)sigaction(caught[i], &sa, NULL);
	(void)sigaction(SIGPIPE, &sa, NULL);
	(void)sigaction(SIGXFSZ, &sa, NULL);
	(void)sigemptyset(&none);
	(void)sigprocmask(SIG_SETMASK, &none, NULL);
}

/* Set up signals, process group and descriptors in the child and execute the program; does not
 * return. */
static void
spawn_child(const struct spawn *s, char *const *argv, pid_t parent)
{
	char line[600];
	int n;

	spawn_signals();
	(void)setpgid(0, s->group);
	os_die_with_parent(parent);
	/* The status pipe last: the others may still stand on its number. */
	if (spawn_place(s->in, STDIN_FILENO) || spawn_place(s->out, STDOUT_FILENO) ||
	    spawn_place(s->err, STDERR_FILENO) ||
	    (s->status >= 0 && spawn_place(s->status, SPAWN_STATUS_FD)))
		_exit(STATUS_TEMPFAIL);
	/* What only the next stage reads need not be text; the user's own word stays. */
	if (s->piped && setenv("AEGIS_STREAM", "frames", 0))
		_exit(STATUS_TEMPFAIL);
	os_close_from(s->status >= 0 ? SPAWN_STATUS_FD + 1 : SPAWN_STATUS_FD);
	(void)execv(s->program, argv);
	n = snprintf(line, sizeof(line), "aegis-run: error: cannot run '%.400s': %s\n", s->program,
	    strerror(errno));
	if (n > 0 &&
	    write(STDERR_FILENO, line, (size_t)n < sizeof(line) ? (size_t)n : sizeof(line) - 1) <
		0) {
		/* The exit status says it too. */
	}
	_exit(STATUS_CONFIG);
}

pid_t
spawn_start(const struct spawn *s, struct err *e)
{
	pid_t pid, parent = getpid();
	sigset_t all, before;
	char **argv;
	size_t n;

	for (n = 0; s->args[n] != NULL; n++)
		continue;
	argv = xcalloc(n + 1, sizeof(*argv));
	memcpy(argv, s->args, n * sizeof(*argv));
	argv[0] = xstrdup(s->program);
	(void)sigfillset(&all);
	(void)sigprocmask(SIG_SETMASK, &all, &before);
	if ((pid = fork()) == 0)
		spawn_child(s, argv, parent);
	(void)sigprocmask(SIG_SETMASK, &before, NULL);
	free(argv[0]);
	free(argv);
	if (pid < 0)
		return (err_sys(e, STATUS_TEMPFAIL, "cannot start '%s'", s->program));
	/* Both sides do this, so that neither has to wait for the other. */
	(void)setpgid(pid, s->group == 0 ? pid : s->group);
	return (pid);
}
