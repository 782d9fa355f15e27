/* COPY in both directions, and its text form. */

#include <string.h>

#include "pg/pg_conn.h"

int
pg_copy_in(struct pg *pg, const char *sql, struct err *e)
{
	PGresult *res = pg_wait_exec(pg, sql);

	pg->fill = 0;
	if ((res = pg_answer(pg, res, PGRES_COPY_IN, PGRES_COPY_IN, e)) == NULL)
		return (-1);
	PQclear(res);
	return (0);
}

/* The end of a COPY: the first error, or the rows of the last result. */
static int
pg_copy_finish(struct pg *pg, uint64_t *rows, struct err *e)
{
	PGresult *res;
	int rc = 0;

	while ((res = pg_wait_result(pg)) != NULL) {
		if (PQresultStatus(res) == PGRES_COMMAND_OK)
			*rows = pg_affected(res);
		else if (rc == 0)
			rc = pg_fail(pg, res, e);
		PQclear(res);
		if (PQstatus(pg->conn) != CONNECTION_OK)
			break;
	}
	if (rc == 0 && PQstatus(pg->conn) != CONNECTION_OK)
		rc = pg_fail(pg, NULL, e);
	return (rc);
}

/* Send ${n} bytes to the open COPY; on failure prefer the server's last message to the
 * connection's. */
static int
pg_copy_send(struct pg *pg, const char *p, size_t n, struct err *e)
{
	uint64_t rows;

	if (PQputCopyData(pg->conn, p, (int)n) == 1)
		return (0);
	/* What the server said before it went away is the better message. */
	if (PQstatus(pg->conn) != CONNECTION_OK && pg_copy_finish(pg, &rows, e))
		return (-1);
	return (pg_fail(pg, NULL, e));
}

int
pg_copy_put(struct pg *pg, const void *p, size_t n, struct err *e)
{
	const char *s = p;

	while (n > 0) {
		size_t room = sizeof(pg->chunk) - pg->fill, k = n < room ? n : room;

		if (pg->fill == 0 && n >= sizeof(pg->chunk)) {
			if (pg_copy_send(pg, s, sizeof(pg->chunk), e))
				return (-1);
			k = sizeof(pg->chunk);
		} else {
			memcpy(pg->chunk + pg->fill, s, k);
			pg->fill += k;
			if (pg->fill == sizeof(pg->chunk)) {
				pg->fill = 0;
				if (pg_copy_send(pg, pg->chunk, sizeof(pg->chunk), e))
					return (-1);
			}
		}
		s += k;
		n -= k;
	}
	return (0);
}

int
pg_copy_end(struct pg *pg, uint64_t *rows, struct err *e)
{
	size_t n = pg->fill;

	*rows = 0;
	pg->fill = 0;
	if (n > 0 && pg_copy_send(pg, pg->chunk, n, e)) {
		pg_copy_fail(pg, "not all rows could be sent");
		return (-1);
	}
	if (PQputCopyEnd(pg->conn, NULL) != 1) {
		(void)pg_fail(pg, NULL, e);
		pg_drain(pg);
		return (-1);
	}
	return (pg_copy_finish(pg, rows, e));
}

void
pg_copy_fail(struct pg *pg, const char *reason)
{

	pg->fill = 0;
	if (PQstatus(pg->conn) == CONNECTION_OK)
		(void)PQputCopyEnd(pg->conn, reason);
	pg_drain(pg);
}

uint64_t
pg_error_line(const struct pg *pg)
{

	return (pg->line);
}

const char *
pg_error_column(const struct pg *pg)
{

	return (pg->column);
}

const char *
pg_error_state(const struct pg *pg)
{

	return (pg->state);
}

bool
pg_lock_missed(const struct pg *pg)
{

	return (strcmp(pg->state, "55P03") == 0 || strncmp(pg->state, "40", 2) == 0);
}

int
pg_copy_out(struct pg *pg, const char *sql, struct err *e)
{
	PGresult *res = pg_wait_exec(pg, sql);

	if ((res = pg_answer(pg, res, PGRES_COPY_OUT, PGRES_COPY_OUT, e)) == NULL)
		return (-1);
	PQclear(res);
	return (0);
}

long
pg_copy_get(struct pg *pg, const char **p, struct err *e)
{
	uint64_t rows;
	int n;

	PQfreemem(pg->piece);
	pg->piece = NULL;
	if ((n = PQgetCopyData(pg->conn, &pg->piece, 0)) > 0) {
		*p = pg->piece;
		return (n);
	}
	if (n == -1)
		return (pg_copy_finish(pg, &rows, e));
	return (pg_fail(pg, NULL, e));
}

int
pg_array_word(struct buf *b, const char *s, struct err *e)
{

	if (buf_add(b, "\"", 1, e))
		return (-1);
	for (; *s != '\0'; s++)
		if (((*s == '"' || *s == '\\') && buf_add(b, "\\", 1, e)) || buf_add(b, s, 1, e))
			return (-1);
	return (buf_add(b, "\"", 1, e));
}

int
pg_array(struct buf *b, const char *const *words, size_t n, struct err *e)
{
	size_t i;

	if (buf_add(b, "{", 1, e))
		return (-1);
	for (i = 0; i < n; i++)
		if ((i > 0 && buf_add(b, ",", 1, e)) || pg_array_word(b, words[i], e))
			return (-1);
	return (buf_add(b, "}", 1, e) || buf_str(b, e) == NULL);
}

int
pg_copy_text(struct buf *b, const char *p, size_t len, struct err *e)
{
	size_t i, extra = 0;
	char *d;

	for (i = 0; i < len; i++)
		extra += p[i] == '\\' || p[i] == '\t' || p[i] == '\n' || p[i] == '\r';
	if (len > SIZE_MAX - extra)
		return (err_set(e, STATUS_DATA, "a value is too long"));
	if (extra == 0)
		return (buf_add(b, p, len, e));
	if (buf_reserve(b, len + extra, e))
		return (-1);
	d = b->p + b->len;
	for (i = 0; i < len; i++) {
		char c = p[i];

		if (c == '\\' || c == '\t' || c == '\n' || c == '\r') {
			*d++ = '\\';
			c = c == '\t' ? 't' : c == '\n' ? 'n' : c == '\r' ? 'r' : c;
		}
		*d++ = c;
	}
	b->len += len + extra;
	return (0);
}
