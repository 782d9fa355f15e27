/* The rows of delimited files. */

#include "rrc/text.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "rrc/split.h"
#include "stream/csv.h"
#include "stream/csv_row.h"

struct text {
	const struct layout *l;
	int segment; /* of all rows, or -1: the first value is its id */
	struct framer *f;
	const char *name;
	struct span *spans; /* max + 1 */
	size_t max;         /* values that a row of the layout may have */
	struct csv_row *row;
	struct buf header;
	uint64_t empty; /* lines so far */
};

/* The first line of the head from ${at} on: its length without line end, and where it goes on. */
static size_t
text_line(const unsigned char *head, size_t len, size_t at, size_t *next)
{
	const unsigned char *nl = memchr(head + at, '\n', len - at);
	size_t end = nl != NULL ? (size_t)(nl - head) : len;

	*next = end + (nl != NULL);
	while (end > at && head[end - 1] == '\r')
		end--;
	return (end - at);
}

/* Gather the header from the head, on one line, and skip it. */
static int
text_gather(struct text *t, size_t at, struct err *e)
{
	const bool wrapped = t->l->text.header == LAYOUT_HEADER_WRAPPED;
	const unsigned char *head;
	size_t len, n, next;

	head = frame_head(t->f, &len);
	t->header.max = LAYOUT_MAX_RECORD;
	while (at < len && !(wrapped && head[at] == '"')) {
		n = text_line(head, len, at, &next);
		if (buf_add(&t->header, head + at, n, e))
			return (err_prefix(e, "the header of '%s'", t->name));
		at = next;
		if (!wrapped)
			break;
	}
	frame_skip(t->f, at);
	return (0);
}

/* Cut the header into names. */
static const struct stream_field *
text_names(struct text *t, size_t *n, struct err *e)
{
	const struct stream_field *f;
	size_t len = t->header.len;

	if (len > 0 && t->header.p[len - 1] == (char)t->l->text.delimiter)
		len--;
	if (len > 0 && memchr(t->header.p, '"', len) != NULL && t->l->text.quotes) {
		if (csv_row_quoted(t->row, t->header.p, len, 0, e))
			return (NULL);
	} else {
		csv_row_plain(t->row, len > 0 ? t->header.p : "", len);
	}
	f = csv_row_fields(t->row, n);
	return (f);
}

/* How many of the segment's columns the header has in their place, from the first one on. */
static size_t
text_fits(const struct layout_segment *s, const struct stream_field *f, size_t n)
{
	size_t i;

	for (i = 0; i < n && i < s->nfields; i++)
		if (strlen(s->fields[i].name) != f[i].len ||
		    memcmp(s->fields[i].name, f[i].p, f[i].len) != 0)
			break;
	return (i);
}

/* The header is no segment's: say how it differs from that which it is nearest to. */
static int
text_refuse(const struct text *t, const struct layout_segment *s, size_t same,
    const struct stream_field *f, size_t n, struct err *e)
{
	char quoted[80];

	if (same < n && same < s->nfields)
		(void)err_set(e, STATUS_DATA,
		    "'%s' does not fit layout %s: column %zu of its header is '%s', not %s",
		    t->name, t->l->name, same + 1,
		    err_quote(quoted, sizeof(quoted), f[same].p, f[same].len),
		    s->fields[same].name);
	else if (same < n)
		(void)err_set(e, STATUS_DATA,
		    "'%s' does not fit layout %s: its header has %zu columns, not %zu: '%s' is new",
		    t->name, t->l->name, n, s->nfields,
		    err_quote(quoted, sizeof(quoted), f[same].p, f[same].len));
	else
		(void)err_set(e, STATUS_DATA,
		    "'%s' does not fit layout %s: its header has %zu columns, not %zu: %s is missing",
		    t->name, t->l->name, n, s->nfields, s->fields[same].name);
	return (err_hint(e,
	    "another file?  If RRC has changed its columns, change those of segment %s in the layout",
	    s->id));
}

/* Compare the header with the columns of the segment, or of all where none is given. */
static int
text_check_header(struct text *t, struct err *e)
{
	const struct layout *l = t->l;
	const struct stream_field *f;
	size_t i, n, same, best = 0, nearest = t->segment < 0 ? 0 : (size_t)t->segment;

	if ((f = text_names(t, &n, e)) == NULL)
		return (err_prefix(e, "the header of '%s'", t->name));
	for (i = 0; i < l->nsegments; i++) {
		if (t->segment >= 0 && (size_t)t->segment != i)
			continue;
		same = text_fits(&l->segments[i], f, n);
		if (same == n && same == l->segments[i].nfields) {
			t->segment = (int)i;
			return (0);
		}
		if (same >= best) {
			best = same;
			nearest = i;
		}
	}
	return (text_refuse(t, &l->segments[nearest], best, f, n, e));
}

