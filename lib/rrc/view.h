#ifndef AEGIS_RRC_VIEW_H
#define AEGIS_RRC_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "rrc/charset.h"
#include "rrc/layout.h"
#include "rrc/value.h"

/*
 * A view flattens a hierarchy of records: one row for each record of one segment,
 * with columns from it, from those above it and from chosen ones below it, all
 * converted.  This is its compiled form; flatten.h runs it.
 */
enum { VIEW_LAST = 0, VIEW_COUNT = -1 };

struct view_column {
	const char *name;
	bool key;
	int count;   /* segment whose records are counted, or -1 */
	size_t slot; /* of the record that the value comes from */
	struct value *value;
};

/* A record that a row is made of. */
struct view_slot {
	size_t segment;
	uint64_t nth; /* which of the segment's records, from 1, or VIEW_LAST */
};

struct view {
	const char *name;
	size_t rows; /* segment: one row for each of its records */
	struct view_column *columns;
	size_t ncolumns;
	struct view_slot *slots; /* the first one is that of the row's own record */
	size_t nslots;
	uint64_t used, counted; /* sets of segments: in a column; in a count */
	size_t size;            /* bytes of the longest value */
};

/**
 * view_new(l, name, c, e):
 * Compile the view ${name} of layout ${l} for files in character set ${c}.  Return
 * the view, to be freed by view_free() before ${l}, or NULL with ${e} set:
 * STATUS_USAGE where there is none of the name, STATUS_CONFIG with line and column.
 */
struct view *view_new(const struct layout *l, const char *name, const struct charset *c,
    struct err *e);

/**
 * view_check(l, e):
 * Compile all views of ${l}, to see whether they are right.  Return 0, or -1 with
 * ${e} set.
 */
int view_check(const struct layout *l, struct err *e);
void view_free(struct view *v);

#endif
