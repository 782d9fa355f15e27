/* A schema described in words that can be compared. */

#include "pg/describe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/num.h"
#include "pg/describe_sql.h"
#include "pg/without.h"

enum { DESCRIBE_FIELDS = 4, DESCRIBE_TEXT_MAX = 64 << 20 };

struct describe {
	struct describe_row *rows;
	size_t n, cap;
	struct pg_result *parts[DESCRIBE_PARTS]; /* what the rows point into, */
	struct buf text;                         /* or this */
	unsigned int server;                     /* 17 */
	unsigned int without;                    /* set of pg/without.h */
};

/* Allocate an empty description; the caller frees it with describe_free(). */
static struct describe *
describe_new(void)
{
	struct describe *d = xcalloc(1, sizeof(*d));

	d->text.max = DESCRIBE_TEXT_MAX;
	return (d);
}

void
describe_free(struct describe *d)
{
	size_t i;

	if (d == NULL)
		return;
	for (i = 0; i < DESCRIBE_PARTS; i++)
		if (d->parts[i] != NULL)
			pg_result_free(d->parts[i]);
	buf_free(&d->text);
	free(d->rows);
	free(d);
}

const struct describe_row *
describe_rows(const struct describe *d, size_t *n)
{

	*n = d->n;
	return (d->rows);
}

/* Order rows by kind, object and the object they are on, for qsort(). */
static int
describe_order(const void *va, const void *vb)
{
	const struct describe_row *a = va, *b = vb;
	int c = strcmp(a->kind, b->kind);

	if (c == 0)
		c = strcmp(a->object, b->object);
	return (c != 0 ? c : strcmp(a->on, b->on));
}

/* Append a row that points to the DESCRIBE_FIELDS strings of ${f}, which must live as long as
 * ${d}. */
static void
describe_add(struct describe *d, const char *const *f)
{

	if (d->n == d->cap)
		d->rows = xgrow(d->rows, &d->cap, sizeof(*d->rows));
	d->rows[d->n++] = (struct describe_row){ f[0], f[1], f[2], f[3] };
}

/* What the server is, and whether it has the tables that some parts ask. */
static int
describe_server(struct describe *d, struct pg *pg, bool *has, struct err *e)
{
	struct pg_result *r;
	const char *version;
	uint64_t major;
	int rc;

	if ((r = pg_query(pg, describe_sql_server, NULL, 0, e)) == NULL)
		return (-1);
	version = pg_result_get(r, 0, 0);
	rc = without_parse(pg_result_get(r, 0, 1), &d->without, e);
	if (rc == 0 && num_u64(version, strlen(version), 1, 1000, &major))
		rc = err_set(e, STATUS_BUG, "'%s' is not a version", version);
	if (rc == 0)
		d->server = (unsigned int)major;
	has[DESCRIBE_RELATIONS] = has[DESCRIBE_REST] = true;
	has[DESCRIBE_GRAPH] = pg_result_bool(r, 0, 2);
	has[DESCRIBE_FILES] = pg_result_bool(r, 0, 3);
	pg_result_free(r);
	return (rc);
}

struct describe *
describe_take(struct pg *pg, bool reference, struct err *e)
{
	struct describe *d = describe_new();
	bool has[DESCRIBE_PARTS];
	int i, k, f;

	if (describe_server(d, pg, has, e))
		goto err1;
	for (i = 0; i < DESCRIBE_PARTS; i++) {
		const char *params[] = { reference ? "true" : "false" };

		if (!has[i])
			continue;
		if ((d->parts[i] = pg_query(pg, describe_sql[i], params, i == DESCRIBE_REST, e)) ==
		    NULL)
			goto err1;
		for (k = 0; k < pg_result_rows(d->parts[i]); k++) {
			const char *v[DESCRIBE_FIELDS];

			for (f = 0; f < DESCRIBE_FIELDS; f++)
				if ((v[f] = pg_result_get(d->parts[i], k, f)) == NULL)
					v[f] = "";
			describe_add(d, v);
		}
	}
	if (d->n > 0)
		qsort(d->rows, d->n, sizeof(*d->rows), describe_order);
	return (d);
err1:
	describe_free(d);
	return (NULL);
}

int
describe_write(const struct describe *d, struct buf *out, struct err *e)
{
	size_t i;
	int f;

	if (buf_addf(out, e, "#aegis-schema 1 server=%u without=%s\n", d->server,
		without_text(d->without)))
		return (-1);
	for (i = 0; i < d->n; i++) {
		const struct describe_row *r = &d->rows[i];
		const char *v[DESCRIBE_FIELDS] = { r->kind, r->on, r->object, r->def };

		for (f = 0; f < DESCRIBE_FIELDS; f++)
			if (pg_copy_text(out, v[f], strlen(v[f]), e) ||
			    buf_adds(out, f + 1 < DESCRIBE_FIELDS ? "\t" : "\n", e))
				return (-1);
	}
	return (buf_addf(out, e, "#end %zu\n", d->n));
}

