/* Filings whose rules have changed since. */

#include "rule/stale.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/io.h"
#include "base/json.h"
#include "rule/basis.h"
#include "rule/catalog.h"
#include "rule/delta.h"
#include "stream/csv.h"

enum { STALE_FETCH = 500, STALE_ROW_MAX = 16 << 20 };

int
stale_mark(struct pg *pg, const char *tenant, uint64_t *n, struct err *e)
{

	return (pg_u64f(pg, n, e, "SELECT batch_snapshots_mark(%L)", tenant));
}

/* The columns of the list, as CSV and JSON name them. */
enum {
	STALE_TENANT,
	STALE_FILING,
	STALE_ENTITY,
	STALE_NAME,
	STALE_DOMAIN,
	STALE_STATUS,
	STALE_RULE,
	STALE_REASON,
	STALE_VERSION,
	STALE_NEWEST,
	STALE_SINCE,
	STALE_DAYS,
	STALE_SNAPSHOT,
	STALE_TAKEN,
	STALE_ACKNOWLEDGED,
	STALE_BY,
	STALE_COLUMNS,
	STALE_BEFORE = STALE_COLUMNS,
	STALE_AFTER,
	STALE_FIELDS,
};

static const char *const stale_names[STALE_COLUMNS] = { "tenant", "filing", "entity", "entity_name",
	"domain", "status", "rule", "reason", "version", "newest_version", "since", "days",
	"snapshot", "snapshotted_at", "acknowledged", "acknowledged_by" };

/*
 * The newest snapshot of each filing and rule counts; what came before it is history.  Somebody
 * acknowledged the version that took its place, not those that came after.
 */
static const char stale_sql[] =
#include "queries/stale.inc"
    ;

struct stale {
	const struct stale_options *o;
	struct buf out, changed;
	struct json_writer *w;
	uint64_t n;
	char filing[37]; /* of the row before */
};

/* Append a row as a line of CSV, the changes in its last column. */
static int
stale_row_csv(struct stale *s, const struct pg_result *r, int row, struct err *e)
{
	int i;

	for (i = 0; i < STALE_COLUMNS; i++) {
		const char *v = pg_result_get(r, row, i);

		if ((i > 0 && buf_add(&s->out, ",", 1, e)) ||
		    (v != NULL && csv_quote(v, strlen(v), &s->out, e)))
			return (-1);
	}
	if (delta_text(pg_result_get(r, row, STALE_BEFORE), pg_result_get(r, row, STALE_AFTER),
		&s->changed, e) ||
	    buf_add(&s->out, ",", 1, e) || csv_quote(s->changed.p, s->changed.len, &s->out, e))
		return (-1);
	return (buf_add(&s->out, "\n", 1, e));
}

/* Append a row as an element of the JSON array, which the first one opens. */
static int
stale_row_json(struct stale *s, const struct pg_result *r, int row, struct err *e)
{
	int i;

	if (buf_adds(&s->out, s->n > 0 ? ",\n " : "[\n ", e))
		return (-1);
	json_put_object(s->w);
	for (i = 0; i < STALE_COLUMNS; i++) {
		const char *v = pg_result_get(r, row, i);

		if (i == STALE_VERSION || i == STALE_NEWEST || i == STALE_DAYS) {
			json_member_json(s->w, stale_names[i], v);
		} else if (i == STALE_ACKNOWLEDGED) {
			json_put_key(s->w, stale_names[i]);
			json_put_bool(s->w, v[0] == 't');
		} else {
			json_member_text(s->w, stale_names[i], v);
		}
	}
	json_put_key(s->w, "changes");
	if (delta_json(pg_result_get(r, row, STALE_BEFORE), pg_result_get(r, row, STALE_AFTER),
		s->w, e))
		return (-1);
	json_put_close(s->w);
	return (json_writer_end(s->w, e));
}

/* Append a row as text, under a heading of its filing if that differs from the row before. */
static int
stale_row_text(struct stale *s, const struct pg_result *r, int row, struct err *e)
{
	const char *filing = pg_result_get(r, row, STALE_FILING),
		   *name = pg_result_get(r, row, STALE_NAME),
		   *version = pg_result_get(r, row, STALE_VERSION),
		   *newest = pg_result_get(r, row, STALE_NEWEST),
		   *since = pg_result_get(r, row, STALE_SINCE),
		   *days = pg_result_get(r, row, STALE_DAYS);

	if (strcmp(filing, s->filing) != 0 &&
	    buf_addf(&s->out, e, "%s%s  %s  %s%s%s  %s\n", s->n > 0 ? "\n" : "", filing,
		pg_result_get(r, row, STALE_DOMAIN), pg_result_get(r, row, STALE_ENTITY),
		name ? "  " : "", name ? name : "", pg_result_get(r, row, STALE_STATUS)))
		return (-1);
	(void)snprintf(s->filing, sizeof(s->filing), "%s", filing);
	if (buf_addf(&s->out, e, "  %s  %s%s%s%s%s, since %s (%s days)",
		pg_result_get(r, row, STALE_RULE), pg_result_get(r, row, STALE_REASON),
		version ? ": version " : "", version ? version : "",
		newest ? version ? " -> " : ": version " : "", newest ? newest : "",
		since ? since : "?", days ? days : "?"))
		return (-1);
	if (pg_result_bool(r, row, STALE_ACKNOWLEDGED) &&
	    buf_addf(&s->out, e, ", acknowledged by %s",
		pg_result_get(r, row, STALE_BY) ? pg_result_get(r, row, STALE_BY) : "?"))
		return (-1);
	if (version == NULL || newest == NULL)
		return (buf_add(&s->out, "\n", 1, e));
	if (delta_text(pg_result_get(r, row, STALE_BEFORE), pg_result_get(r, row, STALE_AFTER),
		&s->changed, e) ||
	    /* It was changed, and changed back. */
	    (s->changed.len == 0 && buf_adds(&s->changed, "says the same again", e)) ||
	    buf_addf(&s->out, e, "\n      %.*s\n", (int)s->changed.len, s->changed.p))
		return (-1);
	return (0);
}

