#ifndef AEGIS_RRC_LAYOUT_TEXT_H
#define AEGIS_RRC_LAYOUT_TEXT_H

#include "rrc/layout.h"

/* The keys of 'record' that make a file one of text, beside "length". */
#define LAYOUT_TEXT_KEYS \
	"delimiter", "header", "quotes", "trailing", "rows", "charset", "tabs", "json"

/**
 * layout_text_record(l, node, e):
 * Read these keys of 'record' at ${node}, where one of "delimiter" and "json" is there: l->form and
 * l->text.  Return 0, or -1 with ${e} naming line and column.
 */
int layout_text_record(struct layout *l, const struct conf_node *node, struct err *e);

/**
 * layout_domain(l, f, e):
 * Read "domain" of field ${f}, whose entry is f->node: a list of codes, "date" or "digits".  Return 0,
 * or -1 with ${e} naming line and column.
 */
int layout_domain(const struct layout *l, struct layout_field *f, struct err *e);

/**
 * layout_text_fields(l, s, list, e):
 * Read the fields of segment ${s}, in the order of the file's columns, from ${list}.  Return 0, or
 * -1 with ${e} naming line and column.
 */
int layout_text_fields(const struct layout *l, struct layout_segment *s,
    const struct conf_node *list, struct err *e);

/**
 * layout_text_relation(l, s, e):
 * Read "by" of segment ${s}: the fields that name its parent's record, which has the same ones, or
 * "FIELD=PARENTS-FIELD".  Return 0, or -1 with ${e} naming line and column.
 */
int layout_text_relation(const struct layout *l, struct layout_segment *s, struct err *e);

#endif
