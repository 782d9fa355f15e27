/* aegis schema-apply: apply the schema's files in order, once each. */

#include "base/home.h"
#include "base/log.h"
#include "base/program.h"
#include "pg/pg.h"
#include "pg/schema.h"

static const char *opt_again, *opt_db, *opt_dir, *opt_without;
static bool opt_plan;

static const struct option_spec options[] = {
	PG_OPTION_DB(&opt_db),
	PG_OPTION_LOCK_WAIT,
	{ "dir", OPTION_STRING, "DIR", &opt_dir,
	    "Directory with the files and their ORDER (default: sql/ of AEGIS Batch)." },
	{ "again", OPTION_STRING, "NAME", &opt_again,
	    "Apply this file once more, though the database has it: one from 100 on." },
	{ "plan", OPTION_FLAG, NULL, &opt_plan,
	    "Apply nothing: list the files that would be applied, and the large tables that would be rewritten." },
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
	    "names the former text's SHA-256 (was:SHA256), the new text is applied over it.\n\n"
	    "A database that AEGIS has made keeps its tables as they are: AEGIS's own files are put "
	    "on record as adopted and not run, ours (100 and up) go in. No statement makes a service "
	    "wait: each waits a third of a second for its locks and is tried again, for as long as "
	    "--lock-wait says; files that ORDER calls online run statement by statement, outside a "
	    "transaction.",
	.examples =
	    "  aegis schema-apply\n"
	    "  aegis schema-apply --plan\n"
	    "  PGSERVICE=aegis_prod aegis schema-apply\n"
	    "  aegis schema-apply --db 'host=/run/postgresql dbname=aegis'\n",
	.status =
	    "65: a file was edited after it was applied, or data in the database violates a new constraint\n"
	    "69: no database\n"
	    "75: another run held the lock for a minute, or the connection was lost\n"
	    "77: the role may not create tables or the extension\n"
	    "78: a file is missing, or the server refuses a statement in it",
};

/* Log what became of the schema file, or would. */
static void
tell(void *cookie, const char *name, enum schema_did did)
{
	static const char *const words[2][3] = { { "unchanged", "applied", "adopted" },
		{ "unchanged", "to be applied", "to be adopted" } };

	(void)cookie;
	log_info("%s: %s", name, words[opt_plan][did]);
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
		if (opt_plan)
			(void)schema_plan(pg, opt_dir, opt_again, tell, NULL, &e);
		else
			(void)schema_apply(pg, opt_dir, opt_without, opt_again, tell, NULL, &e);
		pg_close(pg);
	}
	return (log_err(&e));
}
