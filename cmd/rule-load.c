/* aegis rule-load: store a source's rules as versions. */

#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/program.h"
#include "base/progress.h"
#include "base/report.h"
#include "ledger/same.h"
#include "pg/pg.h"
#include "rule/rule.h"
#include "rule/version.h"
#include "rule/version_same.h"

static struct version_options o = {
	.name = "standard input",
	.fd = STDIN_FILENO,
	.max_rejects = { .is_share = true, .share = 0.001 },
	.max_flaws = { .is_share = true, .share = 0.05 },
};
static const char *report = "text", *opt_same, *dataset;

static const struct option_spec options[] = {
	{ "tenant", OPTION_UUID, "UUID", &o.tenant, "Tenant whose rules these are." },
	{ "check", OPTION_FLAG, NULL, &o.check, "Check the files, without a database." },
	{ "plan", OPTION_FLAG, NULL, &o.plan,
	    "List the versions that would be created, and why, and write nothing." },
	{ "source", OPTION_STRING, "WORD", &o.source,
	    "Source in rule_versions: rrc_ingestion, rule_monitor_agent, manual or docket_hearing "
	    "(default: manual for files, rrc_ingestion for streams)." },
	{ "effective", OPTION_STRING, "DATE", &o.effective,
	    "Day from which new field rules are known to be in force (default: today)." },
	{ "catalog", OPTION_STRING, "FILE", &o.catalog,
	    "Catalog of what rules consist of (default: pipelines/rules.yaml)." },
	{ "rejects", OPTION_STRING, "FILE", &o.rejects,
	    "Reject file for rows with faults; of a second stream: FILE.2." },
	PROGRAM_OPTION_MAX_REJECTS(&o.max_rejects),
	{ "max-flaws", OPTION_CEILING, "N|P%", &o.max_flaws,
	    "Of streams: refuse the data if more rules than this are implausible (default: 5%)." },
	{ "same", OPTION_STRING, "FILE", &opt_same,
	    "Read no stream: was the latest load of --dataset from this very file, by the same layout "
	    "and catalog?" },
	{ "dataset", OPTION_STRING, "NAME", &dataset,
	    "With --same: dataset, such as olf001/spacing." },
	{ "accept-older", OPTION_FLAG, NULL, &o.accept_older,
	    "Accept a source that was loaded before the last one." },
	PG_OPTION_DB(&o.conninfo),
	PG_OPTION_LOCK_WAIT,
	PROGRAM_OPTION_FORMAT(&report),
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "rule-load",
	.group = "Rules",
	.summary = "store a source's rules as versions",
	.usage = "--tenant UUID [options] [FILE.yaml ...]",
	.options = options,
	.description =
	    "Takes rules from files such as those of pipelines/rules/, or, without files, field "
	    "rules from sealed rrc: streams on standard input (rrc-decode --view spacing, --view "
	    "density), and brings the tenant's rule_versions in step, in one transaction. What a "
	    "version says never changes: a changed rule is a new version, and takes the place of the "
	    "one in force. Snapshots of filings that are based on that are marked as stale. Loading the "
	    "same again makes nothing.\n\n"
	    "A rule is compared with the newest version that this program made from the same source. "
	    "If another writer's version has been in force since, what changed waits as "
	    "pending_review, and the report says so: a load never overrides a manual decision. A "
	    "rule marked UNVERIFIED becomes a draft; one whose figures look swapped is reported and "
	    "waits as pending_review; one whose day has not come is left for that day.\n\n"
	    "Every fault of a file is reported, with its line and column; with one fault nothing is "
	    "loaded. Two loads of one tenant run one after the other.",
	.examples =
	    "  aegis rule-load --check pipelines/rules/*.yaml\n"
	    "  aegis rule-load --tenant $TENANT --plan pipelines/rules/*.yaml\n"
	    "  aegis rrc-decode --layout gsf001 --view spacing gsf001l.ebc.gz |\n"
	    "    aegis rule-load --tenant $TENANT --rejects rules.rej\n",
	.status =
	    "1: versions were created that wait for a review; with --same: there is something to do\n"
	    "65: a file has faults, or a seal, a limit or a guard refuses the stream\n"
	    "75: another writer was faster, or the connection was lost: run it again",
	.operands = PROGRAM_ANY,
};

static const char *const sources[] = { "rrc_ingestion", "rule_monitor_agent", "manual",
	"docket_hearing", NULL };

/* Print what the load did, or would do with --plan; a failure is left in ${e}. */
static void
print_report(const struct version *v, struct err *e)
{
	struct report *r = report_new(report);

	version_report(v, r);
	(void)report_print(r, o.plan ? NULL : "the rules ARE loaded", e);
	report_free(r);
}

/* Check the options against each other and ${n}, the number of files; return STATUS_OK or
 * STATUS_USAGE. */
static int
usage(int n)
{
	size_t i;

	for (i = 0; o.source != NULL && sources[i] != NULL && strcmp(sources[i], o.source) != 0;
	     i++)
		;
	if (o.source != NULL && sources[i] == NULL)
		return (program_usage_error(&program, "unknown source '%s'", o.source));
	if (o.check && n == 0)
		return (program_usage_error(&program, "--check needs files"));
	if (!o.check && o.tenant == NULL)
		return (program_usage_error(&program, "--tenant is needed"));
	if (o.effective != NULL && !rule_day(o.effective))
		return (program_usage_error(&program,
		    "--effective takes a day, YYYY-MM-DD, not '%s'", o.effective));
	if ((opt_same != NULL) != (dataset != NULL) || (opt_same != NULL && n > 0))
		return (
		    program_usage_error(&program, "--same goes with --dataset, and with no files"));
	if (n > 0 && (o.rejects != NULL || o.effective != NULL))
		return (program_usage_error(&program,
		    "--rejects and --effective are for streams, not for files"));
	return (STATUS_OK);
}

/* Say whether there is nothing to do with the source; status 1: there is. */
static int
same(struct err *e)
{
	char since[32];
	struct report *r;

	if (version_same(&o, opt_same, dataset, since, e))
		return (log_err(e));
	r = report_new(report);
	same_report(since, r);
	(void)report_print(r, NULL, e);
	report_free(r);
	return (e->status != STATUS_OK ? log_err(e) :
		since[0] != '\0'       ? STATUS_OK :
					 STATUS_FINDINGS);
}

int
main(int argc, char **argv)
{
	struct rule_faults faults = { NULL, 0, 0 };
	struct err e = ERR_INIT;
	struct version *v;
	const char *odd;
	char **operands;
	int n, rc;
	size_t i;

	if ((rc = program_parse(&program, argc, argv, &operands, &n)) != PROGRAM_GO_ON)
		return (rc);
	if ((rc = usage(n)) != STATUS_OK)
		return (rc);
	if (opt_same != NULL)
		return (same(&e));
	o.files = operands;
	o.nfiles = (size_t)n;
	progress_init("rule-load");
	v = version_run(&o, &faults, &e);
	for (i = 0; i < faults.n; i++)
		log_error("%s", faults.v[i]);
	rule_faults_free(&faults);
	rc = STATUS_OK;
	if (v != NULL) {
		for (i = 0; (odd = version_odd(v, i)) != NULL; i++)
			log_warning("%s", odd);
		if (version_findings(v))
			rc = STATUS_FINDINGS;
		if (!o.check)
			(void)print_report(v, &e);
		version_free(v);
	}
	return (e.status == STATUS_OK ? rc : log_err(&e));
}
