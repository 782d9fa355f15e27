/* audit-verify: every row of a stream gets its verdict. */

#include "audit/assess.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "audit/audit_input.h"
#include "base/progress.h"
#include "stream/writer.h"

struct assess {
	const struct assess_options *o;
	struct assess_totals *totals;
	struct audit_input in;
	struct stream_writer *out;
	struct verify *verify;
	struct buf signature;
	struct book own;
};

/* Open the input, which must not have verdicts yet, and the output stream with two columns more.
 */
static int
assess_open(struct assess *a, struct err *e)
{
	const char *columns[AUDIT_COLUMNS_MAX + 2];
	const struct assess_options *o = a->o;
	struct stream_header h;
	size_t i, n;

	if (audit_input_open(&a->in, o->in, o->in_name, e))
		return (-1);
	if (a->in.judged)
		return (err_set(e, STATUS_DATA, "'%s' has verdicts already", o->in_name));
	n = a->in.table->n;
	for (i = 0; i < n; i++)
		columns[i] = a->in.table->columns[i].name;
	columns[n] = AUDIT_INPUT_VERDICT;
	columns[n + 1] = AUDIT_INPUT_KEY;
	memset(&h, 0, sizeof(h));
	h.kind = stream_reader_kind(a->in.reader);
	h.source = stream_reader_source(a->in.reader);
	h.run = stream_reader_run(a->in.reader);
	h.dataset = o->config;
	a->verify = verify_new(o->ring, o->profiles, o->nprofiles, a->in.table, e);
	if (a->verify == NULL)
		return (-1);
	a->out = stream_writer_open(o->out, o->out_name, &h, columns, n + 2, e);
	return (a->out == NULL);
}

/* The row with the signature that it lacked. */
static void
assess_write_signed(struct assess *a)
{
	size_t i;

	for (i = 0; i < a->in.table->n; i++) {
		const struct stream_field *f = &a->in.row.fields[i];

		if (i == a->in.table->signature)
			stream_writer_text(a->out, a->signature.p, a->signature.len);
		else if (f->null)
			stream_writer_null(a->out);
		else
			stream_writer_text(a->out, f->p, f->len);
	}
}

/* Sign the row: its verdict is then that on the signature just made. */
static int
assess_sign(struct assess *a, enum verdict *v, const char **key, struct err *e)
{
	struct stream_field copy[AUDIT_COLUMNS_MAX];
	struct audit_row row = a->in.row;
	int rc;

	if ((rc = verify_sign(a->verify, &row, &a->signature, e)) != 0)
		return (rc);
	memcpy(copy, row.fields, a->in.table->n * sizeof(*copy));
	copy[a->in.table->signature].p = a->signature.p;
	copy[a->in.table->signature].len = a->signature.len;
	copy[a->in.table->signature].null = false;
	row.fields = copy;
	*v = verify_row(a->verify, &row, key);
	a->totals->signed_rows++;
	return (0);
}

/* Write the row with its verdict and key, signed first if that is asked for and it has no
 * signature. */
static int
assess_row(struct assess *a, struct err *e)
{
	const char *key, *word;
	enum verdict v;
	int rc = 1;

	v = verify_row(a->verify, &a->in.row, &key);
	if (a->o->sign && a->in.row.fields[a->in.table->signature].null &&
	    (rc = assess_sign(a, &v, &key, e)) < 0)
		return (-1);
	if (rc == 0)
		assess_write_signed(a);
	else
		stream_writer_copy(a->out, a->in.reader);
	word = verdict_word(v);
	stream_writer_plain(a->out, word, strlen(word));
	if (key != NULL)
		stream_writer_plain(a->out, key, strlen(key));
	else
		stream_writer_null(a->out);
	a->totals->rows++;
	a->totals->matched += key != NULL;
	a->totals->verdicts[v]++;
	progress_tick(a->totals->rows, a->totals->rows, 0, 0);
	return (stream_writer_end_row(a->out, e));
}

/* Seal the output with the books of the stages before and this stage's own, which counts each
 * verdict that is a finding. */
static int
assess_seal(struct assess *a, struct err *e)
{
	const struct book *books;
	size_t n;
	int i;

	books = stream_reader_books(a->in.reader, &n);
	book_init(&a->own, "audit-verify");
	(void)snprintf(a->own.dataset, sizeof(a->own.dataset), "%s", a->o->config);
	(void)snprintf(a->own.config_sha256, sizeof(a->own.config_sha256), "%s",
	    a->o->config_sha256);
	a->own.read = a->own.used = a->own.rows = a->totals->rows;
	for (i = 0; i < VERDICT_COUNT; i++)
		if (!verdict_fine((enum verdict)i))
			book_add(&a->own, verdict_word((enum verdict)i), a->totals->verdicts[i]);
	return (stream_writer_seal(a->out, books, n, &a->own, e));
}

int
assess_stream(const struct assess_options *o, struct assess_totals *t, struct err *e)
{
	struct assess *a = xcalloc(1, sizeof(*a));
	int rc;

	memset(t, 0, sizeof(*t));
	a->o = o;
	a->totals = t;
	a->signature.max = 4096;
	if ((rc = assess_open(a, e)) == 0) {
		while ((rc = audit_input_next(&a->in, e)) == 1)
			if (assess_row(a, e))
				break;
		rc = rc == 0 ? assess_seal(a, e) : -1;
	}
	stream_writer_free(a->out);
	verify_free(a->verify);
	audit_input_close(&a->in);
	buf_free(&a->signature);
	free(a);
	return (rc);
}

/* Try every profile on the first ${max} signed rows, and read the rest of the stream to its end.
 */
static int
assess_probe_rows(struct audit_input *in, struct verify **tries, size_t n, uint64_t max,
    struct assess_probe *probes, uint64_t *rows, struct err *e)
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
assess_probe(const struct assess_options *o, uint64_t max, struct assess_probe *probes,
    uint64_t *rows, struct err *e)
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
			rc = assess_probe_rows(&in, tries, n, max, probes, rows, e);
	}
	for (i = 0; i < n; i++)
		verify_free(tries[i]);
	free(tries);
	audit_input_close(&in);
	return (rc);
}
