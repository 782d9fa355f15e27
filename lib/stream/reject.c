/* Reject files, written. */

#include "stream/reject.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/digest.h"
#include "base/io.h"
#include "base/json.h"
#include "base/num.h"
#include "base/outfile.h"
#include "base/utf8.h"
#include "stream/reject_code.h"

enum {
	FAULT_MAX = 50,
	FAULT_VALUE_MAX = 200,
	FAULT_COLUMN_SIZE = 132,
	FAULT_REASON_SIZE = 300,
	FAULT_LINE_SIZE = 1400,
	/* Raw bytes kept of a record: in hex, and with its faults, still one row. */
	REJECT_RAW_MAX = 256 << 10,
	REJECT_FAULTS_MAX = 256 << 10,
};

struct fault {
	char code[BOOK_CODE_SIZE];
	char column[FAULT_COLUMN_SIZE]; /* empty where the whole record is meant */
	char value[FAULT_VALUE_MAX];
	size_t len;
	bool has_value;
	bool cut;
	bool person; /* the value is a person's */
	char reason[FAULT_REASON_SIZE];
};

struct fault_list {
	struct fault v[FAULT_MAX];
	size_t n;    /* kept */
	size_t more; /* and not kept */
	fault_person_fn *person;
	const void *cookie;
	bool person_key;
	char line[FAULT_LINE_SIZE];
};

struct fault_list *
fault_list_new(void)
{

	return (xcalloc(1, sizeof(struct fault_list)));
}

void
fault_list_persons(struct fault_list *l, fault_person_fn *fn, const void *cookie, bool key)
{

	l->person = fn;
	l->cookie = cookie;
	l->person_key = key;
}

void
fault_add(struct fault_list *l, const char *code, const char *column, const char *value, size_t len,
    const char *fmt, ...)
{
	struct fault *f;
	va_list ap;

	if (l->n == FAULT_MAX) {
		l->more++;
		return;
	}
	f = &l->v[l->n++];
	(void)snprintf(f->code, sizeof(f->code), "%s", code);
	(void)snprintf(f->column, sizeof(f->column), "%s", column != NULL ? column : "");
	f->has_value = value != NULL;
	f->person =
	    l->person != NULL && column != NULL && value != NULL && l->person(l->cookie, column);
	f->len = value != NULL ? len : 0;
	f->cut = f->len > FAULT_VALUE_MAX;
	if (f->cut) {
		/* Where the value is UTF-8, cut it between two characters. */
		f->len = utf8_span(value, FAULT_VALUE_MAX);
		if (f->len < FAULT_VALUE_MAX - 3)
			f->len = FAULT_VALUE_MAX;
	}
	if (f->len > 0)
		memcpy(f->value, value, f->len);
	va_start(ap, fmt);
	(void)vsnprintf(f->reason, sizeof(f->reason), fmt, ap);
	va_end(ap);
}

size_t
fault_count(const struct fault_list *l)
{

	return (l->n + l->more);
}

/* A fault as a line, into ${dst}; the reason may quote the value. */
static void
fault_line(const struct fault *f, char *dst, size_t size)
{
	char value[FAULT_VALUE_MAX * 4 + 8];
	size_t skip = 0;

	if (f->person) {
		const struct reject_code *known = reject_code_find(f->code);

		(void)snprintf(dst, size, "%s (a person's): %s", f->column,
		    known != NULL ? known->meaning : f->code);
		return;
	}
	if (f->has_value)
		(void)err_quote(value, sizeof(value), f->value, f->len);
	else
		value[0] = '\0';
	if (f->column[0] != '\0')
		skip = (size_t)snprintf(dst, size, "%s", f->column);
	if (f->has_value)
		skip += (size_t)snprintf(dst + skip, size - skip, "%s'%s%s'", skip > 0 ? " " : "",
		    value, f->cut ? "..." : "");
	(void)snprintf(dst + skip, size - skip, "%s%s", skip > 0 ? ": " : "", f->reason);
}

