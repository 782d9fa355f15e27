/* Past runs, read from the database. */

#include "pipeline/history.h"

#include <stdio.h>
#include <string.h>

#include "base/num.h"
#include "base/screen.h"

enum { HISTORY_COLUMNS_MAX = 20 };

#define HISTORY_INSTANT(column) "to_char(" column ", 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')"

static const char history_runs_sql[] =
    "SELECT left(run_id::text, 8) AS run, pipeline, " HISTORY_INSTANT("started_at")
    " AS started, to_char(extract(epoch FROM ended_at - started_at), 'FM9999990.0') || ' s'"
    " AS wall, state, exit_status AS exit, left(cause, 160) AS cause FROM batch_runs"
    " WHERE $1::text IS NULL OR pipeline = $1 ORDER BY started_at DESC, run_id"
    " LIMIT $2::bigint";

static const char history_runs_json[] =
    "SELECT coalesce(json_agg(t ORDER BY t.started_at DESC, t.run_id), '[]') FROM"
    " (SELECT run_id, pipeline, started_at, ended_at, state, exit_status, cause, host,"
    " version FROM batch_runs WHERE $1::text IS NULL OR pipeline = $1"
    " ORDER BY started_at DESC, run_id LIMIT $2::bigint) t";

static const char history_head_sql[] =
    "SELECT run_id, pipeline, state, exit_status, cause, " HISTORY_INSTANT("started_at")
    " AS started, " HISTORY_INSTANT("ended_at") " AS ended, host, version"
    " FROM batch_runs WHERE run_id = $1::uuid";

/* The runner writes one element a step, with a list of stages. */
static const char history_stages_sql[] =
    "SELECT s->>'step' AS step, s->>'state' AS state, s->>'tries' AS tries,"
    " t->'argv'->>0 AS stage, t->>'status' AS exit,"
    " to_char((t->>'user')::numeric + (t->>'sys')::numeric, 'FM9999990.00') || ' s' AS cpu,"
    " to_char((t->>'max_rss_kib')::numeric / 1024, 'FM9999990.0') || ' MiB' AS memory,"
    " to_char((t->>'wall')::numeric, 'FM9999990.00') || ' s' AS wall, t->>'said' AS said"
    " FROM batch_runs r, jsonb_array_elements(r.resources) WITH ORDINALITY a(s, i),"
    " jsonb_array_elements(s->'stages') WITH ORDINALITY b(t, k)"
    " WHERE run_id = $1::uuid ORDER BY i, k";

static const char history_sources_sql[] =
    "SELECT d.dataset, d.type_key AS type, d.tenant_id AS tenant, s.section, s.source,"
    " s.source_sha256, s.config_sha256, " HISTORY_INSTANT("s.loaded_at") " AS loaded"
    " FROM batch_sources s JOIN batch_datasets d USING (dataset_id)"
    " WHERE s.run_id = $1::uuid ORDER BY d.dataset, d.type_key, s.section";

static const char history_books_sql[] =
    "SELECT d.dataset, b.section, b.stage, b.read, b.used, b.skipped, b.rejected, b.flawed,"
    " b.rows_out AS rows, b.inserted, b.updated, b.revived, b.unchanged, b.duplicate,"
    " b.retired FROM batch_books b JOIN batch_datasets d USING (dataset_id)"
    " WHERE b.run_id = $1::uuid ORDER BY d.dataset, b.dataset_id, b.section, b.seq";

static const char history_rejects_sql[] =
    "SELECT d.dataset, x.section, x.stage, x.code, x.faults, x.file, x.file_sha256"
    " FROM batch_rejects x JOIN batch_datasets d USING (dataset_id)"
    " WHERE x.run_id = $1::uuid ORDER BY d.dataset, x.dataset_id, x.section, x.seq, x.code";

