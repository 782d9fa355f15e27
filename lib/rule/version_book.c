#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
	struct ledger_counts c = version_book_counts(s);
	char config[DIGEST_SHA256_HEX + 1];
	unsigned long section;

	if (ledger_dataset(v->pg, v->tenant, "rule", s->dataset, g.dataset_id, sizeof(g.dataset_id),
		e) ||
	    ledger_run(&g, e) || ledger_section(&g, &section, e))
		return (-1);
	guard_config(s->upstream, s->nupstream, &s->own, config);
	return (ledger_stream(&g, section, s->source, config, s->upstream, s->nupstream, &s->own,
	    &c, e));
}

/* The sections of one dataset, as a whole, before any of them is in the books. */
static int
version_book_past(struct version *v, const char *dataset, struct err *e)
{
	struct guard_piece *pieces = xcalloc(v->nsections, sizeof(*pieces));
	char id[16];
	struct guard_whole g = { v->pg, id, dataset, true, pieces, 0 };
	struct guard_past past;
	uint64_t changed = 0;
	size_t i;
	int rc;

	for (i = 0; i < v->nsections; i++) {
		const struct version_section *s = v->sections[i];
		struct ledger_counts c = version_book_counts(s);

		if (strcmp(s->dataset, dataset) != 0)
			continue;
		changed += c.inserted + c.updated;
		pieces[g.n++] =
		    (struct guard_piece){ s->source, s->upstream, s->nupstream, &s->own };
	}
	rc = ledger_dataset(v->pg, v->tenant, "rule", dataset, id, sizeof(id), e) ||
	    guard_past(&g, &past, e);
	if (rc == 0 && past.older.status != STATUS_OK && changed > 0 && !v->o->accept_older) {
		*e = past.older;
		rc = -1;
	}
	free(pieces);
	return (rc ? -1 : 0);
}

int
version_book_write(struct version *v, struct err *e)
{
	size_t i, k;

	/* A file of rules may go back to what it said; RRC's files only come back. */
	for (i = 0; i < v->nsections && v->o->nfiles == 0; i++) {
		for (k = 0; k < i && strcmp(v->sections[k]->dataset, v->sections[i]->dataset); k++)
			continue;
		if (k == i && version_book_past(v, v->sections[i]->dataset, e))
			return (-1);
	}
	for (i = 0; i < v->nsections; i++)
		if (version_book_section(v, v->sections[i], e))
			return (-1);
	return (0);
}
