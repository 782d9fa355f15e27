/* aegis entity-load: load a sealed stream of entities into the database. */

#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/program.h"
#include "base/progress.h"
#include "base/report.h"
#include "entity/load.h"
#include "entity/load_same.h"
#include "ledger/parts.h"
#include "ledger/same.h"
#include "pg/pg.h"

static struct load_options o = {
	.max_rejects = { true, 0, 0.001 },
	.max_flaws = { true, 0, 0.05 },
	.max_retired = { true, 0, 0.05 },
};
static const char *report = "text", *opt_same;
static uint64_t memory = PARTS_MEMORY >> 20; /* MiB */
static bool opt_check;

static const struct option_spec options[] = {
	{ "tenant", OPTION_UUID, "UUID", &o.tenant, "Tenant whose entities these are." },
	{ "type", OPTION_STRING, "TYPE", &o.type, "Entity type, such as well." },
	PG_OPTION_DB(&o.conninfo),
	PG_OPTION_LOCK_WAIT,
	{ "dataset", OPTION_STRING, "NAME", &o.dataset,
	    "Dataset of the rows, such as olf001/lease, if the stream does not name it." },
	{ "datasets", OPTION_STRING, "FILE", &o.datasets,
	    "What each dataset means to its type (default: pipelines/datasets.yaml)." },
	{ "matrix", OPTION_STRING, "FILE", &o.matrix,
	    "Whose entities are in the compliance matrix (default: pipelines/matrix.yaml)." },
	{ "rejects", OPTION_STRING, "FILE", &o.rejects,
	    "Reject file for rows that cannot be loaded (of a second stream: FILE.2, and so on); "
	    "without it the first one ends the load." },
	PROGRAM_OPTION_MAX_REJECTS(&o.max_rejects),
	PROGRAM_OPTION_MAX_FLAWS(&o.max_flaws),
	{ "memory", OPTION_U64, "0-1048576", &memory,
	    "MiB for what is known of the keys; what is beyond waits in TMPDIR (default: 256)." },
	{ "max-retired", OPTION_CEILING, "N|P%", &o.max_retired,
	    "Load nothing if more of the dataset's entities are missing (default: 5%)." },
	{ "delta", OPTION_FLAG, NULL, &o.delta,
	    "The input is some of the dataset's rows, such as fixed ones: retire nothing." },
	{ "accept-shrink", OPTION_FLAG, NULL, &o.accept_shrink,
	    "Retire what is missing, however much, and in spite of rejects without a key." },
	{ "accept-change", OPTION_FLAG, NULL, &o.accept_change,
	    "Accept another layout, or other columns, than the dataset's last load had." },
	{ "accept-older", OPTION_FLAG, NULL, &o.accept_older,
	    "Accept a source that was loaded before the last one." },
	{ "plan", OPTION_FLAG, NULL, &o.plan,
	    "Count what would be inserted, updated and retired, show some changes, and write "
	    "nothing." },
	{ "persons", OPTION_FLAG, NULL, &o.persons,
	    "With --plan: show values that may say who or where a person is, too." },
	{ "check", OPTION_FLAG, NULL, &opt_check,
	    "Read no stream: count the cells of the compliance matrix that are missing or out of "
	    "date." },
	{ "same", OPTION_STRING, "FILE", &opt_same,
	    "Read no stream: was the latest load of --dataset from this very file, by the same layout, "
	    "mapping and definitions, so that there is nothing to do?" },
	PROGRAM_OPTION_FORMAT(&report),
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "entity-load",
	.group = "Import",
	.summary = "load a sealed stream of entities into the database",
	.usage = "--tenant UUID --type TYPE [options] < STREAM",
	.options = options,
	.description =
	    "Reads sealed streams of kind entity:TYPE on standard input, one or several one "
	    "after the other, and brings the tenant's entities in step with them in one "
	    "transaction: new ones are inserted, changed ones updated, missing ones retired if "
	    "the dataset covers them (pipelines/datasets.yaml), and all others left alone. Links "
	    "by the tenant's rules follow in it. The report goes to standard output.\n\n"
	    "The compliance matrix, which services write too, follows in transactions of its own, each "
	    "a tenth of a second: what a load that was killed, or a service that held a cell, has left "
	    "undone the next load finishes, and --check counts.\n\n"
	    "An entity lives as long as one dataset that owns its type has it. Retired, it keeps "
	    "its values; it comes back when a source has it again. Nothing is retired whose record "
	    "is in a reject file of the pipe; if one of those has a record without "
	    "a key, nothing is retired at all.\n\n"
	    "Nothing is loaded before every seal has been read and is right, every stage's book "
	    "balances and agrees with the next one's, and no stage has more rejects or flaws "
	    "than its limit allows. Loading the same again is harmless and writes no entity. "
	    "Two loads of the same tenant and type cannot run at the same time.",
	.examples =
	    "  aegis entity-load --tenant $TENANT --type well --rejects l.rej < wells.sealed\n"
	    "  aegis entity-load --tenant $TENANT --type well --plan < wells.sealed\n",
	.status =
	    "1: with --check: cells are missing or out of date; with --same: there is something to do\n"
	    "65: a seal, a book, a limit or a guard refuses the data\n"
	    "74: the data is loaded, but the report could not be written\n"
	    "75: another load is running, or the connection was lost; at COMMIT the outcome is unknown: run the same again\n"
	    "78: a column is not a field of the type",
};

/* The data is in, or the plan is made, whatever becomes of the report. */
static void
print_report(const struct load *l, struct err *e)
{
	struct report *r = report_new(report);

	load_report(l, r);
	(void)report_print(r, o.plan ? NULL : "the data IS loaded", e);
	report_free(r);
}

/* Count the cells that are wrong, and report them; return the status. */
static int
check(struct err *e)
{
	uint64_t missing, differing;
	struct report *r;

	if (load_check_matrix(&o, &missing, &differing, e))
		return (log_err(e));
	r = report_new(report);
	report_open(r, NULL);
	report_count(r, "cells_missing", NULL, missing);
	report_count(r, "cells_differing", NULL, differing);
	if (missing + differing > 0)
		report_line(r, "compliance matrix: %llu cells are missing, %llu out of date",
		    (unsigned long long)missing, (unsigned long long)differing);
	else
		report_line(r, "the compliance matrix is as the entities say");
	report_close(r);
	(void)report_print(r, NULL, e);
	report_free(r);
	return (e->status != STATUS_OK  ? log_err(e) :
		missing + differing > 0 ? STATUS_FINDINGS :
					  STATUS_OK);
}

/* Ask whether there is nothing to do with a file, and say it; return the status. */
static int
same(struct err *e)
{
	char since[32];
	struct report *r;

	if (load_same(&o, opt_same, since, e))
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
	struct err e = ERR_INIT;
	struct load *l;
	char **operands;
	int n, rc;

	if ((rc = program_parse(&program, argc, argv, &operands, &n)) != PROGRAM_GO_ON)
		return (rc);
	o.memory = memory << 20;
	if (o.tenant == NULL || o.type == NULL)
		return (program_usage_error(&program, "--tenant and --type are needed"));
	if (opt_same != NULL && o.dataset == NULL)
		return (program_usage_error(&program, "--same needs --dataset"));
	if (opt_check || opt_same != NULL)
		return (opt_check ? check(&e) : same(&e));
	progress_init("entity-load");
	if ((l = load_run(&o, STDIN_FILENO, "standard input", &e)) != NULL) {
		print_report(l, &e);
		load_free(l);
	}
	return (log_err(&e));
}