/* Undo COPY's escapes in place. */
static void
describe_unescape(char *p)
{
	char *to = p;

	for (; *p != '\0'; p++) {
		if (*p == '\\' && p[1] != '\0') {
			p++;
			*to++ = *p == 't' ? '\t' : *p == 'n' ? '\n' : *p == 'r' ? '\r' : *p;
		} else {
			*to++ = *p;
		}
	}
	*to = '\0';
}

/* Parse the first line, which it cuts in place: the server's major version and the parts the
 * schema is without. */
static int
describe_header(struct describe *d, char *line, struct err *e)
{
	static const char start[] = "#aegis-schema 1 server=";
	char *server = line + sizeof(start) - 1, *without;
	uint64_t major;

	if (strncmp(line, start, sizeof(start) - 1) != 0 ||
	    (without = strstr(server, " without=")) == NULL)
		return (err_set(e, STATUS_DATA, "no description by schema-check --describe"));
	*without = '\0';
	if (num_u64(server, strlen(server), 1, 1000, &major))
		return (err_set(e, STATUS_DATA, "'%s' is not a version of a server", server));
	d->server = (unsigned int)major;
	return (without_parse(without + strlen(" without="), &d->without, e));
}

/* Split a line at its TABs in place into a row of ${d}; rows out of order are an error. */
static int
describe_line(struct describe *d, char *line, struct err *e)
{
	const char *v[DESCRIBE_FIELDS];
	int f;

	for (f = 0; f < DESCRIBE_FIELDS; f++) {
		char *field = line, *end = line + strcspn(line, "\t");

		if ((*end == '\t') != (f + 1 < DESCRIBE_FIELDS))
			return (
			    err_set(e, STATUS_DATA, "a line has not %d fields", DESCRIBE_FIELDS));
		line = end + (*end == '\t');
		*end = '\0';
		describe_unescape(field);
		v[f] = field;
	}
	describe_add(d, v);
	if (d->n > 1 && describe_order(&d->rows[d->n - 2], &d->rows[d->n - 1]) > 0)
		return (err_set(e, STATUS_DATA, "the lines are not sorted"));
	return (0);
}

/* Parse the text of ${d} in place into rows; the last line must give their number. */
static int
describe_parse(struct describe *d, struct err *e)
{
	char *line, *next, end[32];
	size_t number;

	if ((line = buf_str(&d->text, e)) == NULL)
		return (-1);
	if (memchr(line, '\0', d->text.len) != NULL)
		return (err_set(e, STATUS_DATA, "a NUL is in it"));
	for (number = 1; (next = strchr(line, '\n')) != NULL; line = next, number++) {
		*next++ = '\0';
		if (strncmp(line, "#end ", 5) == 0) {
			(void)snprintf(end, sizeof(end), "#end %zu", d->n);
			if (number > 1 && strcmp(line, end) == 0 && *next == '\0')
				return (0);
			return (err_set(e, STATUS_DATA, "lines are missing, or too many"));
		}
		if (number == 1 ? describe_header(d, line, e) : describe_line(d, line, e))
			return (err_prefix(e, "line %zu", number));
	}
	return (err_set(e, STATUS_DATA, "its end is missing"));
}

struct describe *
describe_read(const char *path, struct err *e)
{
	struct describe *d = describe_new();

	if (io_slurp(path, &d->text, e))
		goto err1;
	if (describe_parse(d, e)) {
		if (e->status == STATUS_USAGE) /* a word of the header */
			e->status = STATUS_DATA;
		(void)err_prefix(e, "%s", path);
		goto err1;
	}
	return (d);
err1:
	describe_free(d);
	return (NULL);
}

int
describe_comparable(const struct describe *want, const struct describe *have, struct err *e)
{
	char without[64];

	if (want->server != have->server) {
		(void)err_set(e, STATUS_CONFIG,
		    "the reference is PostgreSQL %u's, the database is on %u: they word their "
		    "definitions differently",
		    want->server, have->server);
		return (err_hint(e, "make the reference on a server of the same version"));
	}
	if (want->without != have->without) {
		(void)snprintf(without, sizeof(without), "%s", without_text(want->without));
		(void)err_set(e, STATUS_CONFIG,
		    "the reference is without '%s', the database is without '%s'", without,
		    without_text(have->without));
		return (err_hint(e, "make the reference on a server that has the same extensions"));
	}
	return (0);
}
