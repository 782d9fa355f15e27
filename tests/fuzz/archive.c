/*
 * What an auditor may be handed: a line, a note, a verifier's key, a proof and a manifest from any
 * bytes.  No crash; and what is taken for one is written again as the same bytes.
 */
#include "archive/manifest.h"
#include "archive/note.h"
#include "archive/proof.h"
#include "audit/line.h"
#include "fuzz.h"

static void
try_line(const char *p, size_t n, size_t table)
{
	const struct audit_table *t = audit_table_nth(table);
	struct buf out = BUF_INIT(1 << 20);
	struct line l;

	line_init(&l);
	if (line_read(t, p, n, &l, NULL) == 0)
		need(line_write(t, &l.row, &out, NULL) == 0 && out.len == n &&
		    memcmp(out.p, p, n) == 0);
	line_free(&l);
	buf_free(&out);
}

static void
try_note(const char *p, size_t n)
{
	struct note_keys none = { NULL, 0, 0 };
	struct checkpoint c;
	size_t body = 0;

	if (note_open(p, n, &none, &c, &body, NULL) != NOTE_BAD)
		need(body > 0 && body < n && p[body - 1] == '\n');
}

static void
try_key(const char *p, size_t n)
{
	struct buf out = BUF_INIT(4096);
	struct note_key k;

	while (n > 0 && (p[n - 1] == '\n' || p[n - 1] == '\r'))
		n--;
	if (note_key_parse(&k, p, n, NULL) == 0)
		need(note_key_text(&k, &out, NULL) == 0);
	buf_free(&out);
}

static void
try_proof(const char *p, size_t n)
{
	struct buf out = BUF_INIT(1 << 20), rest = BUF_INIT(1 << 20);
	struct proof proof;
	const char *note;
	size_t len;

	if (proof_read(p, n, &proof, &note, &len, NULL) == 0)
		need(buf_add(&rest, note, len, NULL) == 0 &&
		    proof_write(&proof, &rest, &out, NULL) == 0 && out.len <= n);
	buf_free(&out);
	buf_free(&rest);
}

static void
try_manifest(const char *p, size_t n)
{
	struct buf out = BUF_INIT(MANIFEST_MAX);
	struct manifest *m = calloc(1, sizeof(*m));

	if (m != NULL && manifest_parse(p, n, m, NULL) == 0)
		need(
		    manifest_write(m, &out, NULL) == 0 && out.len == n && memcmp(out.p, p, n) == 0);
	free(m);
	buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *p = (const char *)data + 1;
	size_t n = size - 1;

	if (size == 0)
		return (0);
	switch (data[0] % 6) {
	case 0:
	case 1:
		try_line(p, n, data[0] % 6);
		break;
	case 2:
		try_note(p, n);
		break;
	case 3:
		try_key(p, n);
		break;
	case 4:
		try_proof(p, n);
		break;
	default:
		try_manifest(p, n);
	}
	return (0);
}
