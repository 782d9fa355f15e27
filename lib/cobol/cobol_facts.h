#ifndef AEGIS_COBOL_COBOL_FACTS_H
#define AEGIS_COBOL_COBOL_FACTS_H

#include "cobol/cobol.h"

/**
 * cobol_facts(c, out, e):
 * Append the description to ${out} as CSV, a row an item (doc/formats/cobol.md has the columns).
 * Return 0, or -1 with ${e} set.
 */
int cobol_facts(const struct cobol *c, struct buf *out, struct err *e);

#endif
