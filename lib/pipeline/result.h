#ifndef AEGIS_PIPELINE_RESULT_H
#define AEGIS_PIPELINE_RESULT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * What became of a run, its steps and their stages.
 */
enum { RESULT_SAID_SIZE = 400, RESULT_CAUSE_SIZE = 800, RESULT_NOBODY = -1 };

struct result_stage {
	bool started;
	bool ended;
	bool cut_off;              /* ended after the runner had begun to end its step */
	bool broken_pipe;          /* it says that nobody read what it wrote */
	bool starved;              /* it says that nobody wrote what it reads */
	int status;                /* exit status, or 128 + signal */
	int signal;                /* the signal that ended it, or 0 */
	uint64_t start_ns, end_ns; /* os_now_ns() */
	uint64_t user_us, sys_us;  /* CPU time */
	uint64_t max_rss_kib;
	char said[RESULT_SAID_SIZE]; /* its first error message, else its last line */
};

enum result_state {
	RESULT_WAITING,
	RESULT_RUNNING,
	RESULT_PAUSED, /* waits before its next try */
	RESULT_DONE,
	RESULT_FINDINGS,
	RESULT_FAILED,
	RESULT_SKIPPED, /* a step that it comes after failed, or the run was ended */
	RESULT_KEPT,    /* done by the earlier run that this one takes up */
	RESULT_ABSENT,  /* its source did not come, and need not */
	RESULT_LEFT,    /* left out: --step, --from */
};

struct result_step {
	enum result_state state;
	int status; /* the step's exit status */
	int blamed; /* number of the stage whose fault it was, or RESULT_NOBODY */
	unsigned tries;
	uint64_t start_ns, end_ns;     /* first try's start, last try's end */
	char cause[RESULT_CAUSE_SIZE]; /* one line, or empty */
	char *output;                  /* the file that holds the last stage's output */
	char *messages;                /* the last lines on standard error, or NULL */
	struct result_stage *stages;   /* of the last try */
	size_t nstages;
};

struct result {
	struct result_step *steps;
	size_t nsteps;
	int status;  /* the run's exit status */
	int stopped; /* the signal that told the runner to stop, or 0 */
	char cause[RESULT_CAUSE_SIZE];
	uint64_t start_ns, end_ns;
	char *notes; /* findings that are no step's, a line each, or NULL */
};

/**
 * result_note(r, fmt, ...):
 * Note a finding of the run: its status is 1 where it was 0, and the first is its cause.
 */
void result_note(struct result *r, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

#endif
