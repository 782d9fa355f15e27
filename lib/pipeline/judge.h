#ifndef AEGIS_PIPELINE_JUDGE_H
#define AEGIS_PIPELINE_JUDGE_H

#include "pipeline/result.h"

/* Why the runner ended a step's stages. */
enum judge_end {
	JUDGE_BY_ITSELF, /* it did not */
	JUDGE_FAILURE,   /* one of them had failed */
	JUDGE_TIMEOUT,
	JUDGE_STOP, /* the runner itself was told to stop */
};

/**
 * judge_failed(s):
 * Return true if the stage ended with a failure: neither 0 nor 1.
 */
bool judge_failed(const struct result_stage *s);

/**
 * judge_pipe_like(s):
 * Return true if the stage failed because nobody read its output: killed by
 * SIGPIPE (or exit status 141, which a shell makes of that), or exit status 74
 * with a message about a broken pipe.
 */
bool judge_pipe_like(const struct result_stage *s);

/**
 * judge_step(s, n, why, blamed):
 * Return the exit status of a step whose ${n} stages, in the order of the pipe,
 * have all ended, and set ${blamed} to the stage whose fault it is, or to
 * RESULT_NOBODY.  The rule:
 *
 *   1. A step that ran out of time has status 75, one ended because the runner
 *      was told to stop too (the run's status is 128 + signal then); nobody is
 *      blamed.
 *   2. A stage that ended after the runner had sent its SIGTERM is not blamed.
 *   3. Of the others, the first one in the pipe with a failure that is not
 *      pipe-like is blamed: whoever reads from it had a cut stream (65), whoever
 *      writes to it a closed pipe (74 or 141).
 *   4. If there are only pipe-like failures, the last one in the pipe is blamed:
 *      it stands nearest to where the pipe was closed.
 *   5. If only stages under 2 have failed, the first of them is blamed.
 *   6. A stage that had no stream to read (65) behind one that ended with 1 is not
 *      blamed, nor are those that the runner ended because of it: that one found
 *      that there is nothing to write.
 *   7. Without a failure: 1 if a stage ended with 1, else 0.
 */
int judge_step(const struct result_stage *s, size_t n, enum judge_end why, int *blamed);

/**
 * judge_signal(signal):
 * Return a signal's name ("SIGKILL"), or "signal".
 */
const char *judge_signal(int signal);

#endif
