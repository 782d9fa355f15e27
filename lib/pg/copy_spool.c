/* Rows of a COPY that wait for their turn. */

#include "pg/copy_spool.h"

#include <sys/types.h>
#include <unistd.h>

#include "base/io.h"

static const char copy_spool_name[] = "temporary file";

void
copy_spool_init(struct copy_spool *s, enum copy_form form)
{

	s->fd = -1;
	s->form = form;
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
copy_spool_put(struct copy_spool *s, struct copy_into *c, struct err *e)
{
	struct buf block = BUF_INIT(COPY_SPOOL_BLOCK);
	ssize_t k = 0;
	int rc = 0;

	if (s->fd >= 0 && lseek(s->fd, 0, SEEK_SET) != 0)
		rc = err_sys(e, STATUS_IO, "cannot rewind '%s'", copy_spool_name);
	rc = rc || buf_reserve(&block, COPY_SPOOL_BLOCK, e);
	while (rc == 0 && s->fd >= 0 &&
	    (k = io_read(s->fd, block.p, COPY_SPOOL_BLOCK, copy_spool_name, e)) > 0)
		rc = copy_into_put(c, block.p, (size_t)k, 0, e);
	buf_free(&block);
	return (rc || k < 0 || copy_into_put(c, s->b.p, s->b.len, s->rows, e));
}

int
copy_spool_send(struct copy_spool *s, struct pg *pg, const char *sql, struct err *e)
{
	struct copy_into c;
	int rc;

	copy_into_init(&c, pg, s->form);
	rc = buf_adds(&c.sql, sql, e) || buf_str(&c.sql, e) == NULL || copy_spool_put(s, &c, e);
	if (rc)
		copy_into_fail(&c, e->msg);
	else
		rc = copy_into_end(&c, e);
	copy_into_free(&c);
	return (rc);
}

void
copy_spool_free(struct copy_spool *s)
{

	if (s->fd >= 0)
		(void)close(s->fd);
	s->fd = -1;
	buf_free(&s->b);
}
