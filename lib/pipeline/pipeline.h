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

/* What a step reads of RRC, where the file says so (import, rules): see short.h. */
struct pipeline_import {
	char *layout;
	char *view;    /* NULL: the step decodes several views for steps after it */
	char *dataset; /* LAYOUT/VIEW, or NULL likewise */
	char *type;    /* of the entities that it feeds, or NULL: rules */
	char *tenant;
	char *file;    /* the source, or NULL: it did not come */
	char *why;     /* what was wrong with what came, or NULL */
	size_t part;   /* which of the source's files it is, from 1 */
	bool required; /* and so it has to */
	size_t from;   /* number of the step that decodes for it, or SIZE_MAX: it decodes itself */
};

/* Where what a pipeline reads of RRC comes from. */
struct pipeline_source {
	char *layout;
	char **files; /* none: it did not come */
	char *why;    /* what was wrong with what came, or NULL */
	size_t nfiles, capfiles;
	bool required;  /* a run without it has failed */
	uint64_t fresh; /* seconds that its last load may be old, or 0 */
	uint64_t keep;  /* how many of its files are kept, or 0: as the inbox has it */
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
	size_t *order; /* of those that must have ended, whatever became of them */
	size_t norder;
	struct pipeline_import *import; /* or NULL */
	uint64_t retries;               /* further tries after status 75 */
	uint64_t retry_wait;            /* seconds before the first of them; doubles */
	uint64_t timeout;               /* seconds for one try; 0: none */
	const struct conf_node *node;   /* in the file */
};

struct pipeline {
	char *name;
	char *tenant;      /* whose run this is, where it runs for several; or NULL */
	char *description; /* or NULL */
	struct pipeline_step *steps;
	size_t nsteps, capsteps;
	struct pipeline_source *sources; /* of its imports */
	size_t nsources, capsources;
	struct conf *conf;
};

struct site;

/* What the file's args may use. */
struct pipeline_names {
	const char *run;                   /* ${run}: the run's UUID */
	const char *run_dir;               /* ${run_dir} */
	const char *home;                  /* ${home} */
	const struct option_list *set;     /* NAME=VALUE, instead of the file's settings */
	const struct option_list *sources; /* LAYOUT=FILE, instead of where the file has them */
	const struct option_list *inbox; /* the same of what has come, or NULL: there is no inbox */
	const struct option_list *accept; /* STEP=shrink|change|older: what its load may find */
	const struct option_list
	    *broken;             /* LAYOUT=WHY of what has come and cannot be used, or NULL */
	const struct site *site; /* settings of this machine, or NULL */
	const char *tenant; /* whose run this is, and ${tenant}; NULL: as the settings have it */
	const char *spools; /* directory of what steps decode for others, or NULL: run_dir */
	bool shared;        /* other runs use the spools, too */
	bool piped;         /* every step decodes its source itself: for plans */
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
 * pipeline_add_step(p), pipeline_add_source(p):
 * Another one at the end, all zero; valid until the next is added.
 */
struct pipeline_step *pipeline_add_step(struct pipeline *p);
struct pipeline_source *pipeline_add_source(struct pipeline *p);

/**
 * pipeline_source(p, layout):
 * The source of the layout, or NULL.
 */
struct pipeline_source *pipeline_source(const struct pipeline *p, const char *layout);

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
