#ifndef AEGIS_COBOL_COBOL_LAYOUT_H
#define AEGIS_COBOL_COBOL_LAYOUT_H

#include "cobol/cobol.h"

/**
 * cobol_layout(c, file, out, e):
 * Append the description, read from ${file}, to ${out} as a layout file (doc/formats/layouts.md)
 * without views.  What a layout cannot say is noted and left out.  Return 0, or -1 with ${e} set:
 * STATUS_DATA where the records' ids are not known or differ in width.
 */
int cobol_layout(struct cobol *c, const char *file, struct buf *out, struct err *e);

#endif
