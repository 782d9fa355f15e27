/* aegis history: show past runs. */

#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/program.h"
#include "base/report.h"
#include "pg/pg.h"
#include "pipeline/history.h"

static const char *db, *pipeline, *html, *report = "text";
static uint64_t limit;

static const struct option_spec options[] = {
	PG_OPTION_DB(&db),
	{ "pipeline", OPTION_STRING, "NAME", &pipeline, "Only runs of this pipeline." },
	{ "limit", OPTION_U64, "1-1000000", &limit,
	    "Number of runs (default: 20; with --html 90)." },
	{ "html", OPTION_STRING, "DIR", &html,
	    "Write DIR/index.html with plots, and a page for each run." },
	PROGRAM_OPTION_FORMAT(&report),
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "history",
	.group = "Running",
	.summary = "show past runs",
	.usage = "[options] [RUN]",
	.options = options,
	.description =
	    "Without RUN the last runs, newest first: when, how long, how they ended and why. "
	    "With RUN, a run's UUID or its first characters, all that is recorded of that one: "
	    "its stages with exit status, CPU time and memory, its sources, the stages' books, "
	    "and its faults by code with the reject files that hold the records.\n\n"
	    "--html writes pages that need no server and nothing from elsewhere: what came, what "
	    "changed, what was set aside and why, time and memory, and the last runs as plots.",
	.examples =
	    "  aegis history --pipeline nightly --limit 7\n"
	    "  aegis history 3f2c90aa\n"
	    "  aegis history --html /var/www/aegis\n",
	.status =
	    "64: several runs start with RUN\n"
	    "66: no run starts with RUN",
	.operands = 1,
};

int
main(int argc, char **argv)
{
	struct report *r;
	struct err e = ERR_INIT;
	struct pg *pg;
	char **operands;
	int n, rc;

	if ((rc = program_parse(&program, argc, argv, &operands, &n)) != PROGRAM_GO_ON)
		return (rc);
	if (limit == 0)
		limit = html != NULL ? 90 : 20;
	if (html != NULL && n > 0)
		return (program_usage_error(&program, "--html takes no RUN"));
	if ((pg = pg_connect(db, "aegis-history", &e)) != NULL) {
		r = report_new(report);
		rc = html != NULL ? history_html(pg, html, pipeline, limit, &e) :
		    n == 1        ? history_run(pg, operands[0], r, &e) :
				    history_list(pg, pipeline, limit, r, &e);
		if (rc == 0 && html == NULL)
			(void)report_print(r, NULL, &e);
		report_free(r);
	}
	pg_close(pg);
	return (log_err(&e));
}
