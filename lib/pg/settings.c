/* What holds for a database, in its table batch_settings. */

#include "pg/settings.h"

#include <stdlib.h>

#include "pg/without.h"

/* Whether the database has the table, and this role may read it. */
static int
settings_there(struct pg *pg, bool *there, struct err *e)
{

	return (pg_boolf(pg, there, e,
	    "SELECT has_table_privilege(to_regclass('public.batch_settings'), 'SELECT')"));
}

int
settings_get(struct pg *pg, const char *name, char **value, struct err *e)
{
	bool there;

	*value = NULL;
	if (settings_there(pg, &there, e) ||
	    (there &&
		pg_textf(pg, value, e,
		    "SELECT value FROM public.batch_settings WHERE name = %L AND coalesce(database ="
		    " (SELECT oid FROM pg_database WHERE datname = current_database()), true)",
		    name)))
		return (-1);
	if (*value != NULL)
		return (0);
	return (pg_textf(pg, value, e, "SELECT current_setting('aegis.' || %L, true)", name));
}

int
settings_set(struct pg *pg, const char *name, const char *value, bool here, struct err *e)
{
	bool there;

	/* As sql/170_settings.sql makes it: a database may be marked before it has a schema. */
	if (settings_there(pg, &there, e) ||
	    (!there &&
		pg_exec(pg,
		    "CREATE TABLE IF NOT EXISTS public.batch_settings"
		    " (name text PRIMARY KEY, value text NOT NULL, database oid)",
		    e)))
		return (-1);
	if (value == NULL)
		return (pg_execf(pg, NULL, e, "DELETE FROM public.batch_settings WHERE name = %L",
		    name));
	return (pg_execf(pg, NULL, e,
	    "INSERT INTO public.batch_settings AS s (name, value, database) SELECT %L, %L, CASE WHEN %s THEN oid END"
	    " FROM pg_database WHERE datname = current_database()"
	    " ON CONFLICT (name) DO UPDATE SET value = EXCLUDED.value, database = EXCLUDED.database"
	    " WHERE (s.value, s.database) IS DISTINCT FROM (EXCLUDED.value, EXCLUDED.database)",
	    name, value, here ? "true" : "false"));
}

int
settings_without(struct pg *pg, unsigned int *set, bool *said, struct err *e)
{
	char *text;
	int rc;

	*set = 0;
	if (settings_get(pg, SETTINGS_WITHOUT, &text, e))
		return (-1);
	*said = text != NULL;
	rc = text == NULL ? 0 : without_parse(text, set, e);
	free(text);
	return (rc);
}

int
settings_without_session(struct pg *pg, const char *text, struct err *e)
{
	struct pg_result *r;
	const char *params[1];
	unsigned int set;
	bool said = true;

	if (text != NULL ? without_parse(text, &set, e) : settings_without(pg, &set, &said, e))
		return (-1);
	if (!said)
		return (0);
	params[0] = without_text(set);
	if ((r = pg_query(pg, "SELECT set_config('aegis.without', $1, false)", params, 1, e)) ==
	    NULL)
		return (-1);
	pg_result_free(r);
	return (0);
}

int
settings_without_keep(struct pg *pg, const char *text, struct err *e)
{
	unsigned int set;
	bool said = true;

	if (text != NULL ? without_parse(text, &set, e) : settings_without(pg, &set, &said, e))
		return (-1);
	return (said && settings_set(pg, SETTINGS_WITHOUT, without_text(set), false, e));
}
