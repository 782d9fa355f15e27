#include <string.h>

#include "base/json.h"
#include "base/num.h"
#include "entity/load_state.h"

/* Sums over the streams. */
struct totals {
	uint64_t inserted, updated, unchanged, rejected;
};

static struct totals
load_report_totals(const struct load *l)
{
	struct totals t = { 0, 0, 0, 0 };
	size_t i;

	for (i = 0; i < l->nsections; i++) {
		t.inserted += l->sections[i]->inserted;
		t.updated += l->sections[i]->updated;
		t.unchanged += l->sections[i]->unchanged;
		t.rejected += l->sections[i]->own.rejected;
	}
	return (t);
}

static int
load_report_row(const struct book *b, struct buf *out, struct err *e)
{

	return (buf_addf(out, e, "%-16s %11llu %11llu %11llu %11llu %11llu %11llu\n", b->stage,
	    (unsigned long long)b->read, (unsigned long long)b->used,
	    (unsigned long long)b->skipped, (unsigned long long)b->rejected,
	    (unsigned long long)b->flawed, (unsigned long long)b->rows));
}

static int
load_report_section(const struct load_section *s, struct buf *out, struct err *e)
{
	size_t i, k;

	if (buf_addf(out, e, "source  %s\n\n%-16s %11s %11s %11s %11s %11s %11s\n", s->source,
		"stage", "read", "used", "skipped", "rejected", "flawed", "rows"))
		return (-1);
	for (i = 0; i < s->nupstream; i++)
		if (load_report_row(&s->upstream[i], out, e))
			return (-1);
	if (load_report_row(&s->own, out, e))
		return (-1);
	for (i = 0; i <= s->nupstream; i++) {
		const struct book *b = i < s->nupstream ? &s->upstream[i] : &s->own;

		for (k = 0; k < b->ncodes; k++)
			if (buf_addf(out, e, "%s%-16s %-20s %11llu\n", k == 0 ? "\n" : "",
				k == 0 ? b->stage : "", b->codes[k].code,
				(unsigned long long)b->codes[k].n))
				return (-1);
		if (b->ncodes > 0 && strcmp(b->rejects, "-") != 0 &&
		    buf_addf(out, e, "%-16s in %s\n", "", b->rejects))
			return (-1);
	}
	return (buf_add(out, "\n", 1, e));
}

static int
load_report_samples(const struct load *l, struct buf *out, struct err *e)
{
	const char *key = "";
	size_t i;

	for (i = 0; i < l->nsamples; i++) {
		const struct load_sample *s = &l->samples[i];

		if (strcmp(key, s->key) != 0 && buf_addf(out, e, "\n%s\n", s->key))
			return (-1);
		key = s->key;
		if (buf_addf(out, e, "  %-20s %s -> %s\n", s->field,
			s->before ? s->before : "(none)", s->after ? s->after : "(none)"))
			return (-1);
	}
	return (0);
}

static int
load_report_text(const struct load *l, struct buf *out, struct err *e)
{
	struct totals t = load_report_totals(l);
	size_t i;

	if (buf_addf(out, e, "type    %s\ndataset %s\nrun     %s\n", l->type, l->dataset, l->run))
		return (-1);
	for (i = 0; i < l->nsections; i++)
		if (load_report_section(l->sections[i], out, e))
			return (-1);
	if (buf_addf(out, e,
		"inserted  %11llu\nupdated   %11llu\nunchanged %11llu\n"
		"rejected  %11llu\n",
		(unsigned long long)t.inserted, (unsigned long long)t.updated,
		(unsigned long long)t.unchanged, (unsigned long long)t.rejected))
		return (-1);
	if (t.inserted + t.updated == 0 && buf_adds(out, "nothing new\n", e))
		return (-1);
	if (l->plan && buf_adds(out, "a plan: nothing was written\n", e))
		return (-1);
	return (load_report_samples(l, out, e));
}

static void
load_report_string(struct json_writer *w, const char *key, const char *v)
{

	json_put_key(w, key);
	if (v != NULL)
		json_put_text(w, v, strlen(v));
	else
		json_put_null(w);
}

static void
load_report_number(struct json_writer *w, const char *key, uint64_t v)
{
	char text[20];

	json_put_key(w, key);
	json_put_number(w, text, num_fmt(text, v));
}

static void
load_report_book(struct json_writer *w, const struct book *b)
{
	size_t i;

	json_put_object(w);
	load_report_string(w, "stage", b->stage);
	load_report_number(w, "read", b->read);
	load_report_number(w, "used", b->used);
	load_report_number(w, "skipped", b->skipped);
	load_report_number(w, "rejected", b->rejected);
	load_report_number(w, "flawed", b->flawed);
	load_report_number(w, "rows", b->rows);
	load_report_string(w, "rejects", strcmp(b->rejects, "-") != 0 ? b->rejects : NULL);
	json_put_key(w, "codes");
	json_put_object(w);
	for (i = 0; i < b->ncodes; i++)
		load_report_number(w, b->codes[i].code, b->codes[i].n);
	json_put_close(w);
	json_put_close(w);
}

static void
load_report_json_section(struct json_writer *w, const struct load_section *s)
{
	size_t i;

	json_put_object(w);
	load_report_string(w, "source", s->source);
	json_put_key(w, "books");
	json_put_array(w);
	for (i = 0; i < s->nupstream; i++)
		load_report_book(w, &s->upstream[i]);
	load_report_book(w, &s->own);
	json_put_close(w);
	load_report_number(w, "inserted", s->inserted);
	load_report_number(w, "updated", s->updated);
	load_report_number(w, "unchanged", s->unchanged);
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
		load_report_string(w, "entity_key", l->samples[i].key);
		load_report_string(w, "field", l->samples[i].field);
		load_report_string(w, "old", l->samples[i].before);
		load_report_string(w, "new", l->samples[i].after);
		json_put_close(w);
	}
	json_put_close(w);
}

static int
load_report_json(const struct load *l, struct buf *out, struct err *e)
{
	struct json_writer *w = json_writer_new(out);
	struct totals t = load_report_totals(l);
	size_t i;
	int rc;

	json_put_object(w);
	load_report_string(w, "tenant", l->tenant);
	load_report_string(w, "type", l->type);
	load_report_string(w, "dataset", l->dataset);
	load_report_string(w, "run", l->run);
	json_put_key(w, "plan");
	json_put_bool(w, l->plan);
	json_put_key(w, "nothing_new");
	json_put_bool(w, t.inserted + t.updated == 0);
	load_report_number(w, "inserted", t.inserted);
	load_report_number(w, "updated", t.updated);
	load_report_number(w, "unchanged", t.unchanged);
	load_report_number(w, "rejected", t.rejected);
	json_put_key(w, "streams");
	json_put_array(w);
	for (i = 0; i < l->nsections; i++)
		load_report_json_section(w, l->sections[i]);
	json_put_close(w);
	if (l->plan)
		load_report_json_samples(w, l);
	json_put_close(w);
	rc = json_writer_end(w, e);
	json_writer_free(w);
	return (rc ? -1 : buf_add(out, "\n", 1, e));
}

int
load_report(const struct load *l, bool json, struct buf *out, struct err *e)
{

	return (json ? load_report_json(l, out, e) : load_report_text(l, out, e));
}
