/* What datasets last said of a key. */

#include "trace/said.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"

static const char said_sql[] =
#include "queries/trace_said.inc"
    ;

int
said_read(struct pg *pg, const char *tenant, const char *type, const char *keys,
    struct said_list *l, struct err *e)
{
	const char *params[] = { tenant, type, keys };
	int i;

	memset(l, 0, sizeof(*l));
	if ((l->r = pg_query(pg, said_sql, params, 3, e)) == NULL)
		return (-1);
	l->n = (size_t)pg_result_rows(l->r);
	l->v = xcalloc(l->n + 1, sizeof(*l->v));
	for (i = 0; i < (int)l->n; i++) {
		struct said *s = &l->v[i];

		s->type = pg_result_get(l->r, i, 0);
		s->key = pg_result_get(l->r, i, 1);
		s->dataset = pg_result_get(l->r, i, 2);
		s->role = pg_result_get(l->r, i, 3);
		s->fields = pg_result_get(l->r, i, 4);
		s->digest = pg_result_get(l->r, i, 5);
		s->run = pg_result_get(l->r, i, 6);
		s->pipeline = pg_result_get(l->r, i, 7);
		s->started = pg_result_get(l->r, i, 8);
		s->version = pg_result_get(l->r, i, 9);
		s->placed = pg_result_get(l->r, i, 11) != NULL;
		s->record = s->placed ? pg_result_u64(l->r, i, 11) : 0;
		s->offset = s->placed ? pg_result_u64(l->r, i, 12) : 0;
		s->source = pg_result_get(l->r, i, 13);
		s->sha256 = pg_result_get(l->r, i, 14);
		s->loaded = pg_result_get(l->r, i, 15);
		s->layout = pg_result_get(l->r, i, 16);
		s->mapping = pg_result_get(l->r, i, 17);
	}
	return (0);
}

void
said_release(struct said_list *l)
{

	pg_result_free(l->r);
	free(l->v);
}
