/* aegis fixture-clone: give a test a database of its own, like a template. */

#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/log.h"
#include "base/os.h"
#include "base/program.h"
#include "fixture/clone.h"

static const char *db, *name;
static bool drop;

static const struct option_spec options[] = {
	{ "name", OPTION_STRING, "NAME", &name,
	    "Name of the new database (default: TEMPLATE_ and 8 digits)." },
	{ "drop", OPTION_FLAG, NULL, &drop, "Drop the named database instead." },
	PG_OPTION_DB(&db),
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "fixture-clone",
	.group = "Fixtures",
	.summary = "give a test a database of its own, like a template",
	.usage = "[options] TEMPLATE [-- COMMAND [ARGUMENT...]]\n--drop NAME",
	.options = options,
	.description =
	    "Makes a database out of one that fixture-restore --template made, by copying its files, "
	    "and prints its name. With a command, runs that with libpq's variables (PGHOST, PGDATABASE, ...) set for the new database, "
	    "drops the database afterwards, whatever came of it, and ends with the command's status.",
	.examples =
	    "  aegis fixture-restore --into aegis_test --template fixtures/demo\n"
	    "  aegis fixture-clone aegis_test -- pytest tests\n"
	    "  aegis fixture-clone --drop $(aegis fixture-clone aegis_test)\n",
	.status =
	    "The command's, if there is one (127: it cannot be run).\n"
	    "65: the template does not exist or is not marked\n"
	    "75: somebody is connected to the template",
	.operands = PROGRAM_ANY,
};

/* The command with the new database; its status, or 128 and the signal. */
static int
run(const struct pg *pg, char **args, const char *database, struct err *e)
{
	struct err why = ERR_INIT;
	int status;
	pid_t pid;

	if ((pid = fork()) < 0)
		return (err_sys(e, STATUS_TEMPFAIL, "cannot start '%s'", args[0]));
	if (pid == 0) {
		if (pg_environment(pg, database, &why) == 0) {
			(void)execvp(args[0], args);
			(void)err_sys(&why, STATUS_USAGE, "cannot run '%s'", args[0]);
		}
		(void)log_err(&why);
		_exit(127);
	}
	if (os_wait(pid, 0, &status, NULL) < 0)
		return (err_sys(e, STATUS_BUG, "lost '%s'", args[0]));
	return (WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status));
}

/* Drop, or make, a clone; print its name, or run the command in it and drop it. Return the
 * command's status, or -1. */
static int
clone(char **operands, int n, struct err *e)
{
	char database[64] = "";
	struct pg *pg = pg_connect(db, "aegis-fixture-clone", e);
	int rc = -1;

	if (pg == NULL)
		return (-1);
	if (name != NULL)
		(void)snprintf(database, sizeof(database), "%.63s", name);
	if (drop) {
		rc = clone_drop(pg, operands[0], e);
	} else if (clone_make(pg, operands[0], database, sizeof(database), e) == 0) {
		if (n == 1) {
			(void)printf("%s\n", database);
			rc = program_flush(e);
		} else {
			rc = run(pg, operands + 1, database, e);
			(void)clone_drop(pg, database, e);
		}
	}
	pg_close(pg);
	return (rc);
}

int
main(int argc, char **argv)
{
	struct err e = ERR_INIT;
	char **operands;
	int n, rc;

	if ((rc = program_parse(&program, argc, argv, &operands, &n)) != PROGRAM_GO_ON)
		return (rc);
	if (n < 1 || (drop && n > 1))
		return (program_usage_error(&program, "%s",
		    drop ? "the name of one database is needed" : "a template is needed"));
	operands[n] = NULL; /* what stood behind them was taken out from between */
	rc = clone(operands, n, &e);
	return (e.status == STATUS_OK ? rc : log_err(&e));
}
