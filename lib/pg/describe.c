/* A schema described in words that can be compared. */

#include "pg/describe.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "pg/describe_sql.h"
#include "pg/settings.h"
#include "pg/without.h"

enum { DESCRIBE_FIELDS = 4, DESCRIBE_TEXT_MAX = 64 << 20 };

static const char describe_first[] = "#aegis-schema 2";

struct describe {
	struct describe_row *rows;
	size_t n, cap;
	struct pg_result *parts[DESCRIBE_PARTS]; /* what the rows point into, */
	struct buf text;                         /* or this */
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

unsigned int
describe_without(const struct describe *d)
{

	return (d->without);
}

/* What the database does without, and whether it has the tables that some parts ask. */
static int
describe_server(struct describe *d, struct pg *pg, bool *has, struct err *e)
{
	bool said, vector;

	has[DESCRIBE_RELATIONS] = has[DESCRIBE_TRIGGERS] = has[DESCRIBE_REST] =
	    has[DESCRIBE_GRANTS] = true;
	if (settings_without(pg, &d->without, &said, e) ||
	    pg_boolf(pg, &has[DESCRIBE_GRAPH], e,
		"SELECT CASE WHEN has_schema_privilege(to_regnamespace('ag_catalog'), 'USAGE')"
		" THEN to_regclass('ag_catalog.ag_graph') IS NOT NULL END") ||
	    pg_boolf(pg, &has[DESCRIBE_FILES], e,
		"SELECT has_table_privilege(to_regclass('public.batch_schema_files'), 'SELECT')"))
		return (-1);
	if (said)
		return (0);
	/* Nobody has said so: a database that AEGIS has made is as it is. */
	if (pg_boolf(pg, &vector, e,
		"SELECT EXISTS (SELECT FROM pg_extension WHERE extname = 'vector')"))
		return (-1);
	d->without = (has[DESCRIBE_GRAPH] ? 0 : WITHOUT_AGE) | (vector ? 0 : WITHOUT_VECTOR);
	return (0);
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

/* Where a row that only a full server has holds: the graph's belong to Apache AGE. */
static const char *
describe_needs(const struct describe_row *r)
{
	static const char *const age[] = { "graph", "label" };
	bool graph = strncmp(r->on, "oilgas.", 7) == 0 || strcmp(r->on, "ag_catalog") == 0;

	graph = graph || strcmp(r->kind, age[0]) == 0 || strcmp(r->kind, age[1]) == 0 ||
	    (strcmp(r->kind, "schema") == 0 && strcmp(r->object, "public") != 0) ||
	    (strcmp(r->kind, "extension") == 0 && strcmp(r->object, "age") == 0) ||
	    strncmp(r->object, "schema oilgas", 13) == 0 || strncmp(r->on, "oilgas", 7) == 0;
	return (graph ? "age" : "vector");
}

/* One line: where it holds, and the row. */
static int
describe_line_out(struct buf *out, const char *holds, const struct describe_row *r, struct err *e)
{
	const char *v[DESCRIBE_FIELDS] = { r->kind, r->on, r->object, r->def };
	int f;

	if (buf_adds(out, holds, e))
		return (-1);
	for (f = 0; f < DESCRIBE_FIELDS; f++)
		if (buf_add(out, "\t", 1, e) || pg_copy_text(out, v[f], strlen(v[f]), e))
			return (-1);
	return (buf_add(out, "\n", 1, e));
}

int
describe_write(const struct describe *d, const struct describe *bare, struct buf *out,
    struct err *e)
{
	size_t i = 0, k = 0, n = 0, nbare = bare != NULL ? bare->n : 0;
	int c, rc = buf_addf(out, e, "%s\n", describe_first);

	for (; rc == 0 && (i < d->n || k < nbare); n++) {
		c = i == d->n ? 1 : k == nbare ? -1 : describe_order(&d->rows[i], &bare->rows[k]);
		if (c == 0 && strcmp(d->rows[i].def, bare->rows[k].def) != 0)
			c = -1;
		if (c > 0) {
			rc = describe_line_out(out, "-vector", &bare->rows[k++], e);
			continue;
		}
		k += c == 0;
		rc = describe_line_out(out,
		    c == 0 || bare == NULL ? "" : describe_needs(&d->rows[i]), &d->rows[i], e);
		i++;
	}
	return (rc || buf_addf(out, e, "#end %zu\n", n));
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

/* Whether a row holds for a database without what ${d} is without. */
static int
describe_holds(const struct describe *d, const char *holds, bool *yes, struct err *e)
{
	bool vector = (d->without & WITHOUT_VECTOR) == 0;

	if (strcmp(holds, "") == 0)
		*yes = true;
	else if (strcmp(holds, "age") == 0)
		*yes = (d->without & WITHOUT_AGE) == 0;
	else if (strcmp(holds, "vector") == 0)
		*yes = vector;
	else if (strcmp(holds, "-vector") == 0)
		*yes = !vector;
	else
		return (err_set(e, STATUS_DATA, "'%s' is not a kind of server", holds));
	return (0);
}

/* Split a line at its TABs in place, and add its row to ${d} where it holds; rows out of order are
 * an error. */
static int
describe_line(struct describe *d, char *line, struct err *e)
{
	const char *v[DESCRIBE_FIELDS + 1];
	bool holds = false;
	int f;

	for (f = 0; f <= DESCRIBE_FIELDS; f++) {
		char *field = line, *end = line + strcspn(line, "\t");

		if ((*end == '\t') != (f < DESCRIBE_FIELDS))
			return (err_set(e, STATUS_DATA, "a line has not %d fields",
			    DESCRIBE_FIELDS + 1));
		line = end + (*end == '\t');
		*end = '\0';
		describe_unescape(field);
		v[f] = field;
	}
	if (describe_holds(d, v[0], &holds, e))
		return (-1);
	if (!holds)
		return (0);
	describe_add(d, v + 1);
	if (d->n > 1 && describe_order(&d->rows[d->n - 2], &d->rows[d->n - 1]) > 0)
		return (err_set(e, STATUS_DATA, "the lines are not sorted"));
	return (0);
}

/* Parse the text of ${d} in place into rows; the last line must give the number of all lines. */
static int
describe_parse(struct describe *d, struct err *e)
{
	char *line, *next, end[32];
	size_t number, rows = 0;

	if ((line = buf_str(&d->text, e)) == NULL)
		return (-1);
	if (memchr(line, '\0', d->text.len) != NULL)
		return (err_set(e, STATUS_DATA, "a NUL is in it"));
	for (number = 1; (next = strchr(line, '\n')) != NULL; line = next, number++) {
		*next++ = '\0';
		if (strncmp(line, "#end ", 5) == 0) {
			(void)snprintf(end, sizeof(end), "#end %zu", rows);
			if (number > 1 && strcmp(line, end) == 0 && *next == '\0')
				return (0);
			return (err_set(e, STATUS_DATA, "lines are missing, or too many"));
		}
		if (number == 1 && strcmp(line, describe_first) != 0)
			return (
			    err_set(e, STATUS_DATA, "no description by schema-check --describe"));
		if (number > 1 && describe_line(d, line, e))
			return (err_prefix(e, "line %zu", number));
		rows += number > 1;
	}
	return (err_set(e, STATUS_DATA, "its end is missing"));
}

struct describe *
describe_read(const char *path, unsigned int without, struct err *e)
{
	struct describe *d = describe_new();

	d->without = without;
	if (io_slurp(path, &d->text, e))
		goto err1;
	if (describe_parse(d, e)) {
		(void)err_prefix(e, "%s", path);
		goto err1;
	}
	return (d);
err1:
	describe_free(d);
	return (NULL);
}
