#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/utf8.h"
#include "entity/load_state.h"

#ifndef AEGIS_VERSION
#define AEGIS_VERSION "0.1.0"
#endif

static bool
load_book_said(const char *s)
{

	return (s[0] != '\0' && strcmp(s, "-") != 0);
}

void
load_book_printable(char *s)
{
	size_t len = strlen(s), i;

	for (i = 0; i < len; i++)
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			s[i] = '?';
	while ((i = utf8_span(s, len)) < len)
		s[i] = '?';
}

/* The books that came with the seal, with names that can be stored and shown. */
static void
load_book_take(struct load_section *s, const struct book *books)
{
	size_t i;

	s->upstream = xcalloc(s->nupstream, sizeof(*books));
	memcpy(s->upstream, books, s->nupstream * sizeof(*books));
	for (i = 0; i < s->nupstream; i++) {
		load_book_printable(s->upstream[i].stage);
		load_book_printable(s->upstream[i].dataset);
		load_book_printable(s->upstream[i].rejects);
	}
}

/* Hold ${n} faults of ${of} records against a ceiling. */
static int
load_book_ceiling(const struct book *b, const struct ceiling *c, const char *what, uint64_t n,
    uint64_t of, struct err *e)
{
	char limit[32];

	if (!num_exceeds(c, n, of))
		return (0);
	if (c->is_share)
		(void)snprintf(limit, sizeof(limit), "%g%%", c->share * 100);
	else
		(void)snprintf(limit, sizeof(limit), "%llu", (unsigned long long)c->count);
	(void)err_set(e, STATUS_DATA, "%s has %llu %s in %llu records, and the ceiling is %s",
	    b->stage, (unsigned long long)n, what, (unsigned long long)of, limit);
	if (load_book_said(b->rejects))
		(void)err_hint(e, "nothing was loaded; the records are in '%s'", b->rejects);
	else
		(void)err_hint(e, "nothing was loaded");
	return (-1);
}

/* One book of the pipe; ${prev} is the one before it, or NULL. */
static int
load_book_check(const struct load *l, const struct book *b, const struct book *prev, struct err *e)
{
	uint64_t records;

	if (book_balances(b, e) || (prev != NULL && book_follows(b, prev, e)))
		return (-1);
	if (__builtin_add_overflow(b->rows, b->rejected, &records))
		return (err_set(e, STATUS_DATA, "the book of %s has impossible figures", b->stage));
	if (load_book_ceiling(b, &l->o->max_rejects, "rejects", b->rejected, b->read, e))
		return (-1);
	return (load_book_ceiling(b, &l->o->max_flaws, "flawed rows", b->flawed, records, e));
}

/* The first stage of the pipe says which dataset this is. */
static int
load_book_dataset(struct load *l, struct load_section *s, struct err *e)
{
	char name[BOOK_DATASET_SIZE];

	if (load_book_said(s->upstream[0].dataset))
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
	size_t i;

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
	for (i = 0; i < s->nupstream; i++)
		if (load_book_check(l, &s->upstream[i], i > 0 ? &s->upstream[i - 1] : NULL, e))
			return (-1);
	return (load_book_check(l, &s->own, &s->upstream[s->nupstream - 1], e));
}

static int
load_book_run(struct load *l, const char *sql, const char *const *params, int n, struct err *e)
{
	struct pg_result *r = pg_query(l->pg, sql, params, n, e);

	pg_result_free(r);
	return (r == NULL ? -1 : 0);
}

/*
 * The run is there already where the runner recorded it before it began.  By hand
 * this row is the whole record, and is written when there is nothing left to go
 * wrong but the COMMIT.
 */
