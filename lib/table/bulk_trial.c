/*
 * Rows among which many are bad: the server takes them one by one, each behind a savepoint of its
 * own, in one statement.  A COPY for each bad row costs three exchanges with it.
 */

#include "table/bulk_trial.h"

#include <stdlib.h>

enum { TRIAL_SQL_MAX = 4 << 20 };

/* Columns of the staging table beside the target's. */
static const char *const bulk_trial_place[][2] = { { "aegis_record", "bigint" },
	{ "aegis_offset", "bigint" }, { "aegis_raw", "text" } };

/* Type of the target's column ${name}, and how many characters it may have ("" where that is open). */
static int
bulk_trial_type(const struct bulk_target *g, const char *name, char **type, char **most,
    struct err *e)
{
	struct pg_result *r = pg_queryf(g->pg, e,
	    "SELECT format_type(atttypid, NULL), CASE WHEN atttypid IN ('varchar'::regtype,"
	    " 'bpchar'::regtype) AND atttypmod > 4 THEN (atttypmod - 4)::text ELSE '' END"
	    " FROM pg_attribute WHERE attrelid = to_regclass(%L) AND attname = %L",
	    g->t->quoted, name);
	int rc = 0;

	if (r == NULL)
		return (-1);
	if (pg_result_rows(r) == 0) {
		rc = err_set(e, STATUS_TEMPFAIL, "table '%s' has lost its column '%s'", g->t->name,
		    name);
	} else {
		*type = pg_result_dup(r, 0, 0);
		*most = pg_result_dup(r, 0, 1);
	}
	pg_result_free(r);
	return (rc);
}

/* The INSERT's columns and values, and how the handler tells which column is at fault. */
struct trial_parts {
	struct buf names, values, blame;
};

/* Append column ${i} to the parts of the trial's SQL; ${most} is its length limit in characters,
 * or empty. */
static int
bulk_trial_column(const struct bulk_target *g, struct trial_parts *p, size_t i, const char *name,
    const char *type, const char *most, struct err *e)
{
	const char *comma = i > 0 ? ", " : "";

	return (pg_sqlf(g->pg, &p->names, e, "%s%I", comma, name) ||
	    pg_sqlf(g->pg, &p->values, e, "%sr.c%zu::%s", comma, i, type) ||
	    pg_sqlf(g->pg, &p->blame, e,
		" IF col = '' THEN BEGIN PERFORM r.c%zu::%s; EXCEPTION WHEN OTHERS THEN col := %L;"
		" END; END IF;",
		i, type, name) ||
	    (most[0] != '\0' &&
		pg_sqlf(g->pg, &p->blame, e,
		    " IF col = '' AND state = '22001' AND char_length(r.c%zu) > %s THEN col := %L;"
		    " END IF;",
		    i, most, name)));
}

/* One more column of the stream, or of the staging table's own. */
static int
bulk_trial_add(const struct bulk_target *g, struct trial_parts *p, size_t i, struct err *e)
{
	const char *const *place = i < g->ncolumns ? NULL : bulk_trial_place[i - g->ncolumns];
	char *type = NULL, *most = NULL;
	int rc;

	if (place != NULL)
		return (bulk_trial_column(g, p, i, place[0], place[1], "", e));
	rc = bulk_trial_type(g, g->columns[i], &type, &most, e) ||
	    bulk_trial_column(g, p, i, g->columns[i], type, most, e);
	free(type);
	free(most);
	return (rc);
}

/* The tables and the statement, once a stream.  What is no fault of the row ends the load. */
static int
bulk_trial_make(const struct bulk_target *g, struct buf *made, struct err *e)
{
	struct trial_parts p = { BUF_INIT(TRIAL_SQL_MAX), BUF_INIT(TRIAL_SQL_MAX),
		BUF_INIT(TRIAL_SQL_MAX) };
	struct buf texts = BUF_INIT(TRIAL_SQL_MAX);
	size_t n = g->ncolumns + (g->staged ? 3 : 0), i;
	int rc = 0;

	for (i = 0; rc == 0 && i < n; i++)
		rc = buf_addf(&texts, e, ", c%zu text", i) || bulk_trial_add(g, &p, i, e);
	rc = rc || buf_str(&texts, e) == NULL ||
	    pg_execf(g->pg, NULL, e,
		"DROP TABLE IF EXISTS pg_temp.aegis_trial, pg_temp.aegis_refused;"
		" CREATE TEMPORARY TABLE aegis_refused (seq integer, state text, message text,"
		" detail text, col text) ON COMMIT DROP;"
		" CREATE TEMPORARY TABLE aegis_trial (seq integer GENERATED ALWAYS AS IDENTITY%s)"
		" ON COMMIT DROP",
		texts.p) ||
	    pg_sqlf(g->pg, made, e,
		"DO $aegis$ DECLARE r record; n bigint; state text; message text; detail text;"
		" col text; BEGIN FOR r IN SELECT * FROM pg_temp.aegis_trial ORDER BY seq LOOP BEGIN"
		" INSERT INTO %s (%s) OVERRIDING SYSTEM VALUE VALUES (%s);"
		" GET DIAGNOSTICS n = ROW_COUNT; IF n <> 1 THEN"
		" INSERT INTO pg_temp.aegis_refused VALUES (r.seq, '', '', '', ''); END IF;"
		" EXCEPTION WHEN OTHERS THEN GET STACKED DIAGNOSTICS state = RETURNED_SQLSTATE,"
		" message = MESSAGE_TEXT, detail = PG_EXCEPTION_DETAIL, col = COLUMN_NAME;"
		" IF left(state, 2) NOT IN ('21', '22', '23', '27', '44', '54') AND state <> 'P0001'"
		" THEN RAISE; END IF; col := coalesce(col, ''); IF left(state, 2) = '22' THEN%s END IF;"
		" INSERT INTO pg_temp.aegis_refused VALUES (r.seq, state, message, detail, col);"
		" END; END LOOP; END $aegis$",
		g->staged ? "pg_temp." BULK_STAGE : g->t->quoted, p.names.p, p.values.p, p.blame.p);
	buf_free(&p.names);
	buf_free(&p.values);
	buf_free(&p.blame);
	buf_free(&texts);
	return (rc);
}

