#include <string.h>

#include "base/json.h"
#include "base/num.h"
#include "entity/load_state.h"

static void
load_report_json_text(struct json_writer *w, const char *key, const char *v)
{

	json_put_key(w, key);
	if (v != NULL)
		json_put_text(w, v, strlen(v));
	else
		json_put_null(w);
}

static void
load_report_json_number(struct json_writer *w, const char *key, uint64_t v)
{
	char text[20];

	json_put_key(w, key);
	json_put_number(w, text, num_fmt(text, v));
}

static void
load_report_json_book(struct json_writer *w, const struct book *b)
{
	size_t i;

	json_put_object(w);
	load_report_json_text(w, "stage", b->stage);
	load_report_json_number(w, "read", b->read);
	load_report_json_number(w, "used", b->used);
	load_report_json_number(w, "skipped", b->skipped);
	load_report_json_number(w, "rejected", b->rejected);
	load_report_json_number(w, "flawed", b->flawed);
	load_report_json_number(w, "rows", b->rows);
	load_report_json_text(w, "rejects", strcmp(b->rejects, "-") != 0 ? b->rejects : NULL);
	json_put_key(w, "codes");
	json_put_object(w);
	for (i = 0; i < b->ncodes; i++)
		load_report_json_number(w, b->codes[i].code, b->codes[i].n);
	json_put_close(w);
	json_put_close(w);
}

static void
load_report_json_counts(struct json_writer *w, const struct ledger_counts *c)
{

	load_report_json_number(w, "inserted", c->inserted);
	load_report_json_number(w, "updated", c->updated);
	load_report_json_number(w, "revived", c->revived);
	load_report_json_number(w, "unchanged", c->unchanged);
	load_report_json_number(w, "duplicate", c->duplicate);
}

static void
load_report_json_section(struct json_writer *w, const struct load_section *s)
{
	size_t i;

	json_put_object(w);
	load_report_json_text(w, "source", s->source);
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
	for (i = 0; i < l->nsamples; i++) {
		json_put_object(w);
		load_report_json_text(w, "entity_key", l->samples[i].key);
		load_report_json_text(w, "field", l->samples[i].field);
		load_report_json_text(w, "old", l->samples[i].before);
		load_report_json_text(w, "new", l->samples[i].after);
		json_put_close(w);
	}
	json_put_close(w);
}

/* ${text} is JSON, made by the server. */
static void
load_report_json_member(struct json_writer *w, const char *key, const char *text)
{

	json_put_key(w, key);
	if (text != NULL)
		json_put_json(w, text, strlen(text));
	else
		json_put_null(w);
}

static void
load_report_json_links(struct json_writer *w, const struct load *l)
{
	size_t i;

	json_put_key(w, "links");
	json_put_array(w);
	for (i = 0; i < l->nlinks; i++) {
		const struct load_link *k = &l->links[i];

		json_put_object(w);
		load_report_json_text(w, "child", k->child);
		load_report_json_text(w, "parent", k->parent);
		load_report_json_text(w, "label", k->label);
		load_report_json_text(w, "field", k->field);
		load_report_json_number(w, "changed", k->changed);
		load_report_json_number(w, "linked", k->linked);
		load_report_json_number(w, "missing_parent", k->missing_parent);
		load_report_json_number(w, "missing_required", k->missing_required);
		load_report_json_number(w, "cardinality", k->crowded);
		load_report_json_member(w, "examples", k->examples);
		json_put_close(w);
	}
	json_put_close(w);
}

int
load_report_json(const struct load *l, struct buf *out, struct err *e)
{
	struct json_writer *w = json_writer_new(out);
	uint64_t rejected, pending;
	struct ledger_counts t = load_report_totals(l, &rejected, &pending);
	size_t i;
	int rc;

	json_put_object(w);
	load_report_json_text(w, "tenant", l->tenant);
	load_report_json_text(w, "type", l->type);
	load_report_json_text(w, "dataset", l->dataset);
	load_report_json_text(w, "run", l->run);
	json_put_key(w, "plan");
	json_put_bool(w, l->plan);
	json_put_key(w, "nothing_new");
	json_put_bool(w, !l->wrote && l->retired == 0);
	load_report_json_text(w, "same_as", l->same_as[0] != '\0' ? l->same_as : NULL);
	load_report_json_counts(w, &t);
	load_report_json_number(w, "pending", pending);
	load_report_json_number(w, "rejected", rejected);
	load_report_json_number(w, "missing", l->gone);
	load_report_json_number(w, "held", l->held);
	load_report_json_number(w, "retired", l->retired);
	load_report_json_text(w, "withheld", l->withheld);
	json_put_key(w, "index");
	json_put_object(w);
	load_report_json_number(w, "keys", l->keys);
	load_report_json_number(w, "bytes", l->bytes);
	json_put_close(w);
	json_put_key(w, "streams");
	json_put_array(w);
	for (i = 0; i < l->nsections; i++)
		load_report_json_section(w, l->sections[i]);
	json_put_close(w);
	if (l->plan) {
		load_report_json_samples(w, l);
	} else {
		load_report_json_links(w, l);
		load_report_json_number(w, "cells_new", l->cells);
		load_report_json_number(w, "cells_changed", l->cells_kept);
	}
	json_put_close(w);
	rc = json_writer_end(w, e);
	json_writer_free(w);
	return (rc ? -1 : buf_add(out, "\n", 1, e));
}
