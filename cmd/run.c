/* aegis run: run a pipeline. */

#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "base/home.h"
#include "base/log.h"
#include "base/os.h"
#include "base/program.h"
#include "base/report.h"
#include "pg/conninfo.h"
#include "pg/pg.h"
#include "pipeline/exec.h"
#include "pipeline/outcome.h"
#include "pipeline/pipeline.h"
#include "pipeline/pipeline_load.h"
#include "pipeline/plan.h"
#include "pipeline/rundir.h"
#include "pipeline/runner.h"

static struct option_list set;
static uint64_t jobs = 2;
static bool plan, check, resume;
static const char *db, *record, *report = "text";

static const struct option_spec options[] = {
	{ "set", OPTION_LIST, "NAME=VALUE", &set,
	    "Value of the pipeline's setting NAME; may be given more than once." },
	{ "jobs", OPTION_U64, "1-64", &jobs,
	    "Independent steps to run side by side (default: 2)." },
	{ "check", OPTION_FLAG, NULL, &check, "Check the file, print its steps, run nothing." },
	{ "plan", OPTION_FLAG, NULL, &plan,
	    "Print what each step would run and what it would change; change nothing." },
	{ "resume", OPTION_FLAG, NULL, &resume,
	    "Resume the pipeline's last run, if it failed: skip completed steps whose arguments "
	    "and files are unchanged." },
	{ "record", OPTION_STRING, "DIR", &record,
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
	.usage = "[options] FILE",
	.options = options,
	.description =
	    "Runs the steps of a pipeline file (YAML; doc/formats/pipelines.md), each a pipe of "
	    "stages. The whole file is checked first and all its faults are reported; nothing is "
	    "started if it exists. Then the pipeline's name is locked and the run recorded "
	    "in the database (aegis history shows it). Steps that do not come after one another "
	    "run side by side.\n\n"
	    "When a stage fails, the other stages of its step are ended, the steps that come "
	    "after it are skipped, and independent ones go on. A stage that found nobody to read "
	    "its output, or a cut input, is not blamed if another one of its step failed by "
	    "itself. A step that ends with 75 (try again later) is tried again as often as the "
	    "file says.\n\n"
	    "Outputs, reject files and the last messages of failed steps stay in "
	    "var/runs/RUN. SIGINT, SIGTERM and SIGHUP end the stages, record the run as failed "
	    "and end the runner with 128 plus the signal's number.\n\n"
	    "--plan runs the pipes with --plan after the arguments of their last stage, if "
	    "that stage knows it, and shows the others only. Reject files that are not in "
	    "${run_dir} are written all the same.",
	.examples =
	    "  aegis run pipelines/nightly.yaml\n"
	    "  aegis run --set wellbore=/data/dbf900.ebc.gz pipelines/nightly.yaml\n"
	    "  aegis run --plan pipelines/nightly.yaml\n",
	.status =
	    "That of the first step that failed; 128 plus the signal if a stage was killed.\n"
	    "1: a stage had findings, and none failed\n"
	    "66: an input is missing; nothing was started\n"
	    "69: no database; nothing was started\n"
	    "75: the pipeline is running already and nothing was started, or the end of the run could not be recorded\n"
	    "78: the file has faults; nothing was started",
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

/* Run the pipeline and fill the report ${out}; return the run's exit status, or -1 if it could not
 * be run. */
static int
run(const struct pipeline *p, const struct runner_options *o, struct report *out, struct err *e)
{
	struct result r;
	char taken_up[37];
	uint64_t dead;
	int rc;

	if (runner_run(p, o, &r, &dead, taken_up, e))
		return (-1);
	if (taken_up[0] != '\0')
		log_info("resuming run %s", taken_up);
	else if (o->resume)
		log_info("nothing to resume: the last run of '%s' did not fail", p->name);
	if (dead > 0)
		log_warning(
		    "%llu earlier run%s of '%s' had been left by a runner that died; "
		    "recorded as failed",
		    (unsigned long long)dead, dead > 1 ? "s" : "", p->name);
	if (r.cause[0] != '\0')
		log_error("%s", r.cause);
	outcome_report(p, o->run, &r, out);
	rc = r.status;
	exec_free(&r);
	return (rc);
}

/* The status of a run, which a fault of our own changes only where it is good. */
static int
end(int status, struct report *out, struct err *e)
{
	struct err lost = ERR_INIT;
	int own;

	/* Also when the end of the run could not be recorded. */
	if (report_print(out, NULL, &lost) && e->status == STATUS_OK)
		*e = lost;
	own = log_err(e);
	return (
	    own != STATUS_OK && (status == STATUS_OK || status == STATUS_FINDINGS) ? own : status);
}

int
main(int argc, char **argv)
{
	struct pipeline_faults faults = PIPELINE_FAULTS_INIT;
	struct report *out;
	struct err e = ERR_INIT;
	char home[PATH_MAX], run_dir[PATH_MAX], id[37], **operands;
	struct runner_options o = { .run = id, .run_dir = run_dir };
	struct pipeline_names names = { id, run_dir, home, &set };
	struct pipeline *p = NULL;
	int n, rc;

	if ((rc = program_parse(&program, argc, argv, &operands, &n)) != PROGRAM_GO_ON)
		return (rc);
	if (n != 1)
		return (program_usage_error(&program, "one pipeline file is needed"));
	if (record != NULL && resume)
		return (program_usage_error(&program,
		    "--resume needs the record of the database: it does not go with --record"));
	os_uuid(id);
	o.jobs = (size_t)jobs;
	o.progress = isatty(STDERR_FILENO);
	o.resume = resume;
	o.record = record;
	out = report_new(report);
	rc = STATUS_OK;
	if ((db == NULL || conninfo_export(db, &e) == 0) &&
	    home_path(home, sizeof(home), "", &e) == 0 &&
	    rundir_path(run_dir, sizeof(run_dir), id, &e) == 0 &&
	    (p = pipeline_load(operands[0], &names, &faults, &e)) != NULL) {
		if (check)
			(void)plan_words(p, out, &e);
		else if (plan)
			(void)plan_run(p, id, run_dir, &rc, out, &e);
		else if ((rc = run(p, &o, out, &e)) < 0)
			rc = STATUS_OK; /* nothing was started: e says why */
	}
	print_faults(&faults);
	rc = end(rc, out, &e);
	pipeline_free(p);
	buf_free(&faults.text);
	report_free(out);
	return (rc);
}
