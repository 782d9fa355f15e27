/* From the events of sealed streams to the rows of a load, with its sections and reject files. */

#include "ledger/intake.h"

#include <stdlib.h>
#include <string.h>

#include "base/progress.h"
#include "stream/row_frame.h"

struct intake {
	const struct intake_options *o;
	struct stream_reader *r;
	struct reject_writer *rejects;
	struct fault_list *faults;
	struct intake_section **sections;
	size_t n, cap;
	/* A row that was packed, at hand once more. */
	struct stream_field *again;
	bool unpacked;
	uint64_t record, offset;
	struct buf raw;
};

struct intake *
intake_new(const struct intake_options *o)
{
	struct intake *in = xcalloc(1, sizeof(*in));

	in->o = o;
	in->raw.max = STREAM_FRAME_MAX;
	in->faults = fault_list_new();
	return (in);
}

struct intake_section *
intake_add(struct intake *in, const char *source)
{
	struct intake_section *s = xcalloc(1, sizeof(*s));

	if (in->n == in->cap)
		in->sections = xgrow(in->sections, &in->cap, sizeof(*in->sections));
	in->sections[in->n++] = s;
	s->source = xstrdup(source);
	ledger_printable(s->source);
	book_init(&s->own, in->o->stage);
	return (s);
}

/* A stream begins: its section, then its reject file, whose bytes are rows of the stream. */
static int
intake_begin(struct intake *in, const struct intake_steps *steps, void *load, struct err *e)
{
	struct intake_section *s = intake_add(in, stream_reader_source(in->r));
	struct stream_header of = { in->o->reject_kind, s->source, stream_reader_run(in->r), NULL,
		in->o->tenant };
	const char *columns;
	size_t len;

	memcpy(s->run, stream_reader_run(in->r), sizeof(s->run));
	if (of.kind == NULL)
		of.kind = stream_reader_kind(in->r);
	if (steps->begin(load, s, e))
		return (-1);
	if ((in->rejects = reject_open_nth(in->o->rejects, in->n, &of, &s->own, e)) == NULL)
		return (-1);
	columns = stream_reader_raw(in->r, &len);
	reject_form(in->rejects, stream_reader_kind(in->r), s->replayed, columns, len);
	return (0);
}

/* Count the row in the section's own book, clear the faults of the row before, and hand the fields
 * to ${steps}. */
static int
intake_row(struct intake *in, const struct intake_steps *steps, void *load, struct err *e)
{
	struct book *own = &intake_now(in)->own;

	own->read++;
	progress_tick(own->read, own->read - own->rejected, own->rejected, 0);
	fault_clear(in->faults);
	return (steps->row(load, stream_reader_fields(in->r), e));
}

/* After a seal, keep a copy of the upstream books, let ${steps} end the section, and close its
 * reject file. */
static int
intake_end(struct intake *in, const struct intake_steps *steps, void *load, struct err *e)
{
	struct intake_section *s = intake_now(in);
	struct reject_writer *rejects;
	const struct book *books = stream_reader_books(in->r, &s->nupstream);

	if (s->nupstream == 0 && in->o->needs_books)
		return (
		    err_set(e, STATUS_DATA, "the stream has no book of the stage that wrote it"));
	s->upstream = ledger_books(books, s->nupstream);
	if (s->nupstream > 0)
		memcpy(s->own.source_sha256, books[s->nupstream - 1].source_sha256,
		    sizeof(s->own.source_sha256));
	if (steps->end(load, s, e))
		return (-1);
	/* Whatever comes of the load, the file of what was refused is whole. */
	rejects = in->rejects;
	in->rejects = NULL;
	return (reject_close(rejects, e));
}

int
intake_take(struct intake *in, struct stream_reader *r, bool begun,
    const struct intake_steps *steps, void *load, struct err *e)
{
	int rc;

	in->r = r;
	rc = begun ? intake_begin(in, steps, load, e) : 0;
	while (rc == 0) {
		switch (stream_reader_next(r, e)) {
		case STREAM_HEADER:
			rc = intake_begin(in, steps, load, e);
			break;
		case STREAM_ROW:
			rc = intake_row(in, steps, load, e);
			break;
		case STREAM_SEAL:
			rc = intake_end(in, steps, load, e);
			break;
		case STREAM_END:
			return (
			    in->n > 0 ? 0 : err_set(e, STATUS_DATA, "the input holds no stream"));
		case STREAM_FAULT:
			rc = -1;
			break;
		}
	}
	return (-1);
}

struct stream_reader *
intake_reader(const struct intake *in)
{

	return (in->r);
}

struct fault_list *
intake_faults(const struct intake *in)
{

	return (in->faults);
}

int
intake_reject_at(struct intake *in, const struct reject_at *at, const char *raw, size_t len,
    struct err *e)
{
	const struct book *own = &intake_now(in)->own;

	if (reject_put(in->rejects, true, at, in->faults, raw, len, e))
		return (-1);
	return (ledger_hopeless(in->o->stage, &in->o->max_rejects, own->rejected, own->read,
	    reject_name(in->rejects), e));
}

