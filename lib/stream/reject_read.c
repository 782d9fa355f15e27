/* Reject files, read: counts, examples, a replay. */

#include "stream/reject_read.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

#include "base/infile.h"
#include "base/io.h"
#include "base/json.h"
#include "base/num.h"
#include "base/screen.h"
#include "stream/plain.h"
#include "stream/reader.h"
#include "stream/reject_code.h"

enum { REJECT_READ_CODES = 256, REJECT_READ_PIECE = 64 << 10 };

/* Columns of a reject file; a file of before the keys has them not. */
enum { AT_RECORD, AT_OFFSET, AT_KEY, AT_SEVERITY, AT_CODE, AT_FAULTS, AT_RAW, AT_COLUMNS };
static const char *const reject_read_columns[] = { "_record", "_offset", "key", "severity", "code",
	"faults", "raw" };

struct reject_count {
	char *code;
	uint64_t rejects, flaws, shown;
	struct buf examples; /* JSON objects, with commas between */
};

struct reject_reader {
	const char *path;
	const struct reject_options *o;
	int fd;
	struct stream_reader *r;
	int at[AT_COLUMNS];
	struct reject_count counts[REJECT_READ_CODES];
	size_t ncounts;
	uint64_t rejects, flaws;
};

static bool
reject_read_is(const struct stream_field *f, const char *word)
{

	return (f->len == strlen(word) && memcmp(f->p, word, f->len) == 0);
}

static int
reject_read_open(struct reject_reader *rr, const char *path, const struct reject_options *o,
    struct err *e)
{
	size_t i;

	memset(rr, 0, sizeof(*rr));
	rr->path = path;
	rr->o = o;
	rr->fd = strcmp(path, "-") == 0 ? STDIN_FILENO : infile_open(path, e);
	if (rr->fd < 0)
		return (-1);
	if ((rr->r = stream_reader_open(rr->fd, path, "reject:", e)) == NULL)
		return (-1);
	if (stream_reader_next(rr->r, e) != STREAM_HEADER)
		return (
		    e->status != STATUS_OK ? -1 : err_set(e, STATUS_DATA, "'%s' is empty", path));
	for (i = 0; i < AT_COLUMNS; i++)
		if ((rr->at[i] = stream_reader_find(rr->r, reject_read_columns[i])) < 0)
			return (err_set(e, STATUS_DATA, "'%s' has no column '%s'", path,
			    reject_read_columns[i]));
	return (0);
}

static void
reject_read_close(struct reject_reader *rr)
{
	size_t i;

	stream_reader_free(rr->r);
	if (rr->fd > STDIN_FILENO)
		(void)close(rr->fd);
	for (i = 0; i < rr->ncounts; i++) {
		free(rr->counts[i].code);
		buf_free(&rr->counts[i].examples);
	}
}

/* The line of a record's first fault; past REJECT_READ_CODES codes the last one. */
static struct reject_count *
reject_read_line(struct reject_reader *rr, const struct stream_field *code)
{
	size_t i;

	for (i = 0; i < rr->ncounts; i++)
		if (reject_read_is(code, rr->counts[i].code))
			return (&rr->counts[i]);
	if (rr->ncounts == REJECT_READ_CODES)
		return (&rr->counts[rr->ncounts - 1]);
	rr->counts[i].code = xstrndup(code->p, code->len);
	rr->counts[i].examples.max = 16 << 20;
	rr->ncounts++;
	return (&rr->counts[i]);
}

/* The faults of a record are a list of objects, or the file is not one of ours. */
static int
reject_read_faults(const struct reject_reader *rr, const struct stream_field *f, struct err *e)
{
	struct json *list = json_parse(f->p, f->len, NULL), *x = NULL;
	bool good = list != NULL && list->kind == JSON_ARRAY;

	for (x = good ? list->child : NULL; x != NULL; x = x->next)
		good = good && x->kind == JSON_OBJECT;
	json_free(list);
	return (good ? 0 :
		       err_set(e, STATUS_DATA, "'%s', row %llu: its faults are no list of objects",
			   rr->path, (unsigned long long)stream_reader_rows(rr->r)));
}

/* {"record": ..., "offset": ..., "key": ..., "severity": ..., "faults": [...]} */
static int
reject_read_example(struct reject_reader *rr, struct reject_count *c, const struct stream_field *f,
    struct err *e)
{
	struct json_writer *w;
	int i, rc;