static const char history_run_json[] =
    "SELECT row_to_json(t) FROM (SELECT r.*,"
    " (SELECT coalesce(json_agg(s ORDER BY s.dataset, s.section), '[]') FROM"
    "  (SELECT d.dataset, d.type_key, d.tenant_id, s.section, s.source, s.source_sha256,"
    "   s.config_sha256, s.loaded_at FROM batch_sources s JOIN batch_datasets d"
    "   USING (dataset_id) WHERE s.run_id = r.run_id) s) AS sources,"
    " (SELECT coalesce(json_agg(b ORDER BY b.dataset, b.section, b.seq), '[]') FROM"
    "  (SELECT d.dataset, d.type_key, d.tenant_id, b.* FROM batch_books b"
    "   JOIN batch_datasets d USING (dataset_id) WHERE b.run_id = r.run_id) b) AS books,"
    " (SELECT coalesce(json_agg(x ORDER BY x.dataset, x.section, x.seq, x.code), '[]') FROM"
    "  (SELECT d.dataset, d.type_key, d.tenant_id, x.* FROM batch_rejects x"
    "   JOIN batch_datasets d USING (dataset_id) WHERE x.run_id = r.run_id) x) AS rejects"
    " FROM batch_runs r WHERE r.run_id = $1::uuid) t";

struct history_table {
	const char *title;
	const char *sql;
	const char *const *columns; /* headings; NULL ends them */
};

/* One printed column wider than this does not push the others away. */
enum { HISTORY_WIDTH_MAX = 64 };

static size_t
history_width(const char *s)
{
	size_t n = 0;

	for (; s != NULL && *s != '\0'; s++)
		n += ((unsigned char)*s & 0xc0) != 0x80;
	return (n);
}

static int
history_cell(struct buf *out, const char *s, size_t width, bool last, struct err *e)
{
	size_t n = history_width(s);

	if (screen_quote(out, s ? s : "-", s ? strlen(s) : 1, e))
		return (-1);
	if (s == NULL)
		n = 1;
	return (screen_addf(out, e, "%*s", last ? 0 : (int)(n < width ? width - n + 2 : 2), ""));
}

/* A table: headings, then the rows, each column as wide as its widest cell. */
static int
history_rows(struct buf *out, const struct pg_result *r, const char *const *columns, struct err *e)
{
	size_t width[HISTORY_COLUMNS_MAX], ncolumns, i;
	int row, rows = pg_result_rows(r);

	for (ncolumns = 0; columns[ncolumns] != NULL; ncolumns++) {
		width[ncolumns] = history_width(columns[ncolumns]);
		for (row = 0; row < rows; row++) {
			size_t n = history_width(pg_result_get(r, row, (int)ncolumns));

			if (n > width[ncolumns])
				width[ncolumns] = n < HISTORY_WIDTH_MAX ? n : HISTORY_WIDTH_MAX;
		}
	}
	for (row = -1; row < rows; row++) {
		for (i = 0; i < ncolumns; i++)
			if (history_cell(out, row < 0 ? columns[i] : pg_result_get(r, row, (int)i),
				width[i], i + 1 == ncolumns, e))
				return (-1);
		if (buf_adds(out, "\n", e))
			return (-1);
	}
	return (0);
}

static int
history_table(struct pg *pg, const struct history_table *t, const char *const *params, int n,
    struct buf *out, struct err *e)
{
	struct pg_result *r;
	int rc = 0;

	if ((r = pg_query(pg, t->sql, params, n, e)) == NULL)
		return (-1);
	if (t->title == NULL || pg_result_rows(r) > 0) {
		if (t->title != NULL)
			rc = screen_addf(out, e, "\n%s\n", t->title);
		if (rc == 0)
			rc = history_rows(out, r, t->columns, e);
	}
	pg_result_free(r);
	return (rc);
}

/* A query whose one cell is a JSON text. */
static int
history_json(struct pg *pg, const char *sql, const char *const *params, int n, struct buf *out,
    struct err *e)
{
	struct pg_result *r;
	int rc;

