#include <string.h>

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

int
load_known(struct load *l, struct err *e)
{
	struct buf sql = BUF_INIT(4096);
	int rc = -1;

	if (l->dataset_id[0] != '\0') {
		if (buf_addf(&sql, e,
			"SELECT entity_key, digest FROM entity_sources WHERE dataset_id = %s",
			l->dataset_id) ||
		    buf_str(&sql, e) == NULL ||
		    copy_binary_read(l->pg, sql.p, load_known_source, l, e))
			goto done;
	}
	sql.len = 0;
	if (buf_addf(&sql, e,
		"SELECT entity_key, retired_at IS NOT NULL FROM entities"
		" WHERE tenant_id = '%s' AND type_key = ",
		l->tenant) ||
	    pg_literal(&sql, l->type, e) || buf_str(&sql, e) == NULL)
		goto done;
	rc = copy_binary_read(l->pg, sql.p, load_known_entity, l, e);
done:
	buf_free(&sql);
	return (rc);
}