/* Write what is buffered to the output and empty the buffer. */
static int
stale_flush(struct stale *s, struct err *e)
{
	int rc = io_write_all(s->o->fd, s->out.p, s->out.len, s->o->name, e);

	s->out.len = 0;
	return (rc);
}

/* Append the line of column names if the form is CSV. */
static int
stale_head(struct stale *s, struct err *e)
{
	size_t i;

	if (s->o->form != STALE_CSV)
		return (0);
	for (i = 0; i < STALE_COLUMNS; i++)
		if (buf_addf(&s->out, e, "%s,", stale_names[i]))
			return (-1);
	return (buf_adds(&s->out, "changes\n", e));
}

/* Append what ends the list, or says that it is empty, and flush. */
static int
stale_tail(struct stale *s, struct err *e)
{

	if (s->o->form == STALE_JSON && buf_adds(&s->out, s->n > 0 ? "\n]\n" : "[]\n", e))
		return (-1);
	if (s->o->form == STALE_TEXT && s->n == 0 && buf_adds(&s->out, "No filing is stale.\n", e))
		return (-1);
	return (stale_flush(s, e));
}

/* Fetch from the cursor stale_rows, format and count its rows, and flush after each batch. */
static int
stale_rows(struct stale *s, struct pg *pg, struct err *e)
{
	struct pg_result *r;
	char fetch[64];
	int row, rows, rc = 0;

	(void)snprintf(fetch, sizeof(fetch), "FETCH %d FROM stale_rows", STALE_FETCH);
	do {
		if ((r = pg_query(pg, fetch, NULL, 0, e)) == NULL)
			return (-1);
		rows = pg_result_rows(r);
		for (row = 0; row < rows && rc == 0; row++, s->n++)
			rc = s->o->form == STALE_CSV ? stale_row_csv(s, r, row, e) :
			    s->o->form == STALE_JSON ? stale_row_json(s, r, row, e) :
						       stale_row_text(s, r, row, e);
		pg_result_free(r);
	} while (rc == 0 && rows > 0 && (rc = stale_flush(s, e)) == 0);
	return (rc);
}

/* The tenant's rows, out of a transaction that is rolled back. */
static int
stale_query(struct stale *s, struct pg *pg, const struct catalog *c, const char *tenant,
    const char *sql, struct err *e)
{
	const struct stale_options *o = s->o;
	const struct basis_options basis = { tenant, o->filing, o->domain,
		o->all || o->filing != NULL, false, NULL, NULL };
	int rc = -1;

	if (pg_begin_whole(pg, "", e) == 0 && basis_tables(pg, c, &basis, e) == 0 &&
	    pg_exec(pg, sql, e) == 0)
		rc = stale_rows(s, pg, e);
	pg_rollback(pg);
	return (rc);
}

/* Write the list of all tenants selected, each read in a transaction of its own. */
static int
stale_tenants(struct stale *s, struct pg *pg, const struct catalog *c, struct err *e)
{
	struct buf sql = BUF_INIT(8192);
	struct pg_result *r = basis_tenants(pg, s->o->tenant, s->o->filing, e);
	int row, rc = r == NULL;

	if (rc == 0)
		rc = buf_addf(&sql, e, stale_sql, s->o->all ? "true" : "false") ||
		    buf_str(&sql, e) == NULL || stale_head(s, e);
	for (row = 0; rc == 0 && row < pg_result_rows(r); row++)
		rc = stale_query(s, pg, c, pg_result_get(r, row, 0), sql.p, e);
	if (rc == 0)
		rc = stale_tail(s, e);
	pg_result_free(r);
	buf_free(&sql);
	return (rc);
}

int
stale_list(const struct stale_options *o, uint64_t *n, struct err *e)
{
	struct stale s = { o, BUF_INIT(64 << 20), BUF_INIT(STALE_ROW_MAX), NULL, 0, "" };
	struct catalog *c;
	struct pg *pg;
	int rc = -1;

	if ((c = catalog_load(o->catalog, e)) == NULL)
		return (-1);
	s.w = json_writer_new(&s.out);
	if ((pg = pg_connect(o->conninfo, "aegis-rule-snapshot", e)) != NULL) {
		rc = stale_tenants(&s, pg, c, e);
		pg_close(pg);
	}
	*n = s.n;
	json_writer_free(s.w);
	buf_free(&s.out);
	buf_free(&s.changed);
	catalog_free(c);
	return (rc);
}