int
intake_reject(struct intake *in, const char *key, size_t keylen, struct err *e)
{
	struct reject_at at = { 0, 0, key, keylen };
	const char *raw;
	size_t len;

	intake_place(in, &at.record, &at.offset);
	if (!in->unpacked) {
		raw = stream_reader_raw(in->r, &len);
		return (intake_reject_at(in, &at, raw, len, e));
	}
	in->raw.len = 0;
	return (row_frame_spell(in->again, stream_reader_ncolumns(in->r), &in->raw, e) ||
	    intake_reject_at(in, &at, in->raw.p, in->raw.len, e));
}

void
intake_place(const struct intake *in, uint64_t *record, uint64_t *offset)
{

	if (in->unpacked) {
		*record = in->record;
		*offset = in->offset;
		return;
	}
	stream_reader_place(in->r, record, offset);
}

int
intake_pack(const struct intake *in, struct buf *out, struct err *e)
{
	uint64_t place[2];
	const char *frame;
	size_t len;

	intake_place(in, &place[0], &place[1]);
	if (buf_add(out, place, sizeof(place), e))
		return (-1);
	if ((frame = stream_reader_frame(in->r, &len)) != NULL)
		return (buf_add(out, frame, len, e));
	return (row_frame_put(stream_reader_fields(in->r), stream_reader_ncolumns(in->r), out, e));
}

const struct stream_field *
intake_unpack(struct intake *in, const char *p, size_t len, struct err *e)
{
	const size_t n = stream_reader_ncolumns(in->r);
	uint64_t place[2];

	in->unpacked = p != NULL;
	if (p == NULL)
		return (NULL);
	if (in->again == NULL)
		in->again = xcalloc(STREAM_COLUMNS_MAX, sizeof(*in->again));
	memcpy(place, p, sizeof(place));
	in->record = place[0];
	in->offset = place[1];
	fault_clear(in->faults);
	return (row_frame_cut(p + sizeof(place), len - sizeof(place), in->again, n, e) ? NULL :
											 in->again);
}

size_t
intake_sections(const struct intake *in)
{

	return (in->n);
}

struct intake_section *
intake_section(const struct intake *in, size_t i)
{

	return (in->sections[i]);
}

struct intake_section *
intake_now(const struct intake *in)
{

	return (in->sections[in->n - 1]);
}

struct ledger_counts
intake_totals(const struct intake *in, uint64_t *rejected, uint64_t *skipped)
{
	struct ledger_counts t = { 0, 0, 0, 0, 0, 0 };
	uint64_t aside = 0, left = 0;
	size_t i;

	for (i = 0; i < in->n; i++) {
		const struct intake_section *s = in->sections[i];

		t.inserted += s->counts.inserted;
		t.updated += s->counts.updated;
		t.revived += s->counts.revived;
		t.unchanged += s->counts.unchanged;
		t.duplicate += s->counts.duplicate;
		t.retired += s->counts.retired;
		aside += s->own.rejected;
		left += s->own.skipped;
	}
	if (rejected != NULL)
		*rejected = aside;
	if (skipped != NULL)
		*skipped = left;
	return (t);
}

int
intake_check(struct intake *in, struct err *e)
{
	size_t i;

	for (i = 0; i < in->n; i++) {
		struct intake_section *s = in->sections[i];
		const struct ledger_counts *c = &s->counts;

		s->own.rows = c->inserted + c->updated + c->revived;
		s->own.used = s->own.rows + c->unchanged + c->duplicate;
		if (ledger_check(s->upstream, s->nupstream, &s->own, &in->o->max_rejects,
			&in->o->max_flaws, e))
			return (-1);
	}
	return (0);
}

int
intake_write(struct intake *in, struct pg *pg, const char *tenant, const char *type,
    const char *started, bool delta, struct err *e)
{
	struct ledger g = { pg, in->o->stage, NULL, started, "", delta };
	char config[DIGEST_SHA256_HEX + 1];
	size_t i;

	for (i = 0; i < in->n; i++) {
		struct intake_section *s = in->sections[i];

		g.run = s->run;
		if (i == 0 || strcmp(s->own.dataset, in->sections[i - 1]->own.dataset) != 0)
			if (ledger_dataset(pg, tenant, type, s->own.dataset, g.dataset_id,
				sizeof(g.dataset_id), e))
				return (-1);
		memcpy(s->dataset_id, g.dataset_id, sizeof(s->dataset_id));
		ledger_config(s->upstream, s->nupstream, &s->own, config);
		if (ledger_run(&g, e) || ledger_section(pg, g.run, g.dataset_id, &s->number, e) ||
		    ledger_stream(&g, s->number, s->source, config, s->upstream, s->nupstream,
			&s->own, &s->counts, e))
			return (-1);
	}
	return (0);
}

void
intake_close(struct intake *in)
{

	reject_abandon(in->rejects);
	in->rejects = NULL;
	fault_list_free(in->faults);
	in->faults = NULL;
	in->r = NULL;
	in->o = NULL;
}

void
intake_free(struct intake *in)
{
	size_t i;

	if (in == NULL)
		return;
	intake_close(in);
	for (i = 0; i < in->n; i++) {
		free(in->sections[i]->source);
		free(in->sections[i]->upstream);
		free(in->sections[i]);
	}
	free(in->sections);
	free(in->again);
	buf_free(&in->raw);
	free(in);
}
