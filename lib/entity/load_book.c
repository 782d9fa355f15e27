#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/digest.h"
#include "entity/load_state.h"
#include "ledger/ledger.h"

/* The books that came with the seal, with names that can be stored and shown. */
static void
load_book_take(struct load_section *s, const struct book *books)
{
	size_t i;

	s->upstream = xcalloc(s->nupstream, sizeof(*books));
	memcpy(s->upstream, books, s->nupstream * sizeof(*books));
	for (i = 0; i < s->nupstream; i++) {
		ledger_printable(s->upstream[i].stage);
		ledger_printable(s->upstream[i].dataset);
		ledger_printable(s->upstream[i].rejects);
	}
}

/* The first stage of the pipe says which dataset this is. */
static int
load_book_dataset(struct load *l, struct load_section *s, struct err *e)
{
	char name[BOOK_DATASET_SIZE];

	if (ledger_said(s->upstream[0].dataset))
		(void)snprintf(name, sizeof(name), "%s", s->upstream[0].dataset);
	else
		(void)snprintf(name, sizeof(name), "sealed/%.64s", l->type);
	(void)snprintf(s->own.dataset, sizeof(s->own.dataset), "%s", name);
	if (l->dataset[0] == '\0')
		(void)snprintf(l->dataset, sizeof(l->dataset), "%s", name);
	if (strcmp(l->dataset, name) == 0)
		return (0);
	(void)err_set(e, STATUS_CONFIG, "type '%s' is fed by the dataset '%s', and this is '%s'",
	    l->type, l->dataset, name);
	return (err_hint(e, "a field belongs to one dataset, and a type has one"));
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
	load_book_take(s, books);
	/* Whatever comes of the load, the file of what was refused is whole. */
	l->rejects = NULL;
	if (reject_close(rejects, e) || load_book_dataset(l, s, e))
		return (-1);
	s->own.used = s->inserted + s->updated + s->unchanged;
	s->own.rows = s->inserted + s->updated;
	return (ledger_check(s->upstream, s->nupstream, &s->own, &l->o->max_rejects,
	    &l->o->max_flaws, e));
}

/* SHA-256 of what every stage says of its configuration, in the order of the pipe. */
static void
load_book_config(const struct load_section *s, char hex[DIGEST_SHA256_HEX + 1])
{
	struct digest_sha256 *d = digest_sha256_new();
	size_t i;

	for (i = 0; i <= s->nupstream; i++) {
		const struct book *b = i < s->nupstream ? &s->upstream[i] : &s->own;

		digest_sha256_update(d, b->stage, strlen(b->stage));
		digest_sha256_update(d, " ", 1);
		digest_sha256_update(d, b->config_sha256, strlen(b->config_sha256));
		digest_sha256_update(d, "\n", 1);
	}
	digest_sha256_final(d, hex);
}

static int
load_book_write_section(const struct ledger *g, const struct load_section *s, unsigned long section,
    struct err *e)
{
	const struct ledger_counts counts = { s->inserted, s->updated, s->unchanged, 0 };
	char config[DIGEST_SHA256_HEX + 1];

	load_book_config(s, config);
	return (ledger_stream(g, section, s->source, config, s->upstream, s->nupstream, &s->own,
	    &counts, e));
}

int
load_book_write(struct load *l, struct err *e)
{
	const char *params[2] = { l->dataset, l->dataset_id };
	struct ledger g = { l->pg, "entity-load", l->run, l->started, "" };
	struct pg_result *r;
	unsigned long first;
	size_t i;

	(void)snprintf(g.dataset_id, sizeof(g.dataset_id), "%s", l->dataset_id);
	/* A dataset's row that was made at the start has no name yet. */
	if ((r = pg_query(l->pg,
		 "UPDATE batch_datasets SET dataset = $1"
		 " WHERE dataset_id = $2::integer AND dataset = ''",
		 params, 2, e)) == NULL)
		return (-1);
	pg_result_free(r);
	if (ledger_run(&g, e) || ledger_section(&g, &first, e))
		return (-1);
	for (i = 0; i < l->nsections; i++)
		if (load_book_write_section(&g, l->sections[i], first + i, e))
			return (-1);
	return (0);
}
