/* Steps run side by side, each when those before it are done. */

#include "pipeline/exec.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/os.h"
#include "pipeline/group.h"
#include "pipeline/judge.h"
#include "pipeline/monitor.h"
#include "pipeline/same.h"
#include "pipeline/spawn.h"

static const uint64_t exec_second = 1000000000;

/* Signals become bytes in a pipe, so that poll(2) sees them. */
static int exec_pipe[2] = { -1, -1 };

struct exec {
	const struct pipeline *p;
	const struct exec_options *o;
	struct result *r;
	struct group *groups; /* one a step; in use while it runs */
	uint64_t *resume_ns;  /* of a step that waits before its next try */
	struct pipeline_step *
	    ask; /* of each step what tells whether it need run; no stages: nothing, or not any more */
	struct pollfd *fds;
	struct monitor *monitor; /* or NULL */
	uint64_t drawn_ns;
	size_t running;
	int stop; /* the signal that told us to stop, or 0 */
};

/* Pass the signal's number through the pipe to the main loop; async-signal-safe. */
static void
exec_signal(int signo)
{
	int saved = errno;
	unsigned char c = (unsigned char)signo;

	/* A full pipe holds enough of them. */
	if (write(exec_pipe[1], &c, 1) < 0) {
		/* Nothing can be done about it here. */
	}
	errno = saved;
}

int
exec_catch(struct err *e)
{
	static const int signals[] = { SIGCHLD, SIGINT, SIGTERM, SIGHUP };
	struct sigaction sa, old;
	size_t i;
	int k;

	if (spawn_prepare(e) || os_pipe(exec_pipe, e))
		return (-1);
	for (k = 0; k < 2; k++)
		if (fcntl(exec_pipe[k], F_SETFL, O_NONBLOCK) < 0)
			return (err_sys(e, STATUS_IO, "cannot set up a pipe"));
	memset(&sa, 0, sizeof(sa));
	sa.sa_handler = exec_signal;
	(void)sigemptyset(&sa.sa_mask);
	sa.sa_flags = SA_RESTART;
	for (i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
		/* What nohup(1) or a shell's & has set to be ignored stays so. */
		if (signals[i] != SIGCHLD && sigaction(signals[i], NULL, &old) == 0 &&
		    old.sa_handler == SIG_IGN)
			continue;
		if (sigaction(signals[i], &sa, NULL))
			return (err_sys(e, STATUS_IO, "cannot catch signals"));
	}
	return (0);
}

/* Mark the step as skipped, with ${why} followed by ${name} as the cause. */
static void
exec_skip(struct result_step *r, const char *why, const char *name)
{

	r->state = RESULT_SKIPPED;
	(void)snprintf(r->cause, sizeof(r->cause), "%s%s", why, name);
}

/* Has the step ended, however? */
static bool
exec_over(const struct result_step *r)
{

	return (r->state >= RESULT_DONE);
}

/* Whether the steps that ${i} comes after are done; marks it where it never will begin. */
static bool
exec_after(struct exec *x, size_t i)
{
	const struct pipeline_step *s = &x->p->steps[i];
	bool ready = true;
	size_t k;

	for (k = 0; k < s->nafter; k++) {
		const struct result_step *before = &x->r->steps[s->after[k]];

		if (before->state == RESULT_FAILED || before->state == RESULT_SKIPPED) {
			exec_skip(&x->r->steps[i],
			    before->state == RESULT_FAILED ? "after failed step " :
							     "after skipped step ",
			    x->p->steps[s->after[k]].name);
			return (false);
		}
		ready = ready && exec_over(before);
	}
	return (ready);
}

/* Is there what the step ${from} has decoded for step ${i}?  Where not, why not. */
static bool
exec_decoded(struct exec *x, size_t i, size_t from)
{
	struct result_step *r = &x->r->steps[i];

	if (access(x->p->steps[i].input, R_OK) == 0)
		return (true);
	exec_skip(r, "after failed step ", x->p->steps[from].name);
	return (false);
}

/*
 * Whether a waiting step may start; marks it where it never will.  One that is asked whether there is
 * anything to do, and does not decode itself, is asked at once: so what decodes for it knows.
 */
static bool
exec_ready(struct exec *x, size_t i)
{
	const struct pipeline_step *s = &x->p->steps[i];
	const struct pipeline_import *import = s->import;
	size_t k;

	if (import != NULL && import->from != SIZE_MAX && x->ask[i].nstages > 0)
		return (true);
	if (!exec_after(x, i))
		return (false);
	for (k = 0; k < s->norder; k++)
		if (!exec_over(&x->r->steps[s->order[k]]))
			return (false);
	return (import == NULL || import->from == SIZE_MAX || exec_decoded(x, i, import->from));
}