	if (reject_read_faults(rr, &f[rr->at[AT_FAULTS]], e))
		return (-1);
	w = json_writer_new(&c->examples);
	if (c->shown++ > 0 && buf_add(&c->examples, ",", 1, e)) {
		json_writer_free(w);
		return (-1);
	}
	json_put_object(w);
	for (i = AT_RECORD; i <= AT_SEVERITY; i++) {
		const struct stream_field *v = &f[rr->at[i]];

		json_put_key(w, reject_read_columns[i] + (reject_read_columns[i][0] == '_'));
		if (v->null)
			json_put_null(w);
		else if (i == AT_RECORD || i == AT_OFFSET)
			json_put_number(w, v->p, v->len);
		else
			json_put_text(w, v->p, v->len);
	}
	json_put_key(w, "faults");
	json_put_json(w, f[rr->at[AT_FAULTS]].p, f[rr->at[AT_FAULTS]].len);
	json_put_close(w);
	if ((rc = json_writer_end(w, e)) != 0)
		(void)err_prefix(e, "'%s', row %llu", rr->path,
		    (unsigned long long)stream_reader_rows(rr->r));
	json_writer_free(w);
	return (rc);
}

static int
reject_read_row(struct reject_reader *rr, struct err *e)
{
	const struct stream_field *f = stream_reader_fields(rr->r), *code = &f[rr->at[AT_CODE]];
	bool reject = reject_read_is(&f[rr->at[AT_SEVERITY]], "reject");
	struct reject_count *c;

	if (reject_read_is(&f[rr->at[AT_SEVERITY]], "form") ||
	    (rr->o->code != NULL && !reject_read_is(code, rr->o->code)))
		return (0);
	c = reject_read_line(rr, code);
	c->rejects += reject;
	c->flaws += !reject;
	rr->rejects += reject;
	rr->flaws += !reject;
	return (c->shown < rr->o->examples ? reject_read_example(rr, c, f, e) : 0);
}

/* An example as lines: where it stands, and each fault. */
static int
reject_read_show(const struct json *x, struct buf *out, struct err *e)
{
	const struct json *m, *f, *k;
	const char *record = "", *offset = "", *key = NULL, *severity = "";

	for (m = x->child; m != NULL; m = m->next) {
		if (strcmp(m->key, "faults") != 0) {
			const char **text = strcmp(m->key, "record") == 0 ? &record :
			    strcmp(m->key, "offset") == 0                 ? &offset :
			    strcmp(m->key, "key") == 0                    ? &key :
									    &severity;

			if (m->kind != JSON_NULL)
				*text = m->text;
			continue;
		}
		if (screen_addf(out, e, "    record %s at byte %s (%s)%s%s\n", record, offset,
			severity, key != NULL && key[0] != '\0' ? ", key " : "",
			key != NULL ? key : ""))
			return (-1);
		for (f = m->child; f != NULL; f = f->next) {
			if (buf_adds(out, "      ", e))
				return (-1);
			for (k = f->child; k != NULL; k = k->next)
				if (k->kind == JSON_STRING && strcmp(k->key, "code") != 0 &&
				    screen_addf(out, e,
					strcmp(k->key, "value") == 0 ? "'%.120s' " : "%s%s",
					k->text, strcmp(k->key, "reason") == 0 ? "" : " "))
					return (-1);
			if (buf_add(out, "\n", 1, e))
				return (-1);
		}
	}
	return (0);
}

static int
reject_read_text(const struct reject_reader *rr, struct buf *out, struct err *e)
{
	struct buf list = BUF_INIT(64 << 20);
	const struct json *x;
	struct json *all;
	size_t i;
	int rc = -1;

	if (screen_addf(out, e, "%s: %llu rejected, %llu with flaws, of '%s' (%s)\n", rr->path,
		(unsigned long long)rr->rejects, (unsigned long long)rr->flaws,
		stream_reader_source(rr->r), stream_reader_kind(rr->r)))
		return (-1);
	for (i = 0; i < rr->ncounts; i++) {
		const struct reject_count *c = &rr->counts[i];
		const struct reject_code *known = reject_code_find(c->code);

		list.len = 0;
		if (screen_addf(out, e, "\n%-20s %11llu rejected %11llu with flaws\n", c->code,
			(unsigned long long)c->rejects, (unsigned long long)c->flaws) ||
		    (known != NULL &&
			screen_addf(out, e, "  %s\n  -> %s\n", known->meaning, known->advice)) ||
		    buf_add(&list, "[", 1, e) ||
		    buf_add(&list, c->examples.len > 0 ? c->examples.p : "", c->examples.len, e) ||
		    buf_add(&list, "]", 1, e) || (all = json_parse(list.p, list.len, e)) == NULL)
			goto done;
		for (x = all->child; x != NULL; x = x->next)
			if (reject_read_show(x, out, e)) {
				json_free(all);
				goto done;
			}
		json_free(all);
	}
	rc = 0;
done:
	buf_free(&list);
	return (rc);
}

