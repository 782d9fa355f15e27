#ifndef AEGIS_AUDIT_REOPEN_H
#define AEGIS_AUDIT_REOPEN_H

#include <stdint.h>

#include "archive/chain.h"
#include "base/err.h"

/**
 * reopen_stream(c, run, fd, name, rows, e):
 * Write the rows of the archives ${c}, of one table, as the sealed stream table:TABLE to ${fd}.
 * Return 0 with ${rows} set, or -1 with ${e} set, and then the stream has no seal: an archive
 * whose text is not what its manifest says is refused.
 */
int reopen_stream(const struct chain *c, const char *run, int fd, const char *name, uint64_t *rows,
    struct err *e);

/* Called with each line of an archive's rows, and that of its verdict. */
typedef int reopen_line(void *ctx, const char *row, size_t row_len, const char *verdict,
    size_t verdict_len, struct err *e);

/**
 * reopen_lines(path, m, each, ctx, e):
 * Read the lines of the archive ${path} whose manifest is ${m}; ${each} returns 0, or -1 with
 * ${e} set.  Return 0, or -1 with ${e} set: STATUS_DATA where they are not what ${m} says.
 */
int reopen_lines(const char *path, const struct manifest *m, reopen_line *each, void *ctx,
    struct err *e);

#endif
