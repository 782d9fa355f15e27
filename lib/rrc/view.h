#ifndef AEGIS_RRC_VIEW_H
#define AEGIS_RRC_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"
#include "rrc/charset.h"
#include "rrc/collect.h"
#include "rrc/condition.h"
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
	bool
	    stands; /* its text may go out as it stands in the record: value_stands() is worth asking */
	int count;   /* slot whose records are counted, or -1 */
	size_t slot; /* of the record that the value comes from */
	struct value *value;
	struct collect *collect; /* instead: made of all the slot's records */
};

/* A record that a row is made of, or some that are collected or counted. */
struct view_slot {
	size_t segment;
	int64_t nth;             /* which of those that count, from 1; VIEW_LAST, VIEW_COUNT */
	struct condition *where; /* which of the segment's records count, or NULL: all */
	int within;              /* segment of whose records only the first one's are meant; -1 */
	struct collect *collect; /* NULL, or what becomes of each that counts; the column's */
};

struct view {
	const char *name;
	size_t rows; /* segment: one row for each of its records */
	struct view_column *columns;
	size_t ncolumns;
	struct view_slot *slots; /* the first one is that of the row's own record */
	size_t nslots;
	uint64_t used, counted; /* sets of segments: in a column; counted or collected */
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
 * view_rows(l, name):
 * The number of the segment of whose records view ${name} has a row each; -1 where the layout has
 * no such view, or it names none.
 */
int view_rows(const struct layout *l, const char *name);

/**
 * view_check(l, e):
 * Compile all views of ${l}, to see whether they are right.  Return 0, or -1 with
 * ${e} set.
 */
int view_check(const struct layout *l, struct err *e);
void view_free(struct view *v);

#endif
