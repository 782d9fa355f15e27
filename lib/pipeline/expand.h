#ifndef AEGIS_PIPELINE_EXPAND_H
#define AEGIS_PIPELINE_EXPAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/err.h"

/*
 * The names that a pipeline's args may use, as ${name}.
 */
struct expand_var {
	char *name;
	char *value;
	char *shown; /* the value as it may be recorded */
};

struct expand {
	struct expand_var *v;
	size_t n, cap;
	size_t left; /* bytes that may still be made, all args together */
};

/* No word may be longer (Linux's MAX_ARG_STRLEN), nor all of them together. */
enum { EXPAND_WORD_MAX = 128 << 10, EXPAND_TOTAL_MAX = 8 << 20 };

#define EXPAND_INIT                          \
	{                                    \
		NULL, 0, 0, EXPAND_TOTAL_MAX \
	}

/**
 * expand_name_ok(name):
 * Return true if ${name} can be a setting's name: a lower-case letter, then
 * lower-case letters, digits and '_'.
 */
bool expand_name_ok(const char *name);

/**
 * expand_set(x, name, value, shown):
 * Define ${name}; all three are copied.  A second definition of one name wins.
 */
void expand_set(struct expand *x, const char *name, const char *value, const char *shown);

/**
 * expand_word(x, s, word, shown, e):
 * Replace every ${name} in ${s} by its value and every ${env:NAME} by the
 * environment's; "$${" stands for "${", and any other '$' for itself.  ${word}
 * becomes the result and ${shown} the same with each ${env:NAME} left as it was
 * written (the environment may hold secrets, and ${shown} is recorded); both are
 * the caller's to free.  Return 0, or -1 with ${e} set to STATUS_CONFIG where a
 * name is not known, not closed by '}', or the word too long.
 */
int expand_word(struct expand *x, const char *s, char **word, char **shown, struct err *e);

void expand_free(struct expand *x);

#endif
