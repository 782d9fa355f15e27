#ifndef AEGIS_COBOL_COBOL_READ_H
#define AEGIS_COBOL_COBOL_READ_H

#include "base/err.h"
#include "cobol/cobol.h"

/**
 * cobol_read(path, c, e):
 * Read the description in the file ${path} ("-": standard input) into ${c}, sum its widths and
 * compare them with what is printed: c->notes are the contradictions, in the order of lines.
 * The caller sets name, title, length before, where it knows them (else they are NULL or 0),
 * and calls cobol_free().  Return 0, or -1 with ${e} set: STATUS_DATA with the line where
 * it cannot be understood.
 */
int cobol_read(const char *path, struct cobol *c, struct err *e);

#endif