/*
 * Of a step that decodes for others: is there nothing to decode?  Either none of them has anything to
 * do, or another run has decoded it for us.  Sets ${wait} while some of them are still asked.
 */
static bool
exec_needless(const struct exec *x, size_t from, bool *wait)
{
	const struct pipeline *p = x->p;
	bool due = false, made = true;
	size_t i;

	*wait = false;
	for (i = 0; i < p->nsteps; i++) {
		if (p->steps[i].import == NULL || p->steps[i].import->from != from)
			continue;
		*wait = *wait || x->ask[i].nstages > 0;
		due = due || !exec_over(&x->r->steps[i]);
		made = made && access(p->steps[i].input, R_OK) == 0;
	}
	return (!*wait && (!due || made));
}

/* Does the step decode for others, and may it begin?  One that need not is done. */
static bool
exec_decodes(struct exec *x, size_t i)
{
	const struct pipeline_import *import = x->p->steps[i].import;
	bool wait = false;

	if (import == NULL || import->view != NULL)
		return (true);
	if (exec_needless(x, i, &wait)) {
		x->r->steps[i].state = RESULT_DONE;
		return (false);
	}
	return (!wait);
}

/*
 * Step ${i} was asked whether it need run.  Where there is nothing to do it is done, and what has told so is its
 * last stage; else it is as if it had not been asked: what is wrong the step itself will say best.
 */
static void
exec_asked(struct exec *x, size_t i)
{
	struct result_step *r = &x->r->steps[i];

	same_free(&x->ask[i]);
	x->ask[i].nstages = 0;
	if (r->state == RESULT_DONE) {
		r->stages[r->nstages - 1] = r->stages[0];
		memset(&r->stages[0], 0, sizeof(r->stages[0]));
		return;
	}
	if (x->stop != 0)
		return;
	memset(r->stages, 0, r->nstages * sizeof(*r->stages));
	free(r->messages);
	r->messages = NULL;
	r->cause[0] = '\0';
	r->status = 0;
	r->blamed = RESULT_NOBODY;
	r->tries = 0;
	r->start_ns = r->end_ns = 0;
	r->state = RESULT_WAITING;
}

/* A try of step ${i} is over: is another one to come? */
static void
exec_close(struct exec *x, size_t i)
{
	const struct pipeline_step *s = &x->p->steps[i];
	struct result_step *r = &x->r->steps[i];
	uint64_t wait;
	unsigned k;

	group_close(&x->groups[i]);
	x->running--;
	if (x->ask[i].nstages > 0)
		exec_asked(x, i);
	if (r->state == RESULT_WAITING)
		return;
	/* There is a database, since the runner has reached it: that it is away will pass. */
	if (r->state == RESULT_FAILED &&
	    (r->status == STATUS_TEMPFAIL || r->status == STATUS_NODB) && x->stop == 0 &&
	    r->tries <= s->retries) {
		for (wait = s->retry_wait, k = 1; k < r->tries && wait < 86400; k++)
			wait *= 2;
		r->state = RESULT_PAUSED;
		x->resume_ns[i] = os_now_ns() + wait * exec_second;
		return;
	}
	if (r->state == RESULT_FAILED && x->r->cause[0] == '\0') {
		x->r->status = r->status;
		(void)snprintf(x->r->cause, sizeof(x->r->cause), "%s", r->cause);
	} else if (r->state == RESULT_FINDINGS && x->r->status == STATUS_OK) {
		x->r->status = STATUS_FINDINGS;
	}
	if (x->o->ended != NULL)
		x->o->ended(x->o->cookie, x->r);
}

/* Whether a step may begin: where not it has failed, and so does the run. */
static bool
exec_may_begin(struct exec *x, struct result_step *r)
{
	struct err e = ERR_INIT;

	if (x->o->may_begin == NULL || x->o->may_begin(x->o->cookie, &e) == 0)
		return (true);
	r->state = RESULT_FAILED;
	r->status = (int)e.status;
	(void)snprintf(r->cause, sizeof(r->cause), "%.*s", RESULT_CAUSE_SIZE - 1, e.msg);
	if (x->r->cause[0] == '\0') {
		x->r->status = r->status;
		(void)snprintf(x->r->cause, sizeof(x->r->cause), "%s", r->cause);
	}
	return (false);
}

