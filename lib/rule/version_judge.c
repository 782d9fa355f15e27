/* What becomes of each rule. */

#include <stdlib.h>
#include <string.h>

#include "pg/copy_spool.h"
#include "rule/delta.h"
#include "rule/version_load.h"
#include "table/copy_text.h"

/* In the order of enum version_act. */
static const char *const version_judge_words[] = { "new", "changed", "pending", "same", "agrees",
	"early", "expired", "past" };

int
version_judge_tables(struct version *v, struct err *e)
{

	return (pg_exec(v->pg,
	    "CREATE TEMP TABLE rule_in (seq bigint, section integer, place bigint,"
	    " identifier varchar(255), type varchar(50), domain varchar(50), effective date,"
	    " expires date, status varchar(20), reference varchar(500), data jsonb) ON COMMIT DROP;"
	    "CREATE TEMP TABLE rule_act (seq bigint, act text, status varchar(20), effective date,"
	    " version integer, mine uuid, active uuid, held text) ON COMMIT DROP;"
	    "CREATE TEMP TABLE rule_said (seq bigint, summary text) ON COMMIT DROP;"
	    "CREATE TEMP TABLE rule_digest (identifier varchar(255), digest bytea, section integer,"
	    " record bigint, byte_offset bigint) ON COMMIT DROP",
	    e));
}

static const char version_judge_sql[] =
#include "queries/rule_act.inc"
    ;

/*
 * Every rule beside what the table has of it: k counts its versions by writer, m is the newest
 * of this writer's, f the one in force.  "Same" is what is in the columns, so that a version
 * that says the same in other words of JSON is the same.
 */
static int
version_judge_act(struct version *v, struct err *e)
{
	const char *params[] = { v->tenant, v->source, VERSION_WRITER, v->today,
		v->o->effective ? v->o->effective : v->today };
	struct pg_result *r;

	/* The tables are new, and the planner knows nothing of them. */
	if (pg_exec(v->pg, v->plan ? "SELECT 1" : "ANALYZE rule_in (identifier)", e))
		return (-1);
	r = pg_query(v->pg, version_judge_sql, params, 5, e);
	pg_result_free(r);
	return (r == NULL);
}

/* "version 2 of manual (jane) is in force; lease_line: 467 ft -> 330 ft" for each. */
static int
version_judge_say(struct version *v, struct copy_spool *s, struct err *e)
{
	struct buf text = BUF_INIT(8 << 20), said = BUF_INIT(4 << 20);
	struct stream_field f[4];
	const char *line;
	long n;
	int rc = -1;

	if (pg_copy_out(v->pg,
		"COPY (SELECT a.seq, a.held, w.rule_data, i.data FROM rule_act a JOIN rule_in i USING (seq)"
		" LEFT JOIN rule_versions w ON w.id = CASE WHEN a.act = 'pending' THEN"
		" coalesce(a.active, a.mine) ELSE coalesce(a.mine, a.active) END"
		" WHERE a.act IN ('changed', 'pending')) TO STDOUT",
		e))
		return (-1);
	while ((n = pg_copy_get(v->pg, &line, e)) > 0) {
		char *before = NULL, *after;
		int bad;

		if (copy_text_fields(&text, line, (size_t)n - 1, f, 4, e))
			goto done;
		if (!f[2].null)
			before = xstrndup(f[2].p, f[2].len);
		after = xstrndup(f[3].p, f[3].len);
		bad = delta_text(before, after, &said, e);
		free(before);
		free(after);
		if (bad || buf_add(&s->b, f[0].p, f[0].len, e) || buf_add(&s->b, "\t", 1, e) ||
		    (!f[1].null &&
			(pg_copy_text(&s->b, f[1].p, f[1].len, e) || buf_add(&s->b, "; ", 2, e))) ||
		    pg_copy_text(&s->b, said.p, said.len, e) || buf_add(&s->b, "\n", 1, e) ||
		    copy_spool_row(s, e))
			goto done;
	}
	rc = n < 0;
done:
	buf_free(&text);
	buf_free(&said);
	return (rc);
}

/* Add up what became of the rules in rule_act, by section, with the drafts and reviews made. */
static int
version_judge_count(struct version *v, struct err *e)
{
	struct pg_result *r = pg_query(v->pg,
	    "SELECT i.section, a.act, a.status, count(*) FROM rule_act a JOIN rule_in i USING (seq)"
	    " GROUP BY 1, 2, 3",
	    NULL, 0, e);
	size_t act;
	int row;

	if (r == NULL)
		return (-1);
	for (row = 0; row < pg_result_rows(r); row++) {
		const char *status = pg_result_get(r, row, 2);
		uint64_t n = pg_result_u64(r, row, 3);

		for (act = 0; strcmp(version_judge_words[act], pg_result_get(r, row, 1)) != 0;
		     act++)
			;
		version_count(v, intake_section(v->in, pg_result_u64(r, row, 0)),
		    (enum version_act)act, n);
		if (act > VERSION_PENDING)
			continue;
		if (strcmp(status, "draft") == 0)
			v->n.drafts += n;
		if (strcmp(status, "pending_review") == 0)
			v->n.reviews += n;
	}
	pg_result_free(r);
	return (0);
}

/* Note up to VERSION_SAMPLES rules for the report, those that are not new first. */
static int
version_judge_samples(struct version *v, struct err *e)
{
	struct pg_result *r = pg_queryf(v->pg, e,
	    "SELECT i.identifier, a.version, a.act, a.status, s.summary FROM rule_act a"
	    " JOIN rule_in i USING (seq) LEFT JOIN rule_said s USING (seq)"
	    " WHERE a.act NOT IN ('same', 'agrees', 'past')"
	    " ORDER BY a.act = 'new', a.seq LIMIT %d",
	    (int)VERSION_SAMPLES);
	int row;

	if (r == NULL)
		return (-1);
	for (row = 0; row < pg_result_rows(r); row++)
		version_count_sample(v, pg_result_get(r, row, 0), pg_result_get(r, row, 1),
		    pg_result_get(r, row, 2), pg_result_get(r, row, 3), pg_result_get(r, row, 4));
	pg_result_free(r);
	return (0);
}

int
version_judge(struct version *v, struct err *e)
{
	struct copy_spool said;
	int rc = -1;

	copy_spool_init(&said, COPY_TEXT);
	if (version_judge_act(v, e) == 0 && version_judge_say(v, &said, e) == 0 &&
	    copy_spool_send(&said, v->pg, "COPY rule_said FROM STDIN", e) == 0 &&
	    version_judge_count(v, e) == 0)
		rc = version_judge_samples(v, e);
	copy_spool_free(&said);
	return (rc);
}
