/* aegis rule-snapshot: freeze the rules that filings are based on, and list what is stale. */

#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/num.h"
#include "base/program.h"
#include "base/report.h"
#include "pg/pg.h"
#include "rule/rule.h"
#include "rule/snapshot.h"
#include "rule/stale.h"

static struct snapshot_options o;
static const char *format = "text";
static bool list_stale, all;

static const struct option_spec options[] = {
	{ "tenant", OPTION_UUID, "UUID", &o.tenant,
	    "Tenant whose filings are frozen (default: with --filing its own, else every tenant)." },
	{ "filing", OPTION_UUID, "UUID", &o.filing, "Only this filing (filing_checklists.id)." },
	{ "domain", OPTION_STRING, "DOMAIN", &o.domain,
	    "Only filings of this compliance domain: rule_37, rule_32, form_pr, flaring_monitor." },
	{ "refresh", OPTION_FLAG, NULL, &o.refresh,
	    "Also freeze, for filings that have snapshots, the versions that they lack." },
	{ "as-of", OPTION_STRING, "DATE", &o.as_of,
	    "Rules in force on that day (default: those that are active now)." },
	{ "known-on", OPTION_STRING, "DATE", &o.known_on,
	    "Of these, only what had been detected by that day." },
	{ "list-stale", OPTION_FLAG, NULL, &list_stale,
	    "Instead, list open filings that are based on superseded rules, and what changed." },
	{ "all", OPTION_FLAG, NULL, &all,
	    "With --list-stale: also closed filings, and what was acknowledged." },
	{ "plan", OPTION_FLAG, NULL, &o.plan, "Count, and write nothing." },
	{ "format", OPTION_CHOICE, "text|json|csv", &format,
	    "Form of the report or the list (default: text)." },
	{ "catalog", OPTION_STRING, "FILE", &o.catalog,
	    "Catalog of which rules filings are based on (default: pipelines/rules.yaml)." },
	PG_OPTION_DB(&o.conninfo),
	PG_OPTION_LOCK_WAIT,
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "rule-snapshot",
	.group = "Rules",
	.summary = "freeze the rules that filings are based on, and list what is stale",
	.usage = "[--tenant UUID | --filing UUID] [options]",
	.options = options,
	.description =
	    "Copies the rules in force of a filing's domains, the rules of its field first, into "
	    "filing_rule_snapshots: of every open filing that has no snapshot yet, or of those that "
	    "the options name. Snapshots of superseded versions are marked (is_current, "
	    "superseded_by). What stands in a snapshot is never changed, and an acknowledgement "
	    "stays; with --refresh a filing gets new snapshots beside the old ones.\n\n"
	    "The field is the entity's own or that of an entity it is linked to: a well's is its "
	    "lease's. Open is a filing that is a draft, in progress, ready for review or in review.\n\n"
	    "--list-stale compares each filing's newest snapshots with the rules in force: since when "
	    "each is superseded or expired, and value by value what changed; and rules that the "
	    "filing has no snapshot of (added). What somebody acknowledged is left out, unless another "
	    "version has come since.",
	.examples =
	    "  aegis rule-snapshot --tenant $TENANT\n"
	    "  aegis rule-snapshot --filing $FILING --refresh\n"
	    "  aegis rule-snapshot --tenant $TENANT --list-stale --format csv > stale.csv\n",
	.status =
	    "1: --list-stale lists something\n"
	    "65: the filing does not exist\n"
	    "75: another program works on the same rules for too long",
};

/* Write the stale snapshots to standard output in the chosen format; return STATUS_FINDINGS if any
 * exist. */
static int
list(struct err *e)
{
	const struct stale_options s = { o.conninfo, o.tenant, o.filing, o.domain, o.catalog, all,
		strcmp(format, "json") == 0    ? STALE_JSON :
		    strcmp(format, "csv") == 0 ? STALE_CSV :
						 STALE_TEXT,
		STDOUT_FILENO, "standard output" };
	uint64_t n;

	if (stale_list(&s, &n, e))
		return (log_err(e));
	return (n > 0 ? STATUS_FINDINGS : STATUS_OK);
}

/* Make the snapshots, or plan them, and print a report; return the exit status. */
static int
freeze(struct err *e)
{
	struct report *r;
	struct snapshot *s;

	if ((s = snapshot_run(&o, e)) == NULL)
		return (log_err(e));
	r = report_new(format);
	snapshot_report(s, r);
	(void)report_print(r, o.plan ? NULL : "the snapshots ARE made", e);
	report_free(r);
	snapshot_free(s);
	return (log_err(e));
}

/* Check that the options go together; return STATUS_OK or STATUS_USAGE. */
static int
usage(void)
{

	if ((o.as_of != NULL && !rule_day(o.as_of)) ||
	    (o.known_on != NULL && !rule_day(o.known_on)))
		return (program_usage_error(&program, "a day is written YYYY-MM-DD"));
	if (!list_stale && strcmp(format, "csv") == 0)
		return (program_usage_error(&program, "--format csv belongs to --list-stale"));
	if (all && !list_stale)
		return (program_usage_error(&program, "--all goes with --list-stale"));
	if (list_stale && (o.refresh || o.as_of != NULL || o.known_on != NULL || o.plan))
		return (program_usage_error(&program, "--list-stale takes no option that freezes"));
	return (STATUS_OK);
}

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	char **operands;
	int n, rc;

	if ((rc = program_parse(&program, argc, argv, &operands, &n)) != PROGRAM_GO_ON)
		return (rc);
	if ((rc = usage()) != STATUS_OK)
		return (rc);
	return (list_stale ? list(&e) : freeze(&e));
}
