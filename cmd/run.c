/* aegis run: run a pipeline. */

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/notice.h"
#include "base/program.h"
#include "base/report.h"
#include "base/screen.h"
#include "pg/conninfo.h"
#include "pg/pg.h"
#include "pipeline/after.h"
#include "pipeline/start.h"

static struct start_options o = { .mode = START_RUN };
static uint64_t jobs = 2;
static bool plan, check, quiet, verbose;
static const char *db, *report = "text";
static char first[800]; /* cause of all */

static const struct option_spec options[] = {
	{ "tenant", OPTION_LIST, "UUID", &o.tenants,
	    "Tenant to run for, instead of those of the settings; may be given more than once." },
	{ "source", OPTION_LIST, "LAYOUT=FILE", &o.asked.sources,
	    "File of a source, instead of where the pipeline has it; may be given more than once." },
	{ "inbox", OPTION_STRING, "DIR", &o.inbox,
	    "Directory into which files come, instead of that of the settings." },
	{ "set", OPTION_LIST, "NAME=VALUE", &o.asked.set,
	    "Value of the pipeline's setting NAME; may be given more than once." },
	{ "step", OPTION_LIST, "STEP", &o.asked.steps,
	    "Run this step alone; may be given more than once." },
	{ "from", OPTION_STRING, "STEP", &o.asked.from,
	    "Run this step and those below it in the file." },
	{ "accept", OPTION_LIST, "STEP=WHAT", &o.asked.accept,
	    "What the step's load may find, in this run: shrink, change or older. Recorded with the "
	    "user." },
	{ "jobs", OPTION_U64, "1-64", &jobs,
	    "Independent steps to run side by side (default: 2)." },
	{ "quiet", OPTION_FLAG, NULL, &quiet,
	    "Print nothing if all is well; else what is wrong, and no report." },
	{ "verbose", OPTION_FLAG, NULL, &verbose,
	    "Print all that the stages say, also what followed from another stage's failure." },
	{ "log", OPTION_STRING, "FILE", &o.log,
	    "Append all that the stages say to FILE, with time, run and step." },
	{ "wait", OPTION_U64, "SECONDS", &o.wait,
	    "Wait so long for another run of the pipeline to end (default: 0)." },
	{ "check", OPTION_FLAG, NULL, &check, "Check the file, print its steps, run nothing." },
	{ "plan", OPTION_FLAG, NULL, &plan,
	    "Print what each step would run and what it would change; change nothing." },
	{ "resume", OPTION_FLAG, NULL, &o.resume,
	    "Resume the pipeline's last run, if it failed, with its settings and sources: skip "
	    "completed steps whose arguments and files are unchanged." },
	{ "record", OPTION_STRING, "DIR", &o.record,
	    "Record the run in DIR/RUN.json and lock the pipeline there, not in the database: for a "
	    "standby, which only reads." },
	PG_OPTION_DB(&db),
	PROGRAM_OPTION_FORMAT(&report),
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "run",
	.group = "Running",
	.summary = "run a pipeline",
	.usage = "[options] PIPELINE",
	.options = options,
	.description =
	    "Runs the steps of PIPELINE, a file (YAML; doc/formats/pipelines.md) or the name of one "
	    "in /etc/aegis or among those that come along; each step is a pipe of "
	    "stages. The whole file is checked first and all its faults are reported; nothing is "
	    "started if it exists. Then the pipeline's name is locked and the run recorded "
	    "in the database (aegis history shows it). Steps that do not come after one another "
	    "run side by side.\n\n"
	    "When a stage fails, the other stages of its step are ended, the steps that come "
	    "after it are skipped, and independent ones go on. A stage that found nobody to read "
	    "its output, or a cut input, is not blamed if another one of its step failed by "
	    "itself. A step that ends with 75 (try again later) is tried again as often as the "
	    "file says.\n\n"
	    "While it works, the stages' warnings are printed, and of a failed step what the stage "
	    "says whose fault it was: the cause and its fix first. Where standard error is the "
	    "journal of systemd, its fields AEGIS_RUN and AEGIS_STEP are set.\n\n"
	    "Outputs, reject files and the last messages of failed steps stay in "
	    "var/runs/RUN. SIGINT, SIGTERM and SIGHUP end the stages, record the run as failed "
	    "and end the runner with 128 plus the signal's number.\n\n"
	    "--plan runs the pipes with --plan after the arguments of their last stage, if "
	    "that stage knows it, and shows the others only. Reject files that are not in "
	    "${run_dir} are written all the same.",
	.examples =
	    "  aegis run nightly\n"
	    "  aegis run --tenant $TENANT --source dbf900=/data/dbf900.ebc.gz nightly\n"
	    "  aegis run --step dbf900-well --accept dbf900-well=shrink nightly\n"
	    "  aegis run --plan nightly\n",
	.status =
	    "That of the first step that failed; 128 plus the signal if a stage was killed.\n"
	    "1: a stage had findings, and none failed\n"
	    "66: an input is missing; nothing was started\n"
	    "69: no database; nothing was started\n"
	    "75: the pipeline is running already and nothing was started, or the end of the run could not be recorded\n"
	    "78: the file has faults; nothing was started",
	.environment =
	    "AEGIS_VAR: Directory of runs; without it /var/lib/aegis, in a checkout var.\n"
	    "AEGIS_TENANT: Tenant to run for, without --tenant.\n"
	    "AEGIS_INBOX: Inbox, without --inbox.\n"
	    "AEGIS_INBOX_SETTLE: Seconds for which a file in the inbox must not have changed (default: 30).\n"
	    "AEGIS_STAGE_PATH: Further directories of stages, separated by colons.",
	.files =
	    "/etc/aegis/PIPELINE.yaml: Settings of one pipeline, or a pipeline.\n"
	    "/var/lib/aegis/runs: A directory a run: outputs, reject files, last messages.",
	.operands = 1,
};

