/* aegis fixture-restore: make a database out of a fixture. */

#include <string.h>

#include "base/home.h"
#include "base/log.h"
#include "base/program.h"
#include "fixture/restore.h"
#include "pg/pg.h"

static struct restore_options o;
static uint64_t jobs = 2;

static const struct option_spec options[] = {
	{ "into", OPTION_STRING, "NAME", &o.name,
	    "Database to replace or create (default: the one that is connected to)." },
	{ "template", OPTION_FLAG, NULL, &o.template_too,
	    "Make it a template, from which aegis fixture-clone creates databases." },
	{ "analyze", OPTION_FLAG, NULL, &o.analyze,
	    "Compute the planner's statistics at once, as for a template; autovacuum does it "
	    "later." },
	{ "base", OPTION_STRING, "NAME", &o.base,
	    "Begin with a copy of this database, in which an administrator has made the extensions: "
	    "for a role that is not superuser (default: template0)." },
	{ "schema", OPTION_STRING, "DIR", &o.schema,
	    "Directory of the schema's files (default: sql)." },
	{ "jobs", OPTION_U64, "1-16", &jobs, "Connections used at the same time (default: 2)." },
	PG_OPTION_DB(&o.conninfo),
	PG_OPTION_LOCK_WAIT,
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "fixture-restore",
	.group = "Fixtures",
	.summary = "make a database out of a fixture",
	.usage = "[options] DIR",
	.options = options,
	.description =
	    "Builds the database beside the target, as NAME_new: the schema's files, every row, then "
	    "indexes, constraints, sequences and the graph, each compared with the fixture. Only then "
	    "are target and new database renamed, in one transaction, and the old one is dropped. Until "
	    "then the target is as it was.\n\n"
	    "The target has to be empty, not there yet, or marked by fixture-allow, and nobody may be "
	    "connected to it. What is restored is marked. A broken fixture, one of another schema or of "
	    "another major version of PostgreSQL is refused. What a killed run left, NAME_new or "
	    "NAME_old, is cleared by the next, which says so.",
	.examples =
	    "  aegis fixture-restore fixtures/demo\n"
	    "  aegis fixture-restore --into aegis_test --template fixtures/demo\n",
	.status =
	    "65: the fixture is broken or of another schema, or the target is not marked disposable\n"
	    "66: the fixture does not exist\n"
	    "75: somebody is connected to the target, or another restore is running",
	.operands = 1,
};

int
main(int argc, char **argv)
{
	struct restore_result r;
	struct err e = ERR_INIT;
	char **operands, schema[4096];
	int n, rc;

	if ((rc = program_parse(&program, argc, argv, &operands, &n)) != PROGRAM_GO_ON)
		return (rc);
	if (n != 1)
		return (program_usage_error(&program, "one fixture is needed"));
	o.dir = operands[0];
	o.jobs = (size_t)jobs;
	if (o.schema == NULL) {
		if (home_path(schema, sizeof(schema), "sql", &e))
			return (log_err(&e));
		o.schema = schema;
	}
	rc = restore_run(&o, &r, &e);
	if (r.cleared[0] != '\0')
		log_info("a run that was killed had left %s; cleared", r.cleared);
	if (rc == 0 && r.other)
		log_info("the fixture was saved from another version of the schema; its rows fit");
	if (rc == 0)
		log_info("'%s' has %llu rows of %zu files", r.name, (unsigned long long)r.rows,
		    r.tables);
	return (log_err(&e));
}