/* Send the rows to aegis_trial: their text as the COPY into the table has it. */
static int
bulk_trial_send(const struct bulk_target *g, const struct bulk_block *b, size_t from, size_t to,
    struct err *e)
{
	struct buf sql = BUF_INIT(1 << 20);
	size_t n = g->ncolumns + (g->staged ? 3 : 0), i;
	uint64_t rows = 0;
	int rc;

	rc = buf_adds(&sql,
	    "TRUNCATE pg_temp.aegis_trial, pg_temp.aegis_refused RESTART IDENTITY;"
	    " COPY pg_temp.aegis_trial (",
	    e);
	for (i = 0; rc == 0 && i < n; i++)
		rc = buf_addf(&sql, e, "%sc%zu", i > 0 ? ", " : "", i);
	rc = rc || buf_adds(&sql, ") FROM STDIN", e) || buf_str(&sql, e) == NULL ||
	    pg_copy_in(g->pg, sql.p, e);
	buf_free(&sql);
	if (rc)
		return (-1);
	if (bulk_block_put(b, g->pg, from, to, e)) {
		pg_copy_fail(g->pg, e->msg);
		return (-1);
	}
	if (pg_copy_end(g->pg, &rows, e))
		return (-1);
	return (rows == to - from ? 0 : bulk_trial_dropped(g->t, to - from, (size_t)rows, e));
}

int
bulk_trial_dropped(const struct table *t, size_t sent, size_t arrived, struct err *e)
{

	return (err_set(e, STATUS_DATA,
	    "%zu rows were sent to table '%s' and %zu arrived: a rule or trigger drops rows", sent,
	    t->name, arrived));
}

/* Reject the row that one line of aegis_refused names, with the server's message as its fault. */
static int
bulk_trial_refused(const struct bulk_target *g, const struct bulk_block *b, size_t from, size_t to,
    const struct pg_result *r, int row, struct err *e)
{
	const char *state = pg_result_get(r, row, 1), *message = pg_result_get(r, row, 2),
		   *detail = pg_result_get(r, row, 3), *column = pg_result_get(r, row, 4);
	struct fault_list *faults = intake_faults(g->in);
	uint64_t seq = pg_result_u64(r, row, 0);

	if (seq < 1 || seq > to - from)
		return (err_set(e, STATUS_BUG, "the database names a row that was not sent"));
	if (state[0] == '\0')
		return (bulk_trial_dropped(g->t, to - from, (size_t)seq - 1, e));
	fault_clear(faults);
	fault_add(faults, bulk_block_code(state), column[0] ? column : NULL, NULL, 0, "%s%s%s",
	    message, detail != NULL && detail[0] ? ": " : "", detail != NULL ? detail : "");
	return (bulk_block_reject(b, g->in, from + (size_t)seq - 1, e));
}

int
bulk_trial(const struct bulk_target *g, struct buf *made, const struct bulk_block *b, size_t from,
    size_t to, size_t *refused, struct err *e)
{
	struct pg_result *r;
	int row, rc = 0;

	*refused = 0;
	if ((made->len == 0 && bulk_trial_make(g, made, e)) || bulk_trial_send(g, b, from, to, e) ||
	    pg_exec(g->pg, made->p, e) ||
	    (r = pg_query(g->pg, "SELECT * FROM pg_temp.aegis_refused ORDER BY seq", NULL, 0, e)) ==
		NULL)
		return (-1);
	for (row = 0; rc == 0 && row < pg_result_rows(r); row++)
		rc = bulk_trial_refused(g, b, from, to, r, row, e);
	*refused = (size_t)pg_result_rows(r);
	pg_result_free(r);
	return (rc);
}
