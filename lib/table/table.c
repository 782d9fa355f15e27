/* A table: its columns, keys and parents. */

#include "table/table.h"

static const char table_columns_sql[] =
#include "queries/table_columns.inc"
    ;

#include <stdlib.h>
#include <string.h>

/* The document's audit tables: their triggers refuse every change. */
static const char *const table_append_only[] = { "audit_logs", "prompt_audit_log" };

int
table_find(const struct table *t, const char *column)
{
	size_t i;

	for (i = 0; i < t->n; i++)
		if (strcmp(t->columns[i].name, column) == 0)
			return ((int)i);
	return (-1);
}

/* Read the table's columns in their order; STATUS_CONFIG if the table does not exist in schema
 * public. */
static int
table_read_columns(struct table *t, struct pg *pg, struct err *e)
{
	const char *params[] = { t->name };
	struct pg_result *r = pg_query(pg, table_columns_sql, params, 1, e);
	size_t i;

	if (r == NULL)
		return (-1);
	t->n = (size_t)pg_result_rows(r);
	t->columns = xcalloc(t->n + 1, sizeof(*t->columns));
	for (i = 0; i < t->n; i++) {
		t->columns[i].name = xstrdup(pg_result_get(r, (int)i, 0));
		t->columns[i].required = pg_result_bool(r, (int)i, 1);
		t->columns[i].generated = pg_result_bool(r, (int)i, 2);
		t->partitioned = pg_result_bool(r, (int)i, 3);
	}
	pg_result_free(r);
	if (t->n > 0)
		return (0);
	(void)err_set(e, STATUS_CONFIG, "table '%s' does not exist in schema public", t->name);
	return (err_hint(e, "what this database lacks is said by: aegis schema-check"));
}

/* Split a list with TABs between its words. */
static char **
table_words(const char *text, size_t *n)
{
	char **v = xcalloc(strlen(text) + 2, sizeof(*v));
	size_t len;

	for (*n = 0; *text != '\0'; text += len) {
		text += *text == '\t';
		len = strcspn(text, "\t");
		v[(*n)++] = xstrndup(text, len);
	}
	return (v);
}

static const char table_keys_sql[] =
#include "queries/table_keys.inc"
    ;

/*
 * Unique indexes over all rows: the natural key is the one that is not the primary
 * key.  An expression's columns stand among the index's dependencies.
 */
static int
table_read_keys(struct table *t, struct pg *pg, struct err *e)
{
	const char *params[] = { t->name };
	struct pg_result *r = pg_query(pg, table_keys_sql, params, 1, e);
	size_t i;

	if (r == NULL)
		return (-1);
	t->nkeys = (size_t)pg_result_rows(r);
	t->keys = xcalloc(t->nkeys + 1, sizeof(*t->keys));
	for (i = 0; i < t->nkeys; i++) {
		t->keys[i].target = xstrdup(pg_result_get(r, (int)i, 0));
		t->keys[i].columns = table_words(pg_result_get(r, (int)i, 1), &t->keys[i].n);
	}
	pg_result_free(r);
	return (0);
}

struct table *
table_describe(struct pg *pg, const char *name, struct err *e)
{
	struct table *t = xcalloc(1, sizeof(*t));
	struct buf b = BUF_INIT(1024);
	size_t i;

	t->name = xstrdup(name);
	if (pg_sqlf(pg, &b, e, "public.%I", name) || table_read_columns(t, pg, e) ||
	    table_read_keys(t, pg, e)) {
		buf_free(&b);
		table_free(t);
		return (NULL);
	}
	t->quoted = xstrdup(b.p);
	buf_free(&b);
	for (i = 0; i < sizeof(table_append_only) / sizeof(table_append_only[0]); i++)
		t->append_only = t->append_only || strcmp(name, table_append_only[i]) == 0;
	return (t);
}

void
table_free(struct table *t)
{
	size_t i, k;

	if (t == NULL)
		return;
	for (i = 0; i < t->n; i++)
		free(t->columns[i].name);
	for (i = 0; i < t->nkeys; i++) {
		for (k = 0; k < t->keys[i].n; k++)
			free(t->keys[i].columns[k]);
		free(t->keys[i].columns);
		free(t->keys[i].target);
	}
	free(t->keys);
	free(t->columns);
	free(t->name);
	free(t->quoted);
	free(t);
}

struct pg_result *
table_parents(struct pg *pg, const char *name, struct err *e)
{
	const char *params[] = { name };

	return (pg_query(pg,
	    "SELECT DISTINCT p.relname FROM pg_constraint f JOIN pg_class c ON c.oid = f.conrelid"
	    " JOIN pg_class p ON p.oid = f.confrelid WHERE f.contype = 'f'"
	    " AND c.relnamespace = 'public'::regnamespace AND c.relname = $1 AND p.oid <> c.oid"
	    " AND p.relnamespace = 'public'::regnamespace AND NOT f.condeferrable",
	    params, 1, e));
}