/*
 * Start what may start.  Return true as long as something runs or will.  Steps
 * that never will are marked from the front to the back, again for each that was
 * marked, since a step may come after one that stands below it in the file.
 */
static bool
exec_schedule(struct exec *x)
{
	uint64_t now = os_now_ns();
	bool more = false;
	size_t i;

	for (i = 0; i < x->r->nsteps; i++) {
		struct result_step *r = &x->r->steps[i];

		if (r->state == RESULT_WAITING && x->stop == 0) {
			if (!exec_ready(x, i) || !exec_decodes(x, i)) {
				if (r->state != RESULT_WAITING)
					return (exec_schedule(x));
				more = true;
				continue;
			}
		} else if (r->state != RESULT_PAUSED || x->stop != 0) {
			continue;
		} else if (now < x->resume_ns[i]) {
			more = true;
			continue;
		}
		more = true;
		if (x->running >= x->o->jobs)
			continue;
		if (!exec_may_begin(x, r))
			return (exec_schedule(x));
		group_start(&x->groups[i], x->ask[i].nstages > 0 ? &x->ask[i] : &x->p->steps[i], r,
		    x->monitor, x->o->voice, i);
		x->groups[i].question = x->ask[i].nstages > 0;
		x->running++;
	}
	return (more || x->running > 0);
}

/* The runner was told to stop: end what runs, start nothing more. */
static void
exec_stop(struct exec *x, int signo)
{
	bool again = x->stop != 0;
	size_t i;

	if (!again)
		x->stop = signo;
	for (i = 0; i < x->r->nsteps; i++) {
		struct result_step *r = &x->r->steps[i];

		if (r->state == RESULT_RUNNING) {
			group_end(&x->groups[i], JUDGE_STOP);
			if (again)
				group_kill(&x->groups[i]);
		} else if (r->state == RESULT_PAUSED) {
			r->state = RESULT_FAILED;
		} else if (r->state == RESULT_WAITING) {
			exec_skip(r, "the runner got ", judge_signal(signo));
		}
	}
}

/* Empty the signal pipe; any signal but SIGCHLD stops the run. */
static void
exec_take_signals(struct exec *x)
{
	unsigned char c[64];
	ssize_t k, j;

	while ((k = read(exec_pipe[0], c, sizeof(c))) > 0)
		for (j = 0; j < k; j++)
			if (c[j] != SIGCHLD)
				exec_stop(x, c[j]);
}

/* Lower ${due} to ${t} if that is earlier; in both 0 means never. */
static void
exec_earlier(uint64_t *due, uint64_t t)
{

	if (t != 0 && (*due == 0 || t < *due))
		*due = t;
}

/* Wait until a signal, a stage's message, or a time that is due. */
static void
exec_wait(struct exec *x)
{
	uint64_t due = 0, now;
	size_t i, n = 0;
	int ms = -1;

	x->fds[n++] = (struct pollfd){ exec_pipe[0], POLLIN, 0 };
	for (i = 0; i < x->r->nsteps; i++) {
		if (x->r->steps[i].state == RESULT_RUNNING) {
			if (x->groups[i].live == 0)
				return;
			n += group_fds(&x->groups[i], x->fds + n);
			exec_earlier(&due, group_due(&x->groups[i]));
		} else if (x->r->steps[i].state == RESULT_PAUSED) {
			exec_earlier(&due, x->resume_ns[i]);
		}
	}
	now = os_now_ns();
	if (x->monitor != NULL)
		exec_earlier(&due, x->drawn_ns + exec_second);
	if (due != 0)
		ms = due <= now                    ? 0 :
		    due - now > 3600 * exec_second ? 3600000 :
						     (int)((due - now) / 1000000) + 1;
	(void)poll(x->fds, n, ms);
}

/* Start steps, serve their stages and redraw the progress about once a second, until nothing runs
 * or waits. */
static void
exec_loop(struct exec *x)
{
	size_t i;

	exec_take_signals(x);
	while (exec_schedule(x)) {
		exec_wait(x);
		exec_take_signals(x);
		for (i = 0; i < x->r->nsteps; i++) {
			if (x->r->steps[i].state != RESULT_RUNNING)
				continue;
			group_work(&x->groups[i]);
			if (x->groups[i].live == 0)
				exec_close(x, i);
		}
		if (x->monitor != NULL && os_now_ns() >= x->drawn_ns + exec_second) {
			monitor_draw(x->monitor);
			x->drawn_ns = os_now_ns();
		}
	}
}

