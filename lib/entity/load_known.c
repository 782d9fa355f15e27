/* What the database has of the type: all of it, or what a small input that retires nothing has. */

#include <string.h>

#include "entity/check.h"
#include "entity/load_state.h"
#include "pg/copy_binary.h"

static int
load_known_source(void *cookie, const struct copy_binary_field *f, struct err *e)
{
	struct load *l = cookie;
	struct digest128 content;

	if (f[1].len != DIGEST128_SIZE)
		return (err_set(e, STATUS_BUG, "a digest of %zu bytes", f[1].len));
	content = digest128_read(f[1].p);
	return (index_know(l->ix, digest_xxh128(f[0].p, f[0].len), INDEX_SOURCE, content, e));
}

static int
load_known_entity(void *cookie, const struct copy_binary_field *f, struct err *e)
{
	struct load *l = cookie;
	const struct digest128 none = { 0, 0 };
	unsigned what = INDEX_ENTITY | (f[1].len == 1 && f[1].p[0] ? INDEX_RETIRED : 0);

	return (index_know(l->ix, digest_xxh128(f[0].p, f[0].len), what, none, e));
}

/* One key, as an element of a list of SQL. */
static int
load_known_key(struct load *l, const struct stream_field *f, struct err *e)
{
	char key[4 * CHECK_KEY_MAX + 1]; /* characters of at most four bytes */

	if (f->len == 0 || f->len >= sizeof(key))
		return (0);
	memcpy(key, f->p, f->len);
	key[f->len] = '\0';
	return (buf_adds(&l->asked, l->asked.len > 0 ? ", " : " AND entity_key IN (", e) ||
		    pg_literal(&l->asked, key, e) ?
		-1 :
		0);
}

int
load_known_ahead(struct load *l, struct err *e)
{
	struct err ignored = ERR_INIT; /* the reading proper comes upon the same */
	int small = stream_reader_keep(l->r, e), key = -1, rc = 0;
	enum stream_event ev;

	if (small <= 0)
		return (small);
	while (rc == 0 && (ev = stream_reader_next(l->r, &ignored)) > STREAM_END) {
		if (ev == STREAM_HEADER)
			key = stream_reader_find(l->r, "entity_key");
		else if (ev == STREAM_ROW && key >= 0)
			rc = load_known_key(l, &stream_reader_fields(l->r)[key], e);
	}
	if (rc == 0 && l->asked.len > 0)
		rc = buf_adds(&l->asked, ")", e);
	stream_reader_rewind(l->r);
	return (rc);
}

int
load_known(struct load *l, struct err *e)
{
	bool some = !load_retires(l) && l->asked.len > 0;
	struct buf sql = BUF_INIT(4 << 20);
	int rc = -1;

	if (l->dataset_id[0] != '\0') {
		if (buf_addf(&sql, e,
			"SELECT entity_key, digest FROM entity_sources WHERE dataset_id = %s",
			l->dataset_id) ||
		    (some && buf_add(&sql, l->asked.p, l->asked.len, e)) ||
		    buf_str(&sql, e) == NULL ||
		    copy_binary_read(l->pg, sql.p, load_known_source, l, e))
			goto done;
	}
	sql.len = 0;
	if (buf_addf(&sql, e,
		"SELECT entity_key, retired_at IS NOT NULL FROM entities"
		" WHERE tenant_id = '%s' AND type_key = ",
		l->tenant) ||
	    pg_literal(&sql, l->type, e) || (some && buf_add(&sql, l->asked.p, l->asked.len, e)) ||
	    buf_str(&sql, e) == NULL)
		goto done;
	rc = copy_binary_read(l->pg, sql.p, load_known_entity, l, e);
done:
	buf_free(&sql);
	return (rc);
}
