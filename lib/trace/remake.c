/* A row made again from its source. */

#include "trace/remake.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/num.h"
#include "entity/check.h"
#include "entity/map_plan.h"
#include "entity/properties.h"
#include "ledger/alike.h"
#include "rrc/layout_load.h"
#include "rrc/view.h"
#include "stream/keep.h"

struct remake {
	const struct trace_options *o;
	const struct said *s;
	const struct entity_definition *d;
	enum remake_result result;
	char why[500];
	char view[64];
	struct layout *l;
	struct buf file; /* the source, */
	char *member;    /* its file in an archive, or NULL */
	bool kept;       /* it says itself whose bytes it has */
	struct seek *in; /* as is each that its row belongs to: */
	struct seek *beside[LAYOUT_MAX_SEGMENTS];
	size_t nbeside;
	struct excerpt_options xo;
	struct excerpt *x;
	struct stream_reader *r; /* at the row */
	struct map_plan *plan;
	struct stream_field *row; /* as entity-map gives it */
	size_t n;
};

/* There is no row, and why. */
static int __attribute__((format(printf, 2, 3))) remake_none(struct remake *m, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(m->why, sizeof(m->why), fmt, ap);
	va_end(ap);
	m->result = REMAKE_NONE;
	return (1);
}

/* The layout by which the row was read, if it can be had: 0, 1 with why not, -1. */
static int
remake_open_layout(struct remake *m, struct err *e)
{
	const char *slash = strchr(m->s->dataset, '/'), *now;
	struct err gone = ERR_INIT;
	char name[128];
	bool alike = false;

	if (m->s->layout == NULL || slash == NULL ||
	    snprintf(name, sizeof(name), "%.*s", (int)(slash - m->s->dataset), m->s->dataset) >=
		(int)sizeof(name))
		return (remake_none(m, "no layout is said to have read it"));
	(void)snprintf(m->view, sizeof(m->view), "%s", slash + 1);
	if (m->o->layout != NULL && (m->l = layout_find(m->o->layout, e)) == NULL)
		return (-1);
	if (m->l == NULL && (m->l = layout_find(name, &gone)) == NULL)
		return (remake_none(m, "%s", gone.msg));
	now = conf_sha256(m->l->conf);
	if (strcmp(m->l->name, name) != 0)
		return (err_set(e, STATUS_USAGE, "'%s' is the layout %s, not %s", m->o->layout,
		    m->l->name, name));
	if (strcmp(now, m->s->layout) != 0 &&
	    alike_layouts(m->s->dataset, now, m->s->layout, &alike, e))
		return (-1);
	if (strcmp(now, m->s->layout) == 0 || alike)
		return (0);
	return (remake_none(m,
	    "layout %s has changed since: that of then has the SHA-256 %s; --layout takes it", name,
	    m->s->layout));
}

/* Whether the file has that digest. */
static int
remake_digest_is(const char *path, const char *want, bool *is, struct err *e)
{
	char sha256[DIGEST_SHA256_HEX + 1];
	int rc = io_sha256_regular(path, sha256, e);

	*is = rc == 0 && strcmp(sha256, want) == 0;
	return (rc);
}

/* The source's name may end in a file inside of it. */
static void
remake_member(struct remake *m)
{
	const char *colon = strrchr(m->s->source, ':');

	if (colon != NULL && strchr(colon, '/') == NULL && colon[1] != '\0')
		m->member = xstrdup(colon + 1);
}

/* A file that does not say what it is may be the source itself: by its name, or its digest. */
static bool
remake_may_be(const struct remake *m, const char *path)
{
	const char *a = strrchr(path, '/'), *b = strrchr(m->s->source, '/');
	struct err unread = ERR_INIT;
	bool is = false;

	a = a != NULL ? a + 1 : path;
	b = b != NULL ? b + 1 : m->s->source;
	return (strncmp(a, b, strlen(a)) == 0 ||
	    (remake_digest_is(path, m->s->sha256, &is, &unread) == 0 && is));
}

/* Look for the source where it is kept, and then where it was: 0, 1 with why not, -1. */
static int
remake_find(struct remake *m, struct err *e)
{
	struct stat st;
	size_t i;

	remake_member(m);
	for (i = 0; i < m->o->nsources; i++) {
		if (keep_find(m->o->sources[i], m->s->sha256, m->member, &m->file, e))
			return (-1);
		m->kept = m->file.len > 0;
		if (m->kept)
			return (0);
		if (stat(m->o->sources[i], &st) != 0 || !S_ISREG(st.st_mode) ||
		    !remake_may_be(m, m->o->sources[i]))
			continue;
		if (buf_adds(&m->file, m->o->sources[i], e) || buf_str(&m->file, e) == NULL)
			return (-1);
		return (0);
	}
	if (stat(m->s->source, &st) == 0 && S_ISREG(st.st_mode)) {
		free(m->member);
		m->member = NULL;
		i = strlen(m->s->source);
	} else {
		i = strlen(m->s->source) - (m->member != NULL ? strlen(m->member) + 1 : 0);
	}
	if (buf_add(&m->file, m->s->source, i, e) || buf_str(&m->file, e) == NULL)
		return (-1);
	if (stat(m->file.p, &st) == 0)
		return (0);
	m->file.len = 0;
	return (remake_none(m, "the source is not kept: neither where it was%s",
	    m->o->nsources > 0 ? " nor where --sources says" : "; --sources says where else"));
}

