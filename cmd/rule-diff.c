/* aegis rule-diff: compare two sets of rules. */

#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/num.h"
#include "base/program.h"
#include "base/report.h"
#include "pg/pg.h"
#include "rule/compare.h"
#include "rule/rule.h"

static struct compare_options o;
static const char *format = "text";

static const struct option_spec options[] = {
	{ "tenant", OPTION_UUID, "UUID", &o.tenant,
	    "Tenant whose rules are compared, if one side is a day." },
	{ "known-on", OPTION_STRING, "DATE", &o.known_on,
	    "Of days: only what had been detected by this one." },
	PROGRAM_OPTION_FORMAT(&format),
	{ "catalog", OPTION_STRING, "FILE", &o.catalog,
	    "Catalog of what rules consist of (default: pipelines/rules.yaml)." },
	PG_OPTION_DB(&o.conninfo),
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "rule-diff",
	.group = "Rules",
	.summary = "compare two sets of rules",
	.usage = "[options] BEFORE AFTER",
	.options = options,
	.description =
	    "BEFORE and AFTER are each a file of rules, a day (YYYY-MM-DD: what was in force for "
	    "the tenant), or the UUID of a snapshot, or of a filing, which stands for its newest "
	    "snapshots. Any two may be compared: a filing with today, a file with what is loaded.\n\n"
	    "A rule that only AFTER has is marked +, one that only BEFORE has -, and one that both "
	    "have and that differs ~, with every value that changed.",
	.examples =
	    "  aegis rule-diff --tenant $TENANT 2026-01-01 2026-12-31\n"
	    "  aegis rule-diff --tenant $TENANT $FILING 2026-12-31\n"
	    "  aegis rule-diff spacing.yaml.old pipelines/rules/spacing.yaml\n",
	.status =
	    "1: something differs\n"
	    "65: a file has faults\n"
	    "66: a file does not exist",
	.operands = 2,
};

int
main(int argc, char **argv)
{
	struct rule_faults faults = { NULL, 0, 0 };
	struct report *r;
	struct err e = ERR_INIT;
	struct compare *c;
	char **operands;
	int n, rc;
	size_t i, differs = 0;

	if ((rc = program_parse(&program, argc, argv, &operands, &n)) != PROGRAM_GO_ON)
		return (rc);
	if (n != 2)
		return (program_usage_error(&program, "two things to compare are needed"));
	if (o.known_on != NULL && !rule_day(o.known_on))
		return (program_usage_error(&program, "--known-on takes a day, YYYY-MM-DD"));
	o.before = operands[0];
	o.after = operands[1];
	c = compare_run(&o, &faults, &e);
	for (i = 0; i < faults.n; i++)
		log_error("%s", faults.v[i]);
	rule_faults_free(&faults);
	r = report_new(format);
	if (c != NULL && compare_report(c, r, &differs, &e) == 0)
		(void)report_print(r, NULL, &e);
	report_free(r);
	compare_free(c);
	return (e.status == STATUS_OK ? differs > 0 ? STATUS_FINDINGS : STATUS_OK : log_err(&e));
}
