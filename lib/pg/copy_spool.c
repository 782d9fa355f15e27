#include "pg/copy_spool.h"

#include <sys/types.h>
#include <unistd.h>

#include "base/io.h"

static const char copy_spool_name[] = "temporary file";

void
copy_spool_init(struct copy_spool *s)
{

	s->fd = -1;
	s->rows = 0;
	s->b = (struct buf)BUF_INIT(COPY_SPOOL_MAX);
}

int
copy_spool_row(struct copy_spool *s, struct err *e)
{

	s->rows++;
	if (s->b.len < COPY_SPOOL_BLOCK)
		return (0);
	if (s->fd < 0 && (s->fd = io_spool(e)) < 0)
		return (-1);
	if (io_write_all(s->fd, s->b.p, s->b.len, copy_spool_name, e))
		return (-1);
	s->b.len = 0;
	return (0);
}

/* What is in the file, then what is still in memory. */
static int
copy_spool_put(struct copy_spool *s, struct pg *pg, struct err *e)
{
	struct buf block = BUF_INIT(COPY_SPOOL_BLOCK);
	ssize_t k;
	int rc = -1;

	if (s->fd >= 0) {
		if (lseek(s->fd, 0, SEEK_SET) != 0) {
			(void)err_sys(e, STATUS_IO, "can't rewind '%s'", copy_spool_name);
			goto done;
		}
		if (buf_reserve(&block, COPY_SPOOL_BLOCK, e))
			goto done;
		while ((k = io_read(s->fd, block.p, COPY_SPOOL_BLOCK, copy_spool_name, e)) > 0)
			if (pg_copy_put(pg, block.p, (size_t)k, e))
				goto done;
		if (k < 0)
			goto done;
	}
	rc = s->b.len > 0 ? pg_copy_put(pg, s->b.p, s->b.len, e) : 0;
done:
	buf_free(&block);
	return (rc);
}

int
copy_spool_send(struct copy_spool *s, struct pg *pg, const char *sql, struct err *e)
{
	uint64_t rows;

	if (pg_copy_in(pg, sql, e))
		return (-1);
	if (copy_spool_put(s, pg, e)) {
		pg_copy_fail(pg, e->msg);
		return (-1);
	}
	if (pg_copy_end(pg, &rows, e))
		return (-1);
	if (rows != s->rows)
		return (err_set(e, STATUS_BUG, "the server took %llu rows of %llu",
		    (unsigned long long)rows, (unsigned long long)s->rows));
	return (0);
}

void
copy_spool_free(struct copy_spool *s)
{

	if (s->fd >= 0)
		(void)close(s->fd);
	s->fd = -1;
	buf_free(&s->b);
}
