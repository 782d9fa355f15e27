#ifndef AEGIS_COBOL_COBOL_ENTRY_H
#define AEGIS_COBOL_COBOL_ENTRY_H

#include "cobol/cobol.h"
#include "cobol/cobol_words.h"

/**
 * cobol_entry_item(c, words, n, line, e):
 * The ${n} words of a data description entry, level number first, that begins in ${line}: append
 * the item to the last record of ${c}, a level 88 to the last item; what has no place in a
 * description of records is noted and left out.  Return 0, or -1 with ${e} set.
 */
int cobol_entry_item(struct cobol *c, const struct cobol_word *words, size_t n, size_t line,
    struct err *e);

#endif
