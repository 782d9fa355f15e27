/* The stages of one step as a group of processes. */

#include "pipeline/group.h"

#include <errno.h>
#include <fcntl.h>
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
#include "base/outfile.h"
#include "pipeline/spawn.h"
#include "pipeline/text.h"
#include "pipeline/voice.h"

enum { GROUP_STATUS_LINE = 1024, GROUP_DRAIN_MAX = 1 << 20 };

static const uint64_t group_ms = 1000000;

struct group_stage {
	pid_t pid;       /* 0: not started, or reaped */
	int err, status; /* our ends of its pipes, -1: closed */
	struct tail tail;
	char line[GROUP_STATUS_LINE];
	size_t len;
};

/* Close a descriptor if it is open, and set it to -1. */
static void
group_shut(int *fd)
{

	if (*fd >= 0)
		(void)close(*fd);
	*fd = -1;
}

/* Make reads and writes on ${fd} return at once; -1 with errno set on failure. */
static int
group_nonblock(int fd)
{
	int flags = fcntl(fd, F_GETFL);

	return (flags < 0 ? -1 : fcntl(fd, F_SETFL, flags | O_NONBLOCK));
}

/* Open the step's input, or /dev/null, and tell the monitor its size; return the descriptor, or
 * -1. */
static int
group_open_input(const struct group *g, struct err *e)
{
	const char *path = g->step->input != NULL ? g->step->input : "/dev/null";
	struct stat st;
	int fd;

	if ((fd = open(path, O_RDONLY | O_CLOEXEC)) < 0)
		return (err_sys(e, STATUS_NOINPUT, "cannot open '%s'", path));
	if (g->monitor != NULL)
		monitor_start(g->monitor, g->number, g->step->name,
		    fstat(fd, &st) == 0 && S_ISREG(st.st_mode) ? (uint64_t)st.st_size : 0);
	return (fd);
}

/* What a step writes under a name of the user's; what has none goes into the run's directory. */
static int
group_open_output(struct group *g, struct err *e)
{
	const char *path = g->r->output;
	int fd;

	if (g->step->output != NULL) {
		if ((g->file = outfile_open(path, e)) == NULL)
			return (-1);
		return (outfile_fd(g->file));
	}
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0640);
	return (fd < 0 ? err_sys(e, STATUS_OUTPUT, "cannot make '%s'", path) : fd);
}

/* Start stage ${i} between the descriptors ${in} and ${out}. */
static int
group_start_stage(struct group *g, size_t i, int in, int out)
{
	const struct pipeline_stage *stage = &g->step->stages[i];
	struct group_stage *st = &g->st[i];
	struct result_stage *r = &g->r->stages[i];
	int err[2] = { -1, -1 }, status[2] = { -1, -1 }, rc = -1;
	struct spawn s;
	pid_t pid;

	if (os_pipe(err, &g->start) || os_pipe(status, &g->start))
		goto done;
	/* A slow runner must not hold a stage up: its status lines get lost instead. */
	if (group_nonblock(err[0]) || group_nonblock(status[0]) || group_nonblock(status[1])) {
		(void)err_sys(&g->start, STATUS_IO, "cannot set up a pipe");
		goto done;
	}
	s = (struct spawn){ stage->program, stage->args, in, out, err[1], status[1], g->pgid,
		i + 1 < g->step->nstages };
	r->start_ns = os_now_ns();
	if ((pid = spawn_start(&s, &g->start)) < 0)
		goto done;
	if (g->pgid == 0)
		g->pgid = pid;
	st->pid = pid;
	st->err = err[0];
	st->status = status[0];
	err[0] = status[0] = -1;
	r->started = true;
	g->live++;
	rc = 0;
done:
	group_shut(&err[0]);
	group_shut(&err[1]);
	group_shut(&status[0]);
	group_shut(&status[1]);
	return (rc);
}

/* Open the step's input and output and start its stages joined by pipes; a failure is left in the
 * group's start error. */
static void
group_start_stages(struct group *g)
{
	size_t n = g->step->nstages, i;
	int in, out = -1, pipe[2] = { -1, -1 };

	if ((in = group_open_input(g, &g->start)) < 0)
		return;
	if ((g->out = group_open_output(g, &g->start)) < 0)
		goto done;
	for (i = 0; i < n; i++) {
		if (i + 1 < n && os_pipe(pipe, &g->start))
			break;
		out = i + 1 < n ? pipe[1] : g->out;
		if (group_start_stage(g, i, in, out))
			break;
		/* Only the children may hold the pipes: their ends are the signal. */
		group_shut(&in);
		group_shut(&pipe[1]);
		in = pipe[0];
		pipe[0] = -1;
	}
	group_shut(&pipe[0]);
	group_shut(&pipe[1]);
done:
	group_shut(&in);
}

void
group_start(struct group *g, const struct pipeline_step *step, struct result_step *r,
    struct monitor *monitor, struct voice *voice, size_t number)
{
	size_t i;

