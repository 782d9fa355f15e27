#include "ledger/ledger.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/utf8.h"

#ifndef AEGIS_VERSION
#define AEGIS_VERSION "0.1.0"
#endif

bool
ledger_said(const char *s)
{

	return (s[0] != '\0' && strcmp(s, "-") != 0);
}

void
ledger_printable(char *s)
{
	size_t len = strlen(s), i;

	for (i = 0; i < len; i++)
		if ((unsigned char)s[i] < 0x20 || s[i] == 0x7f)
			s[i] = '?';
	while ((i = utf8_span(s, len)) < len)
		s[i] = '?';
}

struct book *
ledger_books(const struct book *books, size_t n)
{
	struct book *copy = xcalloc(n, sizeof(*copy));
	size_t i;

	memcpy(copy, books, n * sizeof(*copy));
	for (i = 0; i < n; i++) {
		ledger_printable(copy[i].stage);
		ledger_printable(copy[i].dataset);
		ledger_printable(copy[i].rejects);
	}
	return (copy);
}

/* Hold ${n} faults of ${of} records against a ceiling. */
static int
ledger_ceiling(const struct book *b, const struct ceiling *c, const char *what, uint64_t n,
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
	if (ledger_said(b->rejects))
		(void)err_hint(e, "nothing was loaded; the records are in '%s'", b->rejects);
	else
		(void)err_hint(e, "nothing was loaded");
	return (-1);
}

int
ledger_hopeless(const char *stage, const struct ceiling *c, uint64_t n, uint64_t of,
    const char *file, struct err *e)
{

	if (!num_hopeless(c, n, of))
		return (0);
	(void)err_set(e, STATUS_DATA,
	    "%s has %llu rejects in the first %llu records, and --max-rejects does not allow them",
	    stage, (unsigned long long)n, (unsigned long long)of);
	if (file != NULL)
		return (err_hint(e, "nothing was loaded; the first of them are in '%s'", file));
	return (err_hint(e, "nothing was loaded"));
}

static int
ledger_check_one(const struct book *b, const struct book *prev, const struct ceiling *rejects,
    const struct ceiling *flaws, struct err *e)
{
	uint64_t records;

	if (book_balances(b, e) || (prev != NULL && book_follows(b, prev, e)))
		return (-1);
	if (__builtin_add_overflow(b->rows, b->rejected, &records))
		return (err_set(e, STATUS_DATA, "the book of %s has impossible figures", b->stage));
	if (ledger_ceiling(b, rejects, "rejects", b->rejected, b->read, e))
		return (-1);
	return (ledger_ceiling(b, flaws, "flawed rows", b->flawed, records, e));
}

int
ledger_check(const struct book *up, size_t n, const struct book *own, const struct ceiling *rejects,
    const struct ceiling *flaws, struct err *e)
{
	const struct book *prev = NULL;
	size_t i;

	for (i = 0; i <= n; i++) {
		const struct book *b = i < n ? &up[i] : own;

		if (ledger_check_one(b, prev, rejects, flaws, e))
			return (-1);
		prev = b;
	}
	return (0);
}

static int
ledger_do(const struct ledger *l, const char *sql, const char *const *params, int n, struct err *e)
{
	struct pg_result *r = pg_query(l->pg, sql, params, n, e);

	pg_result_free(r);
	return (r == NULL ? -1 : 0);
}

int
ledger_tenant(struct pg *pg, const char *tenant, struct err *e)
{
	const char *params[1] = { tenant };
	struct pg_result *r = pg_query(pg,
	    "SELECT EXISTS (SELECT FROM entity_type_definitions WHERE tenant_id::text = lower($1))"
	    " OR EXISTS (SELECT FROM batch_datasets WHERE tenant_id::text = lower($1))"
	    " OR EXISTS (SELECT FROM rule_versions WHERE tenant_id = $1)"
	    " OR EXISTS (SELECT FROM filing_checklists WHERE tenant_id = $1)",
	    params, 1, e);
	bool known;

	if (r == NULL)
		return (-1);
	known = pg_result_get(r, 0, 0)[0] == 't';
	pg_result_free(r);
	if (known)
		return (0);
	(void)err_set(e, STATUS_DATA,
	    "tenant '%s' does not exist here: no type, load, rule or filing"
	    " names it",
	    tenant);
	return (err_hint(e, "a tenant begins with: aegis entity-define --tenant %s ...", tenant));
}

int
ledger_run(const struct ledger *l, struct err *e)
{
	char host[256] = "";
	const char *params[5] = { l->run, l->started, host, AEGIS_VERSION, l->stage };

	if (gethostname(host, sizeof(host) - 1))
		(void)snprintf(host, sizeof(host), "unknown");
	return (ledger_do(l,
	    "INSERT INTO batch_runs (run_id, pipeline, started_at, ended_at,"
	    " state, exit_status, host, version) VALUES ($1::uuid, $5,"
	    " $2::timestamptz, now(), 'done', 0, $3, $4) ON CONFLICT (run_id) DO NOTHING",
	    params, 5, e));
}

