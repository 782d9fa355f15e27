/* Rules as rows of COPY. */

#include "rule/rule_copy.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/json.h"
#include "base/os.h"
#include "pg/copy_row.h"

enum { RULE_COPY_FIELDS = 13 }; /* of RULE_COPY_COLUMNS */

static const char *const rule_copy_words[] = { "active", "draft", "pending_review" };

struct rule_copy {
	const struct catalog *c;
	struct copy_spool spool;
	const struct rule *r; /* rendered last */
	enum rule_copy_status status;
	struct buf json, said;
	struct json_writer *w;
};

struct rule_copy *
rule_copy_new(const struct catalog *c)
{
	struct rule_copy *in = xcalloc(1, sizeof(*in));

	in->c = c;
	copy_spool_init(&in->spool, COPY_TEXT);
	in->json.max = in->said.max = 1 << 20;
	in->w = json_writer_new(&in->json);
	return (in);
}

void
rule_copy_free(struct rule_copy *in)
{

	if (in == NULL)
		return;
	copy_spool_free(&in->spool);
	json_writer_free(in->w);
	buf_free(&in->json);
	buf_free(&in->said);
	free(in);
}

/* A text behind a tab; NULL is \N. */
static int
rule_copy_text(struct buf *b, const char *s, struct err *e)
{

	if (buf_add(b, "\t", 1, e))
		return (-1);
	return (s == NULL ? buf_add(b, "\\N", 2, e) : pg_copy_text(b, s, strlen(s), e));
}

int
rule_copy_make(struct rule_copy *in, const struct rule *r, enum rule_copy_status status,
    struct err *e)
{

	in->r = r;
	in->status = status;
	in->json.len = 0;
	return (rule_data(in->c, r, in->w, e));
}

int
rule_copy_add(struct rule_copy *in, size_t section, uint64_t place, struct err *e)
{
	const struct rule *r = in->r;
	const char *from = r->effective_from ? r->effective_from : r->verified_as_of;
	struct buf *b = &in->spool.b;

	if (buf_addf(b, e, "%llu\t%zu\t%llu", (unsigned long long)in->spool.rows + 1, section,
		(unsigned long long)place) ||
	    rule_copy_text(b, r->identifier, e) || rule_copy_text(b, r->type, e) ||
	    rule_copy_text(b, r->domain, e) || rule_copy_text(b, from, e) ||
	    rule_copy_text(b, r->effective_to, e) ||
	    rule_copy_text(b, rule_copy_words[in->status], e) ||
	    rule_copy_text(b, r->reference ? r->reference : r->cite, e) || buf_add(b, "\t", 1, e) ||
	    pg_copy_text(b, in->json.p, in->json.len, e) || buf_add(b, "\n", 1, e))
		return (-1);
	return (copy_spool_row(&in->spool, e));
}

int
rule_copy_digest(struct rule_copy *in, const struct rule *r, enum rule_copy_status status,
    const char *writer, struct digest128 *d, struct err *e)
{
	struct buf *b = &in->said;
	size_t i;

	b->len = 0;
	if (buf_addf(b, e, "1\n%s\n%s\n%s\n%s\n%s\n%s\n%s\n", in->c->sha256, writer, r->identifier,
		r->type, r->domain, r->cite, rule_copy_words[status]))
		return (-1);
	for (i = 0; i < r->nvalues; i++)
		if (r->values[i].has &&
		    (buf_add(b, in->c->figures[i].name, strlen(in->c->figures[i].name), e) ||
			buf_add(b, "=", 1, e) || buf_add(b, r->values[i].p, r->values[i].len, e) ||
			buf_add(b, "\n", 1, e)))
			return (-1);
	*d = digest_xxh128(b->p, b->len);
	return (0);
}

int
rule_copy_first(struct rule_copy_first *f, const char *tenant, const char *effective,
    const char *source, const char *writer, struct err *e)
{
	int y, m, d;

	if (sscanf(effective, "%4d-%2d-%2d", &y, &m, &d) != 3)
		return (err_set(e, STATUS_BUG, "the date '%s' cannot be read", effective));
	f->tenant = tenant;
	f->effective = (int32_t)(os_utc_days(y, m, d) - os_utc_days(2000, 1, 1));
	f->source = source;
	f->writer = writer;
	return (0);
}

/* A text, or NULL. */
static int
rule_copy_value(struct buf *b, const char *s, struct err *e)
{

	return (s == NULL ? copy_row_null(b, e) : copy_row_bytes(b, s, strlen(s), e));
}

int
rule_copy_version(struct rule_copy *in, const struct rule_copy_first *f, struct buf *out,
    struct err *e)
{
	const struct rule *r = in->r;
	unsigned char id[16];
	size_t at;

	os_uuid_bytes(id);
	if (copy_row(out, RULE_COPY_FIELDS, e) || copy_row_bytes(out, id, sizeof(id), e) ||
	    rule_copy_value(out, f->tenant, e) || rule_copy_value(out, r->type, e) ||
	    rule_copy_value(out, r->domain, e) || rule_copy_value(out, r->identifier, e) ||
	    copy_row_i32(out, f->effective, e) ||
	    rule_copy_value(out, rule_copy_words[in->status], e) ||
	    rule_copy_value(out, r->reference ? r->reference : r->cite, e) ||
	    copy_row_jsonb(out, &at, e) || buf_add(out, in->json.p, in->json.len, e))
		return (-1);
	copy_row_end(out, at);
	return (copy_row_i32(out, 1, e) || rule_copy_value(out, f->source, e) ||
	    rule_copy_value(out, "first version", e) || rule_copy_value(out, f->writer, e));
}

bool
rule_copy_any(const struct rule_copy *in)
{

	return (in->spool.rows > 0);
}

int
rule_copy_send(struct rule_copy *in, struct pg *pg, const char *table, struct err *e)
{
	struct buf sql = BUF_INIT(1024);
	int rc = -1;

	if (buf_addf(&sql, e, "COPY %s FROM STDIN", table) == 0 && buf_str(&sql, e) != NULL)
		rc = copy_spool_send(&in->spool, pg, sql.p, e);
	buf_free(&sql);
	return (rc);
}
