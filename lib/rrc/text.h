#ifndef AEGIS_RRC_TEXT_H
#define AEGIS_RRC_TEXT_H

#include "base/err.h"
#include "rrc/frame.h"
#include "rrc/layout.h"
#include "stream/reject.h"

/*
 * The rows of a delimited file.  Its header, where the layout has one, must name the layout's
 * columns in their order.
 */
struct text;

/* What came of a record: one of a segment; one that is none, of a segment or of none. */
enum text_result { TEXT_FAILED = -1, TEXT_END, TEXT_RECORD, TEXT_STRAY };

/**
 * text_open(l, segment, f, c, name, e):
 * Read rows of layout ${l}, all of them of ${segment} (or, where it is -1, of that which header or
 * first value name), from ${f}, whose head has been read; ${c} becomes the layout's character set.
 * All stay the caller's.  Return the reader, or NULL with ${e} set: STATUS_DATA where the
 * header of the file ${name} is another.
 */
struct text *text_open(const struct layout *l, int segment, struct framer *f, struct charset *c,
    const char *name, struct err *e);

/**
 * text_header(t, len):
 * The header's ${len} bytes, on one line, or NULL.
 */
const char *text_header(const struct text *t, size_t *len);

/**
 * text_next(t, fr, segment, faults, e):
 * Set ${fr} to the next row, with its spans, and ${segment} to its segment's number.  TEXT_STRAY: it
 * has not the columns of one (then ${segment} may be -1), as ${faults} says.
 */
enum text_result text_next(struct text *t, struct frame *fr, int *segment,
    struct fault_list *faults, struct err *e);
void text_free(struct text *t);

#endif
