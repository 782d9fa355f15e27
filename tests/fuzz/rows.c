/*
 * Any bytes as the rows of a sealed stream, as the loads and the audit read them.  The first byte
 * chooses:
 *   0, 1  rows of an audit table: each gets a verdict by each profile; one that can be signed is
 *         then found signed, by the key that signed it;
 *   2     rows of any table: in COPY's text form and back they are the same.
 */
#include "audit/audit_input.h"
#include "audit/keyring.h"
#include "audit/profile.h"
#include "audit/verify.h"
#include "fuzz.h"
#include "pg/pg.h"
#include "stream/reader.h"
#include "table/copy_text.h"

static const char *const profile_names[] = { "pipelines/audit/aegis-1.yaml",
	"pipelines/audit/array.yaml", "pipelines/audit/jcs.yaml", "pipelines/audit/jsonb-text.yaml",
	"pipelines/audit/pipe.yaml", "pipelines/audit/py-compact.yaml",
	"pipelines/audit/py-sorted.yaml" };

enum { PROFILES = sizeof(profile_names) / sizeof(profile_names[0]) };

/* A ring of one key, for all time. */
static struct keyring *
ring_new(void)
{
	static const char key[] = "0123456789abcdef0123456789abcdef";
	struct keyring *r = xcalloc(1, sizeof(*r));

	r->keys = xgrow(NULL, &r->cap, sizeof(*r->keys));
	r->keys[0] = (struct key){ xstrdup("k"), KEY_ACTIVE, INT64_MIN, INT64_MAX,
		hmac_new((const unsigned char *)key, sizeof(key) - 1, NULL) };
	r->n = 1;
	need(r->keys[0].mac != NULL);
	return (r);
}

static void
try_signature(struct verify *v, const struct audit_table *t, const struct audit_row *row)
{
	struct stream_field f[AUDIT_COLUMNS_MAX];
	struct audit_row again = { f, row->timed, row->created };
	struct buf text = BUF_INIT(4096);
	const char *key;

	(void)verify_row(v, row, &key);
	if (verify_sign(v, row, &text, NULL) == 0) {
		memcpy(f, row->fields, t->n * sizeof(*f));
		f[t->signature] = (struct stream_field){ text.p, text.len, false };
		need(verify_row(v, &again, &key) == VERDICT_VALID && strcmp(key, "k") == 0);
		need(verify_matches(v, &again));
	}
	buf_free(&text);
}

static void
try_audit(int fd)
{
	static struct verify_profile profiles[PROFILES];
	static struct keyring *ring;
	struct audit_input in;
	struct err e = ERR_INIT;
	size_t i;
	int rc = -1;

	if (ring == NULL) {
		ring = ring_new();
		for (i = 0; i < PROFILES; i++) {
			profiles[i].profile = profile_load(profile_names[i], NULL);
			profiles[i].from = INT64_MIN;
			need(profiles[i].profile != NULL);
		}
	}
	if (audit_input_open(&in, fd, "fuzz", &e) == 0) {
		struct verify *v[PROFILES];

		for (i = 0; i < PROFILES; i++) {
			v[i] = verify_new(ring, &profiles[i], 1, in.table, NULL);
			need((v[i] != NULL) ==
			    (profile_table(profiles[i].profile, in.table) != NULL));
		}
		while ((rc = audit_input_next(&in, &e)) > 0)
			for (i = 0; i < PROFILES; i++)
				if (v[i] != NULL)
					try_signature(v[i], in.table, &in.row);
		for (i = 0; i < PROFILES; i++)
			verify_free(v[i]);
	}
	need(rc == 0 || (e.status == STATUS_DATA && e.msg[0] != '\0'));
	audit_input_close(&in);
}

static void
try_copy(int fd)
{
	struct err e = ERR_INIT;
	struct stream_reader *r = stream_reader_open(fd, "fuzz", "table:", &e);
	struct buf line = BUF_INIT(4 << 20), back = BUF_INIT(4 << 20);
	struct stream_field f[STREAM_COLUMNS_MAX];
	enum stream_event event;
	size_t i, n;

	while ((event = stream_reader_next(r, &e)) > STREAM_END) {
		const struct stream_field *g;

		if (event != STREAM_ROW)
			continue;
		g = stream_reader_fields(r);
		n = stream_reader_ncolumns(r);
		line.len = 0;
		for (i = 0; i < n; i++) {
			need(i == 0 || buf_add(&line, "\t", 1, NULL) == 0);
			need((g[i].null ? buf_add(&line, "\\N", 2, NULL) :
					  pg_copy_text(&line, g[i].p, g[i].len, NULL)) == 0);
		}
		need(memchr(line.p, '\n', line.len) == NULL);
		need(copy_text_fields(&back, line.p, line.len, f, n, NULL) == 0);
		for (i = 0; i < n; i++)
			need(f[i].null == g[i].null && f[i].len == g[i].len &&
			    (g[i].len == 0 || memcmp(f[i].p, g[i].p, g[i].len) == 0));
	}
	need(event != STREAM_FAULT || e.status == STATUS_DATA);
	stream_reader_free(r);
	buf_free(&line);
	buf_free(&back);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct buf b = BUF_INIT(4 << 20), head = BUF_INIT(4096);
	const struct audit_table *t;
	size_t i;

	if (size == 0)
		return (0);
	if ((t = data[0] % 3 < 2 ? audit_table_nth(data[0] % 3) : NULL) != NULL) {
		(void)buf_addf(&head, NULL, "#aegis-stream 1 kind=audit:%s source=- run=%s\n",
		    t->name, FUZZ_RUN);
		for (i = 0; i < t->n; i++)
			(void)buf_addf(&head, NULL, "%s%s", i > 0 ? "," : "", t->columns[i].name);
		(void)buf_adds(&head, "\n", NULL);
	} else {
		(void)buf_adds(&head, "#aegis-stream 1 kind=table:t source=- run=" FUZZ_RUN "\n",
		    NULL);
	}
	sealed_stream(&b, buf_str(&head, NULL), data + 1, size - 1,
	    fuzz_rows(data + 1, size - 1) + (t != NULL));
	(t != NULL ? try_audit : try_copy)(fuzz_spool(0, b.p, b.len));
	buf_free(&b);
	buf_free(&head);
	return (0);
}
