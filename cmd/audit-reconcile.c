/* aegis audit-reconcile: compare an audit table with its archives. */

#include <string.h>
#include <unistd.h>

#include "audit/reconcile.h"
#include "base/log.h"
#include "base/program.h"
#include "base/progress.h"
#include "base/report.h"

static const char *opt_db, *opt_archives, *opt_table, *report = "text";

static const struct option_spec options[] = {
	{ "archives", OPTION_STRING, "DIR", &opt_archives, "Directory of the archives." },
	{ "table", OPTION_STRING, "TABLE", &opt_table,
	    "Table to compare: audit_logs or prompt_audit_log." },
	PROGRAM_OPTION_FORMAT(&report),
	PG_OPTION_DB(&opt_db),
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "audit-reconcile",
	.group = "Audit",
	.summary = "compare an audit table with its archives",
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
	.status =
	    "1: there are findings\n"
	    "66: no archive was found",
};

/* Fill the report with the counts and findings of ${k}. */
static void
describe(const struct reconcile *k, struct report *r)
{
	size_t i;

	report_open(r, NULL);
	report_text(r, "table", "table", opt_table);
	report_count(r, "archived", "archived", k->archived);
	report_count(r, "rows", "rows in the table", k->rows);
	report_count(r, "same", "the same", k->same);
	report_count(r, "changed", "changed", k->changed);
	report_count(r, "deleted", "gone", k->deleted);
	report_count(r, "late", "not archived, late", k->late);
	report_count(r, "open", "not archived, of a period not sealed", k->open);
	report_list(r, "findings");
	for (i = 0; i < k->n; i++) {
		report_finding(r, "FINDING  %s: %s", k->findings[i].code, k->findings[i].text);
		report_open(r, NULL);
		report_text(r, "code", NULL, k->findings[i].code);
		report_text(r, "text", NULL, k->findings[i].text);
		report_close(r);
	}
	report_close(r);
	if (k->n == 0)
		report_line(r, "no findings");
	else if (k->deleted > RECONCILE_SAMPLES || k->changed > RECONCILE_SAMPLES)
		report_line(r, "only the first rows of each kind are listed");
	report_close(r);
}

int
main(int argc, char **argv)
{
	struct report *out;
	struct err e = ERR_INIT;
	const struct audit_table *t;
	struct reconcile r;
	struct pg *pg;
	char **operands;
	int n, rc;

	if ((rc = program_parse(&program, argc, argv, &operands, &n)) != PROGRAM_GO_ON)
		return (rc);
	if (opt_archives == NULL || opt_table == NULL)
		return (
		    program_usage_error(&program, "--archives DIR and --table TABLE are needed"));
	if ((t = audit_table_find(opt_table)) == NULL)
		return (program_usage_error(&program, "'%s' is not an audit table", opt_table));
	progress_init("audit-reconcile");
	if ((pg = pg_connect(opt_db, "aegis-audit-reconcile", &e)) == NULL)
		return (log_err(&e));
	rc = reconcile_run(pg, opt_archives, t, &r, &e);
	pg_close(pg);
	if (rc == 0) {
		out = report_new(report);
		describe(&r, out);
		(void)report_print(out, NULL, &e);
		report_free(out);
	}
	if (e.status != STATUS_OK)
		return (log_err(&e));
	return (r.n > 0 ? STATUS_FINDINGS : STATUS_OK);
}
