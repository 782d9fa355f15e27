/* What a load says of itself (doc/formats/load-report.md). */

#include <string.h>

#include "base/json.h"
#include "entity/load_result.h"

/* Faults by code: an object, and a line below the stage's row. */
static void
load_report_codes(const struct book *b, struct report *r)
{
	struct buf line = BUF_INIT(1 << 16);
	size_t i;

	report_open(r, "codes");
	for (i = 0; i < b->ncodes; i++)
		report_counted(r, &line, b->codes[i].code, b->codes[i].n);
	report_close(r);
	if (b->ncodes > 0 && strcmp(b->rejects, "-") != 0)
		(void)buf_addf(&line, NULL, ", in %s", b->rejects);
	if (line.len > 0 && buf_str(&line, NULL) != NULL)
		report_line(r, "%s", line.p);
	buf_free(&line);
}

/* Add a row for one stage: its counts, its reject file and its faults by code. */
static void
load_report_book(const struct book *b, struct report *r)
{

	report_row(r);
	report_text(r, "stage", "stage", b->stage);
	report_count(r, "read", "read", b->read);
	report_count(r, "used", "used", b->used);
	report_count(r, "skipped", "skipped", b->skipped);
	report_count(r, "rejected", "rejected", b->rejected);
	report_count(r, "flawed", "flawed", b->flawed);
	report_count(r, "rows", "rows", b->rows);
	report_text(r, "rejects", NULL, strcmp(b->rejects, "-") != 0 ? b->rejects : NULL);
	load_report_codes(b, r);
	report_close(r);
}

/* ${shown}: the totals, which the text has, too. */
static void
load_report_counts(const struct ledger_counts *c, bool shown, struct report *r)
{

	report_count(r, "inserted", shown ? "inserted" : NULL, c->inserted);
	report_count(r, "updated", shown ? "updated" : NULL, c->updated);
	report_rare(r, "revived", shown ? "revived" : NULL, c->revived);
	report_count(r, "unchanged", shown ? "unchanged" : NULL, c->unchanged);
	report_rare(r, "duplicate", shown ? "duplicate" : NULL, c->duplicate);
}

/* Add an entry for each input stream: its source, the books of all stages, and the load's counts.
 */
static void
load_report_streams(const struct load *l, struct report *r)
{
	size_t i, k;

	report_list(r, "streams");
	for (i = 0; i < intake_sections(l->in); i++) {
		const struct intake_section *s = intake_section(l->in, i);

		report_open(r, NULL);
		report_text(r, "source", "source", s->source);
		report_table(r, "books");
		for (k = 0; k < s->nupstream; k++)
			load_report_book(&s->upstream[k], r);
		load_report_book(&s->own, r);
		report_close(r);
		load_report_counts(&s->counts, false, r);
		report_close(r);
	}
	report_close(r);
}

/* Why entities that the source lacks are still there, and which are not. */
static void
load_report_gone(const struct load *l, struct report *r)
{

	if (l->retire.withheld != NULL) {
		report_line(r, "%llu entities are missing in the source and were not retired: %s",
		    (unsigned long long)l->retire.gone, l->retire.withheld);
		return;
	}
	if (l->retire.held > 0)
		report_line(r, "%llu entities are kept, as their records were rejected",
		    (unsigned long long)l->retire.held);
	if (l->retire.gone == 0)
		return;
	report_line(r, "missing in the source: %llu, of these had by another dataset: %llu",
	    (unsigned long long)l->retire.gone,
	    (unsigned long long)(l->retire.gone - l->retire.retired));
	if (l->retire.examples != NULL)
		report_line(r, "such as %s", l->retire.examples);
}

/* {"missing_parent": [{"child": ..., "parent": ...}, ...], ...}: a line for each kind. */
static void
load_report_examples(const char *text, struct report *r)
{
	struct json *all = json_parse(text, strlen(text), NULL);
	const struct json *kind, *one, *side;
	struct buf line = BUF_INIT(1 << 20);

	for (kind = all != NULL ? all->child : NULL; kind != NULL; kind = kind->next) {
		line.len = 0;
		(void)buf_addf(&line, NULL, "%s, such as", kind->key);
		for (one = kind->child; one != NULL; one = one->next) {
			(void)buf_addf(&line, NULL, "%s%s", one == kind->child ? " " : ", ",
			    one->kind == JSON_STRING ? one->text : "");
			for (side = one->child; side != NULL; side = side->next)
				(void)buf_addf(&line, NULL, side == one->child ? "%s" : " (%s)",
				    side->text);
		}
		if (buf_str(&line, NULL) != NULL)
			report_line(r, "%s", line.p);
	}
	buf_free(&line);
	json_free(all);
}

