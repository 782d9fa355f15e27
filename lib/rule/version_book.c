#include <stdio.h>

#include "ledger/guard.h"
#include "rule/version_state.h"

static struct ledger_counts
version_book_counts(const struct version_section *s)
{
	struct ledger_counts c = { 0, 0, 0, 0, 0, 0 };

	c.inserted = s->acts[VERSION_NEW];
	c.updated = s->acts[VERSION_CHANGED] + s->acts[VERSION_PENDING] + s->acts[VERSION_EXPIRED];
	c.unchanged = s->acts[VERSION_SAME] + s->acts[VERSION_AGREES];
	c.duplicate = s->duplicate;
	return (c);
}

int
version_book_check(struct version *v, struct err *e)
{
	uint64_t read = 0;
	size_t i;

	for (i = 0; i < v->nsections; i++) {
		struct version_section *s = v->sections[i];
		struct ledger_counts c = version_book_counts(s);

		(void)snprintf(s->own.dataset, sizeof(s->own.dataset), "%s", s->dataset);
		s->own.skipped += s->acts[VERSION_EARLY] + s->acts[VERSION_PAST];
		s->own.rows = c.inserted + c.updated;
		s->own.used = s->own.rows + c.unchanged + c.duplicate;
		if (ledger_check(s->upstream, s->nupstream, &s->own, &v->o->max_rejects,
			&v->o->max_flaws, e))
			return (-1);
		read += s->own.read;
	}
	/* What is odd in a file is somebody's to look at; in a stream the layout may be wrong. */
	if (v->o->nfiles > 0 || !num_exceeds(&v->o->max_flaws, v->odds, read))
		return (0);
	(void)err_set(e, STATUS_DATA,
	    "%llu of %llu rules are implausible, more than --max-flaws allows",
	    (unsigned long long)v->odds, (unsigned long long)read);
	return (
	    err_hint(e, "nothing was loaded; is it another layout? The first: %.200s", v->odd[0]));
}

static int
version_book_section(struct version *v, const struct version_section *s, struct err *e)
{
	struct ledger g = { v->pg, "rule-load", v->run, v->started, "", false };
	const struct guard old = { v->pg, g.dataset_id, s->dataset, v->run, s->source,
		v->o->nfiles == 0, s->upstream, s->nupstream, &s->own };
	struct ledger_counts c = version_book_counts(s);
	char config[DIGEST_SHA256_HEX + 1], when[40];
	unsigned long section;

	if (ledger_dataset(v->pg, v->tenant, "rule", s->dataset, g.dataset_id, sizeof(g.dataset_id),
		e) ||
	    /* A file of rules may go back to what it said; RRC's files only come back. */
	    (v->o->nfiles == 0 && guard_source(&old, v->o->accept_older, when, sizeof(when), e)) ||
	    ledger_run(&g, e) || ledger_section(&g, &section, e))
		return (-1);
	guard_config(s->upstream, s->nupstream, &s->own, config);
	return (ledger_stream(&g, section, s->source, config, s->upstream, s->nupstream, &s->own,
	    &c, e));
}

int
version_book_write(struct version *v, struct err *e)
{
	size_t i;

	for (i = 0; i < v->nsections; i++)
		if (version_book_section(v, v->sections[i], e))
			return (-1);
	return (0);
}