	if ((r = pg_query(pg, sql, params, n, e)) == NULL)
		return (-1);
	rc = buf_addf(out, e, "%s\n", pg_result_get(r, 0, 0));
	pg_result_free(r);
	return (rc);
}

int
history_list(struct pg *pg, const char *pipeline, uint64_t limit, bool json, struct buf *out,
    struct err *e)
{
	static const char *const columns[] = { "run", "pipeline", "started", "wall", "state",
		"exit", "cause", NULL };
	static const struct history_table t = { NULL, history_runs_sql, columns };
	char n[24];
	const char *const params[] = { pipeline, n };

	n[num_fmt(n, limit)] = '\0';
	return (json ? history_json(pg, history_runs_json, params, 2, out, e) :
		       history_table(pg, &t, params, 2, out, e));
}

/* Find the one run whose UUID starts with ${prefix}. */
static int
history_find(struct pg *pg, const char *prefix, char run[37], struct err *e)
{
	const char *const params[] = { prefix };
	struct pg_result *r;
	size_t n = strlen(prefix);
	int rc = 0;

	if (n == 0 || n > 36 || strspn(prefix, "0123456789abcdefABCDEF-") != n)
		return (err_set(e, STATUS_USAGE, "'%s' is no run's number", prefix));
	if ((r = pg_query(pg,
		 "SELECT run_id FROM batch_runs WHERE run_id::text LIKE"
		 " lower($1) || '%' LIMIT 2",
		 params, 1, e)) == NULL)
		return (-1);
	if (pg_result_rows(r) == 1)
		(void)snprintf(run, 37, "%s", pg_result_get(r, 0, 0));
	else if (pg_result_rows(r) == 0)
		rc = err_set(e, STATUS_NOINPUT, "there is no run '%s'", prefix);
	else
		rc = err_set(e, STATUS_USAGE, "more than one run starts with '%s'", prefix);
	pg_result_free(r);
	return (rc);
}

static int
history_head(struct pg *pg, const char *const *params, struct buf *out, struct err *e)
{
	static const char *const names[] = { "run", "pipeline", "state", "exit status", "cause",
		"started", "ended", "host", "version", NULL };
	struct pg_result *r;
	int i, rc = 0;

	if ((r = pg_query(pg, history_head_sql, params, 1, e)) == NULL)
		return (-1);
	for (i = 0; rc == 0 && names[i] != NULL; i++)
		if (pg_result_get(r, 0, i) != NULL)
			rc = screen_addf(out, e, "%-12s %s\n", names[i], pg_result_get(r, 0, i));
	pg_result_free(r);
	return (rc);
}

int
history_run(struct pg *pg, const char *prefix, bool json, struct buf *out, struct err *e)
{
	static const char *const stages[] = { "step", "state", "tries", "stage", "exit", "CPU",
		"memory", "wall", "said", NULL };
	static const char *const sources[] = { "dataset", "type", "tenant", "section", "source",
		"source sha256", "configuration sha256", "loaded", NULL };
	static const char *const books[] = { "dataset", "section", "stage", "read", "used",
		"skipped", "rejected", "flawed", "rows", "inserted", "updated", "revived",
		"unchanged", "duplicate", "retired", NULL };
	static const char *const rejects[] = { "dataset", "section", "stage", "code", "faults",
		"file", "file sha256", NULL };
	static const struct history_table tables[] = {
		{ "Stages", history_stages_sql, stages },
		{ "Sources", history_sources_sql, sources },
		{ "Books", history_books_sql, books },
		{ "Faults", history_rejects_sql, rejects },
	};
	char run[37];
	const char *const params[] = { run };
	size_t i;

	if (history_find(pg, prefix, run, e))
		return (-1);
	if (json)
		return (history_json(pg, history_run_json, params, 1, out, e));
	if (history_head(pg, params, out, e))
		return (-1);
	for (i = 0; i < sizeof(tables) / sizeof(tables[0]); i++)
		if (history_table(pg, &tables[i], params, 1, out, e))
			return (-1);
	return (0);
}