	memset(g, 0, sizeof(*g));
	g->step = step;
	g->r = r;
	g->monitor = monitor;
	g->number = number;
	g->out = -1;
	g->st = xcalloc(step->nstages, sizeof(*g->st));
	for (i = 0; i < step->nstages; i++) {
		g->st[i].err = g->st[i].status = -1;
		g->st[i].tail.stage = i;
	}
	g->ring.voice = voice;
	g->ring.step = step->name;
	memset(r->stages, 0, r->nstages * sizeof(*r->stages));
	r->state = RESULT_RUNNING;
	r->tries++;
	if (r->tries == 1)
		r->start_ns = os_now_ns();
	group_start_stages(g);
	if (step->timeout > 0)
		g->deadline_ns = os_now_ns() + step->timeout * 1000 * group_ms;
	if (g->start.status != STATUS_OK && g->live > 0)
		group_end(g, JUDGE_FAILURE);
}

size_t
group_fds(const struct group *g, struct pollfd *fds)
{
	size_t i, n = 0;

	for (i = 0; i < g->step->nstages; i++) {
		if (g->st[i].err >= 0)
			fds[n++] = (struct pollfd){ g->st[i].err, POLLIN, 0 };
		if (g->st[i].status >= 0)
			fds[n++] = (struct pollfd){ g->st[i].status, POLLIN, 0 };
	}
	return (n);
}

/* Collect a stage's status bytes into lines and pass each whole line to the monitor; overlong
 * lines are ignored. */
static void
group_status_bytes(struct group *g, size_t i, const char *p, size_t n)
{
	struct group_stage *st = &g->st[i];
	size_t k;

	for (k = 0; k < n; k++) {
		if (p[k] == '\n') {
			if (g->monitor != NULL && st->len < sizeof(st->line))
				monitor_status(g->monitor, g->number, i, st->line, st->len);
			st->len = 0;
		} else if (st->len < sizeof(st->line)) {
			/* A full line stays full up to its end: too long, ignored. */
			st->line[st->len++] = p[k];
		}
	}
}

/* Read what is there on both of stage ${i}'s pipes; bounded, never waiting. */
static void
group_listen(struct group *g, size_t i)
{
	struct group_stage *st = &g->st[i];
	char p[4096];
	size_t total = 0;
	ssize_t k;

	while (st->err >= 0 && total < GROUP_DRAIN_MAX) {
		if ((k = read(st->err, p, sizeof(p))) < 0) {
			if (errno == EINTR)
				continue;
			if (errno != EAGAIN)
				group_shut(&st->err);
			break;
		}
		if (k == 0) {
			group_shut(&st->err);
			break;
		}
		if (g->monitor != NULL)
			monitor_clear(g->monitor);
		tail_feed(&st->tail, &g->ring, &g->r->stages[i], p, (size_t)k);
		total += (size_t)k;
	}
	for (total = 0; st->status >= 0 && total < GROUP_DRAIN_MAX; total += (size_t)k) {
		if ((k = read(st->status, p, sizeof(p))) < 0 && errno == EINTR) {
			k = 0;
			continue;
		}
		if (k == 0 || (k < 0 && errno != EAGAIN))
			group_shut(&st->status);
		if (k <= 0)
			break;
		group_status_bytes(g, i, p, (size_t)k);
	}
}

/* A time of rusage in microseconds. */
static uint64_t
group_us(const struct timeval *tv)
{

	return ((uint64_t)tv->tv_sec * 1000000 + (uint64_t)tv->tv_usec);
}

/* Collect the stages that have ended, without waiting, and record their status, times, memory and
 * last messages. */
static void
group_reap(struct group *g)
{
	struct rusage ru;
	size_t i;
	int status;

	for (i = 0; i < g->step->nstages; i++) {
		struct result_stage *r = &g->r->stages[i];

		if (g->st[i].pid == 0 || os_wait(g->st[i].pid, WNOHANG, &status, &ru) == 0)
			continue;
		g->st[i].pid = 0;
		g->live--;
		r->ended = true;
		r->cut_off = g->why != JUDGE_BY_ITSELF;
		r->signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
		r->status = r->signal ? 128 + r->signal : WEXITSTATUS(status);
		r->end_ns = os_now_ns();
		r->user_us = group_us(&ru.ru_utime);
		r->sys_us = group_us(&ru.ru_stime);
		r->max_rss_kib = (uint64_t)ru.ru_maxrss;
		/* What it said tells whether it died of a closed pipe. */
		group_listen(g, i);
		tail_end(&g->st[i].tail, &g->ring, r);
	}
}

/* After a failure: when the others have to end. */
static void
group_plan_end(struct group *g, uint64_t now)
{
	uint64_t wait = 0, due;
	size_t i;

	for (i = 0; i < g->step->nstages; i++) {
		if (!judge_failed(&g->r->stages[i]))
			continue;
		if (!judge_pipe_like(&g->r->stages[i])) {
			wait = GROUP_SETTLE_MS;
			break;
		}
		wait = GROUP_SETTLE_PIPE_MS;
	}
	if (wait == 0)
		return;
	due = now + wait * group_ms;
	if (g->term_ns == 0 || due < g->term_ns)
		g->term_ns = due;
}