static int
reject_read_json(const struct reject_reader *rr, struct buf *out, struct err *e)
{
	struct json_writer *w = json_writer_new(out);
	struct buf list = BUF_INIT(64 << 20);
	size_t i;
	int rc = 0;

	json_put_object(w);
	json_member_text(w, "file", rr->path);
	json_member_text(w, "kind", stream_reader_kind(rr->r));
	json_member_text(w, "source", stream_reader_source(rr->r));
	json_member_u64(w, "rejects", rr->rejects);
	json_member_u64(w, "flaws", rr->flaws);
	json_put_key(w, "codes");
	json_put_array(w);
	for (i = 0; rc == 0 && i < rr->ncounts; i++) {
		const struct reject_count *c = &rr->counts[i];

		list.len = 0;
		rc = buf_add(&list, "[", 1, e) ||
		    buf_add(&list, c->examples.len > 0 ? c->examples.p : "", c->examples.len, e) ||
		    buf_add(&list, "]", 1, e);
		json_put_object(w);
		json_member_text(w, "code", c->code);
		json_member_u64(w, "rejects", c->rejects);
		json_member_u64(w, "flaws", c->flaws);
		json_put_key(w, "examples");
		json_put_json(w, list.len > 0 ? list.p : "[]", list.len > 0 ? list.len : 2);
		json_put_close(w);
	}
	json_put_close(w);
	json_put_close(w);
	if (json_writer_end(w, e))
		rc = -1;
	json_writer_free(w);
	buf_free(&list);
	return (rc ? -1 : buf_add(out, "\n", 1, e));
}

int
reject_read_count(const char *path, const struct reject_options *o, bool json, struct buf *out,
    struct err *e)
{
	struct reject_reader *rr = xcalloc(1, sizeof(*rr));
	enum stream_event ev = STREAM_ROW;
	int rc = reject_read_open(rr, path, o, e);

	while (rc == 0 && (ev = stream_reader_next(rr->r, e)) != STREAM_END) {
		if (ev == STREAM_FAULT)
			rc = -1;
		else if (ev == STREAM_ROW)
			rc = reject_read_row(rr, e);
	}
	if (rc == 0)
		rc = json ? reject_read_json(rr, out, e) : reject_read_text(rr, out, e);
	reject_read_close(rr);
	free(rr);
	return (rc);
}

/* What is being replayed: the form, and a file without a name that takes the records. */
struct reject_replay {
	struct reject_reader *rr;
	char *kind, *dataset, *columns; /* as the form's row has them */
	int spool;
	struct buf b;
	uint64_t n;
};

static int
reject_read_form(struct reject_replay *p, const struct stream_field *f, struct err *e)
{
	const struct stream_field *kind = &f[p->rr->at[AT_CODE]], *raw = &f[p->rr->at[AT_RAW]];
	const struct stream_field *dataset = &f[p->rr->at[AT_KEY]];

	if (p->kind != NULL) { /* a file behind a file: its columns are there already */
		if (reject_read_is(kind, p->kind) && reject_read_is(dataset, p->dataset) &&
		    reject_read_is(raw, p->columns))
			return (0);
		return (err_set(e, STATUS_DATA,
		    "'%s' holds records of two forms: replay them one by one", p->rr->path));
	}
	p->kind = xstrndup(kind->p, kind->len);
	p->dataset = xstrndup(dataset->p, dataset->len);
	p->columns = xstrndup(raw->p, raw->len);
	if (raw->len == 0)
		return (0);
	if (buf_reserve(&p->b, raw->len / 2 + 1, e) || num_unhex(p->b.p, raw->p, raw->len / 2))
		return (err_set(e, STATUS_DATA, "the columns in '%s' are no hex", p->rr->path));
	p->b.len = raw->len / 2;
	return (buf_add(&p->b, "\n", 1, e));
}