/* A step whose source did not come: it has failed where it is required. */
static void
exec_absent(struct exec *x, size_t i)
{
	const struct pipeline_import *import = x->p->steps[i].import;
	struct result_step *r = &x->r->steps[i];

	(void)snprintf(r->cause, sizeof(r->cause), "source '%.64s' %s%.600s%s", import->layout,
	    import->why != NULL ? "cannot be used: " : "did not come",
	    import->why != NULL ? import->why : "", import->required ? ", and is required" : "");
	r->state = import->required ? RESULT_FAILED : RESULT_ABSENT;
	if (!import->required)
		return;
	r->status = STATUS_NOINPUT;
	if (x->r->cause[0] == '\0') {
		x->r->status = r->status;
		(void)snprintf(x->r->cause, sizeof(x->r->cause), "step %.64s: %.700s",
		    x->p->steps[i].name, r->cause);
	}
}

/* Allocate the result of each step and the runner's own arrays; mark steps kept from an earlier
 * run. */
static void
exec_prepare(struct exec *x)
{
	size_t i, stages = 0;

	x->r->nsteps = x->p->nsteps;
	x->r->steps = xcalloc(x->p->nsteps, sizeof(*x->r->steps));
	x->ask = xcalloc(x->p->nsteps, sizeof(*x->ask));
	for (i = 0; i < x->p->nsteps; i++) {
		const struct pipeline_step *s = &x->p->steps[i];
		struct result_step *r = &x->r->steps[i];
		size_t n;

		r->blamed = RESULT_NOBODY;
		if (x->o->kept != NULL && x->o->kept[i])
			r->state = RESULT_KEPT;
		if (x->o->left != NULL && x->o->left[i])
			r->state = RESULT_LEFT;
		r->nstages = s->nstages;
		r->stages = xcalloc(s->nstages, sizeof(*r->stages));
		n = strlen(x->o->run_dir) + strlen(s->name) + sizeof("/.out");
		if (s->output != NULL) {
			r->output = xstrdup(s->output);
		} else {
			r->output = xcalloc(n, 1);
			(void)snprintf(r->output, n, "%s/%s.out", x->o->run_dir, s->name);
		}
		stages += s->nstages;
		if (r->state == RESULT_LEFT)
			continue;
		if (s->import != NULL && s->import->file == NULL)
			exec_absent(x, i);
		else
			same_step(s, &x->ask[i]);
	}
	x->groups = xcalloc(x->p->nsteps, sizeof(*x->groups));
	x->resume_ns = xcalloc(x->p->nsteps, sizeof(*x->resume_ns));
	x->fds = xcalloc(1 + 2 * stages, sizeof(*x->fds));
	if (x->o->progress)
		x->monitor = monitor_new(x->p->nsteps);
}

int
exec_run(const struct pipeline *p, const struct exec_options *o, struct result *r, struct err *e)
{
	struct exec x;
	char number[16];
	size_t i;

	memset(&x, 0, sizeof(x));
	memset(r, 0, sizeof(*r));
	x.p = p;
	x.o = o;
	x.r = r;
	(void)snprintf(number, sizeof(number), "%d", SPAWN_STATUS_FD);
	if (setenv("AEGIS_STATUS_FD", number, 1))
		return (err_sys(e, STATUS_TEMPFAIL, "cannot set the environment"));
	exec_prepare(&x);
	r->start_ns = os_now_ns();
	exec_loop(&x);
	r->end_ns = os_now_ns();
	r->stopped = x.stop;
	if (x.stop != 0) {
		r->status = 128 + x.stop;
		(void)snprintf(r->cause, sizeof(r->cause), "the runner got %s",
		    judge_signal(x.stop));
	}
	if (x.monitor != NULL)
		monitor_clear(x.monitor);
	monitor_free(x.monitor);
	for (i = 0; i < p->nsteps; i++)
		same_free(&x.ask[i]);
	free(x.ask);
	free(x.groups);
	free(x.resume_ns);
	free(x.fds);
	return (0);
}

void
exec_free(struct result *r)
{
	size_t i;

	for (i = 0; i < r->nsteps; i++) {
		free(r->steps[i].stages);
		free(r->steps[i].output);
		free(r->steps[i].messages);
	}
	free(r->steps);
	free(r->notes);
	r->notes = NULL;
	r->steps = NULL;
	r->nsteps = 0;
}
