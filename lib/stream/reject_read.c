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
#include "stream/plain.h"
#include "stream/reader.h"
#include "stream/reject.h"
#include "stream/reject_code.h"

enum { REJECT_READ_CODES = 256, REJECT_READ_PIECE = 64 << 10 };

/* Columns of a reject file; a file of before the keys has them not. */
enum { AT_RECORD, AT_OFFSET, AT_KEY, AT_SEVERITY, AT_CODE, AT_FAULTS, AT_RAW, AT_COLUMNS };
static const char *const reject_read_columns[] = { "_record", "_offset", "key", "severity", "code",
	"faults", "raw" };

struct reject_example {
	char *record, *offset; /* numbers, or NULL */
	char *key;             /* or NULL */
	bool reject;
	struct json *faults;
};

struct reject_count {
	char *code;
	uint64_t rejects, flaws;
	struct reject_example *examples;
	size_t nexamples, cap;
};

struct reject_reader {
	const char *path;
	const struct reject_options *o;
	int fd;
	struct stream_reader *r;
	int at[AT_COLUMNS];
	struct reject_count counts[REJECT_READ_CODES];
	size_t ncounts;
	uint64_t rejects, flaws, unnamed;
};

/* Whether the field's bytes are exactly ${word}. */
static bool
reject_read_is(const struct stream_field *f, const char *word)
{

	return (f->len == strlen(word) && memcmp(f->p, word, f->len) == 0);
}

/* Open the reject file, or standard input for '-', and find its columns; call reject_read_close()
 * even after an error. */
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