void
group_work(struct group *g)
{
	uint64_t now;
	size_t i;

	for (i = 0; i < g->step->nstages; i++)
		group_listen(g, i);
	group_reap(g);
	now = os_now_ns();
	if (g->live == 0)
		return;
	if (g->why == JUDGE_BY_ITSELF) {
		group_plan_end(g, now);
		if (g->term_ns != 0 && now >= g->term_ns)
			group_end(g, JUDGE_FAILURE);
		else if (g->deadline_ns != 0 && now >= g->deadline_ns)
			group_end(g, JUDGE_TIMEOUT);
	} else if (g->kill_ns != 0 && now >= g->kill_ns) {
		group_kill(g);
	}
}

uint64_t
group_due(const struct group *g)
{

	if (g->why != JUDGE_BY_ITSELF)
		return (g->kill_ns);
	if (g->term_ns != 0 && (g->deadline_ns == 0 || g->term_ns < g->deadline_ns))
		return (g->term_ns);
	return (g->deadline_ns);
}

void
group_end(struct group *g, enum judge_end why)
{

	if (g->why != JUDGE_BY_ITSELF || g->live == 0)
		return;
	/* A failure that was seen before is the cause. */
	g->why = g->term_ns != 0 ? JUDGE_FAILURE : why;
	g->kill_ns = os_now_ns() + GROUP_TERM_MS * group_ms;
	/*
	 * The group's number cannot be another's as long as one of its children has
	 * not been reaped.  A stopped one sees the signal only when it goes on.
	 */
	(void)kill(-g->pgid, SIGTERM);
	(void)kill(-g->pgid, SIGCONT);
}

void
group_kill(struct group *g)
{

	if (g->live > 0)
		(void)kill(-g->pgid, SIGKILL);
	g->kill_ns = 0;
}

/* Sync the output; give it its name if the step succeeded. */
static void
group_finish_output(struct group *g, bool good)
{

	if (g->out < 0)
		return;
	if (g->file == NULL && good)
		(void)io_sync_close(g->out, g->r->output, &g->start);
	else if (g->file == NULL)
		(void)close(g->out);
	else if (good)
		(void)outfile_finish(g->file, &g->start);
	else
		outfile_abandon(g->file, true);
	g->file = NULL;
	g->out = -1;
}

/* Say in one line why the step failed. */
static void
group_cause(const struct group *g, char *dst, size_t size)
{
	const struct result_step *r = g->r;
	const struct result_stage *s;
	const char *name = g->step->name;
	char how[80];

	dst[0] = '\0';
	if (r->status == STATUS_OK || r->status == STATUS_FINDINGS)
		return;
	if (g->start.status != STATUS_OK) {
		(void)snprintf(dst, size, "step '%s': %.600s", name, g->start.msg);
		return;
	}
	if (g->why == JUDGE_STOP) {
		(void)snprintf(dst, size, "step '%s': ended with the runner", name);
		return;
	}
	if (g->why == JUDGE_TIMEOUT) {
		(void)snprintf(dst, size, "step '%s': not done after %llu second%s", name,
		    (unsigned long long)g->step->timeout, g->step->timeout == 1 ? "" : "s");
		return;
	}
	s = &r->stages[r->blamed];
	if (s->signal != 0)
		(void)snprintf(how, sizeof(how), "was killed by %s (%d)", judge_signal(s->signal),
		    s->signal);
	else
		(void)snprintf(how, sizeof(how), "failed with %d", s->status);
	(void)snprintf(dst, size, "step '%s': %s %s%s%s", name, g->step->stages[r->blamed].args[0],
	    how, s->said[0] ? ": " : "", s->said);
}

void
group_close(struct group *g)
{
	struct result_step *r = g->r;
	char cause[RESULT_CAUSE_SIZE];
	size_t i;

	for (i = 0; i < g->step->nstages; i++) {
		group_shut(&g->st[i].err);
		group_shut(&g->st[i].status);
	}
	r->status = judge_step(r->stages, r->nstages, g->why, &r->blamed);
	group_finish_output(g,
	    g->start.status == STATUS_OK &&
		(r->status == STATUS_OK || r->status == STATUS_FINDINGS));
	if (g->start.status != STATUS_OK) {
		r->status = (int)g->start.status;
		r->blamed = RESULT_NOBODY;
	}
	group_cause(g, cause, sizeof(cause));
	(void)text_clean(r->cause, sizeof(r->cause), cause, strlen(cause));
	r->state = r->status == STATUS_OK ? RESULT_DONE :
	    r->status == STATUS_FINDINGS  ? RESULT_FINDINGS :
					    RESULT_FAILED;
	r->end_ns = os_now_ns();
	free(r->messages);
	if (g->ring.voice != NULL)
		voice_step(g->ring.voice, g->step->name, g->question ? VOICE_DROP : r->blamed);
	r->messages = tail_text(&g->ring);
	tail_clear(&g->ring);
	if (g->monitor != NULL)
		monitor_stop(g->monitor, g->number);
	free(g->st);
	g->st = NULL;
}
