#ifndef AEGIS_BASE_PROGRAM_MAN_H
#define AEGIS_BASE_PROGRAM_MAN_H

#include "base/buf.h"
#include "base/program.h"

/**
 * program_man(prog, full):
 * Print the manual page of the program ${full} in roff to standard output, for --man.
 */
void program_man(const struct program *prog, const char *full);

/**
 * program_options(prog):
 * Print its options for --options, a line each: --NAME, TAB, and nothing, the words "a|b|c" that its
 * value is one of, or "*".
 */
void program_options(const struct program *prog);

/**
 * program_lines(lines, tell, b):
 * Call ${tell} for each line of ${lines}: "WORD: what it means", or a sentence, whose word is NULL.  A word
 * has no space.
 */
void program_lines(const char *lines,
    void (*tell)(const char *word, const char *meaning, struct buf *b), struct buf *b);

#endif