/* A row for each rule of the type; examples where links are not as they should be. */
static void
load_report_link(const struct load_link *k, struct report *r)
{

	report_row(r);
	report_text(r, "child", "child", k->child);
	report_text(r, "parent", "parent", k->parent);
	report_text(r, "label", "label", k->label);
	report_text(r, "field", NULL, k->field);
	report_count(r, "changed", NULL, k->changed);
	report_count(r, "linked", k->field != NULL ? "linked" : NULL, k->linked);
	report_rare(r, "missing_parent", "parent missing", k->missing_parent);
	report_rare(r, "missing_required", "required missing", k->missing_required);
	report_rare(r, "cardinality", "too many", k->crowded);
	report_json(r, "examples", k->examples);
	if (k->missing_parent + k->missing_required + k->crowded > 0)
		load_report_examples(k->examples, r);
	report_close(r);
}

/* Report what follows from the entities: links by rule, and cells of the compliance matrix. */
static void
load_report_after(const struct load *l, struct report *r)
{
	size_t i;

	report_table(r, "links");
	for (i = 0; i < l->links.n; i++)
		load_report_link(&l->links.v[i], r);
	report_close(r);
	report_count(r, "orphans_retired", NULL, l->orphans);
	report_count(r, "cells_new", NULL, l->cells.made);
	report_count(r, "cells_changed", NULL, l->cells.renamed);
	if (l->cells.made + l->cells.renamed > 0)
		report_line(r, "compliance matrix: %llu new cells, %llu brought up to date",
		    (unsigned long long)l->cells.made, (unsigned long long)l->cells.renamed);
	report_count(r, "cells_busy", NULL, l->cells.busy);
}

/* A value is JSON text already, and is given as such a text: "\"oil\"", "12.50". */
static void
load_report_samples(const struct load *l, struct report *r)
{
	size_t i;

	report_table(r, "changes");
	for (i = 0; i < l->samples.n; i++) {
		const struct load_sample *s = &l->samples.v[i];

		report_row(r);
		report_text(r, "entity_key", "entity", s->key);
		report_text(r, "field", "field", s->field);
		report_text(r, "old", "old", s->before);
		report_text(r, "new", "new", s->after);
		report_close(r);
	}
	report_close(r);
}

void
load_report(const struct load *l, struct report *r)
{
	uint64_t rejected, pending;
	struct ledger_counts t = intake_totals(l->in, &rejected, &pending);
	bool wrote = l->wrote || l->retire.retired > 0;

	report_open(r, NULL);
	report_text(r, "tenant", NULL, l->tenant);
	report_text(r, "type", "type", l->type);
	report_text(r, "dataset", "dataset", l->dataset);
	report_text(r, "run", "run", l->run);
	report_bool(r, "plan", l->plan);
	report_bool(r, "nothing_new", !wrote);
	load_report_streams(l, r);
	load_report_counts(&t, true, r);
	report_rare(r, "pending", "pending", pending);
	report_count(r, "rejected", "rejected", rejected);
	report_count(r, "missing", NULL, l->retire.gone);
	report_count(r, "held", NULL, l->retire.held);
	report_rare(r, "retired", "retired", l->retire.retired);
	report_text(r, "withheld", NULL, l->retire.withheld);
	load_report_gone(l, r);
	report_open(r, "index");
	report_count(r, "keys", NULL, l->keys);
	report_count(r, "bytes", NULL, l->bytes);
	report_close(r);
	if (!l->plan)
		load_report_after(l, r);
	report_text(r, "same_as", NULL, l->past.same_as[0] != '\0' ? l->past.same_as : NULL);
	if (l->past.same_as[0] != '\0')
		report_line(r, "the same source as at %s", l->past.same_as);
	if (!wrote)
		report_line(r, "nothing new");
	if (l->plan) {
		report_line(r, "a plan: nothing was written");
		load_report_samples(l, r);
	}
	report_close(r);
}
