/* The records of a file, whatever it is made of. */

#include "rrc/intake.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "rrc/date.h"
#include "rrc/number.h"
#include "rrc/objects.h"
#include "rrc/text.h"

struct intake {
	const struct layout *l;
	struct charset charset;
	struct framer *framer;
	struct text *text;       /* of delimited files */
	struct objects *objects; /* of JSON */
	bool lines;
	size_t id_end;       /* bytes that a record has at least */
	int8_t ids[1 << 16]; /* record id -> segment, -1 for none */
};

/* The record id's bytes at ${p} as an index into the ids table, first byte high. */
static unsigned
intake_id(const struct layout *l, const unsigned char *p)
{

	return (l->id_width == 0 ? 0 : l->id_width == 1 ? p[0] : (unsigned)p[0] << 8 | p[1]);
}

/* Fill the table from record id, encoded in the file's character set, to segment index. */
static void
intake_index(struct intake *in)
{
	unsigned char id[2];
	size_t i;

	memset(in->ids, -1, sizeof(in->ids));
	for (i = 0; i < in->l->nsegments; i++) {
		(void)charset_encode(&in->charset, in->l->segments[i].id, id, sizeof(id));
		in->ids[intake_id(in->l, id)] = (int8_t)i;
	}
	in->id_end = in->l->id_at + in->l->id_width;
}

/* How long a line may be that begins like this one. */
static size_t
intake_limit(const void *cookie, const unsigned char *p, size_t len)
{
	const struct intake *in = cookie;
	int i = len >= in->id_end ? in->ids[intake_id(in->l, p + in->l->id_at)] : -1;

	return (i < 0 ? 0 : in->l->segments[i].length);
}

/* Records at their places: tell the character set, and judge the first of them. */
static int
intake_open_records(struct intake *in, const struct intake_options *o, struct err *e)
{
	const unsigned char *head;
	enum charset_id id;
	size_t len;

	head = frame_head(in->framer, &len);
	if (probe_head(in->l, o->name, head, len, o->encoding, &id, e))
		return (-1);
	charset_init(&in->charset, id);
	in->lines = id == CHARSET_ASCII;
	frame_set(in->framer, &in->charset, in->lines ? FRAME_LINES : FRAME_RECORDS);
	intake_index(in);
	if (in->l->continued >= 0)
		frame_join(in->framer, (unsigned char)in->l->continued, intake_limit, in);
	return (0);
}

/* A file without header or record ids has its rows only to be known by. */
static int
intake_judge(const struct intake_options *o, const unsigned char *head, size_t len, struct err *e)
{
	struct intake_rating r;

	if (o->trial || intake_rate(o, head, len, NULL, &r, e))
		return (o->trial ? 0 : -1);
	if (r.records == 0 || (4 * r.fit >= 3 * r.records && 4 * r.seen.misfits <= r.seen.looked))
		return (0);
	(void)err_set(e, STATUS_DATA,
	    "'%s' does not fit layout %s: of its first %zu rows %zu have its columns, and %zu of %zu "
	    "values in them do not suit",
	    o->name, o->layout->name, r.records, r.fit, r.seen.misfits, r.seen.looked);
	return (err_hint(e, "aegis rrc-decode --identify FILE tells what a file is"));
}

