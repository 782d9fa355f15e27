/* aegis changes: what loads have changed about whom. */

#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/program.h"
#include "entity/changes.h"
#include "pg/pg.h"

static struct changes_options o = { .form = "text" };
static const char *opt_db;

static const struct option_spec options[] = {
	PG_OPTION_DB(&opt_db),
	{ "tenant", OPTION_UUID, "UUID", &o.tenant, "Tenant whose entities these are." },
	{ "run", OPTION_STRING, "RUN", &o.run,
	    "Only those of this run: its UUID, or the first characters of it." },
	{ "since", OPTION_STRING, "TIME", &o.since,
	    "Only those from this instant on, in UTC: 2026-11-30, \"2026-11-30 02:00\"." },
	{ "type", OPTION_STRING, "TYPE", &o.type, "Only those of this type's entities." },
	{ "operator", OPTION_STRING, "KEY", &o.operator_key,
	    "About this operator (886261, operator:886261) instead of the tenant's own." },
	{ "field", OPTION_STRING, "FIELD", &o.field, "Only changes of this field." },
	{ "all", OPTION_FLAG, NULL, &o.all, "About anybody." },
	{ "definitions", OPTION_FLAG, NULL, &o.definitions,
	    "Also those of loads before which our definitions or mappings had changed." },
	{ "matrix", OPTION_STRING, "FILE", &o.matrix,
	    "Which operators are the tenant's own (default: pipelines/matrix.yaml)." },
	{ "format", OPTION_CHOICE, "text|csv|json|stream", &o.form,
	    "Form: for people (default), CSV, a JSON array, or a sealed stream." },
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "changes",
	.group = "Running",
	.summary = "show what loads have changed about whom",
	.usage = "--tenant UUID [options]",
	.options = options,
	.description =
	    "Each load notes, in its own transaction, the entities that it inserted, changed, retired "
	    "or revived, field by field, with the value before and after; a dataset's first load "
	    "notes nothing, as it would be all of it. Shown are those about the tenant's own operators: "
	    "themselves, the entities linked to them (their wells, leases, permits) and to those (a "
	    "lease's severances), and whatever names one of them before or after, such as a lease that "
	    "somebody else took over.\n\n"
	    "CSV, JSON and the stream have a row for each field: when, type, key, name, what happened, "
	    "field, before, after, dataset, source with its SHA-256, record and byte offset of what "
	    "says so, run.",
	.examples =
	    "  aegis changes --tenant $TENANT --since 2026-11-29\n"
	    "  aegis changes --tenant $TENANT --type lease --field operator --all\n"
	    "  aegis changes --tenant $TENANT --run 3f2c90aa --format csv >changes.csv\n",
	.status = "77: the role may not read batch_changes",
	.operands = 0,
};

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	struct pg *pg;
	char **operands;
	uint64_t entities = 0;
	int n, rc;

	if ((rc = program_parse(&program, argc, argv, &operands, &n)) != PROGRAM_GO_ON)
		return (rc);
	if (o.tenant == NULL)
		return (program_usage_error(&program, "--tenant is missing"));
	if (o.all && o.operator_key != NULL)
		return (program_usage_error(&program, "--all and --operator exclude each other"));
	if ((pg = pg_connect(opt_db, "aegis-changes", &e)) != NULL &&
	    changes_write(pg, &o, STDOUT_FILENO, "standard output", &entities, &e) == 0 &&
	    strcmp(o.form, "text") != 0)
		log_info("changes of %llu entities", (unsigned long long)entities);
	pg_close(pg);
	return (log_err(&e));
}