static int
load_book_write_run(struct load *l, struct err *e)
{
	char host[256] = "";
	const char *params[4] = { l->run, l->started, host, AEGIS_VERSION };

	if (gethostname(host, sizeof(host) - 1))
		(void)snprintf(host, sizeof(host), "unknown");
	return (load_book_run(l,
	    "INSERT INTO batch_runs (run_id, pipeline, started_at, ended_at,"
	    " state, exit_status, host, version) VALUES ($1::uuid, 'entity-load',"
	    " $2::timestamptz, now(), 'done', 0, $3, $4) ON CONFLICT (run_id) DO NOTHING",
	    params, 4, e));
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
load_book_write_source(struct load *l, const struct load_section *s, const char *section,
    struct err *e)
{
	char config[DIGEST_SHA256_HEX + 1];
	const char *sha = s->upstream[0].source_sha256;
	const char *params[6] = { l->run, l->dataset_id, section, s->source,
		load_book_said(sha) ? sha : NULL, config };

	load_book_config(s, config);
	return (load_book_run(l,
	    "INSERT INTO batch_sources (run_id, dataset_id, section, source,"
	    " source_sha256, config_sha256) VALUES ($1::uuid, $2::integer, $3::integer, $4, $5,"
	    " $6)",
	    params, 6, e));
}

static int
load_book_write_codes(struct load *l, const struct book *b, const char *section, const char *seq,
    struct err *e)
{
	char faults[24];
	size_t i;

	for (i = 0; i < b->ncodes; i++) {
		const char *params[9] = { l->run, l->dataset_id, section, seq, b->stage,
			b->codes[i].code, faults, load_book_said(b->rejects) ? b->rejects : NULL,
			load_book_said(b->rejects_sha256) ? b->rejects_sha256 : NULL };

		(void)snprintf(faults, sizeof(faults), "%llu", (unsigned long long)b->codes[i].n);
		if (load_book_run(l,
			"INSERT INTO batch_rejects (run_id, dataset_id, section, seq,"
			" stage, code, faults, file, file_sha256) VALUES ($1::uuid, $2::integer,"
			" $3::integer, $4::integer, $5, $6, $7::bigint, $8, $9)",
			params, 9, e))
			return (-1);
	}
	return (0);
}

static int
load_book_write_one(struct load *l, const struct load_section *s, size_t place, const char *section,
    struct err *e)
{
	const struct book *b = place < s->nupstream ? &s->upstream[place] : &s->own;
	bool own = b == &s->own;
	const uint64_t figures[] = { place, b->read, b->used, b->skipped, b->rejected, b->flawed,
		b->rows, own ? s->inserted : 0, own ? s->updated : 0, own ? s->unchanged : 0 };
	enum { FIGURES = sizeof(figures) / sizeof(figures[0]) };
	char text[FIGURES][24];
	const char *params[5 + FIGURES] = { l->run, l->dataset_id, section, b->stage,
		load_book_said(b->config_sha256) ? b->config_sha256 : NULL };
	size_t i;

	for (i = 0; i < FIGURES; i++) {
		(void)snprintf(text[i], sizeof(text[i]), "%llu", (unsigned long long)figures[i]);
		params[5 + i] = text[i];
	}
	if (load_book_run(l,
		"INSERT INTO batch_books (run_id, dataset_id, section, stage,"
		" config_sha256, seq, read, used, skipped, rejected, flawed, rows_out, inserted,"
		" updated, unchanged) VALUES ($1::uuid, $2::integer, $3::integer, $4, $5,"
		" $6::integer, $7::bigint, $8::bigint, $9::bigint, $10::bigint, $11::bigint,"
		" $12::bigint, $13::bigint, $14::bigint, $15::bigint)",
		params, 5 + FIGURES, e))
		return (-1);
	return (load_book_write_codes(l, b, section, text[0], e));
}

/* The same run may load again (a stream that was kept): its sections are counted on. */
static int
load_book_first_section(struct load *l, unsigned long *first, struct err *e)
{
	const char *params[2] = { l->run, l->dataset_id };
	struct pg_result *r = pg_query(l->pg,
	    "SELECT coalesce(max(section) + 1, 0)"
	    " FROM batch_sources WHERE run_id = $1::uuid AND dataset_id = $2::integer",
	    params, 2, e);

	if (r == NULL)
		return (-1);
	*first = strtoul(pg_result_get(r, 0, 0), NULL, 10);
	pg_result_free(r);
	return (0);
}

int
load_book_write(struct load *l, struct err *e)
{
	const char *params[2] = { l->dataset, l->dataset_id };
	unsigned long first;
	char section[24];
	size_t i, k;

	/* A dataset's row that was made at the start has no name yet. */
	if (load_book_run(l,
		"UPDATE batch_datasets SET dataset = $1"
		" WHERE dataset_id = $2::integer AND dataset = ''",
		params, 2, e) ||
	    load_book_write_run(l, e) || load_book_first_section(l, &first, e))
		return (-1);
	for (i = 0; i < l->nsections; i++) {
		(void)snprintf(section, sizeof(section), "%lu", first + i);
		if (load_book_write_source(l, l->sections[i], section, e))
			return (-1);
		for (k = 0; k <= l->sections[i]->nupstream; k++)
			if (load_book_write_one(l, l->sections[i], k, section, e))
				return (-1);
	}
	return (0);
}
