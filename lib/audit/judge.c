#include "audit/judge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit_input.h"
#include "base/progress.h"
#include "stream/writer.h"

struct judge {
	const struct judge_options *o;
	struct judge_totals *totals;
	struct audit_input in;
	struct stream_writer *out;
	struct verify *verify;
	struct buf signature;
	struct book own;
};

static int
judge_open(struct judge *j, struct err *e)
{
	const char *columns[AUDIT_COLUMNS_MAX + 2];
	const struct judge_options *o = j->o;
	struct stream_header h;
	size_t i, n;

	if (audit_input_open(&j->in, o->in, o->in_name, e))
		return (-1);
	if (j->in.judged)
		return (err_set(e, STATUS_DATA, "'%s' has verdicts already", o->in_name));
	n = j->in.table->n;
	for (i = 0; i < n; i++)
		columns[i] = j->in.table->columns[i].name;
	columns[n] = AUDIT_INPUT_VERDICT;
	columns[n + 1] = AUDIT_INPUT_KEY;
	memset(&h, 0, sizeof(h));
	h.kind = stream_reader_kind(j->in.reader);
	h.source = stream_reader_source(j->in.reader);
	h.run = stream_reader_run(j->in.reader);
	h.dataset = o->config;
	j->verify = verify_new(o->ring, o->profiles, o->nprofiles, j->in.table, e);
	if (j->verify == NULL)
		return (-1);
	j->out = stream_writer_open(o->out, o->out_name, &h, columns, n + 2, e);
	return (j->out == NULL ? -1 : 0);
}

/* The row with the signature that it lacked. */
static void
judge_write_signed(struct judge *j)
{
	size_t i;

	for (i = 0; i < j->in.table->n; i++) {
		const struct stream_field *f = &j->in.row.fields[i];

		if (i == j->in.table->signature)
			stream_writer_text(j->out, j->signature.p, j->signature.len);
		else if (f->null)
			stream_writer_null(j->out);
		else
			stream_writer_text(j->out, f->p, f->len);
	}
}

/* Sign the row: its verdict is then that on the signature just made. */
static int
judge_sign(struct judge *j, enum verdict *v, const char **key, struct err *e)
{
	struct stream_field copy[AUDIT_COLUMNS_MAX];
	struct audit_row row = j->in.row;
	int rc;

	if ((rc = verify_sign(j->verify, &row, &j->signature, e)) != 0)
		return (rc);
	memcpy(copy, row.fields, j->in.table->n * sizeof(*copy));
	copy[j->in.table->signature].p = j->signature.p;
	copy[j->in.table->signature].len = j->signature.len;
	copy[j->in.table->signature].null = false;
	row.fields = copy;
	*v = verify_row(j->verify, &row, key);
	j->totals->signed_rows++;
	return (0);
}

static int
judge_row(struct judge *j, struct err *e)
{
	const char *key, *word;
	enum verdict v;
	const char *raw;
	size_t len;
	int rc = 1;

	v = verify_row(j->verify, &j->in.row, &key);
	if (j->o->sign && j->in.row.fields[j->in.table->signature].null &&
	    (rc = judge_sign(j, &v, &key, e)) < 0)
		return (-1);
	if (rc == 0) {
		judge_write_signed(j);
	} else {
		raw = stream_reader_raw(j->in.reader, &len);
		stream_writer_raw(j->out, raw, len, j->in.table->n);
	}
	word = verdict_word(v);
	stream_writer_plain(j->out, word, strlen(word));
	if (key != NULL)
		stream_writer_plain(j->out, key, strlen(key));
	else
		stream_writer_null(j->out);
	j->totals->rows++;
	j->totals->matched += key != NULL;
	j->totals->verdicts[v]++;
	progress_tick(j->totals->rows, j->totals->rows, 0, 0);
	return (stream_writer_end_row(j->out, e));
}

static int
judge_seal(struct judge *j, struct err *e)
{
	const struct book *books;
	size_t n;
	int i;

	books = stream_reader_books(j->in.reader, &n);
	book_init(&j->own, "audit-verify");
	(void)snprintf(j->own.dataset, sizeof(j->own.dataset), "%s", j->o->config);
	(void)snprintf(j->own.config_sha256, sizeof(j->own.config_sha256), "%s",
	    j->o->config_sha256);
	j->own.read = j->own.used = j->own.rows = j->totals->rows;
	for (i = 0; i < VERDICT_COUNT; i++)
		if (!verdict_fine((enum verdict)i))
			book_add(&j->own, verdict_word((enum verdict)i), j->totals->verdicts[i]);
	return (stream_writer_seal(j->out, books, n, &j->own, e));
}

int
judge_stream(const struct judge_options *o, struct judge_totals *t, struct err *e)
{
	struct judge *j = xcalloc(1, sizeof(*j));
	int rc;

	memset(t, 0, sizeof(*t));
	j->o = o;
	j->totals = t;
	j->signature.max = 4096;
	if ((rc = judge_open(j, e)) == 0) {
		while ((rc = audit_input_next(&j->in, e)) == 1)
			if (judge_row(j, e))
				break;
		rc = rc == 0 ? judge_seal(j, e) : -1;
	}
	stream_writer_free(j->out);
	verify_free(j->verify);
	audit_input_close(&j->in);
	buf_free(&j->signature);
	free(j);
	return (rc);
}

static int
judge_probe_rows(struct audit_input *in, struct verify **tries, size_t n, uint64_t max,
    struct judge_probe *probes, uint64_t *rows, struct err *e)
{
	size_t i;
	int rc;

	while ((rc = audit_input_next(in, e)) == 1) {
		if (in->row.fields[in->table->signature].null || *rows == max)
			continue;
		(*rows)++;
		for (i = 0; i < n; i++)
			probes[i].matched += probes[i].fits && verify_matches(tries[i], &in->row);
	}
	return (rc);
}

int
judge_probe(const struct judge_options *o, uint64_t max, struct judge_probe *probes, uint64_t *rows,
    struct err *e)
{
	struct verify **tries = xcalloc(o->nprofiles + 1, sizeof(struct verify *));
	struct audit_input in;
	size_t i, n = 0;
	int rc;

	*rows = 0;
	if ((rc = audit_input_open(&in, o->in, o->in_name, e)) == 0) {
		for (; rc == 0 && n < o->nprofiles; n++) {
			struct verify_profile one = { o->profiles[n].profile, INT64_MIN };

			probes[n].profile = one.profile;
			probes[n].fits = profile_table(one.profile, in.table) != NULL;
			if (probes[n].fits &&
			    (tries[n] = verify_new(o->ring, &one, 1, in.table, e)) == NULL)
				rc = -1;
		}
		if (rc == 0)
			rc = judge_probe_rows(&in, tries, n, max, probes, rows, e);
	}
	for (i = 0; i < n; i++)
		verify_free(tries[i]);
	free(tries);
	audit_input_close(&in);
	return (rc);
}