/* Close the file and free the counts with their examples, but not ${rr} itself. */
static void
reject_read_close(struct reject_reader *rr)
{
	size_t i, k;

	stream_reader_free(rr->r);
	if (rr->fd > STDIN_FILENO)
		(void)close(rr->fd);
	for (i = 0; i < rr->ncounts; i++) {
		for (k = 0; k < rr->counts[i].nexamples; k++) {
			struct reject_example *x = &rr->counts[i].examples[k];

			free(x->record);
			free(x->offset);
			free(x->key);
			json_free(x->faults);
		}
		free(rr->counts[i].examples);
		free(rr->counts[i].code);
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
	rr->ncounts++;
	return (&rr->counts[i]);
}

/* The field as a string that the caller frees, or NULL if it is null. */
static char *
reject_read_copy(const struct stream_field *f)
{

	return (f->null ? NULL : xstrndup(f->p, f->len));
}

/* A copy of a record's number or offset, NULL if the file has none: what is not a number is an
 * error. */
static int
reject_read_number(const struct reject_reader *rr, const struct stream_field *f, char **to,
    struct err *e)
{
	char text[21];
	uint64_t n;

	*to = NULL;
	if (f->null)
		return (0);
	if (num_u64(f->p, f->len, 0, UINT64_MAX, &n))
		return (
		    err_set(e, STATUS_DATA, "'%s', row %llu: its record or offset is not a number",
			rr->path, (unsigned long long)stream_reader_rows(rr->r)));
	text[num_fmt(text, n)] = '\0'; /* as JSON writes it: 1, not 01 */
	*to = xstrdup(text);
	return (0);
}

/* Keep a record.  Its faults are a list of objects, or the file is not one of ours. */
static int
reject_read_example(struct reject_reader *rr, struct reject_count *c, const struct stream_field *f,
    struct err *e)
{
	const struct stream_field *faults = &f[rr->at[AT_FAULTS]];
	struct json *list = json_parse(faults->p, faults->len, NULL), *x;
	bool good = list != NULL && list->kind == JSON_ARRAY;
	struct reject_example *to;

	for (x = good ? list->child : NULL; x != NULL; x = x->next)
		good = good && x->kind == JSON_OBJECT;
	if (!good) {
		json_free(list);
		return (
		    err_set(e, STATUS_DATA, "'%s', row %llu: its faults are not a list of objects",
			rr->path, (unsigned long long)stream_reader_rows(rr->r)));
	}
	if (c->nexamples == c->cap)
		c->examples = xgrow(c->examples, &c->cap, sizeof(*c->examples));
	to = &c->examples[c->nexamples++];
	memset(to, 0, sizeof(*to));
	to->key = reject_read_copy(&f[rr->at[AT_KEY]]);
	to->reject = reject_read_is(&f[rr->at[AT_SEVERITY]], "reject");
	to->faults = list;
	return (reject_read_number(rr, &f[rr->at[AT_RECORD]], &to->record, e) ||
	    reject_read_number(rr, &f[rr->at[AT_OFFSET]], &to->offset, e));
}

/* Is the record's key one that is asked for? */
static bool
reject_read_wanted(const struct reject_reader *rr, const struct stream_field *key)
{
	size_t i;

	for (i = 0; i < rr->o->nkeys; i++)
		if (!key->null && reject_read_is(key, rr->o->keys[i]))
			return (true);
	return (rr->o->keys == NULL);
}

/* Count the present row, and keep it if its code has too few examples; form rows and other codes
 * than asked for are skipped. */
static int
reject_read_row(struct reject_reader *rr, struct err *e)
{
	const struct stream_field *f = stream_reader_fields(rr->r), *code = &f[rr->at[AT_CODE]];
	bool reject = reject_read_is(&f[rr->at[AT_SEVERITY]], "reject");
	struct reject_count *c;

	if (reject_read_is(&f[rr->at[AT_SEVERITY]], "form") ||
	    (rr->o->code != NULL && !reject_read_is(code, rr->o->code)))
		return (0);
	rr->unnamed += reject && f[rr->at[AT_KEY]].null;
	if (!reject_read_wanted(rr, &f[rr->at[AT_KEY]]))
		return (0);
	c = reject_read_line(rr, code);
	c->rejects += reject;
	c->flaws += !reject;
	rr->rejects += reject;
	rr->flaws += !reject;
	return (c->nexamples < rr->o->examples ? reject_read_example(rr, c, f, e) : 0);
}

/* Does the list of faults hold one with this code? */
static bool
reject_read_coded(const struct json *faults, const char *code)
{
	const struct json *f, *m;

	for (f = faults->child; f != NULL; f = f->next)
		if ((m = json_get(f, "code")) != NULL && m->kind == JSON_STRING &&
		    strcmp(m->text, code) == 0)
			return (true);
	return (false);
}

/* A fault as one line: column, value, reason; as JSON all that the file has.  Value and reason, which may
 * quote it, are left out where they are a person's and ${hide} is set. */
static void
reject_read_fault(const struct json *fault, bool hide, struct json_writer *w, struct report *r)
{
	struct buf line = BUF_INIT(1 << 20);
	const struct json *m;

	hide = hide && json_get(fault, "person") != NULL;
	json_put_object(w);
	for (m = fault->child; m != NULL; m = m->next) {
		bool value = strcmp(m->key, "value") == 0;

		json_put_key(w, m->key);
		if (hide && (value || strcmp(m->key, "reason") == 0)) {
			json_put_null(w);
			if (value)
				(void)buf_addf(&line, NULL, "%s%s", line.len > 0 ? " " : "",
				    FAULT_HIDDEN);
			continue;
		}
		json_put_value(w, m);
		if (m->kind == JSON_STRING && strcmp(m->key, "code") != 0)
			(void)buf_addf(&line, NULL, value ? "%s'%.120s'" : "%s%s",
			    line.len > 0 ? " " : "", m->text);
	}
	json_put_close(w);
	if (line.len > 0 && buf_str(&line, NULL) != NULL)
		report_block(r, line.p, line.len);
	buf_free(&line);
}

/* Report one example: its place, severity and key, and each of its faults; without what is a person's where
 * ${hide} is set. */
static int
reject_read_show(const struct reject_example *x, bool hide, struct report *r, struct err *e)
{
	const bool keyed = x->key != NULL && x->key[0] != '\0';
	const char *key =
	    hide && keyed && reject_read_coded(x->faults, "person_key") ? NULL : x->key;
	struct buf faults = BUF_INIT(16 << 20);
	struct json_writer *w = json_writer_new(&faults);
	const char *severity = x->reject ? "reject" : "flaw";
	const struct json *f;
	int rc;

	report_finding(r, "  record %s at byte %s (%s)%s%s", x->record ? x->record : "-",
	    x->offset ? x->offset : "-", severity, key && keyed ? ", key " : "", key ? key : "");
	json_put_array(w);
	for (f = x->faults->child; f != NULL; f = f->next)
		reject_read_fault(f, hide, w, r);
	json_put_close(w);
	rc = json_writer_end(w, e) || buf_str(&faults, e) == NULL;
	json_writer_free(w);
	report_open(r, NULL);
	report_json(r, "record", x->record);
	report_json(r, "offset", x->offset);
	report_text(r, "key", NULL, key);
	report_text(r, "severity", NULL, severity);
	report_json(r, "faults", faults.p);
	report_close(r);
	buf_free(&faults);
	return (rc);
}

/* What became of the records of one code, what it means, and some of them. */
static int
reject_read_code(const struct reject_count *c, bool hide, struct report *r, struct err *e)
{
	const struct reject_code *known = reject_code_find(c->code);
	size_t i;
	int rc = 0;

	report_title(r, "%s: %llu rejected, %llu with flaws", c->code,
	    (unsigned long long)c->rejects, (unsigned long long)c->flaws);
	if (known != NULL) {
		report_line(r, "%s", known->meaning);
		report_line(r, "-> %s", known->advice);
	}
	report_open(r, NULL);
	report_text(r, "code", NULL, c->code);
	report_count(r, "rejects", NULL, c->rejects);
	report_count(r, "flaws", NULL, c->flaws);
	report_list(r, "examples");
	for (i = 0; rc == 0 && i < c->nexamples; i++)
		rc = reject_read_show(&c->examples[i], hide, r, e);
	report_close(r);
	report_close(r);
	return (rc);
}

/* Report the totals of the file, and then each code with its examples. */
static int
reject_read_report(const struct reject_reader *rr, struct report *r, struct err *e)
{
	size_t i;
	int rc = 0;

	report_title(r, "%s: %llu rejected, %llu with flaws, of '%s' (%s)", rr->path,
	    (unsigned long long)rr->rejects, (unsigned long long)rr->flaws,
	    stream_reader_source(rr->r), stream_reader_kind(rr->r));
	report_open(r, NULL);
	report_text(r, "file", NULL, rr->path);
	report_text(r, "kind", NULL, stream_reader_kind(rr->r));
	report_text(r, "source", NULL, stream_reader_source(rr->r));
	report_count(r, "rejects", NULL, rr->rejects);
	report_count(r, "flaws", NULL, rr->flaws);
	report_list(r, "codes");
	for (i = 0; rc == 0 && i < rr->ncounts; i++)
		rc = reject_read_code(&rr->counts[i], !rr->o->persons, r, e);
	report_close(r);
	report_close(r);
	return (rc);
}

int
reject_read_count(const char *path, const struct reject_options *o, struct report *r,
    struct reject_found *found, struct err *e)
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
	found->records = rr->rejects + rr->flaws;
	found->unnamed = rr->unnamed;
	if (rc == 0 && (!o->silent || found->records > 0))
		rc = reject_read_report(rr, r, e);
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

/* Take the records' kind, dataset and column names from a form row; a second form must be the
 * same. */
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
	if (dataset->len >= BOOK_DATASET_SIZE)
		return (err_set(e, STATUS_DATA, "'%s': its dataset's name is longer than %d bytes",
		    p->rr->path, BOOK_DATASET_SIZE - 1));
	p->kind = xstrndup(kind->p, kind->len);
	p->dataset = xstrndup(dataset->p, dataset->len);
	p->columns = xstrndup(raw->p, raw->len);
	if (raw->len == 0)
		return (0);
	if (buf_reserve(&p->b, raw->len / 2 + 1, e) || num_unhex(p->b.p, raw->p, raw->len / 2))
		return (err_set(e, STATUS_DATA, "the columns in '%s' are not hex", p->rr->path));
	p->b.len = raw->len / 2;
	return (buf_add(&p->b, "\n", 1, e));
}

/* Append a record's raw bytes to the buffer, with a line end unless the kind is 'records'; one
 * that was cut is an error. */
static int
reject_read_record(struct reject_replay *p, const struct stream_field *f, struct err *e)
{
	const struct stream_field *raw = &f[p->rr->at[AT_RAW]], *faults = &f[p->rr->at[AT_FAULTS]];
	static const char cut[] = "\"code\":\"raw_cut\"";
	size_t i, n = raw->len / 2;

	if (p->kind == NULL)
		return (err_set(e, STATUS_DATA,
		    "'%s' does not describe its records: it was written by an older version",
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
		return (err_set(e, STATUS_DATA, "a record in '%s' is not hex", p->rr->path));
	p->b.len += n;
	p->n++;
	return (strcmp(p->kind, "records") == 0 ? 0 : buf_add(&p->b, "\n", 1, e));
}

/* Read the file to its end, and spool the records that the options choose. */
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
