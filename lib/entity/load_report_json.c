/* What a load says of itself, for programs (doc/formats/load-report.md). */

#include "entity/load_report_json.h"

#include <string.h>

#include "base/json.h"

static void
load_report_json_book(struct json_writer *w, const struct book *b)
{
	size_t i;

	json_put_object(w);
	json_member_text(w, "stage", b->stage);
	json_member_u64(w, "read", b->read);
	json_member_u64(w, "used", b->used);
	json_member_u64(w, "skipped", b->skipped);
	json_member_u64(w, "rejected", b->rejected);
	json_member_u64(w, "flawed", b->flawed);
	json_member_u64(w, "rows", b->rows);
	json_member_text(w, "rejects", strcmp(b->rejects, "-") != 0 ? b->rejects : NULL);
	json_put_key(w, "codes");
	json_put_object(w);
	for (i = 0; i < b->ncodes; i++)
		json_member_u64(w, b->codes[i].code, b->codes[i].n);
	json_put_close(w);
	json_put_close(w);
}

static void
load_report_json_counts(struct json_writer *w, const struct ledger_counts *c)
{

	json_member_u64(w, "inserted", c->inserted);
	json_member_u64(w, "updated", c->updated);
	json_member_u64(w, "revived", c->revived);
	json_member_u64(w, "unchanged", c->unchanged);
	json_member_u64(w, "duplicate", c->duplicate);
}

static void
load_report_json_section(struct json_writer *w, const struct intake_section *s)
{
	size_t i;

	json_put_object(w);
	json_member_text(w, "source", s->source);
	json_put_key(w, "books");
	json_put_array(w);
	for (i = 0; i < s->nupstream; i++)
		load_report_json_book(w, &s->upstream[i]);
	load_report_json_book(w, &s->own);
	json_put_close(w);
	load_report_json_counts(w, &s->counts);
	json_put_close(w);
}

/* A value is JSON text already, and is given as such a text: "\"oil\"", "12.50". */
static void
load_report_json_samples(struct json_writer *w, const struct load *l)
{
	size_t i;

	json_put_key(w, "changes");
	json_put_array(w);
	for (i = 0; i < l->samples.n; i++) {
		json_put_object(w);
		json_member_text(w, "entity_key", l->samples.v[i].key);
		json_member_text(w, "field", l->samples.v[i].field);
		json_member_text(w, "old", l->samples.v[i].before);
		json_member_text(w, "new", l->samples.v[i].after);
		json_put_close(w);
	}
	json_put_close(w);
}

static void
load_report_json_links(struct json_writer *w, const struct load *l)
{
	size_t i;

	json_put_key(w, "links");
	json_put_array(w);
	for (i = 0; i < l->links.n; i++) {
		const struct load_link *k = &l->links.v[i];

		json_put_object(w);
		json_member_text(w, "child", k->child);
		json_member_text(w, "parent", k->parent);
		json_member_text(w, "label", k->label);
		json_member_text(w, "field", k->field);
		json_member_u64(w, "changed", k->changed);
		json_member_u64(w, "linked", k->linked);
		json_member_u64(w, "missing_parent", k->missing_parent);
		json_member_u64(w, "missing_required", k->missing_required);
		json_member_u64(w, "cardinality", k->crowded);
		json_member_json(w, "examples", k->examples);
		json_put_close(w);
	}
	json_put_close(w);
}

int
load_report_json(const struct load *l, struct buf *out, struct err *e)
{
	struct json_writer *w = json_writer_new(out);
	uint64_t rejected, pending;
	struct ledger_counts t = intake_totals(l->in, &rejected, &pending);
	size_t i;
	int rc;

	json_put_object(w);
	json_member_text(w, "tenant", l->tenant);
	json_member_text(w, "type", l->type);
	json_member_text(w, "dataset", l->dataset);
	json_member_text(w, "run", l->run);
	json_put_key(w, "plan");
	json_put_bool(w, l->plan);
	json_put_key(w, "nothing_new");
	json_put_bool(w, !l->wrote && l->retire.retired == 0);
	json_member_text(w, "same_as", l->past.same_as[0] != '\0' ? l->past.same_as : NULL);
	load_report_json_counts(w, &t);
	json_member_u64(w, "pending", pending);
	json_member_u64(w, "rejected", rejected);
	json_member_u64(w, "missing", l->retire.gone);
	json_member_u64(w, "held", l->retire.held);
	json_member_u64(w, "retired", l->retire.retired);
	json_member_text(w, "withheld", l->retire.withheld);
	json_put_key(w, "index");
	json_put_object(w);
	json_member_u64(w, "keys", l->keys);
	json_member_u64(w, "bytes", l->bytes);
	json_put_close(w);
	json_put_key(w, "streams");
	json_put_array(w);
	for (i = 0; i < intake_sections(l->in); i++)
		load_report_json_section(w, intake_section(l->in, i));
	json_put_close(w);
	if (l->plan) {
		load_report_json_samples(w, l);
	} else {
		load_report_json_links(w, l);
		json_member_u64(w, "cells_new", l->cells.made);
		json_member_u64(w, "cells_changed", l->cells.renamed);
	}
	json_put_close(w);
	rc = json_writer_end(w, e);
	json_writer_free(w);
	return (rc ? -1 : buf_add(out, "\n", 1, e));
}
