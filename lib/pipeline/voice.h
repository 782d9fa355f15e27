#ifndef AEGIS_PIPELINE_VOICE_H
#define AEGIS_PIPELINE_VOICE_H

#include <stddef.h>

#include "base/err.h"

/*
 * What a run says while it works.  Of the stages' messages, a person sees warnings as they come, and
 * errors when their step is over: those of the stage whose fault it was.  What followed from that, and all
 * else, is for --verbose.  A log file gets every line, with time and step; the journal of systemd too,
 * with its fields, where standard error is connected to it.
 */
struct voice;

enum voice_level { VOICE_QUIET, VOICE_NORMAL, VOICE_VERBOSE };

/**
 * voice_new(level, log, run, e):
 * ${log}: a file that lines are appended to, or NULL.  Return NULL with ${e} set where it cannot be
 * opened; freed by voice_free().
 */
struct voice *voice_new(enum voice_level level, const char *log, struct err *e);
void voice_free(struct voice *v);

/**
 * voice_run(v, run):
 * From now on it is about this run; the text must stay valid.
 */
void voice_run(struct voice *v, const char *run);

/**
 * voice_line(v, step, stage, line, len):
 * Take one line, without its end, that stage number ${stage} of a step said.
 */
void voice_line(struct voice *v, const char *step, size_t stage, const char *line, size_t len);

/**
 * voice_step(v, step, blamed):
 * The step's try is over: say what was held back, of the stage that is to ${blamed}, or of all where
 * that is RESULT_NOBODY; of none: VOICE_DROP.
 */
enum { VOICE_DROP = -2 };
void voice_step(struct voice *v, const char *step, int blamed);

/**
 * voice_own(v, line):
 * A line of the runner's own, for the log; the caller has said it on standard error.
 */
void voice_own(struct voice *v, const char *line);

#endif