/* struct excerpt_options's beside(): the file of the same archive, or directory. */
static struct seek *
remake_beside(void *cookie, const char *pattern, struct err *e)
{
	struct remake *m = cookie;
	struct buf path = BUF_INIT(1 << 16);
	const char *at = m->file.p, *slash;
	struct seek *in = NULL;
	size_t i;
	int rc = 0;

	if (m->kept)
		for (i = 0; rc == 0 && path.len == 0 && i < m->o->nsources; i++)
			rc = keep_find(m->o->sources[i], m->s->sha256, pattern, &path, e);
	else if (m->member == NULL && (slash = strrchr(at, '/')) != NULL)
		rc = buf_add(&path, at, (size_t)(slash - at), e) || buf_str(&path, e) == NULL;
	else if (m->member == NULL)
		rc = buf_adds(&path, ".", e) || buf_str(&path, e) == NULL;
	else
		rc = buf_adds(&path, at, e) || buf_str(&path, e) == NULL;
	if (rc == 0 && path.len == 0)
		(void)err_set(e, STATUS_DATA, "the source's file '%s' is not kept", pattern);
	else if (rc == 0 && (in = seek_open(path.p, m->kept ? NULL : pattern, e)) != NULL)
		m->beside[m->nbeside++] = in;
	buf_free(&path);
	return (in);
}

/* The row is not what was stored: ${what} is wrong, if this is the source at all. */
static int
remake_other(struct remake *m, const char *what, struct err *e)
{
	bool is = false;

	if (!m->kept && remake_digest_is(m->file.p, m->s->sha256, &is, e))
		return (-1);
	if (!m->kept && !is)
		return (remake_none(m, "'%s' is another file by now", m->file.p));
	(void)remake_none(m, "%s", what);
	m->result = REMAKE_OTHER;
	return (1);
}

/* Read the row: 0, 1 with why there is none, -1. */
static int
remake_read(struct remake *m, struct err *e)
{
	struct err why = ERR_INIT;
	uint64_t want, record, offset = 0;
	enum stream_event event;
	int fd;

	if ((m->in = seek_open(m->file.p, m->member, &why)) == NULL)
		return (remake_none(m, "%s", why.msg));
	m->xo = (struct excerpt_options){ m->l, m->view, m->file.p, m->in, m->s->record,
		m->s->offset, remake_beside, m };
	if ((m->x = excerpt_open(&m->xo, &why)) == NULL)
		return (why.status == STATUS_DATA && !seek_broken(m->in) ?
			remake_other(m, why.msg, e) :
			remake_none(m, "%s", why.msg));
	fd = excerpt_stream(m->x, &want);
	if ((m->r = stream_reader_open(fd, "the excerpt", "rrc:", e)) == NULL)
		return (-1);
	while ((event = stream_reader_next(m->r, e)) > STREAM_END) {
		if (event != STREAM_ROW)
			continue;
		stream_reader_place(m->r, &record, &offset);
		if (offset == want)
			return (0);
	}
	return (event == STREAM_FAULT ? -1 : remake_none(m, "the excerpt has no such row"));
}

/* Map the row as entity-map does: a value with a fault is none. */
static int
remake_map(struct remake *m, struct err *e)
{
	const size_t n = stream_reader_ncolumns(m->r);
	const struct stream_field *f = stream_reader_fields(m->r);
	const char **columns = xcalloc(n, sizeof(*columns));
	struct check_result res;
	size_t i;

	for (i = 0; i < n; i++)
		columns[i] = stream_reader_column(m->r, i);
	m->plan = map_plan_new(m->d, m->s->dataset, columns, n, NULL, NULL, e);
	free(columns);
	if (m->plan == NULL)
		return (-1);
	m->n = m->plan->n;
	m->row = xcalloc(PROPERTIES_FIRST + m->n, sizeof(*m->row));
	for (i = 0; i < m->n; i++) {
		const struct map_cell *c = &m->plan->cells[i];
		struct stream_field *v = &m->row[PROPERTIES_FIRST + i];

		*v = f[c->column];
		if (v->null)
			continue;
		v->null = check_value(c->check, v->p, v->len, &res) != 0;
		v->p = v->null ? "" : res.p;
		v->len = v->null ? 0 : res.len;
	}
	return (0);
}

