#ifndef AEGIS_COBOL_COBOL_WORDS_H
#define AEGIS_COBOL_COBOL_WORDS_H

#include <stdbool.h>
#include <stddef.h>

/* A line of a description, cut into words. */
enum { COBOL_MAX_WORDS = 512 };

struct cobol_word {
	char *p;      /* without its quotes and the full stop */
	bool literal; /* it stood in quotes */
	bool stop;    /* a full stop ends the entry here */
};

/**
 * cobol_words_cut(line, words, n):
 * Cut the NUL-terminated ${line} in place and append its words to the ${n} that ${words}, of
 * COBOL_MAX_WORDS, holds.  Return how many there are then; what has no room is left out.
 */
size_t cobol_words_cut(char *line, struct cobol_word *words, size_t n);

/**
 * cobol_words_number(w, out):
 * Read a word of digits only.  Return true if it is one.
 */
bool cobol_words_number(const struct cobol_word *w, size_t *out);

/**
 * cobol_words_is(w, name):
 * Return true if the word, no literal, is ${name} in letters of either case.
 */
bool cobol_words_is(const struct cobol_word *w, const char *name);

#endif
