/*
 * Rows among which many are bad: the server takes them one by one, each behind a savepoint of its
 * own, in one statement.  A COPY for each bad row costs three exchanges with it.
 */

#include <string.h>

#include "base/num.h"
#include "table/bulk_state.h"

enum { TRIAL_SQL_MAX = 4 << 20 };

static int
bulk_trial_run(struct bulk *l, struct buf *sql, struct err *e)
{

	return (buf_str(sql, e) == NULL || pg_exec(l->pg, sql->p, e));
}

/* Columns of the staging table beside the target's. */
static const char *const bulk_trial_place[][2] = { { "aegis_record", "bigint" },
	{ "aegis_offset", "bigint" }, { "aegis_raw", "text" } };

/* Type of the target's column ${name}, and how many characters it may have ("" where that is open). */
static int
bulk_trial_type(struct bulk *l, const char *name, char *type, char *most, size_t size,
    struct err *e)
{
	const char *params[2] = { l->t->quoted, name };
	struct pg_result *r = pg_query(l->pg,
	    "SELECT format_type(atttypid, NULL), CASE WHEN atttypid IN ('varchar'::regtype,"
	    " 'bpchar'::regtype) AND atttypmod > 4 THEN (atttypmod - 4)::text ELSE '' END"
	    " FROM pg_attribute WHERE attrelid = to_regclass($1) AND attname = $2",
	    params, 2, e);
	int rc = 0;

	if (r == NULL)
		return (-1);
	if (pg_result_rows(r) == 0 || strlen(pg_result_get(r, 0, 0)) >= size)
		rc =
		    err_set(e, STATUS_BUG, "table '%s' has lost its column '%s'", l->t->name, name);
	else {
		memcpy(type, pg_result_get(r, 0, 0), strlen(pg_result_get(r, 0, 0)) + 1);
		(void)strncpy(most, pg_result_get(r, 0, 1), size - 1);
	}
	pg_result_free(r);
	return (rc);
}

/* For one column: its name and value in the INSERT, and how the handler tells that it is at fault. */
static int
bulk_trial_column(struct buf part[3], size_t i, const char *name, const char *type,
    const char *most, struct err *e)
{
	const char *comma = i > 0 ? ", " : "";

	if (buf_adds(&part[0], comma, e) || table_quote(&part[0], name, e) ||
	    buf_addf(&part[1], e, "%sr.c%zu::%s", comma, i, type) ||
	    buf_addf(&part[2], e,
		" IF col = '' THEN BEGIN PERFORM r.c%zu::%s; EXCEPTION WHEN OTHERS THEN col := ", i,
		type) ||
	    pg_literal(&part[2], name, e) || buf_adds(&part[2], "; END; END IF;", e))
		return (-1);
	if (most[0] == '\0')
		return (0);
	return (buf_addf(&part[2], e,
		    " IF col = '' AND state = '22001' AND char_length(r.c%zu) > %s THEN col := ", i,
		    most) ||
	    pg_literal(&part[2], name, e) || buf_adds(&part[2], "; END IF;", e));
}

/* The tables and the statement, once a stream. */
static int
bulk_trial_make(struct bulk *l, struct err *e)
{
	struct buf part[3] = { BUF_INIT(TRIAL_SQL_MAX), BUF_INIT(TRIAL_SQL_MAX),
		BUF_INIT(TRIAL_SQL_MAX) };
	struct buf sql = BUF_INIT(TRIAL_SQL_MAX);
	size_t n = l->ncolumns + (l->staged ? 3 : 0), i;
	char type[300], most[300] = "";
	int rc = buf_adds(&sql,
	    "DROP TABLE IF EXISTS pg_temp.aegis_trial, pg_temp.aegis_refused;"
	    " CREATE TEMPORARY TABLE aegis_refused (seq integer, state text, message text,"
	    " detail text, col text) ON COMMIT DROP;"
	    " CREATE TEMPORARY TABLE aegis_trial (seq integer GENERATED ALWAYS AS IDENTITY",
	    e);

	for (i = 0; rc == 0 && i < n; i++) {
		bool own = i < l->ncolumns;
		const char *const *place = own ? NULL : bulk_trial_place[i - l->ncolumns];

		memset(most, 0, sizeof(most));
		rc = buf_addf(&sql, e, ", c%zu text", i) ||
		    (own && bulk_trial_type(l, l->columns[i], type, most, sizeof(type), e)) ||
		    bulk_trial_column(part, i, own ? l->columns[i] : place[0],
			own ? type : place[1], most, e);
	}
	rc = rc || buf_adds(&sql, ") ON COMMIT DROP", e) || bulk_trial_run(l, &sql, e);
	for (i = 0; i < 3; i++)
		rc = rc || buf_str(&part[i], e) == NULL;
	l->trial.len = 0;
	/* What is no fault of the row ends the load. */
	rc = rc ||
	    buf_addf(&l->trial, e,
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
		l->staged ? "pg_temp.aegis_stage" : l->t->quoted, part[0].p, part[1].p,
		part[2].p) ||
	    buf_str(&l->trial, e) == NULL;
	for (i = 0; i < 3; i++)
		buf_free(&part[i]);
	buf_free(&sql);
	return (rc ? -1 : 0);
}