struct intake *
intake_open(const struct intake_options *o, const struct frame_input *input, struct err *e)
{
	const struct layout *l = o->layout;
	/* As much of a text as tells its columns; a record's whole length. */
	const size_t head = l->form == LAYOUT_RECORDS || l->length < 4096 ? l->length : 4096;
	struct intake *in = xcalloc(1, sizeof(*in));
	const unsigned char *bytes;
	size_t len;
	int rc = -1;

	in->l = l;
	if ((in->framer = frame_open(input, head, e)) == NULL)
		goto out;
	bytes = frame_head(in->framer, &len);
	if (len == 0) {
		(void)err_set(e, STATUS_NOINPUT, "'%s' is empty", o->name);
		goto out;
	}
	switch (l->form) {
	case LAYOUT_RECORDS:
		rc = intake_open_records(in, o, e);
		break;
	case LAYOUT_DELIMITED:
		in->text = text_open(l, o->segment, in->framer, &in->charset, o->name, e);
		rc = in->text == NULL;
		if (rc == 0 && l->text.header == LAYOUT_HEADER_NONE)
			rc = intake_judge(o, bytes, len, e);
		break;
	case LAYOUT_JSON:
		in->objects = objects_open(l, in->framer, &in->charset, o->name);
		rc = 0;
		break;
	}
out:
	if (rc == 0)
		return (in);
	intake_free(in);
	return (NULL);
}

/* A head in memory as an input: all of it at once. */
struct intake_memory {
	const unsigned char *p;
	size_t len;
};

/* struct frame_input's read(). */
static ssize_t
intake_memory_read(void *cookie, const unsigned char **p, struct err *e)
{
	struct intake_memory *m = cookie;
	size_t n = m->len;

	(void)e;
	*p = m->p;
	m->len = 0;
	return ((ssize_t)n);
}

/* Note the newest day that a record's fields of dates hold. */
static void
intake_newest(const struct layout_segment *s, const struct charset *c, const struct record *rec,
    const char *today, struct intake_rating *out)
{
	const unsigned char *p;
	struct number x;
	char day[11] = "";
	size_t i, n;

	for (i = 0; i < s->nfields; i++) {
		if (s->fields[i].domain != LAYOUT_DOMAIN_DATE)
			continue;
		p = record_field(rec, &s->fields[i], &n);
		if (n == 8 && number_digits(c, p, n, &x) == NUMBER_OK &&
		    date_day(x.digits, day) == DATE_OK && strcmp(day, today) <= 0 &&
		    strcmp(day, out->newest) > 0)
			memcpy(out->newest, day, sizeof(day));
	}
}

/* Look at the records of a trial. */
static int
intake_try(struct intake *in, const char *today, struct fault_list *faults,
    struct intake_rating *out, struct err *e)
{
	struct domain *d = domain_new(in->l, &in->charset);
	enum intake_result res = INTAKE_END;
	struct frame fr;
	int s;

	while (out->records < INTAKE_TRIAL &&
	    (res = intake_next(in, &fr, &s, faults, e)) > INTAKE_END) {
		fault_clear(faults);
		/* The head may end inside of a record. */
		if (fr.cut)
			break;
		out->records++;
		if (res == INTAKE_RECORD) {
			struct record rec;

			intake_pad(in, &fr);
			rec = frame_record(&fr);
			out->fit += domain_look(d, (size_t)s, &rec, &out->seen);
			if (today != NULL)
				intake_newest(&in->l->segments[s], &in->charset, &rec, today, out);
		}
	}
	domain_free(d);
	return (res == INTAKE_FAILED);
}

int
intake_rate(const struct intake_options *o, const unsigned char *head, size_t len,
    const char *today, struct intake_rating *out, struct err *e)
{
	struct intake_memory m = { head, len };
	const struct frame_input input = { intake_memory_read, &m };
	struct intake_options trial = *o;
	struct err bad = ERR_INIT;
	struct fault_list *faults;
	struct intake *in;
	int rc;

	memset(out, 0, sizeof(*out));
	trial.trial = true;
	if ((in = intake_open(&trial, &input, e)) == NULL)
		return (-1);
	out->charset = in->charset.id;
	faults = fault_list_new();
	rc = intake_try(in, today, faults, out, &bad);
	fault_list_free(faults);
	/* A JSON text ends where the head does. */
	if (rc && (o->layout->form != LAYOUT_JSON || out->records == 0))
		rc = err_set(e, bad.status, "%s", bad.msg);
	else
		rc = 0;
	intake_free(in);
	return (rc);
}

