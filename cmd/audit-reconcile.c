/* aegis audit-reconcile: hold an audit table against its archives. */

#include <string.h>
#include <unistd.h>

#include "audit/reconcile.h"
#include "base/json.h"
#include "base/log.h"
#include "base/program.h"
#include "base/progress.h"
#include "base/screen.h"

static const char *opt_db, *opt_archives, *opt_table, *report = "text";

static const struct option_spec options[] = {
	{ "archives", OPTION_STRING, "DIR", &opt_archives, "Where the archives are kept." },
	{ "table", OPTION_STRING, "TABLE", &opt_table, "audit_logs or prompt_audit_log." },
	PROGRAM_OPTION_FORMAT(&report),
	PG_OPTION_DB(&opt_db),
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "audit-reconcile",
	.group = "Audit",
	.summary = "hold an audit table against its archives",
	.usage = "--archives DIR --table TABLE [options]",
	.options = options,
	.description =
	    "Reads every row of the table, in one snapshot, and compares it with what was archived: a "
	    "row that is gone, or is not as it was, is a finding. So is what leaves the table without "
	    "protection: a trigger that is missing, disabled or does not always fire, a rule, row "
	    "security, updates or deletions that the server has counted, a table that was truncated "
	    "or rewritten.\n\n"
	    "Rows that no archive holds yet are counted: late ones, of a period that is sealed (the "
	    "next export takes them), and those of a period that is not. The archives themselves are "
	    "audit-check's to check.",
	.examples = "  aegis audit-reconcile --archives /srv/audit --table audit_logs\n",
	.status = "1: there are findings. 66: there is no archive.",
};

static int
text(const struct reconcile *r, struct buf *out, struct err *e)
{
	size_t i;

	if (screen_addf(out, e,
		"%s: %llu archived, %llu in the table: %llu the same, %llu changed, %llu gone; not "
		"archived: %llu late, %llu of a period not sealed\n",
		opt_table, (unsigned long long)r->archived, (unsigned long long)r->rows,
		(unsigned long long)r->same, (unsigned long long)r->changed,
		(unsigned long long)r->deleted, (unsigned long long)r->late,
		(unsigned long long)r->open))
		return (-1);
	for (i = 0; i < r->n; i++)
		if (screen_addf(out, e, "  FINDING  %s: %s\n", r->findings[i].code,
			r->findings[i].text))
			return (-1);
	if (r->n == 0)
		return (buf_adds(out, "  no findings\n", e));
	if (r->deleted + r->changed > 2 * RECONCILE_SAMPLES || r->deleted > RECONCILE_SAMPLES ||
	    r->changed > RECONCILE_SAMPLES)
		return (buf_adds(out, "  (only the first rows of each kind are listed)\n", e));
	return (0);
}

static int
json(const struct reconcile *r, struct buf *out, struct err *e)
{
	struct json_writer *w = json_writer_new(out);
	size_t i;
	int rc;

	json_put_object(w);
	json_member_text(w, "table", opt_table);
	json_member_u64(w, "archived", r->archived);
	json_member_u64(w, "rows", r->rows);
	json_member_u64(w, "same", r->same);
	json_member_u64(w, "changed", r->changed);
	json_member_u64(w, "deleted", r->deleted);
	json_member_u64(w, "late", r->late);
	json_member_u64(w, "open", r->open);
	json_put_key(w, "findings");
	json_put_array(w);
	for (i = 0; i < r->n; i++) {
		json_put_object(w);
		json_member_text(w, "code", r->findings[i].code);
		json_member_text(w, "text", r->findings[i].text);
		json_put_close(w);
	}
	json_put_close(w);
	json_put_close(w);
	rc = json_writer_end(w, e) || buf_adds(out, "\n", e);
	json_writer_free(w);
	return (rc);
}

int
main(int argc, char **argv)
{
	struct buf out = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	const struct audit_table *t;
	struct reconcile r;
	struct pg *pg;
	char **words;
	int n, rc;

	if ((rc = program_parse(&program, argc, argv, &words, &n)) != PROGRAM_GO_ON)
		return (rc);
	if (opt_archives == NULL || opt_table == NULL || n > 0)
		return (
		    program_usage_error(&program, "--archives DIR and --table TABLE are needed"));
	if ((t = audit_table_find(opt_table)) == NULL)
		return (program_usage_error(&program, "'%s' is no audit table", opt_table));
	progress_init("audit-reconcile");
	if ((pg = pg_connect(opt_db, "aegis-audit-reconcile", &e)) == NULL)
		return (log_err(&e));
	rc = reconcile_run(pg, opt_archives, t, &r, &e);
	pg_close(pg);
	if (rc == 0 && (strcmp(report, "json") == 0 ? json(&r, &out, &e) : text(&r, &out, &e)) == 0)
		(void)screen_print(&out, &e);
	buf_free(&out);
	if (e.status != STATUS_OK)
		return (log_err(&e));
	return (r.n > 0 ? STATUS_FINDINGS : STATUS_OK);
}
