#ifndef AEGIS_COBOL_COBOL_PLACE_H
#define AEGIS_COBOL_COBOL_PLACE_H

#include "cobol/cobol.h"

/**
 * cobol_place(c, file, e):
 * Sum the widths: set each item's place, each group's width and each record's, and the records'
 * ids where a VALUE of the first item gives them.  Note each place where a printed position, a
 * redefinition, a VALUE or the record's length does not agree with the sums.  Return 0, or -1 with
 * ${e} set, naming ${file} and line, where a record cannot be placed.
 */
int cobol_place(struct cobol *c, const char *file, struct err *e);

#endif