const char *
fault_text(const struct fault_list *l, size_t i, const char **code)
{
	/* The line is scratch space; what the caller holds const is the list. */
	struct fault_list *scratch = (struct fault_list *)(uintptr_t)l;

	if (i >= l->n) {
		if (code != NULL)
			*code = "more_faults";
		(void)snprintf(scratch->line, sizeof(scratch->line),
		    "%zu more faults of this record", l->more);
	} else {
		if (code != NULL)
			*code = l->v[i].code;
		fault_line(&l->v[i], scratch->line, sizeof(scratch->line));
	}
	return (l->line);
}

void
fault_clear(struct fault_list *l)
{

	l->n = l->more = 0;
}

void
fault_copy(struct fault_list *l, const struct fault_list *from)
{
	size_t i;

	for (i = 0; i < from->n && l->n < FAULT_MAX; i++) {
		struct fault *f = &l->v[l->n++];

		*f = from->v[i];
		f->person = l->person != NULL && f->column[0] != '\0' && f->has_value &&
		    l->person(l->cookie, f->column);
	}
	l->more += from->n - i + from->more;
}

void
fault_list_free(struct fault_list *l)
{

	free(l);
}

struct reject_writer {
	char *path;           /* NULL without a reject file */
	struct outfile *file; /* likewise, and when it is closed */
	char *source;
	struct stream_writer *out;
	struct book *book;
	struct json_writer *json;
	struct buf faults;
	char *hex; /* 2 * REJECT_RAW_MAX */
	/* What reject_form() said; form_kind is NULL once that is written. */
	char *form_kind, *form_dataset, *form_columns;
	size_t form_len;
};

static const char *const reject_columns[] = {
	"_record",
	"_offset",
	"key",
	"severity",
	"code",
	"faults",
	"raw",
};
enum { REJECT_COLUMNS = sizeof(reject_columns) / sizeof(reject_columns[0]) };

/* Open the reject file at ${path} and write the header of its stream, of kind "reject:" and the
 * kind of ${of}. */
static int
reject_start(struct reject_writer *w, const char *path, const struct stream_header *of,
    struct err *e)
{
	struct stream_header h = { NULL, of->source, of->run, NULL, of->tenant };
	struct buf k = BUF_INIT(256);
	int rc = -1;

	if (strlen(path) >= BOOK_FILE_SIZE)
		return (err_set(e, STATUS_USAGE,
		    "the reject file's name is longer than %d "
		    "bytes",
		    BOOK_FILE_SIZE - 1));
	w->path = xstrdup(path);
	w->hex = xcalloc(2, REJECT_RAW_MAX);
	w->json = json_writer_new(&w->faults);
	if ((w->file = outfile_open(path, e)) == NULL)
		return (err_prefix(e, "the reject file"));
	if (buf_addf(&k, e, "reject:%s", of->kind) == 0 && (h.kind = buf_str(&k, e)) != NULL &&
	    (w->out = stream_writer_open_text(outfile_fd(w->file), outfile_name(w->file), &h,
		 reject_columns, REJECT_COLUMNS, e)) != NULL)
		rc = 0;
	buf_free(&k);
	return (rc);
}

struct reject_writer *
reject_open(const char *path, const struct stream_header *of, struct book *book, struct err *e)
{
	struct reject_writer *w = xcalloc(1, sizeof(*w));

	w->book = book;
	w->source = xstrdup(of->source);
	w->faults.max = REJECT_FAULTS_MAX;
	if (path != NULL && reject_start(w, path, of, e)) {
		reject_abandon(w);
		return (NULL);
	}
	return (w);
}

struct reject_writer *
reject_open_nth(const char *path, uint64_t nth, const struct stream_header *of, struct book *book,
    struct err *e)
{
	char numbered[4096];
	int n;

	if (path == NULL || nth < 2)
		return (reject_open(path, of, book, e));
	n = snprintf(numbered, sizeof(numbered), "%s.%llu", path, (unsigned long long)nth);
	if (n < 0 || (size_t)n >= sizeof(numbered)) {
		(void)err_set(e, STATUS_USAGE, "the reject file's name is too long");
		return (NULL);
	}
	return (reject_open(numbered, of, book, e));
}

