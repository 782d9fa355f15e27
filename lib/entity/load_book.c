#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "entity/load_state.h"
#include "ledger/guard.h"
#include "ledger/ledger.h"

/* The first stage of the pipe says which dataset this is, and it is this one. */
static int
load_book_dataset(struct load *l, struct load_section *s, struct err *e)
{
	const char *name = s->upstream[0].dataset;

	(void)snprintf(s->own.dataset, sizeof(s->own.dataset), "%s", l->dataset);
	if (!ledger_said(name) || strcmp(l->dataset, name) == 0)
		return (0);
	return (err_set(e, STATUS_CONFIG,
	    "this is a load of the dataset '%s', and the stream is of '%s'", l->dataset, name));
}

int
load_book_seal(struct load *l, struct err *e)
{
	struct load_section *s = l->sections[l->nsections - 1];
	struct reject_writer *rejects = l->rejects;
	const struct book *books = stream_reader_books(l->r, &s->nupstream);

	if (s->nupstream == 0)
		return (err_set(e, STATUS_DATA,
		    "the stream has no book of the stage that "
		    "wrote it"));
	s->upstream = ledger_books(books, s->nupstream);
	/* Whatever comes of the load, the file of what was refused is whole. */
	l->rejects = NULL;
	return (reject_close(rejects, e) || load_book_dataset(l, s, e) ? -1 : 0);
}

int
load_book_check(struct load *l, struct err *e)
{
	size_t i;

	for (i = 0; i < l->nsections; i++) {
		struct load_section *s = l->sections[i];
		const struct ledger_counts *c = &s->counts;

		s->own.rows = c->inserted + c->updated + c->revived;
		s->own.used = s->own.rows + c->unchanged + c->duplicate;
		if (ledger_check(s->upstream, s->nupstream, &s->own, &l->o->max_rejects,
			&l->o->max_flaws, e))
			return (-1);
		l->wrote = l->wrote || s->own.rows > 0;
	}
	return (0);
}

int
load_book_write(struct load *l, struct err *e)
{
	struct ledger g = { l->pg, "entity-load", l->run, l->started, "", l->o->delta };
	char config[DIGEST_SHA256_HEX + 1];
	unsigned long first;
	size_t i;

	(void)snprintf(g.dataset_id, sizeof(g.dataset_id), "%s", l->dataset_id);
	if (ledger_run(&g, e) || ledger_section(&g, &first, e))
		return (-1);
	l->sections[l->nsections - 1]->counts.retired = l->retired;
	for (i = 0; i < l->nsections; i++) {
		const struct load_section *s = l->sections[i];

		guard_config(s->upstream, s->nupstream, &s->own, config);
		if (ledger_stream(&g, first + i, s->source, config, s->upstream, s->nupstream,
			&s->own, &s->counts, e))
			return (-1);
	}
	return (load_link_book(l, first, e));
}
