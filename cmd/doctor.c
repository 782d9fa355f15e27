/* aegis doctor: what is lacking here, for which stage, and what fixes it. */

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/home.h"
#include "base/log.h"
#include "base/os.h"
#include "base/program.h"
#include "base/report.h"
#include "pg/doctor.h"
#include "pipeline/pipeline_load.h"
#include "pipeline/site.h"

enum { ROOM_MIB = 1024 };

static const char *opt_db, *opt_tenant, *format = "text";
static struct option_list set;

static const struct option_spec options[] = {
	PG_OPTION_DB(&opt_db),
	{ "tenant", OPTION_UUID, "UUID", &opt_tenant,
	    "Look at this tenant's types and cells, too." },
	{ "set", OPTION_LIST, "NAME=VALUE", &set,
	    "Value of the pipeline's setting NAME; may be given more than once." },
	PROGRAM_OPTION_FORMAT(&format),
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "doctor",
	.group = "Database",
	.summary = "say what is missing here, for which stage, and what fixes it",
	.usage = "[options] [PIPELINE]",
	.options = options,
	.description =
	    "Looks at the connection and the server (version, encoding, a pooler between, a standby, the "
	    "clocks), the schema (what a stage asks for and the database does not have), the role's rights, "
	    "what is left undone (invalid indexes, rules with two active versions, cells that are due, runs "
	    "that failed or never ended), this machine (the directory for runs, room on its disk), and, "
	    "where a name is given, a pipeline file. It changes nothing. Run it before the first import, and "
	    "when a run has failed.",
	.examples =
	    "  aegis doctor\n"
	    "  aegis doctor --tenant $TENANT pipelines/nightly.yaml\n"
	    "  PGUSER=auditor aegis doctor --format json\n",
	.status =
	    "0: nothing is missing\n"
	    "1: something is\n"
	    "69: the database cannot be reached",
	.operands = 1,
};

/* What is found goes into the report. */
struct findings {
	struct report *r;
	size_t n;
};

/* Add one finding. */
static void
tell(void *cookie, const char *what, const char *stages, const char *fix)
{
	struct findings *f = cookie;

	f->n++;
	report_finding(f->r, "%s", what);
	report_finding(f->r, "    for:  %s", stages);
	report_finding(f->r, "    fix:  %s", fix);
	report_open(f->r, NULL);
	report_text(f->r, "what", NULL, what);
	report_text(f->r, "stages", NULL, stages);
	report_text(f->r, "fix", NULL, fix);
	report_close(f->r);
}

/* Whether there is a directory for runs, and room in it. */
static void
look_at_machine(struct findings *f, struct err *e)
{
	char runs[4096], var[4096], what[5000], fix[5000];
	struct statvfs v;
	unsigned long long mib;

	if (home_var(runs, sizeof(runs), "runs", e) || home_var(var, sizeof(var), "", e))
		return;
	if (access(access(runs, F_OK) == 0 ? runs : var, W_OK) != 0 && access(var, F_OK) == 0) {
		(void)snprintf(what, sizeof(what), "'%s' cannot be written", runs);
		(void)snprintf(fix, sizeof(fix), "chown it to this user, or set AEGIS_VAR");
		tell(f, what, "run, and the private database", fix);
	}
	if (statvfs(access(var, F_OK) == 0 ? var : "/", &v) != 0)
		return;
	mib = (unsigned long long)v.f_bavail * v.f_frsize >> 20;
	if (mib < ROOM_MIB) {
		(void)snprintf(what, sizeof(what), "'%s' has space for %llu MiB only", var, mib);
		tell(f, what, "run (reject files, outputs), entity-load (what it spools)",
		    "free some space, or set AEGIS_VAR and TMPDIR to another disk");
	}
}

/* The faults of a pipeline file. */
static void
look_at_pipeline(struct findings *f, const char *file, struct err *e)
{
	struct pipeline_faults faults = PIPELINE_FAULTS_INIT;
	char id[37], run_dir[PATH_MAX] = "", home[PATH_MAX];
	struct pipeline_names names = { .run = id, .run_dir = run_dir, .home = home, .set = &set };
	struct site *site = NULL;
	char path[PATH_MAX];
	const char *p, *lf;
	struct pipeline *pipeline;
	char what[1000];

	os_uuid(id);
	if (home_path(home, sizeof(home), "", e))
		return;
	if (site_pipeline(file, path, sizeof(path), e) ||
	    (site = site_of(path, &faults, e)) == NULL)
		return;
	names.site = site;
	pipeline = pipeline_load(path, &names, &faults, e);
	if (faults.text.len > 0)
		*e = (struct err)ERR_INIT; /* the faults say it */
	for (p = faults.text.p; faults.text.len > 0 && p < faults.text.p + faults.text.len;
	     p = lf + 1) {
		if ((lf = memchr(p, '\n', (size_t)(faults.text.p + faults.text.len - p))) == NULL)
			break;
		(void)snprintf(what, sizeof(what), "%.*s", (int)(lf - p), p);
		tell(f, what, "run", "edit the file; aegis run --check shows its steps");
	}
	pipeline_free(pipeline);
	site_free(site);
	buf_free(&faults.text);
}

/* Everything, in the order in which it is to be fixed. */
static void
look(struct findings *f, const char *file, struct err *e)
{
	char reference[4096];
	struct pg *pg;

	look_at_machine(f, e);
	if (e->status != STATUS_OK || home_path(reference, sizeof(reference), "sql/reference", e) ||
	    (pg = pg_connect(opt_db, "aegis-doctor", e)) == NULL)
		return;
	if (doctor_server(pg, tell, f, e) == 0 && doctor_schema(pg, reference, tell, f, e) == 0)
		(void)doctor_state(pg, opt_tenant, tell, f, e);
	pg_close(pg);
	if (e->status == STATUS_OK && file != NULL)
		look_at_pipeline(f, file, e);
}

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	struct findings f = { NULL, 0 };
	char **operands;
	int n, rc;

	if ((rc = program_parse(&program, argc, argv, &operands, &n)) != PROGRAM_GO_ON)
		return (rc);
	f.r = report_new(format);
	report_list(f.r, NULL);
	look(&f, n > 0 ? operands[0] : NULL, &e);
	report_close(f.r);
	if (e.status == STATUS_OK)
		(void)report_print(f.r, NULL, &e);
	report_free(f.r);
	if (e.status != STATUS_OK)
		return (log_err(&e));
	if (f.n == 0)
		log_info("nothing is missing");
	else
		log_info("%zu findings", f.n);
	return (f.n > 0 ? STATUS_FINDINGS : STATUS_OK);
}
