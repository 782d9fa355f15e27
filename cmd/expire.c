/* aegis expire: remove what of past runs nobody needs. */

#include <stdlib.h>

#include "base/log.h"
#include "base/program.h"
#include "base/report.h"
#include "pg/conninfo.h"
#include "pg/pg.h"
#include "pipeline/expire.h"

static struct expire_options o = { .days = 90, .keep = 30 };
static const char *db, *report = "text";

static const struct option_spec options[] = {
	{ "days", OPTION_U64, "7-36500", &o.days, "Remove what is older than this (default: 90)." },
	{ "keep", OPTION_U64, "1-100000", &o.keep,
	    "Runs of each pipeline and tenant that stay, however old (default: 30)." },
	{ "inbox", OPTION_STRING, "DIR", &o.inbox,
	    "Also files in DIR/done and DIR/failed (default: AEGIS_INBOX)." },
	{ "plan", OPTION_FLAG, NULL, &o.plan, "Print what would go, and remove nothing." },
	PG_OPTION_DB(&db),
	PROGRAM_OPTION_FORMAT(&report),
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "expire",
	.group = "Running",
	.summary = "remove what of past runs nobody needs",
	.usage = "[options]",
	.options = options,
	.description =
	    "Removes directories of runs (outputs, reject files), what runs that died have left half "
	    "done, files that the inbox has moved, and rows of books and faults, if they are older "
	    "than --days.\n\n"
	    "What stays, however old: the last runs of each pipeline and tenant; runs that failed and "
	    "were not made good since; the last load of each dataset; every run that an entity, a "
	    "link or a change names, so that aegis trace finds its place; the record of every source, so "
	    "that an old file is known; files that an inbox keeps on purpose.",
	.examples =
	    "  aegis expire --plan\n"
	    "  aegis expire --days 30 --inbox /var/lib/aegis/inbox\n",
	.status = "69: no database: nothing was removed",
	.files = "/var/lib/aegis/runs: Directories of runs.",
};

int
main(int argc, char **argv)
{
	struct report *out;
	struct err e = ERR_INIT;
	const char *env = getenv("AEGIS_INBOX");
	char **operands;
	int n, rc;

	if ((rc = program_parse(&program, argc, argv, &operands, &n)) != PROGRAM_GO_ON)
		return (rc);
	if (o.inbox == NULL && env != NULL && env[0] != '\0')
		o.inbox = env;
	out = report_new(report);
	if ((db == NULL || conninfo_export(db, &e) == 0) && expire_run(&o, out, &e) == 0)
		(void)report_print(out, NULL, &e);
	report_free(out);
	return (log_err(&e));
}
