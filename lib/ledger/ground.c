/* Where rows of a large table go. */

#include "ledger/ground.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int
ground_tenant(struct pg *pg, const char *tenant, struct err *e)
{

	return (pg_execf(pg, NULL, e, "SELECT batch_ground_tenant(%L)", tenant));
}

int
ground_open(struct ground *g, struct pg *pg, const char *table, const char *tenant, const char *key,
    struct err *e)
{
	char *fresh = NULL;

	g->table = table;
	(void)snprintf(g->tenant, sizeof(g->tenant), "%s", tenant);
	(void)snprintf(g->key, sizeof(g->key), "%s", key);
	if (pg_textf(pg, &fresh, e, "SELECT batch_ground_open(%L, %L, %L)", table, tenant, key))
		return (-1);
	(void)snprintf(g->fresh, sizeof(g->fresh), "%s", fresh != NULL ? fresh : "");
	free(fresh);
	return (0);
}

int
ground_copy(const struct ground *g, struct pg *pg, struct buf *sql, const char *columns,
    enum copy_form form, struct err *e)
{
	static const char *const how[2][2] = { { "", " WITH (FREEZE)" },
		{ " WITH (FORMAT binary)", " WITH (FORMAT binary, FREEZE)" } };
	const bool fresh = g->fresh[0] != '\0';

	return (pg_sqlf(pg, sql, e, "COPY %I (%s) FROM STDIN%s", fresh ? g->fresh : g->table,
	    columns, how[form == COPY_BINARY][fresh]));
}

int
ground_close(struct ground *g, struct pg *pg, struct err *e)
{

	if (g->fresh[0] == '\0')
		return (0);
	g->fresh[0] = '\0';
	return (pg_execf(pg, NULL, e, "SELECT batch_ground_close(%L, %L, %L)", g->table, g->tenant,
	    g->key));
}

int
ground_ready(struct pg *pg, const char *table, const char *tenant, const char *key, struct err *e)
{
	struct ground g;

	return (ground_open(&g, pg, table, tenant, key, e) || ground_close(&g, pg, e));
}

bool
ground_is(const char *table)
{

	return (strcmp(table, "entities") == 0 || strcmp(table, "entity_sources") == 0 ||
	    strcmp(table, "entity_links") == 0);
}

int
ground_rest(struct pg *pg, const char *table, struct err *e)
{

	return (pg_execf(pg, NULL, e, "SELECT batch_ground_rest(%L)", table));
}

int
ground_settle(struct pg *pg, const char *table, struct err *e)
{

	return (pg_execf(pg, NULL, e, "SELECT batch_ground_settle(%L)", table));
}

int
ground_send(struct copy_spool *s, struct pg *pg, const char *table, const char *tenant,
    const char *key, const char *columns, struct err *e)
{
	struct buf sql = BUF_INIT(4096);
	struct ground g;
	int rc;

	if (s->rows == 0)
		return (0);
	rc = ground_open(&g, pg, table, tenant, key, e) ||
	    ground_copy(&g, pg, &sql, columns, s->form, e) || buf_str(&sql, e) == NULL ||
	    copy_spool_send(s, pg, sql.p, e) || ground_close(&g, pg, e);
	buf_free(&sql);
	return (rc);
}