/* Send the rows to aegis_trial: their text as the COPY into the table has it. */
static int
bulk_trial_send(struct bulk *l, size_t from, size_t to, struct err *e)
{
	struct buf sql = BUF_INIT(1 << 20);
	size_t n = l->ncolumns + (l->staged ? 3 : 0), i;
	uint64_t rows = 0;
	int rc = buf_adds(&sql,
	    "TRUNCATE pg_temp.aegis_trial, pg_temp.aegis_refused RESTART IDENTITY;"
	    " COPY pg_temp.aegis_trial (",
	    e);

	for (i = 0; rc == 0 && i < n; i++)
		rc = buf_addf(&sql, e, "%sc%zu", i > 0 ? ", " : "", i);
	rc = rc || buf_adds(&sql, ") FROM STDIN", e) || buf_str(&sql, e) == NULL ||
	    pg_copy_in(l->pg, sql.p, e);
	if (rc == 0) {
		rc = bulk_copy_send(l, from, to, e);
		if (rc)
			pg_copy_fail(l->pg, e->msg);
		else
			rc = pg_copy_end(l->pg, &rows, e);
	}
	buf_free(&sql);
	if (rc == 0 && rows != to - from)
		rc = err_set(e, STATUS_BUG, "the server took %llu rows of %zu",
		    (unsigned long long)rows, to - from);
	return (rc ? -1 : 0);
}

static int
bulk_trial_refused(struct bulk *l, size_t from, size_t to, const struct pg_result *r, int row,
    struct err *e)
{
	const char *state = pg_result_get(r, row, 1), *message = pg_result_get(r, row, 2),
		   *detail = pg_result_get(r, row, 3), *column = pg_result_get(r, row, 4);
	uint64_t seq = 0;

	if (num_u64(pg_result_get(r, row, 0), strlen(pg_result_get(r, row, 0)), 1, to - from, &seq))
		return (err_set(e, STATUS_BUG, "the database names a row that was not sent"));
	if (state[0] == '\0')
		return (bulk_copy_dropped(l, to - from, (size_t)seq - 1, e));
	fault_clear(l->faults);
	fault_add(l->faults, bulk_copy_code(state), column[0] ? column : NULL, NULL, 0, "%s%s%s",
	    message, detail != NULL && detail[0] ? ": " : "", detail != NULL ? detail : "");
	return (bulk_copy_reject(l, from + (size_t)seq - 1, e));
}

int
bulk_trial(struct bulk *l, size_t from, size_t to, size_t *refused, struct err *e)
{
	struct pg_result *r;
	int row, rc = 0;

	*refused = 0;
	if ((l->trial.len == 0 && bulk_trial_make(l, e)) || bulk_trial_send(l, from, to, e) ||
	    pg_exec(l->pg, l->trial.p, e) ||
	    (r = pg_query(l->pg, "SELECT * FROM pg_temp.aegis_refused ORDER BY seq", NULL, 0, e)) ==
		NULL)
		return (-1);
	for (row = 0; rc == 0 && row < pg_result_rows(r); row++)
		rc = bulk_trial_refused(l, from, to, r, row, e);
	*refused = (size_t)pg_result_rows(r);
	pg_result_free(r);
	return (rc);
}
