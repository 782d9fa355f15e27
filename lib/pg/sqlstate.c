/* Which exit status and which advice belong to a SQLSTATE. */

#include "pg/sqlstate.h"

#include <stddef.h>
#include <string.h>

static const char sqlstate_schema[] =
    "what this database lacks, and which stage needs it, is said by: aegis schema-check";

/* A code stands before its class: the first that fits counts. */
static const struct {
	const char *state; /* two characters: a class */
	enum status status;
	const char *hint;
} sqlstate_table[] = {
	{ "08", STATUS_TEMPFAIL, NULL },
	{ "0A", STATUS_CONFIG, "this server, or a pooler before it, does not have the feature" },
	{ "21", STATUS_DATA, NULL },
	{ "22", STATUS_DATA, NULL },
	{ "23", STATUS_DATA, NULL },
	{ "25006", STATUS_NOPERM,
	    "it may only read here: a standby, or a role or database that is set to read-only; a run "
	    "on a standby takes --record DIR, all other writing needs the primary" },
	{ "25P03", STATUS_TEMPFAIL, NULL },
	{ "25P04", STATUS_TEMPFAIL, NULL },
	{ "27", STATUS_DATA, NULL },
	{ "28", STATUS_NOPERM,
	    "check the user, ~/.pgpass (mode 0600) and the server's pg_hba.conf" },
	{ "3D000", STATUS_NODB, NULL },
	{ "3F000", STATUS_CONFIG, sqlstate_schema },
	{ "40", STATUS_TEMPFAIL, NULL },
	{ "42501", STATUS_NOPERM, NULL }, /* whose it is stands in the hint: pg_fail() */
	{ "42601", STATUS_BUG, NULL },
	{ "42703", STATUS_CONFIG, sqlstate_schema },
	{ "42704", STATUS_CONFIG, sqlstate_schema },
	{ "42883", STATUS_CONFIG, sqlstate_schema },
	{ "42P01", STATUS_CONFIG, sqlstate_schema },
	{ "44", STATUS_DATA, NULL },
	{ "53100", STATUS_IO, "make room on the server's disk" },
	{ "53", STATUS_TEMPFAIL, NULL },
	{ "54", STATUS_DATA, NULL },
	{ "55P03", STATUS_TEMPFAIL, "try again later, or wait longer with --lock-wait" },
	{ "55006", STATUS_TEMPFAIL, NULL },
	{ "57", STATUS_TEMPFAIL, NULL },
	{ "58", STATUS_IO, NULL },
	{ "F0", STATUS_CONFIG, NULL },
	{ "HV", STATUS_IO, NULL },
	{ "P0001", STATUS_DATA, NULL },
	{ "XX", STATUS_IO, "look into the server's log: it is a fault of the server itself" },
};

enum { SQLSTATES = sizeof(sqlstate_table) / sizeof(sqlstate_table[0]) };

/* The number of ${state}'s line, or SQLSTATES. */
static size_t
sqlstate_find(const char *state)
{
	size_t i = 0;

	if (state == NULL || strlen(state) != 5)
		return (SQLSTATES);
	while (i < SQLSTATES &&
	    strncmp(state, sqlstate_table[i].state, strlen(sqlstate_table[i].state)) != 0)
		i++;
	return (i);
}

enum status
sqlstate_status(const char *state)
{
	size_t i = sqlstate_find(state);

	return (i < SQLSTATES ? sqlstate_table[i].status : STATUS_BUG);
}

const char *
sqlstate_hint(const char *state)
{
	size_t i = sqlstate_find(state);

	return (i < SQLSTATES ? sqlstate_table[i].hint : NULL);
}

bool
sqlstate_is_text(const char *state)
{

	return (state != NULL &&
	    ((strncmp(state, "42", 2) == 0 && strcmp(state, "42501") != 0) ||
		strcmp(state, "22P02") == 0));
}
