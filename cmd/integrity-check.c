/* aegis integrity-check: check that every active agent's skill and persona are there. */

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#include "base/log.h"
#include "base/num.h"
#include "base/program.h"
#include "base/report.h"
#include "pg/integrity.h"

static const char *opt_db, *opt_tenant, *report = "text";

static const struct option_spec options[] = {
	PG_OPTION_DB(&opt_db),
	{ "tenant", OPTION_UUID, "UUID", &opt_tenant, "Only this tenant (default: all)." },
	PROGRAM_OPTION_FORMAT(&report),
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "integrity-check",
	.group = "Database",
	.summary = "check that every active agent's skill and persona are there",
	.usage = "[options]",
	.options = options,
	.description =
	    "For each active row of agent_definitions: root_skill_key is a skill of the same tenant, "
	    "and persona_key a persona of that skill. An agent without a root skill is in general "
	    "mode and passes; one without a persona takes the skill's default. For each persona: "
	    "either a prompt text or a template, and the template is one of the tenant's.\n\n"
	    "A line a finding: tenant, kind (root_skill, persona, prompt, template), agent or skill, "
	    "slug, reason, with TABs between (COPY's text form). Findings are warnings, as at the start of AEGIS's "
	    "orchestration engine, unless the environment has R35_INTEGRITY_FAIL_LOUD (1, true, yes, "
	    "on): then they make the exit status. A template that is not there stays a warning: prompt "
	    "management is free to bring it later.",
	.examples =
	    "  aegis integrity-check\n"
	    "  R35_INTEGRITY_FAIL_LOUD=1 aegis integrity-check --tenant $TENANT\n",
	.status =
	    "0: all resolve, or findings are warnings only\n"
	    "1: findings of another kind than template, with R35_INTEGRITY_FAIL_LOUD",
};

/* Whether R35_INTEGRITY_FAIL_LOUD is set to 1, true, yes or on, so that findings make the exit
 * status. */
static bool
fail_loud(void)
{
	static const char *const yes[] = { "1", "true", "yes", "on" };
	const char *v = getenv("R35_INTEGRITY_FAIL_LOUD");
	size_t i;

	for (i = 0; v != NULL && i < sizeof(yes) / sizeof(yes[0]); i++)
		if (strcasecmp(v, yes[i]) == 0)
			return (true);
	return (false);
}

/* A finding is a line of COPY's text form: a slug with a TAB in it stays one field. */
static int
describe(const struct pg_result *rows, struct report *r, struct err *e)
{
	struct buf line = BUF_INIT(1 << 20);
	int i, k, rc = 0;

	report_list(r, NULL);
	for (i = 0; rc == 0 && i < pg_result_rows(rows); i++) {
		report_open(r, NULL);
		line.len = 0;
		for (k = 0; rc == 0 && k < 5; k++) {
			const char *v = pg_result_get(rows, i, k);

			report_text(r, pg_result_name(rows, k), NULL, v);
			rc = pg_copy_text(&line, v, strlen(v), e) ||
			    buf_adds(&line, k < 4 ? "\t" : "\n", e);
		}
		report_lines(r, line.p, line.len);
		report_close(r);
	}
	report_close(r);
	buf_free(&line);
	return (rc);
}

/* Print the findings; ${grave} is set to how many are more than a warning. */
static int
check(struct pg *pg, const char *tenant, int *grave, struct err *e)
{
	struct report *out = report_new(report);
	struct pg_result *r;
	int n = 0, i;

	if ((r = integrity_findings(pg, tenant, e)) != NULL && describe(r, out, e) == 0 &&
	    report_print(out, NULL, e) == 0)
		n = pg_result_rows(r);
	for (i = 0; i < n; i++)
		*grave += strcmp(pg_result_get(r, i, 1), "template") != 0;
	pg_result_free(r);
	report_free(out);
	return (n);
}

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	char **operands;
	struct pg *pg;
	int n, rc, found = 0, grave = 0;

	if ((rc = program_parse(&program, argc, argv, &operands, &n)) != PROGRAM_GO_ON)
		return (rc);
	if ((pg = pg_connect(opt_db, "aegis-integrity-check", &e)) != NULL) {
		found = check(pg, opt_tenant, &grave, &e);
		pg_close(pg);
	}
	if (e.status != STATUS_OK)
		return (log_err(&e));
	if (found == 0)
		log_info("every active agent's skill and persona are there");
	else
		log_warning("%d findings", found);
	return (grave > 0 && fail_loud() ? STATUS_FINDINGS : 0);
}
