/* What the database has of the type: all of it, or what a small input that retires nothing has. */

#include "entity/load_known.h"

#include <string.h>

#include "ledger/known_read.h"

/* One key, as an element of a list of SQL. */
static int
load_known_key(const struct load_job *j, const struct stream_field *f, struct buf *asked,
    struct err *e)
{
	char key[4 * PROPERTIES_KEY_MAX + 1]; /* characters of at most four bytes */

	if (f->len == 0 || f->len >= sizeof(key))
		return (0);
	memcpy(key, f->p, f->len);
	key[f->len] = '\0';
	return (pg_sqlf(j->pg, asked, e, asked->len > 0 ? ", %L" : " AND entity_key IN (%L", key));
}

int
load_known_ahead(const struct load_job *j, struct stream_reader *r, struct buf *asked,
    struct err *e)
{
	struct err ignored = ERR_INIT; /* the reading proper comes upon the same */
	int small = stream_reader_keep(r, e), key = -1, rc = 0;
	enum stream_event ev;

	if (small <= 0)
		return (small);
	while (rc == 0 && (ev = stream_reader_next(r, &ignored)) > STREAM_END) {
		if (ev == STREAM_HEADER)
			key = stream_reader_find(r, "entity_key");
		else if (ev == STREAM_ROW && key >= 0)
			rc = load_known_key(j, &stream_reader_fields(r)[key], asked, e);
	}
	stream_reader_rewind(r);
	return (rc || (asked->len > 0 && buf_adds(asked, ")", e)) || buf_str(asked, e) == NULL);
}

/* Keys from an index alone, since the rows are wide; of the table's statistics nothing is sure. */
static int
load_known_keys(struct pg *pg, const char *query, unsigned what, struct parts *k, struct err *e)
{

	return (
	    pg_exec(pg, "SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off", e) ||
	    known_read_parts(k, pg, query, what, e) ||
	    pg_exec(pg,
		"SET LOCAL enable_seqscan TO DEFAULT; SET LOCAL enable_bitmapscan TO DEFAULT", e));
}

int
load_known(const struct load_job *j, const struct load_dataset *d, const struct buf *asked,
    struct parts *k, struct err *e)
{
	const char *some = asked->len > 0 && !load_dataset_retires(j, d) ? asked->p : "";
	struct buf sql = BUF_INIT(8 << 20);
	int rc = 0;

	if (d->id[0] != '\0')
		rc = pg_sqlf(j->pg, &sql, e,
			 "SELECT entity_key, digest FROM entity_sources WHERE dataset_id = %s%s",
			 d->id, some) ||
		    known_read_parts(k, j->pg, sql.p, KNOWN_SAID, e);
	sql.len = 0;
	rc = rc ||
	    pg_sqlf(j->pg, &sql, e,
		"SELECT entity_key FROM entities WHERE tenant_id = %L AND type_key = %L%s",
		j->tenant, j->type, some) ||
	    load_known_keys(j->pg, sql.p, KNOWN_THERE, k, e);
	sql.len = 0;
	rc = rc ||
	    pg_sqlf(j->pg, &sql, e,
		"SELECT entity_key, true FROM entities WHERE tenant_id = %L AND type_key = %L"
		" AND retired_at IS NOT NULL%s",
		j->tenant, j->type, some) ||
	    load_known_keys(j->pg, sql.p, KNOWN_RETIRED, k, e);
	buf_free(&sql);
	return (rc);
}
