#ifndef AEGIS_PIPELINE_PIPELINE_H
#define AEGIS_PIPELINE_PIPELINE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/conf.h"
#include "base/err.h"
#include "base/program.h"

/*
 * A pipeline file (doc/formats/pipelines.md), read, expanded and checked.
 */
enum {
	PIPELINE_STEPS_MAX = 500,
	PIPELINE_STAGES_MAX = 32, /* of one step */
	PIPELINE_NAME_MAX = 64,
};

struct pipeline_stage {
	char **args;  /* as run; args[0] is the stage's name; NULL after the last */
	char **shown; /* the same for reports: values of ${env:NAME} left out */
	size_t nargs;
	char *program; /* its file, or NULL where there is none (a fault) */
};

struct pipeline_step {
	char *name;
	char *input;     /* the first stage's standard input, or NULL: nothing */
	char *output;    /* where the last stage's goes, or NULL: RUN_DIR/STEP.out */
	bool input_made; /* the input is an earlier step's output */
	struct pipeline_stage *stages;
	size_t nstages;
	size_t *after; /* numbers of the steps that must have succeeded */
	size_t nafter;
	uint64_t retries;             /* further tries after status 75 */
	uint64_t retry_wait;          /* seconds before the first of them; doubles */
	uint64_t timeout;             /* seconds for one try; 0: none */
	const struct conf_node *node; /* in the file */
};

struct pipeline {
	char *name;
	char *description; /* or NULL */
	struct pipeline_step *steps;
	size_t nsteps;
	struct conf *conf;
};

/* What the file's args may use. */
struct pipeline_names {
	const char *run;               /* ${run}: the run's UUID */
	const char *run_dir;           /* ${run_dir} */
	const char *home;              /* ${home} */
	const struct option_list *set; /* NAME=VALUE, instead of the file's settings */
};

/*
 * All that is wrong with a file, one line each with its place: text.p[0 .. len).
 * Starts as PIPELINE_FAULTS_INIT; the caller releases text with buf_free().
 */
struct pipeline_faults {
	struct buf text;
	size_t n;       /* faults, also those that text had no more room for */
	size_t noinput; /* of these: an input file is missing */
};

#define PIPELINE_FAULTS_INIT              \
	{                                 \
		BUF_INIT(256 << 10), 0, 0 \
	}

void pipeline_free(struct pipeline *p);

/**
 * pipeline_fault(conf, faults, node, status, fmt, ...):
 * Note one fault at ${node}: STATUS_CONFIG, or STATUS_NOINPUT.
 */
void pipeline_fault(const struct conf *conf, struct pipeline_faults *faults,
    const struct conf_node *node, enum status status, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

/**
 * pipeline_name_ok(name):
 * Return true if ${name} can name a pipeline or a step, and so a file: a letter
 * or digit, then letters, digits, '.', '_' and '-', up to PIPELINE_NAME_MAX.
 */
bool pipeline_name_ok(const char *name);

#endif