struct text *
text_open(const struct layout *l, int segment, struct framer *f, struct charset *c,
    const char *name, struct err *e)
{
	struct text *t = xcalloc(1, sizeof(*t));
	const unsigned char *head;
	size_t i, len, at = 0;

	t->l = l;
	t->segment = l->nsegments == 1 ? 0 : segment;
	t->f = f;
	t->name = name;
	for (i = 0; i < l->nsegments; i++)
		if (l->segments[i].nfields > t->max)
			t->max = l->segments[i].nfields;
	t->max++; /* the empty value behind a trailing delimiter */
	t->spans = xcalloc(t->max + 1 + SPLIT_SLACK, sizeof(*t->spans));
	t->row = csv_row_new(l->text.delimiter, true, FRAME_MAX_LINE + l->length, t->max);
	charset_init(c, (enum charset_id)l->text.charset);
	if (l->text.tabs)
		charset_tabs(c);
	frame_set(f, c,
	    strcmp(l->text.rows, "quoted") == 0      ? FRAME_QUOTED :
		strcmp(l->text.rows, "bare-lf") == 0 ? FRAME_BARE_LF :
						       FRAME_LINES);
	head = frame_head(f, &len);
	if (len >= sizeof(CSV_BOM) - 1 && memcmp(head, CSV_BOM, sizeof(CSV_BOM) - 1) == 0)
		at = sizeof(CSV_BOM) - 1;
	if (l->text.header == LAYOUT_HEADER_NONE)
		frame_skip(f, at);
	else if (text_gather(t, at, e) || text_check_header(t, e)) {
		text_free(t);
		return (NULL);
	}
	return (t);
}

const char *
text_header(const struct text *t, size_t *len)
{

	*len = t->header.len;
	return (t->header.p);
}

/* Cut the row into values; how many, or 0 with the fault noted. */
static size_t
text_cut(struct text *t, struct frame *fr, struct fault_list *faults)
{
	const struct stream_field *f;
	struct err bad = ERR_INIT;
	size_t n, i;

	if (!t->l->text.quotes || memchr(fr->p, '"', fr->len) == NULL) {
		fr->text = fr->p;
		return (split_row(fr->p, fr->len, t->l->text.delimiter, t->spans, t->max + 1));
	}
	if (csv_row_quoted(t->row, (const char *)fr->p, fr->len, fr->offset, &bad)) {
		fault_add(faults, "bad_quotes", NULL, NULL, 0, "%s", bad.msg);
		return (0);
	}
	f = csv_row_fields(t->row, &n);
	fr->text = (const unsigned char *)f[0].p;
	for (i = 0; i < n && i <= t->max; i++) {
		t->spans[i].at = (uint32_t)(f[i].p - f[0].p);
		t->spans[i].len = (uint32_t)f[i].len;
	}
	return (n);
}

/* The segment whose id the row's first value is, or -1. */
static int
text_tag(const struct text *t, const struct frame *fr)
{
	const struct span *v = &t->spans[0];
	size_t i;

	for (i = 0; i < t->l->nsegments; i++)
		if (strlen(t->l->segments[i].id) == v->len &&
		    memcmp(t->l->segments[i].id, fr->text + v->at, v->len) == 0)
			return ((int)i);
	return (-1);
}

/* Is the row one of a segment?  If not, the fault is noted. */
static bool
text_judge(struct text *t, struct frame *fr, int *segment, struct fault_list *faults)
{
	size_t n, want;
	bool closed;
	char show[64];

	if (fr->full > fr->len || fr->full > t->l->length) {
		fault_add(faults, "long_record", NULL, NULL, 0,
		    "the row has %zu bytes, up to %zu may be", fr->full, t->l->length);
		return (false);
	}
	if (t->header.len > 0 && fr->len == t->header.len &&
	    memcmp(fr->p, t->header.p, fr->len) == 0) {
		fault_add(faults, "repeated_header", NULL, NULL, 0, "the header stands here again");
		return (false);
	}
	if ((n = text_cut(t, fr, faults)) == 0)
		return (false);
	if (t->segment < 0 && (*segment = text_tag(t, fr)) < 0) {
		const size_t len = t->spans[0].len < 20 ? t->spans[0].len : 20;

		memcpy(show, fr->text + t->spans[0].at, len);
		fault_add(faults, "unknown_record_id", NULL, show, len,
		    "layout %s has no such record", t->l->name);
		return (false);
	}
	want = t->l->segments[*segment].nfields;
	closed = t->l->text.quotes && fr->p[fr->len - 1] == '"';
	if (t->l->text.trailing && n == want + 1 && t->spans[want].len == 0) {
		closed = true;
		n--;
	}
	if (n == want && (!fr->cut || closed))
		return (true);
	if (n == want) {
		fault_add(faults, "short_record", NULL, NULL, 0,
		    "the file ends without a line end, %zu bytes into the row", fr->full);
		return (false);
	}
	fault_add(faults, "wrong_columns", NULL, NULL, 0, "the row has %zu value%s, the layout %zu",
	    n, n == 1 ? "" : "s", want);
	return (false);
}

enum text_result
text_next(struct text *t, struct frame *fr, int *segment, struct fault_list *faults, struct err *e)
{
	int rc;

	/* An empty line is no row. */
	while ((rc = frame_next(t->f, fr, e)) == 1 && fr->full == 0)
		t->empty++;
	if (rc <= 0)
		return (rc < 0 ? TEXT_FAILED : TEXT_END);
	fr->number -= t->empty;
	*segment = t->segment;
	fr->spans = NULL;
	if (!text_judge(t, fr, segment, faults))
		return (TEXT_STRAY);
	/* A last row that is closed lacks its line end only. */
	fr->cut = false;
	fr->spans = t->spans;
	return (TEXT_RECORD);
}

void
text_free(struct text *t)
{

	if (t == NULL)
		return;
	csv_row_free(t->row);
	buf_free(&t->header);
	free(t->spans);
	free(t);
}
