#ifndef AEGIS_BASE_PROGRAM_H
#define AEGIS_BASE_PROGRAM_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/num.h"

/*
 * A program's face: what it is called, what it is for and which options it
 * takes.  The command line is parsed, --help is printed and the man page is
 * made from this one table.
 */
enum option_kind {
	OPTION_FLAG,    /* bool *: set to true */
	OPTION_STRING,  /* const char **: the argument itself */
	OPTION_CHOICE,  /* const char **: one of the words of ${arg}, "text|json" */
	OPTION_UUID,    /* const char **: a UUID, in small letters */
	OPTION_U64,     /* uint64_t *: a decimal number; of ${arg} "4-16", within these bounds */
	OPTION_CEILING, /* struct ceiling *: N or P% */
	OPTION_LIST,    /* struct option_list *: may be given more than once */
};

struct option_list {
	const char **v; /* arguments in the order given; freed by nobody */
	size_t n, cap;
};

struct option_spec {
	const char *name; /* without the dashes; NULL ends the table */
	enum option_kind kind;
	const char *arg; /* what to call the argument in the help, or NULL */
	void *out;
	const char *help; /* one sentence; NULL: an old name, which the help leaves out */
};

/*
 * Options that programs share, with one text.  The form of a report is --format; --report was its
 * name in most programs, and stays.
 */
#define PROGRAM_OPTION_FORMAT(out)                                                            \
	{ "format", OPTION_CHOICE, "text|json", out, "Form of the report (default: text)." }, \
	{                                                                                     \
		"report", OPTION_CHOICE, "text|json", out, NULL                               \
	}
#define PROGRAM_OPTION_MAX_REJECTS(out)                                                      \
	{                                                                                    \
		"max-rejects", OPTION_CEILING, "N|P%", out,                                  \
		    "Refuse the data if a stage has more rejects than this (default: 0.1%)." \
	}
#define PROGRAM_OPTION_MAX_FLAWS(out)                                                          \
	{                                                                                      \
		"max-flaws", OPTION_CEILING, "N|P%", out,                                      \
		    "Refuse the data if a stage has more flawed rows than this (default: 5%)." \
	}

struct program {
	const char *name;    /* stage: "rrc-decode" of aegis-rrc-decode */
	const char *group;   /* heading in `aegis help` */
	const char *summary; /* one line, no full stop */
	const char *usage;   /* what follows the name: "[options] [FILE]" */
	const struct option_spec *options;
	const char *description; /* paragraphs, separated by "\n\n" */
	const char *examples;    /* lines as typed, or NULL */
	const char *status;      /* lines "65: what it means here", or NULL */
	const char *environment; /* lines "NAME: what it does", or NULL */
	const char *files;       /* lines "PATH: what is there", or NULL */
	unsigned operands;       /* how many arguments it takes at most, or PROGRAM_ANY */
};

#define PROGRAM_GO_ON (-1)
#define PROGRAM_ANY UINT_MAX

/**
 * program_parse(prog, argc, argv, operands, n):
 * Parse the command line by ${prog}'s options (--name VALUE, --name=VALUE; "--"
 * ends them), set up messages for it, and answer --help, --version, --about and
 * --man.  ${operands} is set to the ${n} arguments that are not options, inside
 * ${argv}.  SIGPIPE is ignored from here on, so that a closed pipe is an error
 * of a write.  Return PROGRAM_GO_ON, or the status to exit with.
 */
int program_parse(const struct program *prog, int argc, char **argv, char ***operands, int *n);

/**
 * program_flush(e):
 * End what was printed to standard output by printf(3) and its like.  Return 0, or -1 with ${e}
 * set.
 */
int program_flush(struct err *e);

/**
 * program_usage_error(prog, fmt, ...):
 * Say what is wrong with the command line and how to get help; return
 * STATUS_USAGE.
 */
int program_usage_error(const struct program *prog, const char *fmt, ...)
    __attribute__((format(printf, 2, 3)));

#endif
