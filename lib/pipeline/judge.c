/* Why a step failed: the stage that is to blame. */

#include "pipeline/judge.h"

#include <signal.h>

#include "base/status.h"

bool
judge_failed(const struct result_stage *s)
{

	return (s->ended && s->status != STATUS_OK && s->status != STATUS_FINDINGS);
}

bool
judge_pipe_like(const struct result_stage *s)
{

	return (
	    s->ended && (s->status == 128 + SIGPIPE || (s->status == STATUS_IO && s->broken_pipe)));
}

int
judge_step(const struct result_stage *s, size_t n, enum judge_end why, int *blamed)
{
	int pipe_like = RESULT_NOBODY, cut_off = RESULT_NOBODY;
	bool findings = false, starved, hungry = false;
	size_t i;

	*blamed = RESULT_NOBODY;
	if (why == JUDGE_TIMEOUT || why == JUDGE_STOP)
		return (STATUS_TEMPFAIL);
	for (i = 0; i < n; i++) {
		starved = findings && s[i].starved && s[i].status == STATUS_DATA;
		hungry = hungry || starved;
		findings = findings || (s[i].ended && s[i].status == STATUS_FINDINGS);
		if (!judge_failed(&s[i]) || starved)
			continue;
		if (s[i].cut_off) {
			if (cut_off == RESULT_NOBODY)
				cut_off = (int)i;
		} else if (judge_pipe_like(&s[i])) {
			pipe_like = (int)i;
		} else if (*blamed == RESULT_NOBODY) {
			*blamed = (int)i;
		}
	}
	if (*blamed == RESULT_NOBODY)
		*blamed = pipe_like;
	if (*blamed == RESULT_NOBODY && !hungry)
		*blamed = cut_off;
	if (*blamed != RESULT_NOBODY)
		return (s[*blamed].status);
	return (findings ? STATUS_FINDINGS : STATUS_OK);
}

const char *
judge_signal(int signal)
{
	static const struct {
		int number;
		const char *name;
	} names[] = {
		{ SIGHUP, "SIGHUP" },
		{ SIGINT, "SIGINT" },
		{ SIGQUIT, "SIGQUIT" },
		{ SIGILL, "SIGILL" },
		{ SIGABRT, "SIGABRT" },
		{ SIGBUS, "SIGBUS" },
		{ SIGFPE, "SIGFPE" },
		{ SIGKILL, "SIGKILL" },
		{ SIGSEGV, "SIGSEGV" },
		{ SIGPIPE, "SIGPIPE" },
		{ SIGALRM, "SIGALRM" },
		{ SIGTERM, "SIGTERM" },
		{ SIGUSR1, "SIGUSR1" },
		{ SIGUSR2, "SIGUSR2" },
		{ SIGXCPU, "SIGXCPU" },
		{ SIGXFSZ, "SIGXFSZ" },
		{ SIGSYS, "SIGSYS" },
		{ SIGTRAP, "SIGTRAP" },
	};
	size_t i;

	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (names[i].number == signal)
			return (names[i].name);
	return ("signal");
}