const struct charset *
intake_charset(const struct intake *in)
{

	return (&in->charset);
}

const char *
intake_form(const struct intake *in, const char **header, size_t *len)
{

	*header = NULL;
	*len = 0;
	if (in->text != NULL)
		*header = text_header(in->text, len);
	return (in->l->form == LAYOUT_RECORDS && !in->lines ? "records" : "lines");
}

/* A record whose length is wrong.  Return true if so, with the fault noted. */
static bool
intake_length_bad(const struct intake *in, const struct layout_segment *s, const struct frame *fr,
    struct fault_list *faults)
{
	const size_t most = s != NULL ? s->length : in->l->length;

	if (fr->cut && in->lines)
		fault_add(faults, "short_record", NULL, NULL, 0,
		    "the file ends without a line end, %zu bytes into the record", fr->full);
	else if (fr->cut)
		fault_add(faults, "short_record", NULL, NULL, 0,
		    "the file ends after %zu of the record's %zu bytes", fr->full, in->l->length);
	else if (fr->full < in->id_end)
		fault_add(faults, "short_record", NULL, NULL, 0,
		    "the line has %zu bytes, no whole record id", fr->full);
	else if (in->lines && fr->full > most)
		fault_add(faults, "long_record", NULL, NULL, 0,
		    "the line has %zu bytes, the record %zu", fr->full, most);
	else
		return (false);
	return (true);
}

/* The record at hand is of no segment, or not as long as one. */
static enum intake_result
intake_stray(const struct intake *in, const struct layout_segment *s, const struct frame *fr,
    struct fault_list *faults)
{
	char show[8];
	size_t n;

	if (!intake_length_bad(in, s, fr, faults)) {
		n = charset_show(&in->charset, fr->p + in->l->id_at, in->l->id_width, show);
		fault_add(faults, "unknown_record_id", NULL, show, n,
		    "layout %s has no such record", in->l->name);
	}
	return (INTAKE_STRAY);
}

/* The next record of those at their places. */
static enum intake_result
intake_record(struct intake *in, struct frame *fr, int *segment, struct fault_list *faults,
    struct err *e)
{
	const struct layout_segment *s;
	int rc, i;

	if ((rc = frame_next(in->framer, fr, e)) <= 0)
		return (rc < 0 ? INTAKE_FAILED : INTAKE_END);
	i = fr->len >= in->id_end ? in->ids[intake_id(in->l, fr->p + in->l->id_at)] : -1;
	s = i < 0 ? NULL : &in->l->segments[i];
	*segment = i;
	/* A last line that is as long as its record lacks its line end only. */
	if (s != NULL && fr->cut && in->lines && fr->full == s->length)
		fr->cut = false;
	if (s == NULL || fr->cut || (in->lines && fr->full > s->length))
		return (intake_stray(in, s, fr, faults));
	return (INTAKE_RECORD);
}

enum intake_result
intake_next(struct intake *in, struct frame *fr, int *segment, struct fault_list *faults,
    struct err *e)
{
	enum text_result res;

	if (in->l->form == LAYOUT_RECORDS)
		return (intake_record(in, fr, segment, faults, e));
	res = in->text != NULL ? text_next(in->text, fr, segment, faults, e) :
				 objects_next(in->objects, fr, segment, faults, e);
	switch (res) {
	case TEXT_FAILED:
		return (INTAKE_FAILED);
	case TEXT_END:
		return (INTAKE_END);
	case TEXT_STRAY:
		return (INTAKE_STRAY);
	case TEXT_RECORD:
		break;
	}
	return (INTAKE_RECORD);
}

void
intake_pad(struct intake *in, struct frame *fr)
{

	if (in->l->form == LAYOUT_RECORDS)
		frame_pad(in->framer, fr);
}

void
intake_free(struct intake *in)
{

	if (in == NULL)
		return;
	text_free(in->text);
	objects_free(in->objects);
	frame_close(in->framer);
	free(in);
}
