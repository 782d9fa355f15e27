/* What a load leaves about itself, and the books that must balance before. */

#include "ledger/ledger.h"

#include <stdio.h>
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

void
ledger_config(const struct book *up, size_t n, const struct book *own,
    char hex[DIGEST_SHA256_HEX + 1])
{
	struct digest_sha256 *d = digest_sha256_new();
	size_t i;

	for (i = 0; i <= n; i++) {
		const struct book *b = i < n ? &up[i] : own;

		digest_sha256_update(d, b->stage, strlen(b->stage));
		digest_sha256_update(d, " ", 1);
		digest_sha256_update(d, b->config_sha256, strlen(b->config_sha256));
		digest_sha256_update(d, "\n", 1);
	}
	digest_sha256_final(d, hex);
}

/* Hold ${n} faults of ${of} records against a ceiling. */
static int
ledger_ceiling(const struct book *b, const struct ceiling *c, const char *what, uint64_t n,
    uint64_t of, struct err *e)
{
	char limit[32];

	if (!num_exceeds(c, n, of))
		return (0);
	(void)err_set(e, STATUS_DATA, "%s has %llu %s in %llu records, and the limit is %s",
	    b->stage, (unsigned long long)n, what, (unsigned long long)of,
	    num_ceiling_text(c, limit, sizeof(limit)));
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

/* Check that ${b} balances, follows ${prev} if that is not NULL, and keeps within both ceilings.
 */
static int
ledger_check_one(const struct book *b, const struct book *prev, const struct ceiling *rejects,
    const struct ceiling *flaws, struct err *e)
{
	uint64_t records;

	if (book_balances(b, e) || (prev != NULL && book_follows(b, prev, e)))
		return (-1);
	if (__builtin_add_overflow(b->rows, b->rejected, &records))
		return (err_set(e, STATUS_DATA, "the book of %s has impossible counts", b->stage));
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

int
ledger_tenant(struct pg *pg, const char *tenant, struct err *e)
{
	bool known;

	if (pg_boolf(pg, &known, e,
		"SELECT EXISTS (SELECT FROM entity_type_definitions WHERE tenant_id::text = lower(%L))"
		" OR EXISTS (SELECT FROM batch_datasets WHERE tenant_id::text = lower(%L))"
		" OR EXISTS (SELECT FROM rule_versions WHERE tenant_id = %L)"
		" OR EXISTS (SELECT FROM filing_checklists WHERE tenant_id = %L)",
		tenant, tenant, tenant, tenant))
		return (-1);
	if (known)
		return (0);
	(void)err_set(e, STATUS_DATA,
	    "tenant '%s' does not exist here: no type, load, rule or filing names it", tenant);
	return (err_hint(e, "a tenant begins with: aegis entity-define --tenant %s ...", tenant));
}

int
ledger_run(const struct ledger *l, struct err *e)
{
	char host[256] = "";

	if (gethostname(host, sizeof(host) - 1))
		(void)snprintf(host, sizeof(host), "unknown");
	return (pg_execf(l->pg, NULL, e,
	    "INSERT INTO batch_runs (run_id, pipeline, started_at, ended_at, state, exit_status,"
	    " host, version) VALUES (%L, %L, %L, now(), 'done', 0, %L, %L)"
	    " ON CONFLICT (run_id) DO NOTHING",
	    l->run, l->stage, l->started, host, AEGIS_VERSION));
}

int
ledger_dataset(struct pg *pg, const char *tenant, const char *type, const char *dataset, char *id,
    size_t size, struct err *e)
{
	struct pg_result *r;
	uint64_t there;

	/* Most are there; a row that is updated only to be named would be written each time. */
	if (ledger_dataset_find(pg, tenant, type, dataset, &there, e))
		return (-1);
	if (there > 0) {
		(void)snprintf(id, size, "%llu", (unsigned long long)there);
		return (0);
	}
	if ((r = pg_queryf(pg, e,
		 "INSERT INTO batch_datasets (tenant_id, type_key, dataset) VALUES (%L, %L, %L)"
		 " ON CONFLICT (tenant_id, type_key, dataset) DO UPDATE SET dataset ="
		 " EXCLUDED.dataset RETURNING dataset_id",
		 tenant, type, dataset)) == NULL)
		return (-1);
	pg_result_copy(r, 0, 0, id, size);
	pg_result_free(r);
	return (0);
}

int
ledger_dataset_find(struct pg *pg, const char *tenant, const char *type, const char *dataset,
    uint64_t *id, struct err *e)
{

	return (pg_u64f(pg, id, e,
	    "SELECT dataset_id FROM batch_datasets WHERE tenant_id = %L AND type_key = %L"
	    " AND dataset = %L",
	    tenant, type, dataset));
}

int
ledger_section(struct pg *pg, const char *run, const char *dataset, unsigned long *section,
    struct err *e)
{
	uint64_t n;

	if (pg_u64f(pg, &n, e,
		"SELECT coalesce(max(section) + 1, 0) FROM batch_sources WHERE run_id = %L"
		" AND dataset_id = %L",
		run, dataset))
		return (-1);
	*section = (unsigned long)n;
	return (0);
}

/* What a book says of a name or digest, or NULL. */
static const char *
ledger_or_null(const char *s)
{

	return (ledger_said(s) ? s : NULL);
}

/* Insert the row of batch_sources for one section; a ${sha256} of '-' becomes null. */
static int
ledger_source(const struct ledger *l, unsigned long section, const char *source, const char *sha256,
    const char *config, struct err *e)
{

	return (pg_execf(l->pg, NULL, e,
	    "INSERT INTO batch_sources (run_id, dataset_id, section, source, source_sha256,"
	    " config_sha256, delta) VALUES (%L, %L, %llu, %L, %L, %L, %s)",
	    l->run, l->dataset_id, (unsigned long long)section, source, ledger_or_null(sha256),
	    config, l->delta ? "true" : "false"));
}

/* Insert one row of batch_rejects for each code that ${b} has counted. */
static int
ledger_codes(const struct ledger *l, const struct book *b, unsigned long section, size_t seq,
    struct err *e)
{
	size_t i;

	for (i = 0; i < b->ncodes; i++)
		if (pg_execf(l->pg, NULL, e,
			"INSERT INTO batch_rejects (run_id, dataset_id, section, seq, stage, code,"
			" faults, file, file_sha256) VALUES (%L, %L, %llu, %zu, %L, %L, %llu, %L, %L)",
			l->run, l->dataset_id, (unsigned long long)section, seq, b->stage,
			b->codes[i].code, (unsigned long long)b->codes[i].n,
			ledger_or_null(b->rejects), ledger_or_null(b->rejects_sha256)))
			return (-1);
	return (0);
}

/* Insert ${b} into batch_books and its codes into batch_rejects; a ${counts} of NULL stands for
 * zeros. */
static int
ledger_book(const struct ledger *l, unsigned long section, size_t seq, const struct book *b,
    const struct ledger_counts *counts, struct err *e)
{
	static const struct ledger_counts none = { 0, 0, 0, 0, 0, 0 };
	const struct ledger_counts *c = counts != NULL ? counts : &none;
	const uint64_t figures[] = { b->read, b->used, b->skipped, b->rejected, b->flawed, b->rows,
		c->inserted, c->updated, c->revived, c->unchanged, c->duplicate, c->retired };
	struct buf sql = BUF_INIT(1 << 16);
	size_t i;
	int rc;

	rc = pg_sqlf(l->pg, &sql, e,
	    "INSERT INTO batch_books (run_id, dataset_id, section, seq, stage, config_sha256, read,"
	    " used, skipped, rejected, flawed, rows_out, inserted, updated, revived, unchanged,"
	    " duplicate, retired) VALUES (%L, %L, %llu, %zu, %L, %L",
	    l->run, l->dataset_id, (unsigned long long)section, seq, b->stage,
	    ledger_or_null(b->config_sha256));
	for (i = 0; rc == 0 && i < sizeof(figures) / sizeof(figures[0]); i++)
		rc = buf_addf(&sql, e, ", %llu", (unsigned long long)figures[i]);
	rc = rc || buf_adds(&sql, ")", e) || buf_str(&sql, e) == NULL || pg_exec(l->pg, sql.p, e);
	buf_free(&sql);
	return (rc || ledger_codes(l, b, section, seq, e));
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
