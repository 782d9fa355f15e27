/* SQL with names and values in it, and what one value of an answer is. */

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "pg/pg_conn.h"

enum { SQL_MAX = 64 << 20 }; /* bytes of a statement */

/* Append ${s} as libpq quotes it: an identifier, or a literal. */
static int
pg_sql_quoted(struct pg *pg, struct buf *b, const char *s, bool identifier, struct err *e)
{
	char *q;
	int rc;

	if (s == NULL)
		return (buf_adds(b, "NULL", e));
	q = identifier ? PQescapeIdentifier(pg->conn, s, strlen(s)) :
			 PQescapeLiteral(pg->conn, s, strlen(s));
	if (q == NULL)
		return (err_set(e, STATUS_DATA, "a value cannot be written in SQL: %s",
		    PQerrorMessage(pg->conn)));
	rc = buf_adds(b, q, e);
	PQfreemem(q);
	return (rc);
}

/* One conversion, whose letters begin at ${f}: its length, or 0 with ${e} set. */
static size_t
pg_sql_one(struct pg *pg, struct buf *b, const char *f, va_list *ap, struct err *e)
{
	size_t n = 1;
	int rc;

	if (f[0] == '%') {
		rc = buf_adds(b, "%", e);
	} else if (f[0] == 's') {
		rc = buf_adds(b, va_arg(*ap, const char *), e);
	} else if (f[0] == 'L' || f[0] == 'I') {
		rc = pg_sql_quoted(pg, b, va_arg(*ap, const char *), f[0] == 'I', e);
	} else if (f[0] == 'd') {
		rc = buf_addf(b, e, "%d", va_arg(*ap, int));
	} else if (strncmp(f, "zu", 2) == 0) {
		n = 2;
		rc = buf_addf(b, e, "%zu", va_arg(*ap, size_t));
	} else if (strncmp(f, "llu", 3) == 0) {
		n = 3;
		rc = buf_addf(b, e, "%llu", va_arg(*ap, unsigned long long));
	} else {
		rc = err_set(e, STATUS_BUG, "'%%%c' in a statement", f[0]);
	}
	return (rc ? 0 : n);
}

/* Append ${fmt} to ${b} with its conversions filled in and quoted, and end it with a NUL. */
static int
pg_sql_format(struct pg *pg, struct buf *b, const char *fmt, va_list *ap, struct err *e)
{
	size_t n;

	while (*fmt != '\0') {
		n = strcspn(fmt, "%");
		if (buf_add(b, fmt, n, e))
			return (-1);
		fmt += n;
		if (*fmt == '\0')
			break;
		if ((n = pg_sql_one(pg, b, fmt + 1, ap, e)) == 0)
			return (-1);
		fmt += 1 + n;
	}
	return (buf_str(b, e) == NULL);
}

int
pg_sqlf(struct pg *pg, struct buf *b, struct err *e, const char *fmt, ...)
{
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = pg_sql_format(pg, b, fmt, &ap, e);
	va_end(ap);
	return (rc);
}

int
pg_names(struct pg *pg, struct buf *b, const char *const *names, size_t n, struct err *e)
{
	size_t i;

	for (i = 0; i < n; i++)
		if (pg_sqlf(pg, b, e, i > 0 ? ", %I" : "%I", names[i]))
			return (-1);
	return (0);
}

int
pg_execf(struct pg *pg, uint64_t *rows, struct err *e, const char *fmt, ...)
{
	struct buf sql = BUF_INIT(SQL_MAX);
	struct pg_result *r = NULL;
	va_list ap;
	int rc;

	va_start(ap, fmt);
	rc = pg_sql_format(pg, &sql, fmt, &ap, e);
	va_end(ap);
	if (rc == 0 && rows == NULL) {
		rc = pg_exec(pg, sql.p, e);
	} else if (rc == 0) {
		rc = (r = pg_query(pg, sql.p, NULL, 0, e)) == NULL;
		*rows = r != NULL ? pg_result_affected(r) : 0;
	}
	pg_result_free(r);
	buf_free(&sql);
	return (rc);
}

/* Run a formatted statement; the caller frees the result, NULL with ${e} set on failure. */
static struct pg_result *
pg_sql_query(struct pg *pg, const char *fmt, va_list *ap, struct err *e)
{
	struct buf sql = BUF_INIT(SQL_MAX);
	struct pg_result *r = NULL;

	if (pg_sql_format(pg, &sql, fmt, ap, e) == 0)
		r = pg_query(pg, sql.p, NULL, 0, e);
	buf_free(&sql);
	return (r);
}

struct pg_result *
pg_queryf(struct pg *pg, struct err *e, const char *fmt, ...)
{
	struct pg_result *r;
	va_list ap;

	va_start(ap, fmt);
	r = pg_sql_query(pg, fmt, &ap, e);
	va_end(ap);
	return (r);
}

int
pg_u64f(struct pg *pg, uint64_t *n, struct err *e, const char *fmt, ...)
{
	struct pg_result *r;
	va_list ap;

	va_start(ap, fmt);
	r = pg_sql_query(pg, fmt, &ap, e);
	va_end(ap);
	*n = r != NULL && pg_result_rows(r) > 0 ? pg_result_u64(r, 0, 0) : 0;
	pg_result_free(r);
	return (r == NULL);
}

int
pg_boolf(struct pg *pg, bool *yes, struct err *e, const char *fmt, ...)
{
	struct pg_result *r;
	va_list ap;

	va_start(ap, fmt);
	r = pg_sql_query(pg, fmt, &ap, e);
	va_end(ap);
	*yes = r != NULL && pg_result_rows(r) > 0 && pg_result_bool(r, 0, 0);
	pg_result_free(r);
	return (r == NULL);
}

int
pg_textf(struct pg *pg, char **s, struct err *e, const char *fmt, ...)
{
	struct pg_result *r;
	va_list ap;

	va_start(ap, fmt);
	r = pg_sql_query(pg, fmt, &ap, e);
	va_end(ap);
	*s = r != NULL && pg_result_rows(r) > 0 ? pg_result_dup(r, 0, 0) : NULL;
	pg_result_free(r);
	return (r == NULL);
}

uint64_t
pg_result_u64(const struct pg_result *r, int row, int col)
{
	const char *s = pg_result_get(r, row, col);
	uint64_t n = 0;

	if (s != NULL)
		(void)num_u64(s, strlen(s), 0, UINT64_MAX, &n);
	return (n);
}

bool
pg_result_bool(const struct pg_result *r, int row, int col)
{
	const char *s = pg_result_get(r, row, col);

	return (s != NULL && s[0] == 't');
}

char *
pg_result_dup(const struct pg_result *r, int row, int col)
{
	const char *s = pg_result_get(r, row, col);

	return (s != NULL ? xstrdup(s) : NULL);
}

void
pg_result_copy(const struct pg_result *r, int row, int col, char *dst, size_t size)
{
	const char *s = pg_result_get(r, row, col);

	(void)snprintf(dst, size, "%s", s != NULL ? s : "");
}