/* Print the faults of the file, one message each. */
static void
print_faults(const struct pipeline_faults *faults)
{
	const char *p = faults->text.p, *end = p + faults->text.len, *lf;

	if (faults->text.len == 0)
		return;
	for (; p < end && (lf = memchr(p, '\n', (size_t)(end - p))) != NULL; p = lf + 1)
		log_error("%.*s", (int)(lf - p), p);
}

/* Why a run ended as it did; the first is the invocation's. */
static void
cause(const char *text, int status)
{

	if (first[0] == '\0')
		(void)snprintf(first, sizeof(first), "%s", text);
	if (status == STATUS_FINDINGS)
		log_warning("%s", text);
	else
		log_error("%s", text);
}

/* The status of a run, which a fault of our own changes only where it is good. */
static int
end(int status, struct report *out, const char *pipeline, struct err *e)
{
	struct buf text = BUF_INIT(256 << 20);
	struct err lost = ERR_INIT;
	struct after a = { pipeline, status, NULL, "", 0 };
	int own;

	/* Also when the end of the run could not be recorded. */
	if (e->status == STATUS_OK || status != STATUS_OK)
		(void)report_finish(out, &text, &lost);
	if (!quiet && lost.status == STATUS_OK && text.len > 0)
		(void)screen_print(&text, &lost);
	if (lost.status != STATUS_OK && e->status == STATUS_OK)
		*e = lost;
	own = log_err(e);
	if (own != STATUS_OK && (status == STATUS_OK || status == STATUS_FINDINGS))
		a.status = own;
	a.cause = first[0] != '\0' ? first : e->msg;
	a.text = text.len > 0 ? text.p : e->msg;
	a.len = text.len > 0 ? text.len : strlen(e->msg);
	lost = (struct err)ERR_INIT;
	if (o.mode == START_RUN && after_run(&a, &lost))
		log_warning("%s", lost.msg);
	buf_free(&text);
	return (a.status);
}

int
main(int argc, char **argv)
{
	struct pipeline_faults faults = PIPELINE_FAULTS_INIT;
	struct report *out;
	struct err e = ERR_INIT;
	char **operands;
	int n, rc;

	if ((rc = program_parse(&program, argc, argv, &operands, &n)) != PROGRAM_GO_ON)
		return (rc);
	if (n != 1)
		return (program_usage_error(&program, "one pipeline is needed"));
	if (o.record != NULL && o.resume)
		return (program_usage_error(&program,
		    "--resume needs the record of the database: it does not go with --record"));
	o.name = operands[0];
	o.mode = check ? START_CHECK : plan ? START_PLAN : START_RUN;
	o.jobs = (size_t)jobs;
	o.cause = cause;
	o.level = quiet ? VOICE_QUIET : verbose ? VOICE_VERBOSE : VOICE_NORMAL;
	if (quiet)
		notice_to(NULL);
	o.progress = !quiet && isatty(STDERR_FILENO);
	out = report_new(report);
	rc = STATUS_OK;
	if ((db == NULL || conninfo_export(db, &e) == 0) &&
	    (rc = start_run(&o, &faults, out, &e)) < 0)
		rc = STATUS_OK; /* nothing was started: e says why */
	print_faults(&faults);
	rc = end(rc, out, operands[0], &e);
	buf_free(&faults.text);
	report_free(out);
	return (rc);
}
