#ifndef AEGIS_TABLE_BULK_COPY_H
#define AEGIS_TABLE_BULK_COPY_H

#include "table/bulk_target.h"

/* The rows of one stream on their way into the table, or into its staging table. */
struct bulk_copy;

/**
 * bulk_copy_new(g, e):
 * ${g} is the stream's target, with its columns filled in here; it must live as long.  NULL with ${e} set.
 */
struct bulk_copy *bulk_copy_new(struct bulk_target *g, struct err *e);

/**
 * bulk_copy_row(c, f, e):
 * Take the row last read; send it, with its block.
 */
int bulk_copy_row(struct bulk_copy *c, const struct stream_field *f, struct err *e);

/**
 * bulk_copy_flush(c, e):
 * End the block: every good row of it is in the table, every bad one a reject.
 */
int bulk_copy_flush(struct bulk_copy *c, struct err *e);

/**
 * bulk_copy_free(c, why):
 * Free it; a COPY that is open after an error ends for ${why}.
 */
void bulk_copy_free(struct bulk_copy *c, const char *why);

#endif