/* One member {"code":..., "column":..., "value":..., "reason":...}, "person" where that holds. */
static void
reject_fault(struct json_writer *j, const char *code, const char *column, const char *value,
    size_t len, const char *reason, bool person)
{
	char quoted[FAULT_VALUE_MAX * 4 + 8];
	const char *text[2] = { column, reason };
	const char *key[2] = { "column", "reason" };
	size_t i;

	json_put_object(j);
	json_put_key(j, "code");
	json_put_text(j, code, strlen(code));
	for (i = 0; i < 2; i++) {
		json_put_key(j, key[i]);
		if (text[i] == NULL)
			json_put_null(j);
		else if (utf8_span(text[i], strlen(text[i])) == strlen(text[i]))
			json_put_text(j, text[i], strlen(text[i]));
		else {
			(void)err_quote(quoted, sizeof(quoted), text[i], strlen(text[i]));
			json_put_text(j, quoted, strlen(quoted));
		}
		if (i > 0)
			continue;
		json_put_key(j, "value");
		if (value == NULL) {
			json_put_null(j);
		} else if (utf8_span(value, len) == len) {
			json_put_text(j, value, len);
		} else {
			/* EBCDIC or packed digits: as \xHH, the raw column has the bytes. */
			(void)err_quote(quoted, sizeof(quoted), value, len);
			json_put_text(j, quoted, strlen(quoted));
		}
	}
	if (person) {
		json_put_key(j, "person");
		json_put_bool(j, true);
	}
	json_put_close(j);
}

/* Put the faults as a JSON array into w->faults; ${len} is the record's size, to note that its raw
 * bytes were cut. */
static int
reject_faults(struct reject_writer *w, const struct fault_list *l, size_t len, struct err *e)
{
	char note[100];
	size_t i;

	w->faults.len = 0;
	json_put_array(w->json);
	for (i = 0; i < l->n; i++) {
		const struct fault *f = &l->v[i];

		reject_fault(w->json, f->code, f->column[0] ? f->column : NULL,
		    f->has_value ? f->value : NULL, f->len, f->reason, f->person);
	}
	if (l->person_key)
		reject_fault(w->json, "person_key", NULL, NULL, 0, "the key may name a person",
		    false);
	if (l->more > 0) {
		(void)snprintf(note, sizeof(note), "%zu more faults of this record", l->more);
		reject_fault(w->json, "more_faults", NULL, NULL, 0, note, false);
	}
	if (len > REJECT_RAW_MAX) {
		(void)snprintf(note, sizeof(note), "raw has the first %d of %zu bytes",
		    REJECT_RAW_MAX, len);
		reject_fault(w->json, "raw_cut", NULL, NULL, 0, note, false);
	}
	json_put_close(w->json);
	return (json_writer_end(w->json, e));
}

/* Report the record's first fault as an error if there is not a reject file to keep it; always -1.
 */
static int
reject_refuse(const struct reject_writer *w, const struct reject_at *at, const struct fault_list *l,
    struct err *e)
{
	char line[FAULT_LINE_SIZE] = "no reason given";

	if (l->n > 0)
		fault_line(&l->v[0], line, sizeof(line));
	(void)err_set(e, STATUS_DATA, "'%s': record %llu at byte %llu: %s: %.600s", w->source,
	    (unsigned long long)at->record, (unsigned long long)at->offset,
	    l->n > 0 ? l->v[0].code : "other", line);
	return (err_hint(e,
	    "with --rejects FILE bad records are set aside there, up to the "
	    "limit of --max-rejects"));
}

void
reject_form(struct reject_writer *w, const char *kind, const char *dataset, const char *columns,
    size_t len)
{

	w->form_kind = xstrdup(kind);
	w->form_dataset = xstrdup(dataset != NULL ? dataset : "");
	w->form_columns = columns != NULL ? xstrndup(columns, len) : NULL;
	w->form_len = columns != NULL ? len : 0;
}

