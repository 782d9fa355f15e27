/*
 * Checkpoints and their parts.  The keys are those that Go's documentation of sumdb/note and its
 * checksum database publish: their ids were computed by others.
 */
#include "archive/note.h"

#include <stdlib.h>

#include "../../tap.h"
#include "archive/index.h"
#include "archive/period.h"
#include "archive/proof.h"
#include "base/ed25519.h"

#define PETER "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
#define GO "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8"

static void
keys(void)
{
	static const char *const bad[] = { "", "PeterNeumann", "PeterNeumann+c74f20a3+",
		"PeterNeumann+c74f20a4+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"PeterNeuman+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW",
		"PeterNeumann+c74f20a3+Ahpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW" };
	struct buf text = BUF_INIT(1000);
	struct err e = ERR_INIT;
	struct note_key k;
	size_t i;

	(void)tap_ok(note_key_parse(&k, PETER, strlen(PETER), &e) == 0, "a published key %s",
	    e.msg);
	(void)tap_ok(note_key_text(&k, &text, &e) == 0, "as text");
	(void)tap_is(buf_str(&text, NULL), PETER, "  the same");
	(void)tap_ok(note_key_parse(&k, GO "\n", strlen(GO) + 1, &e) == 0, "another %s", e.msg);
	(void)tap_ok(k.id[0] == 0x03 && k.id[1] == 0x3d && k.id[2] == 0xe0 && k.id[3] == 0xae,
	    "with its id");
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err why = ERR_INIT;

		(void)tap_ok(note_key_parse(&k, bad[i], strlen(bad[i]), &why) != 0, "not a key: %s",
		    why.msg);
	}
	buf_free(&text);
}

static void
note(void)
{
	static const char text[] =
	    "example.com/log\n7\n"
	    "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";
	struct checkpoint c, again;
	struct note_keys none = { NULL, 0, 0 };
	struct buf b = BUF_INIT(NOTE_MAX);
	struct err e = ERR_INIT;
	size_t n;

	memset(&c, 0, sizeof(c));
	(void)strcpy(c.origin, "example.com/log");
	c.size = 7;
	(void)tap_ok(note_body(&c, &b, &e) == 0, "a body");
	(void)tap_is(buf_str(&b, NULL), text, "  as C2SP has it");
	(void)tap_ok(note_open(b.p, b.len, &none, &again, &n, &e) == NOTE_BAD,
	    "without an empty line it is not a note: %s", e.msg);
	(void)buf_adds(&b,
	    "\n\xe2\x80\x94 PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN"
	    "1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n",
	    &e);
	memset(&e, 0, sizeof(e));
	(void)tap_ok(note_open(b.p, b.len, &none, &again, &n, &e) == NOTE_UNSIGNED &&
		again.size == 7 && n == sizeof(text) - 1,
	    "signatures by others are not heeded %s", e.msg);
	if (tap_ok((none.v = calloc(1, sizeof(*none.v))) != NULL &&
		    note_key_parse(none.v, PETER, strlen(PETER), &e) == 0,
		"by the key of that name")) {
		none.n = 1;
		(void)tap_ok(note_open(b.p, b.len, &none, &again, &n, &e) == NOTE_BAD,
		    "a signature of another text is wrong: %s", e.msg);
	}
	free(none.v);
	buf_free(&b);
}

static void
days(void)
{
	static const struct {
		const char *s;
		int64_t from, to; /* seconds since 1970 */
	} v[] = { { "2026-11-03", 1793664000, 1793750400 }, { "2026-02", 1769904000, 1772323200 },
		{ "2026", 1767225600, 1798761600 } };
	static const char *const bad[] = { "2026-13", "2026-02-30", "26", "2026-1", "2026-11-03 ",
		"" };
	char text[PERIOD_TEXT], source[120];
	struct err e = ERR_INIT;
	struct period p;
	size_t i;

	for (i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		(void)tap_ok(period_parse(v[i].s, &p, &e) == 0 && p.from == v[i].from * 1000000 &&
			p.to == v[i].to * 1000000,
		    "%s", v[i].s);
		(void)tap_is(period_text(text, &p), v[i].s, "  and back");
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct err why = ERR_INIT;

		(void)tap_ok(period_parse(bad[i], &p, &why) != 0 && why.status == STATUS_USAGE,
		    "not a period: '%s'", bad[i]);
	}
	(void)tap_ok(period_day(INT64_C(1793664000000000) + 86399999999) ==
		INT64_C(1793664000000000),
	    "the day of its last microsecond");
	(void)period_parse("2026-11-03", &p, &e);
	(void)tap_is(period_source(source, sizeof(source), "audit_logs", &p),
	    "audit_logs@2026-11-03T00:00:00.000000Z/2026-11-04T00:00:00.000000Z",
	    "a stream's source");
	(void)tap_ok(period_of_source(source, "audit_logs", &p) == 0 &&
		p.from == INT64_C(1793664000000000),
	    "  and back");
	(void)tap_ok(period_of_source(source, "prompt_audit_log", &p) != 0, "another table's");
}

static void
proofs(void)
{
	struct buf text = BUF_INIT(1 << 16), body = BUF_INIT(1000);
	unsigned char id[INDEX_ID_SIZE];
	struct proof p, again;
	struct err e = ERR_INIT;
	const char *note;
	size_t n, i;

	memset(&p, 0, sizeof(p));
	p.index = 5;
	p.n = 3;
	for (i = 0; i < p.n; i++)
		memset(p.path[i], (int)i + 1, MERKLE_HASH);
	(void)buf_adds(&body, "origin\n7\nroot\n\n", NULL);
	(void)tap_ok(proof_write(&p, &body, &text, &e) == 0 &&
		proof_read(text.p, text.len, &again, &note, &n, &e) == 0,
	    "a proof, written and read %s", e.msg);
	(void)tap_ok(again.index == 5 && again.n == 3 &&
		memcmp(again.path, p.path, p.n * MERKLE_HASH) == 0 && n == body.len &&
		memcmp(note, body.p, n) == 0,
	    "is the same");
	for (i = 0; i + body.len < text.len; i++) {
		struct err why = ERR_INIT;
		char kept = text.p[i];

		text.p[i] = '\t';
		if (proof_read(text.p, text.len, &again, &note, &n, &why) == 0)
			break;
		text.p[i] = kept;
	}
	(void)tap_ok(i + body.len == text.len, "no byte of its head may be a TAB (%zu)", i);
	(void)tap_ok(index_id("9b2d3c1e-0000-4000-8000-0000000000ff", 36, id) == 0 &&
		id[0] == 0x9b && id[15] == 0xff,
	    "a UUID's bytes");
	(void)tap_ok(index_id("9b2d3c1e-0000-4000-8000-0000000000f", 35, id) != 0 &&
		index_id("9b2d3c1e-0000-4000-8000-0000000000fg", 36, id) != 0,
	    "what is not one");
	buf_free(&text);
	buf_free(&body);
}

int
main(void)
{

	keys();
	note();
	days();
	proofs();
	return (tap_end());
}