static int
reject_read_record(struct reject_replay *p, const struct stream_field *f, struct err *e)
{
	const struct stream_field *raw = &f[p->rr->at[AT_RAW]], *faults = &f[p->rr->at[AT_FAULTS]];
	static const char cut[] = "\"code\":\"raw_cut\"";
	size_t i, n = raw->len / 2;

	if (p->kind == NULL)
		return (err_set(e, STATUS_DATA,
		    "'%s' does not say what its records are: it was written by an older version",
		    p->rr->path));
	for (i = 0; i + sizeof(cut) - 1 <= faults->len; i++)
		if (memcmp(faults->p + i, cut, sizeof(cut) - 1) == 0)
			return (err_set(e, STATUS_DATA,
			    "record %.*s of '%s' was too long to be kept whole",
			    (int)f[p->rr->at[AT_RECORD]].len, f[p->rr->at[AT_RECORD]].p,
			    p->rr->path));
	if (buf_reserve(&p->b, n + 1, e))
		return (-1);
	if (num_unhex(p->b.p + p->b.len, raw->p, n))
		return (err_set(e, STATUS_DATA, "a record in '%s' is no hex", p->rr->path));
	p->b.len += n;
	p->n++;
	return (strcmp(p->kind, "records") == 0 ? 0 : buf_add(&p->b, "\n", 1, e));
}

static int
reject_read_rows(struct reject_replay *p, struct err *e)
{
	const struct reject_options *o = p->rr->o;
	enum stream_event ev;
	int rc = 0;

	while (rc == 0 && (ev = stream_reader_next(p->rr->r, e)) != STREAM_END) {
		const struct stream_field *f = stream_reader_fields(p->rr->r);

		if (ev == STREAM_FAULT)
			return (-1);
		if (ev != STREAM_ROW)
			continue;
		if (reject_read_is(&f[p->rr->at[AT_SEVERITY]], "form"))
			rc = reject_read_form(p, f, e);
		else if ((o->code == NULL || reject_read_is(&f[p->rr->at[AT_CODE]], o->code)) &&
		    (o->flaws || reject_read_is(&f[p->rr->at[AT_SEVERITY]], "reject")))
			rc = reject_read_record(p, f, e);
		if (rc == 0 && p->b.len >= REJECT_READ_PIECE) {
			rc = io_write_all(p->spool, p->b.p, p->b.len, "temporary file", e);
			p->b.len = 0;
		}
	}
	return (rc != 0 ? -1 : io_write_all(p->spool, p->b.p, p->b.len, "temporary file", e));
}

/* The file is whole: hand on what was spooled. */
static int
reject_read_send(struct reject_replay *p, int fd, struct err *e)
{
	struct plain_options opt = { p->kind, stream_reader_source(p->rr->r), "-",
		stream_reader_run(p->rr->r), NULL, STREAM_ROW_MAX };
	char path[40];
	ssize_t k;

	if (p->kind == NULL || p->n == 0)
		return (0);
	if (lseek(p->spool, 0, SEEK_SET) != 0)
		return (err_sys(e, STATUS_IO, "cannot rewind the temporary file"));
	if (strchr(p->kind, ':') != NULL && !p->rr->o->csv) {
		if (p->dataset[0] != '\0')
			opt.dataset = p->dataset;
		if (strncmp(p->kind, "entity:", strlen("entity:")) == 0 &&
		    stream_reader_tenant(p->rr->r)[0] != '\0')
			opt.tenant = stream_reader_tenant(p->rr->r);
		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", p->spool);
		return (plain_seal(path, fd, &opt, e));
	}
	if (buf_reserve(&p->b, REJECT_READ_PIECE, e))
		return (-1);
	while ((k = io_read(p->spool, p->b.p, REJECT_READ_PIECE, "temporary file", e)) > 0)
		if (io_write_all(fd, p->b.p, (size_t)k, "standard output", e))
			return (-1);
	return (k < 0);
}

int
reject_read_replay(const char *path, const struct reject_options *o, int fd, uint64_t *n,
    struct err *e)
{
	struct reject_reader *rr = xcalloc(1, sizeof(*rr));
	struct reject_replay p = { .rr = rr, .spool = -1 };
	int rc = -1;

	p.b.max = 8 << 20;
	if (reject_read_open(rr, path, o, e) == 0 && (p.spool = io_spool(e)) >= 0 &&
	    reject_read_rows(&p, e) == 0)
		rc = reject_read_send(&p, fd, e);
	*n = p.n;
	if (p.spool >= 0)
		(void)close(p.spool);
	free(p.kind);
	free(p.dataset);
	free(p.columns);
	buf_free(&p.b);
	reject_read_close(rr);
	free(rr);
	return (rc);
}
