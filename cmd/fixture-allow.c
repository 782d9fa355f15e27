/* aegis fixture-allow: mark a database as disposable. */

#include "base/log.h"
#include "base/program.h"
#include "fixture/disposable.h"

static const char *db;
static bool revoke;

static const struct option_spec options[] = {
	{ "revoke", OPTION_FLAG, NULL, &revoke, "Remove the mark." },
	PG_OPTION_DB(&db),
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program program = {
	.name = "fixture-allow",
	.group = "Fixtures",
	.summary = "mark a database as disposable",
	.usage = "[--revoke] NAME",
	.options = options,
	.description =
	    "fixture-restore puts a fixture in the place of a database only if that is empty or "
	    "marked. The mark stands in the database itself, in batch_settings, and names it by its OID: "
	    "a dump of it that fills another database does not carry the mark along. What is restored "
	    "has it.",
	.examples = "  aegis fixture-allow aegis_test\n",
	.status =
	    "65: the database does not exist\n"
	    "77: the database belongs to somebody else",
	.operands = 1,
};

/* Mark the database as disposable, or remove the mark with --revoke; nothing is changed if it is
 * so already. */
static int
mark(const char *name, struct err *e)
{
	struct pg *pg = pg_connect(db, "aegis-fixture-allow", e);
	bool there, marked;
	int rc = -1;

	if (pg == NULL)
		return (-1);
	if (disposable_is(pg, name, &there, &marked, e) == 0) {
		if (!there)
			(void)err_set(e, STATUS_DATA, "database '%s' does not exist", name);
		else
			rc = marked != revoke ? 0 : disposable_mark(pg, name, !revoke, e);
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
	if (n != 1)
		return (program_usage_error(&program, "the name of one database is needed"));
	if (mark(operands[0], &e) == 0)
		log_info("'%s' %s", operands[0],
		    revoke ? "is protected again" : "is marked disposable");
	return (log_err(&e));
}
