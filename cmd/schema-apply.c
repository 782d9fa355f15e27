/* aegis schema-apply: apply the schema's files in order, once each. */

#include "base/home.h"
#include "base/log.h"
#include "base/program.h"
#include "pg/pg.h"
#include "pg/schema.h"

static const char *opt_db, *opt_dir, *opt_without;

static const struct option_spec options[] = {
	PG_OPTION_DB(&opt_db),
	PG_OPTION_LOCK_WAIT,
	{ "dir", OPTION_STRING, "DIR", &opt_dir,
	    "Directory with the files and their ORDER (default: sql/ of AEGIS Batch)." },
	{ "without", OPTION_STRING, "LIST", &opt_without,
	    "The server has no age, no vector, or neither (age,vector), on purpose: recorded in "
	    "the database, and the schema does without." },
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "schema-apply",
	.group = "Database",
	.summary = "apply the schema's files in order, once each",
	.usage = "[options]",
	.options = options,
	.description =
	    "Applies the files that DIR/ORDER names, in that order, each in one transaction "
	    "together with its row (name, SHA-256, time) in the table batch_schema_files. A file "
	    "that the database has already is left alone, so that running again does nothing. "
	    "Two runs at once: the second waits up to a minute.\n\n"
	    "A file that was applied and has been edited since is refused before anything is "
	    "applied: a change to the schema is a new file at the end of ORDER. Where ORDER "
	    "names the former text's SHA-256 (was:SHA256), the new text is applied over it.",
	.examples =
	    "  aegis schema-apply\n"
	    "  PGSERVICE=aegis_prod aegis schema-apply\n"
	    "  aegis schema-apply --db 'host=/run/postgresql dbname=aegis'\n",
	.status =
	    "65: a file was edited after it was applied, or data in the database violates a new constraint\n"
	    "69: no database\n"
	    "75: another run held the lock for a minute, or the connection was lost\n"
	    "77: the role may not create tables or the extension\n"
	    "78: a file is missing, or the server refuses a statement in it",
};

/* Log whether the schema file was applied or is unchanged. */
static void
tell(void *cookie, const char *name, bool applied)
{

	(void)cookie;
	log_info("%s: %s", name, applied ? "applied" : "unchanged");
}

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	char dir[4096];
	char **operands;
	struct pg *pg;
	int n, rc;

	if ((rc = program_parse(&program, argc, argv, &operands, &n)) != PROGRAM_GO_ON)
		return (rc);
	if (opt_dir == NULL) {
		if (home_path(dir, sizeof(dir), "sql", &e))
			return (log_err(&e));
		opt_dir = dir;
	}
	if ((pg = pg_connect(opt_db, "aegis-schema-apply", &e)) != NULL) {
		if (opt_without == NULL || schema_without(pg, opt_without, &e) == 0)
			(void)schema_apply(pg, opt_dir, tell, NULL, &e);
		pg_close(pg);
	}
	return (log_err(&e));
}