/* Is the row's digest the one that was stored? */
static int
remake_digest(struct remake *m, bool *same, struct err *e)
{
	static const char *const first[] = { "_record", "_offset", "entity_key" };
	const char **columns = xcalloc(PROPERTIES_FIRST + m->n, sizeof(*columns));
	unsigned char bytes[DIGEST128_SIZE];
	char hex[2 * DIGEST128_SIZE + 1] = "";
	struct properties *p;
	struct digest128 d;
	size_t i;
	int rc;

	for (i = 0; i < PROPERTIES_FIRST; i++)
		columns[i] = first[i];
	for (i = 0; i < m->n; i++)
		columns[PROPERTIES_FIRST + i] = m->plan->cells[i].field->key;
	p = properties_new(m->d, columns, PROPERTIES_FIRST + m->n, e);
	rc = p == NULL || properties_digest(p, m->row, &d, e);
	if (rc == 0) {
		digest128_write(d, bytes);
		num_hex(hex, bytes, sizeof(bytes));
	}
	*same = strcmp(hex, m->s->digest) == 0;
	properties_free(p);
	free(columns);
	return (rc);
}

/* Hold the row against what was stored. */
static int
remake_judge(struct remake *m, struct err *e)
{
	bool same;

	if (m->d == NULL) {
		m->n = stream_reader_ncolumns(m->r) - 2;
		m->result = REMAKE_SHOWN;
		return (0);
	}
	if (remake_map(m, e) || remake_digest(m, &same, e))
		return (-1);
	m->result = REMAKE_PROVED;
	if (same)
		return (0);
	if (m->s->mapping == NULL || strcmp(m->s->mapping, m->d->sha256) != 0) {
		m->result = REMAKE_CHANGED;
		return (0);
	}
	return (remake_other(m, "the row at that place is not the one that was loaded", e));
}

/* All of it: 0, 1 with why there is no row, -1. */
static int
remake_try(struct remake *m, struct err *e)
{
	int rc;

	if (m->s->source == NULL || m->s->sha256 == NULL)
		return (remake_none(m, "its source has no digest in the books"));
	if (m->d == NULL && strcmp(m->s->type, "rule") != 0)
		return (remake_none(m, "nobody defines its type any more"));
	if (!m->s->placed)
		return (remake_none(m, "it was loaded before places were kept"));
	if ((rc = remake_open_layout(m, e)) != 0 || (rc = remake_find(m, e)) != 0 ||
	    (rc = remake_read(m, e)) != 0)
		return (rc);
	return (remake_judge(m, e));
}

struct remake *
remake_new(const struct trace_options *o, const struct said *s, const struct entity_definition *d,
    struct err *e)
{
	struct remake *m = xcalloc(1, sizeof(*m));

	m->o = o;
	m->s = s;
	m->d = d;
	m->file.max = 1 << 16;
	if (remake_try(m, e) >= 0)
		return (m);
	remake_free(m);
	return (NULL);
}

enum remake_result
remake_result(const struct remake *m)
{

	return (m->result);
}

const char *
remake_why(const struct remake *m)
{

	return (m->why);
}

const char *
remake_file(const struct remake *m)
{

	return (m->result != REMAKE_NONE && m->file.len > 0 ? m->file.p : NULL);
}

size_t
remake_fields(const struct remake *m)
{

	return (m->result == REMAKE_NONE || m->result == REMAKE_OTHER ? 0 : m->n);
}

void
remake_field(const struct remake *m, size_t i, const struct field_definition **f,
    const char **column, struct stream_field *v)
{

	if (m->d == NULL) {
		*f = NULL;
		*column = stream_reader_column(m->r, i + 2);
		*v = stream_reader_fields(m->r)[i + 2];
		return;
	}
	*f = m->plan->cells[i].field;
	*column = stream_reader_column(m->r, m->plan->cells[i].column);
	*v = m->row[PROPERTIES_FIRST + i];
}

int
remake_parts(struct remake *m, const char *column, excerpt_fn *each, void *cookie, struct err *e)
{

	return (excerpt_parts(m->x, column, each, cookie, e));
}

void
remake_free(struct remake *m)
{
	size_t i;

	if (m == NULL)
		return;
	map_plan_free(m->plan);
	free(m->row);
	stream_reader_free(m->r);
	excerpt_close(m->x);
	seek_close(m->in);
	for (i = 0; i < m->nbeside; i++)
		seek_close(m->beside[i]);
	layout_free(m->l);
	buf_free(&m->file);
	free(m->member);
	free(m);
}
