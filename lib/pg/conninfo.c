/* A connection string, put into libpq's environment. */

#include "pg/conninfo.h"

#include <stdlib.h>
#include <string.h>

#include <libpq-fe.h>

/* Put each value of a parsed connection string into libpq's environment variable; one without a
 * variable is refused. */
static int
conninfo_set(const PQconninfoOption *opt, struct err *e)
{

	for (; opt->keyword != NULL; opt++) {
		if (opt->val == NULL)
			continue;
		if (opt->envvar == NULL)
			return (err_set(e, STATUS_USAGE, "'%s' cannot be handed on to the stages",
			    opt->keyword));
		if (setenv(opt->envvar, opt->val, 1))
			return (err_sys(e, STATUS_TEMPFAIL, "cannot set the environment"));
	}
	return (0);
}

int
conninfo_export(const char *conninfo, struct err *e)
{
	static const char *const where[] = { "PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE",
		"PGSERVICE" };
	PQconninfoOption *opt;
	size_t i;
	int rc;

	/* A bare word is a database's name, as in psql. */
	opt = strchr(conninfo, '=') == NULL && strstr(conninfo, "://") == NULL ?
	    NULL :
	    PQconninfoParse(conninfo, NULL);
	/* libpq's own complaint quotes the string, in which a password may stand. */
	if (opt == NULL && (conninfo[0] == '\0' || strpbrk(conninfo, "=:") != NULL))
		return (err_set(e, STATUS_USAGE, "--db is invalid"));
	for (i = 0; i < sizeof(where) / sizeof(where[0]); i++)
		(void)unsetenv(where[i]);
	if (opt == NULL) {
		rc = setenv("PGDATABASE", conninfo, 1);
		return (rc ? err_sys(e, STATUS_TEMPFAIL, "cannot set the environment") : 0);
	}
	rc = conninfo_set(opt, e);
	PQconninfoFree(opt);
	return (rc);
}
