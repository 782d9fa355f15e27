/* audit-reconcile: the database compared with its archives. */

#include "audit/reconcile.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "archive/chain.h"
#include "archive/index.h"
#include "audit/line.h"
#include "audit/window.h"
#include "base/instant.h"
#include "base/num.h"
#include "base/progress.h"
#include "table/copy_text.h"

enum { RECONCILE_ROW = 1 << 30, RECONCILE_SQL = 1 << 16, RECONCILE_FINDINGS = 64 };

struct reconcile_run {
	struct pg *pg;
	const struct audit_table *t;
	struct reconcile *r;
	const struct index_entry *at, *end; /* entries not yet compared, by id */
	int64_t sealed;                     /* up to when */
	struct merkle tree;
	struct buf fields, line;
};

static void reconcile_add(struct reconcile *r, const char *code, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/* Note a finding; those past RECONCILE_FINDINGS are dropped. */
static void
reconcile_add(struct reconcile *r, const char *code, const char *fmt, ...)
{
	struct reconcile_finding *f;
	va_list ap;

	if (r->n == RECONCILE_FINDINGS)
		return;
	f = &r->findings[r->n++];
	(void)snprintf(f->code, sizeof(f->code), "%s", code);
	va_start(ap, fmt);
	(void)vsnprintf(f->text, sizeof(f->text), fmt, ap);
	va_end(ap);
}

/* The last entry of this id: a row that was changed stands there more than once. */
static const struct index_entry *
reconcile_next(struct reconcile_run *x)
{
	const struct index_entry *entry = x->at++;

	while (x->at < x->end && memcmp(x->at->id, entry->id, INDEX_ID_SIZE) == 0)
		entry = x->at++;
	x->r->archived++;
	return (entry);
}

/* Count the next archived id as gone from the table; the first RECONCILE_SAMPLES are findings. */
static void
reconcile_deleted(struct reconcile_run *x)
{
	const struct index_entry *entry = reconcile_next(x);
	char h[2 * INDEX_ID_SIZE + 1] = "";

	num_hex(h, entry->id, INDEX_ID_SIZE);
	if (x->r->deleted++ < RECONCILE_SAMPLES)
		reconcile_add(x->r, "deleted",
		    "row %.8s-%.4s-%.4s-%.4s-%.12s is archived, but gone", h, h + 8, h + 12, h + 16,
		    h + 20);
}

/* Compare a row of the table, a line of COPY text, with its index entry; archived ids before it
 * are deleted rows. */
static int
reconcile_row(struct reconcile_run *x, const char *p, size_t len, struct err *e)
{
	struct stream_field f[AUDIT_COLUMNS_MAX];
	const struct stream_field *id = &f[x->t->id], *created = &f[x->t->created];
	unsigned char key[INDEX_ID_SIZE], leaf[MERKLE_HASH];
	const struct index_entry *entry;
	struct audit_row row = { f, false, 0 };

	if (copy_text_fields(&x->fields, p, len, f, x->t->n, e))
		return (-1);
	row.timed = !created->null && instant_parse(created->p, created->len, &row.created) == 0;
	if (index_id(id->p, id->len, key))
		return (err_set(e, STATUS_BUG, "an id that is not a UUID"));
	x->r->rows++;
	while (x->at < x->end && memcmp(x->at->id, key, INDEX_ID_SIZE) < 0)
		reconcile_deleted(x);
	if (x->at == x->end || memcmp(x->at->id, key, INDEX_ID_SIZE) != 0) {
		if (row.timed && row.created >= x->sealed)
			x->r->open++;
		else
			x->r->late++;
		return (0);
	}
	entry = reconcile_next(x);
	if (line_write(x->t, &row, &x->line, e))
		return (-1);
	merkle_leaf(&x->tree, x->line.p, x->line.len, leaf);
	if (memcmp(leaf, entry->leaf, MERKLE_HASH) == 0)
		x->r->same++;
	else if (x->r->changed++ < RECONCILE_SAMPLES)
		reconcile_add(x->r, "changed",
		    "row %.*s is not as it was archived (row %llu of the log)", (int)id->len, id->p,
		    (unsigned long long)index_number(entry));
	return (0);
}

/* Read the whole table by id and merge it with the index; archived ids that are left over are
 * deleted rows. */
static int
reconcile_rows(struct reconcile_run *x, struct err *e)
{
	struct buf sql = BUF_INIT(RECONCILE_SQL);
	const char *p;
	size_t i;
	long n = -1;

	if (buf_adds(&sql, "COPY (SELECT ", e))
		return (-1);
	for (i = 0; i < x->t->n; i++)
		if (buf_addf(&sql, e, "%st.%s", i > 0 ? ", " : "", x->t->columns[i].name))
			goto done;
	if (buf_addf(&sql, e, " FROM public.%s t ORDER BY t.id) TO STDOUT", x->t->name) ||
	    buf_str(&sql, e) == NULL || pg_copy_out(x->pg, sql.p, e))
		goto done;
	while ((n = pg_copy_get(x->pg, &p, e)) > 0) {
		if (reconcile_row(x, p, (size_t)n - 1, e)) {
			n = -1;
			break;
		}
		progress_tick(x->r->rows, 0, 0, 0);
	}
	while (n == 0 && x->at < x->end)
		reconcile_deleted(x);
done:
	buf_free(&sql);
	return (n == 0 ? 0 : -1);
}

/* A trigger must stand before each way to change a row, fire always, and raise. */
static int
reconcile_triggers(struct reconcile_run *x, struct err *e)
{
	static const struct {
		const char *event;
		int bits; /* of tgtype: TRIGGER_TYPE_* of PostgreSQL's pg_trigger.h */
	} events[] = { { "UPDATE", 16 | 2 | 1 }, { "DELETE", 8 | 2 | 1 }, { "TRUNCATE", 32 | 2 } };
	const char *params[2] = { x->t->name, NULL };
	struct pg_result *r;
	char bits[16];
	size_t i;

	params[1] = bits;
	for (i = 0; i < 3; i++) {
		(void)snprintf(bits, sizeof(bits), "%d", events[i].bits);
		r = pg_query(x->pg,
		    "SELECT t.tgname, t.tgenabled FROM pg_trigger t JOIN pg_proc p ON p.oid = t.tgfoid"
		    " WHERE t.tgrelid = format('public.%I', $1::text)::regclass AND NOT t.tgisinternal"
		    " AND t.tgtype & 63 & ~4 & $2::int = $2::int AND t.tgtype & 1 = $2::int & 1"
		    " AND t.tgqual IS NULL AND t.tgattr = '' AND p.prosrc ~* 'raise\\s+exception'"
		    " ORDER BY position(t.tgenabled::text in 'AROD')",
		    params, 2, e);
		if (r == NULL)
			return (-1);
		if (pg_result_rows(r) == 0)
			reconcile_add(x->r, "no_trigger", "no trigger refuses %s of %s",
			    events[i].event, x->t->name);
		else if (pg_result_get(r, 0, 1)[0] == 'D' || pg_result_get(r, 0, 1)[0] == 'R')
			reconcile_add(x->r, "trigger_disabled", "trigger %s of %s is disabled",
			    pg_result_get(r, 0, 0), x->t->name);
		else if (pg_result_get(r, 0, 1)[0] != 'A')
			reconcile_add(x->r, "trigger_weak",
			    "trigger %s of %s does not fire where session_replication_role is replica",
			    pg_result_get(r, 0, 0), x->t->name);
		pg_result_free(r);
	}
	return (0);
}

/* Each row of a query is a finding. */
static int
reconcile_query(struct reconcile_run *x, const char *code, const char *sql, struct err *e)
{
	const char *params[1] = { x->t->name };
	struct pg_result *r = pg_query(x->pg, sql, params, 1, e);
	int i;

	if (r == NULL)
		return (-1);
	for (i = 0; i < pg_result_rows(r); i++)
		reconcile_add(x->r, code, "%s", pg_result_get(r, i, 0));
	pg_result_free(r);
	return (0);
}

/* Note what the catalog says against the table: missing or weak triggers, rules, row security,
 * counted changes, a rewrite. */
static int
reconcile_guards(struct reconcile_run *x, struct err *e)
{

	if (reconcile_triggers(x, e) ||
	    reconcile_query(x, "rule",
		"SELECT format('rule %s of %s', rulename, tablename) FROM pg_rules"
		" WHERE schemaname = 'public' AND tablename = $1",
		e) ||
	    reconcile_query(x, "row_security",
		"SELECT format('row security of %s may hide rows', relname) FROM pg_class"
		" WHERE oid = format('public.%I', $1::text)::regclass AND relrowsecurity",
		e) ||
	    reconcile_query(x, "counters",
		"SELECT format('%s: the server has counted %s updates and %s deletions of rows',"
		" relname, n_tup_upd, n_tup_del) FROM pg_stat_user_tables"
		" WHERE relid = format('public.%I', $1::text)::regclass AND n_tup_upd + n_tup_del > 0",
		e))
		return (-1);
	return (reconcile_query(x, "rewritten",
	    "SELECT format('%s was truncated or rewritten (VACUUM FULL does that, too)', relname)"
	    " FROM pg_class WHERE oid = format('public.%I', $1::text)::regclass"
	    " AND relfilenode <> oid",
	    e));
}

int
reconcile_run(struct pg *pg, const char *archives, const struct audit_table *t, struct reconcile *r,
    struct err *e)
{
	char sha256[DIGEST_SHA256_HEX + 1];
	struct reconcile_run x;
	struct index *index;
	struct manifest last;
	uint64_t n;
	int rc;

	memset(r, 0, sizeof(*r));
	memset(&x, 0, sizeof(x));
	if ((rc = chain_last(archives, t->name, &last, sha256, e)) < 0)
		return (-1);
	if (rc == 0)
		return (
		    err_set(e, STATUS_NOINPUT, "'%s' holds no archive of %s", archives, t->name));
	if ((index = index_open(archives, t->name, e)) == NULL)
		return (-1);
	x.pg = pg;
	x.t = t;
	x.r = r;
	x.sealed = last.period.to;
	x.at = index_entries(index, &n);
	x.end = x.at + n;
	x.fields.max = x.line.max = RECONCILE_ROW;
	merkle_init(&x.tree);
	rc = window_begin(pg, e) || reconcile_rows(&x, e) || reconcile_guards(&x, e);
	merkle_end(&x.tree);
	buf_free(&x.fields);
	buf_free(&x.line);
	index_close(index);
	return (rc);
}