int
ledger_dataset(struct pg *pg, const char *tenant, const char *type, const char *dataset, char *id,
    size_t size, struct err *e)
{
	const char *params[] = { tenant, type, dataset };
	struct pg_result *r = pg_query(pg,
	    "INSERT INTO batch_datasets (tenant_id, type_key, dataset) VALUES ($1::uuid,"
	    " $2, $3) ON CONFLICT (tenant_id, type_key, dataset) DO UPDATE SET dataset ="
	    " EXCLUDED.dataset RETURNING dataset_id",
	    params, 3, e);

	if (r == NULL)
		return (-1);
	(void)snprintf(id, size, "%s", pg_result_get(r, 0, 0));
	pg_result_free(r);
	return (0);
}

int
ledger_section(const struct ledger *l, unsigned long *section, struct err *e)
{
	const char *params[2] = { l->run, l->dataset_id };
	struct pg_result *r = pg_query(l->pg,
	    "SELECT coalesce(max(section) + 1, 0)"
	    " FROM batch_sources WHERE run_id = $1::uuid AND dataset_id = $2::integer",
	    params, 2, e);

	if (r == NULL)
		return (-1);
	*section = strtoul(pg_result_get(r, 0, 0), NULL, 10);
	pg_result_free(r);
	return (0);
}

static int
ledger_source(const struct ledger *l, unsigned long section, const char *source, const char *sha256,
    const char *config, struct err *e)
{
	char number[24];
	const char *params[7] = { l->run, l->dataset_id, number, source,
		ledger_said(sha256) ? sha256 : NULL, config, l->delta ? "t" : "f" };

	(void)snprintf(number, sizeof(number), "%lu", section);
	return (ledger_do(l,
	    "INSERT INTO batch_sources (run_id, dataset_id, section, source,"
	    " source_sha256, config_sha256, delta) VALUES ($1::uuid, $2::integer, $3::integer,"
	    " $4, $5, $6, $7::boolean)",
	    params, 7, e));
}

static int
ledger_codes(const struct ledger *l, const struct book *b, const char *section, const char *seq,
    struct err *e)
{
	char faults[24];
	size_t i;

	for (i = 0; i < b->ncodes; i++) {
		const char *params[9] = { l->run, l->dataset_id, section, seq, b->stage,
			b->codes[i].code, faults, ledger_said(b->rejects) ? b->rejects : NULL,
			ledger_said(b->rejects_sha256) ? b->rejects_sha256 : NULL };

		(void)snprintf(faults, sizeof(faults), "%llu", (unsigned long long)b->codes[i].n);
		if (ledger_do(l,
			"INSERT INTO batch_rejects (run_id, dataset_id, section, seq,"
			" stage, code, faults, file, file_sha256) VALUES ($1::uuid, $2::integer,"
			" $3::integer, $4::integer, $5, $6, $7::bigint, $8, $9)",
			params, 9, e))
			return (-1);
	}
	return (0);
}

static int
ledger_book(const struct ledger *l, unsigned long section, size_t seq, const struct book *b,
    const struct ledger_counts *counts, struct err *e)
{
	static const struct ledger_counts none = { 0, 0, 0, 0, 0, 0 };
	const struct ledger_counts *c = counts != NULL ? counts : &none;
	const uint64_t figures[] = { section, seq, b->read, b->used, b->skipped, b->rejected,
		b->flawed, b->rows, c->inserted, c->updated, c->revived, c->unchanged, c->duplicate,
		c->retired };
	enum { FIGURES = sizeof(figures) / sizeof(figures[0]) };
	char text[FIGURES][24];
	const char *params[4 + FIGURES] = { l->run, l->dataset_id, b->stage,
		ledger_said(b->config_sha256) ? b->config_sha256 : NULL };
	size_t i;

	for (i = 0; i < FIGURES; i++) {
		(void)snprintf(text[i], sizeof(text[i]), "%llu", (unsigned long long)figures[i]);
		params[4 + i] = text[i];
	}
	if (ledger_do(l,
		"INSERT INTO batch_books (run_id, dataset_id, stage, config_sha256, section, seq,"
		" read, used, skipped, rejected, flawed, rows_out, inserted, updated, revived,"
		" unchanged, duplicate, retired) VALUES ($1::uuid, $2::integer, $3, $4, $5::integer, $6::integer,"
		" $7::bigint, $8::bigint, $9::bigint, $10::bigint, $11::bigint, $12::bigint,"
		" $13::bigint, $14::bigint, $15::bigint, $16::bigint, $17::bigint, $18::bigint)",
		params, 4 + FIGURES, e))
		return (-1);
	return (ledger_codes(l, b, text[0], text[1], e));
}

int
ledger_stream(const struct ledger *l, unsigned long section, const char *source, const char *config,
    const struct book *up, size_t n, const struct book *own, const struct ledger_counts *counts,
    struct err *e)
{
	size_t i;

	if (ledger_source(l, section, source, n > 0 ? up[0].source_sha256 : own->source_sha256,
		config, e))
		return (-1);
	for (i = 0; i < n; i++)
		if (ledger_book(l, section, i, &up[i], NULL, e))
			return (-1);
	return (ledger_book(l, section, n, own, counts, e));
}
