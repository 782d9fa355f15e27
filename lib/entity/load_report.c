/* What a load says of itself, for people. */

#include <string.h>

#include "base/json.h"
#include "base/screen.h"
#include "entity/load_report_json.h"
#include "entity/load_result.h"

static int
load_report_row(const struct book *b, struct buf *out, struct err *e)
{

	return (screen_addf(out, e, "%-16s %11llu %11llu %11llu %11llu %11llu %11llu\n", b->stage,
	    (unsigned long long)b->read, (unsigned long long)b->used,
	    (unsigned long long)b->skipped, (unsigned long long)b->rejected,
	    (unsigned long long)b->flawed, (unsigned long long)b->rows));
}

static int
load_report_section(const struct intake_section *s, struct buf *out, struct err *e)
{
	size_t i, k;

	if (screen_addf(out, e, "source  %s\n\n%-16s %11s %11s %11s %11s %11s %11s\n", s->source,
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
			if ((k == 0 && buf_adds(out, "\n", e)) ||
			    screen_addf(out, e, "%-16s %-20s %11llu\n", k == 0 ? b->stage : "",
				b->codes[k].code, (unsigned long long)b->codes[k].n))
				return (-1);
		if (b->ncodes > 0 && strcmp(b->rejects, "-") != 0 &&
		    screen_addf(out, e, "%-16s in %s\n", "", b->rejects))
			return (-1);
	}
	return (buf_add(out, "\n", 1, e));
}

static int
load_report_samples(const struct load *l, struct buf *out, struct err *e)
{
	const char *key = "";
	size_t i;

	for (i = 0; i < l->samples.n; i++) {
		const struct load_sample *s = &l->samples.v[i];

		if (strcmp(key, s->key) != 0 && screen_addf(out, e, "\n%s\n", s->key))
			return (-1);
		key = s->key;
		if (screen_addf(out, e, "  %-20s %s -> %s\n", s->field,
			s->before ? s->before : "(none)", s->after ? s->after : "(none)"))
			return (-1);
	}
	return (0);
}

/* A figure that most loads don't have. */
static int
load_report_rare(const char *name, uint64_t n, struct buf *out, struct err *e)
{

	return (n == 0 ? 0 : screen_addf(out, e, "%-9s %11llu\n", name, (unsigned long long)n));
}

static int
load_report_gone(const struct load *l, struct buf *out, struct err *e)
{

	if (l->retire.withheld != NULL)
		return (screen_addf(out, e,
		    "%llu entities are missing in the source and were not retired: %s\n",
		    (unsigned long long)l->retire.gone, l->retire.withheld));
	if (l->retire.held > 0 &&
	    screen_addf(out, e, "%llu entities are kept, as their records were rejected\n",
		(unsigned long long)l->retire.held))
		return (-1);
	if (l->retire.gone == 0)
		return (0);
	if (screen_addf(out, e,
		"missing in the source: %llu, of these had by another dataset: %llu\n",
		(unsigned long long)l->retire.gone,
		(unsigned long long)(l->retire.gone - l->retire.retired)))
		return (-1);
	return (l->retire.examples == NULL ?
		0 :
		screen_addf(out, e, "such as %s\n", l->retire.examples));
}

/* {"missing_parent": [{"child": ..., "parent": ...}, ...], ...}: a line for each kind. */
static int
load_report_examples(const char *text, struct buf *out, struct err *e)
{
	struct json *all = json_parse(text, strlen(text), e);
	const struct json *kind, *one, *side;
	int rc = all != NULL ? 0 : -1;

	for (kind = all != NULL ? all->child : NULL; rc == 0 && kind != NULL; kind = kind->next) {
		rc = screen_addf(out, e, "  %s, such as", kind->key);
		for (one = kind->child; rc == 0 && one != NULL; one = one->next) {
			rc = buf_adds(out, one == kind->child ? " " : ", ", e);
			if (rc == 0 && one->kind == JSON_STRING)
				rc = buf_adds(out, one->text, e);
			for (side = one->child; rc == 0 && side != NULL; side = side->next)
				rc = screen_addf(out, e, side == one->child ? "%s" : " (%s)",
				    side->text);
		}
		if (rc == 0)
			rc = buf_add(out, "\n", 1, e);
	}
	json_free(all);
	return (rc);
}

/* A line for each rule whose links are as they should be, and more where they aren't. */
static int
load_report_link(const struct load_link *k, struct buf *out, struct err *e)
{

	if (k->field == NULL)
		return (0);
	if (screen_addf(out, e, "%s -> %s%s%s: %llu linked", k->child, k->parent,
		k->label ? " " : "", k->label ? k->label : "", (unsigned long long)k->linked) ||
	    (k->missing_parent > 0 &&
		screen_addf(out, e, ", %llu whose parent is missing",
		    (unsigned long long)k->missing_parent)) ||
	    (k->missing_required > 0 &&
		screen_addf(out, e, ", %llu without the required parent",
		    (unsigned long long)k->missing_required)) ||
	    (k->crowded > 0 &&
		screen_addf(out, e, ", %llu too many for %s", (unsigned long long)k->crowded,
		    k->cardinality)) ||
	    buf_adds(out, "\n", e))
		return (-1);
	if (k->missing_parent + k->missing_required + k->crowded == 0)
		return (0);
	return (load_report_examples(k->examples, out, e));
}

static int
load_report_after(const struct load *l, struct buf *out, struct err *e)
{
	size_t i;

	for (i = 0; i < l->links.n; i++)
		if ((i == 0 && buf_adds(out, "\n", e)) || load_report_link(&l->links.v[i], out, e))
			return (-1);
	if (l->cells.made + l->cells.renamed > 0 &&
	    screen_addf(out, e, "compliance matrix: %llu new cells, %llu brought up to date\n",
		(unsigned long long)l->cells.made, (unsigned long long)l->cells.renamed))
		return (-1);
	return (0);
}

static int
load_report_text(const struct load *l, struct buf *out, struct err *e)
{
	uint64_t rejected, pending;
	struct ledger_counts t = intake_totals(l->in, &rejected, &pending);
	size_t i;

	if (screen_addf(out, e, "type    %s\ndataset %s\nrun     %s\n", l->type, l->dataset,
		l->run))
		return (-1);
	for (i = 0; i < intake_sections(l->in); i++)
		if (load_report_section(intake_section(l->in, i), out, e))
			return (-1);
	if (screen_addf(out, e, "inserted  %11llu\nupdated   %11llu\n",
		(unsigned long long)t.inserted, (unsigned long long)t.updated) ||
	    load_report_rare("revived", t.revived, out, e) ||
	    screen_addf(out, e, "unchanged %11llu\n", (unsigned long long)t.unchanged) ||
	    load_report_rare("duplicate", t.duplicate, out, e) ||
	    load_report_rare("pending", pending, out, e) ||
	    screen_addf(out, e, "rejected  %11llu\n", (unsigned long long)rejected) ||
	    load_report_rare("retired", t.retired, out, e) || load_report_gone(l, out, e) ||
	    load_report_after(l, out, e))
		return (-1);
	if (l->past.same_as[0] != '\0' &&
	    screen_addf(out, e, "the same source as at %s\n", l->past.same_as))
		return (-1);
	if (!l->wrote && l->retire.retired == 0 && buf_adds(out, "nothing new\n", e))
		return (-1);
	if (l->plan && buf_adds(out, "a plan: nothing was written\n", e))
		return (-1);
	return (load_report_samples(l, out, e));
}

int
load_report(const struct load *l, bool json, struct buf *out, struct err *e)
{

	return (json ? load_report_json(l, out, e) : load_report_text(l, out, e));
}
