/* The records of a file, whatever it is made of. */

#include "rrc/intake.h"

#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
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

struct intake *
intake_open(const struct intake_options *o, const struct frame_input *input, struct err *e)
{
	const struct layout *l = o->layout;
	/* As much of a text as tells its columns; a record's whole length. */
	const size_t head = l->form == LAYOUT_RECORDS || l->length < 4096 ? l->length : 4096;
	struct intake *in = xcalloc(1, sizeof(*in));
	size_t len;
	int rc = -1;

	in->l = l;
	if ((in->framer = frame_open(input, head, e)) == NULL)
		goto out;
	(void)frame_head(in->framer, &len);
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