/* One row, but for its faults, which stand in w->faults. */
static int
reject_row(struct reject_writer *w, const struct reject_at *at, const char *severity,
    const char *code, const void *raw, size_t len, struct err *e)
{

	num_hex(w->hex, raw, len);
	stream_writer_u64(w->out, at->record);
	stream_writer_u64(w->out, at->offset);
	if (at->key == NULL)
		stream_writer_null(w->out);
	else if (utf8_span(at->key, at->keylen) == at->keylen)
		stream_writer_text(w->out, at->key, at->keylen);
	else
		stream_writer_null(w->out); /* no entity has such a key */
	stream_writer_text(w->out, severity, strlen(severity));
	stream_writer_text(w->out, code, strlen(code));
	stream_writer_text(w->out, w->faults.p, w->faults.len);
	stream_writer_text(w->out, w->hex, 2 * len);
	return (stream_writer_end_row(w->out, e));
}

/* The row that says what the raw bytes of the others are. */
static int
reject_write_form(struct reject_writer *w, struct err *e)
{
	const struct reject_at at = { 0, 0, w->form_dataset, strlen(w->form_dataset) };
	int rc = -1;

	w->faults.len = 0;
	if (w->form_len <= REJECT_RAW_MAX && buf_adds(&w->faults, "[]", e) == 0)
		rc = reject_row(w, &at, "form", w->form_kind, w->form_columns, w->form_len, e);
	free(w->form_kind);
	w->form_kind = NULL;
	return (rc);
}

int
reject_put(struct reject_writer *w, bool rejected, const struct reject_at *at,
    const struct fault_list *faults, const void *raw, size_t len, struct err *e)
{
	const char *code = faults->n > 0 ? faults->v[0].code : "other";
	size_t kept = len > REJECT_RAW_MAX ? REJECT_RAW_MAX : len, i;

	if (rejected)
		w->book->rejected++;
	else
		w->book->flawed++;
	for (i = 0; i < faults->n; i++)
		book_count(w->book, faults->v[i].code);
	if (w->out == NULL)
		return (rejected ? reject_refuse(w, at, faults, e) : 0);
	if ((w->form_kind != NULL && reject_write_form(w, e)) || reject_faults(w, faults, len, e))
		return (-1);
	return (reject_row(w, at, rejected ? "reject" : "flaw", code, raw, kept, e));
}

/* SHA-256 of what stands in the file now. */
static int
reject_digest(const struct reject_writer *w, char hex[DIGEST_SHA256_HEX + 1], struct err *e)
{
	int fd = outfile_fd(w->file);

	if (lseek(fd, 0, SEEK_SET) != 0)
		return (err_sys(e, STATUS_IO, "cannot read '%s' again", outfile_name(w->file)));
	return (io_sha256(fd, outfile_name(w->file), hex, e));
}

int
reject_close(struct reject_writer *w, struct err *e)
{
	char hex[DIGEST_SHA256_HEX + 1];
	struct outfile *file = w->file;
	struct book own;
	bool readable;
	int rc = -1;

	if (w->out == NULL) {
		reject_abandon(w);
		return (0);
	}
	book_init(&own, w->book->stage);
	(void)memcpy(own.dataset, w->book->dataset, sizeof(own.dataset));
	own.read = own.used = own.rows = stream_writer_rows(w->out);
	/* What went to a device or through a FIFO nobody can read again: no file has it. */
	readable = outfile_is_file(file);
	if (stream_writer_seal(w->out, NULL, 0, &own, e) == 0 &&
	    (!readable || reject_digest(w, hex, e) == 0)) {
		w->file = NULL;
		rc = outfile_finish(file, e);
	}
	if (rc == 0 && readable) {
		memcpy(w->book->rejects, w->path, strlen(w->path) + 1);
		memcpy(w->book->rejects_sha256, hex, sizeof(hex));
	}
	reject_abandon(w);
	return (rc);
}

const char *
reject_name(const struct reject_writer *w)
{

	return (w->file != NULL ? outfile_name(w->file) : NULL);
}

void
reject_abandon(struct reject_writer *w)
{

	if (w == NULL)
		return;
	if (w->out != NULL && w->file != NULL)
		stream_writer_flush(w->out);
	stream_writer_free(w->out);
	json_writer_free(w->json);
	outfile_abandon(w->file, true);
	buf_free(&w->faults);
	free(w->form_kind);
	free(w->form_dataset);
	free(w->form_columns);
	free(w->hex);
	free(w->source);
	free(w->path);
	free(w);
}
