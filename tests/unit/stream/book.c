/*
 * Books: their control line against one written by hand, their arithmetic, and
 * lines that are none.
 */
#include "stream/book.h"

#include <stdint.h>

#include "../../tap.h"
#include "help.h"

#define LINE                                                                             \
	"#aegis-book stage=map dataset=dbf900/well read=10 used=7 skipped=1 rejected=2 " \
	"flawed=3 rows=7 config=" SHA1 " source_sha256=" SHA2 " rejects=a%20b:c:" SHA3   \
	" codes=bad_date:4,too_long:1"

static void
test_line(void)
{
	struct buf out = BUF_INIT(4096);
	struct err e = ERR_INIT;
	struct book b, c;
	int i;

	book_init(&b, "map");
	(void)strcpy(b.dataset, "dbf900/well");
	b.read = 10;
	b.used = b.rows = 7;
	b.skipped = 1;
	b.rejected = 2;
	b.flawed = 3;
	(void)strcpy(b.config_sha256, SHA1);
	(void)strcpy(b.source_sha256, SHA2);
	(void)strcpy(b.rejects, "a b:c");
	(void)strcpy(b.rejects_sha256, SHA3);
	for (i = 0; i < 4; i++)
		book_count(&b, "bad_date");
	book_count(&b, "too_long");
	(void)tap_ok(book_write(&b, &out, &e) == 0, "a book is written");
	(void)tap_is(buf_str(&out, &e), LINE "\n", "as by hand");
	(void)tap_ok(book_parse(LINE, strlen(LINE), &c, &e) == 0, "and read: %s", e.msg);
	(void)tap_ok(c.read == 10 && c.used == 7 && c.skipped == 1 && c.rejected == 2 &&
		c.flawed == 3 && c.rows == 7 && strcmp(c.stage, "map") == 0 &&
		strcmp(c.dataset, "dbf900/well") == 0,
	    "with its figures");
	(void)tap_is(c.rejects, "a b:c", "its reject file, whose name has a colon");
	(void)tap_is(c.config_sha256, SHA1, "its configuration");
	(void)tap_ok(c.ncodes == 2 && strcmp(c.codes[1].code, "too_long") == 0 &&
		c.codes[0].n == 4 && c.codes[1].n == 1,
	    "and its codes");
	out.len = 0;
	out.max = out.cap;
	(void)tap_ok(book_write(&b, &out, &e) == 0, "again into the same buffer");
	buf_free(&out);
}

static void
test_codes(void)
{
	struct err e = ERR_INIT;
	struct book b;
	char code[40];
	uint64_t sum = 0;
	size_t i;

	book_init(&b, "x");
	for (i = 0; i < 100; i++) {
		(void)snprintf(code, sizeof(code), "code_%zu", i);
		book_count(&b, code);
		book_count(&b, code);
	}
	for (i = 0; i < b.ncodes; i++)
		sum += b.codes[i].n;
	(void)tap_ok(b.ncodes == BOOK_MAX_CODES && sum == 200, "no count is lost past 64 codes");
	(void)tap_is(b.codes[BOOK_MAX_CODES - 1].code, "other", "the rest is 'other'");
	book_count(&b, "code_3");
	(void)tap_ok(b.codes[3].n == 3, "a known code still counts as itself");
	book_init(&b, "x");
	book_count(&b, "Bad Code,1:2");
	book_count(&b, "");
	book_count(&b, "abcdefghijklmnopqrstuvwxyz0123456789");
	(void)tap_is(b.codes[0].code, "_ad__ode_1_2", "a code that is no word becomes one");
	(void)tap_is(b.codes[1].code, "other", "no code is 'other'");
	(void)tap_is(b.codes[2].code, "abcdefghijklmnopqrstuvwxyz01234", "a long code is cut");
	book_init(&b, "x");
	b.read = 3;
	b.used = 1;
	b.skipped = 1;
	b.rejected = 1;
	(void)tap_ok(book_balances(&b, &e) == 0, "3 = 1 + 1 + 1");
	b.read = UINT64_MAX;
	b.used = UINT64_MAX;
	b.skipped = 1;
	b.rejected = UINT64_MAX;
	(void)tap_ok(book_balances(&b, &e) == -1 && e.status == STATUS_DATA,
	    "a sum that wraps does not balance");
}

static void
test_refused(void)
{
	static const struct {
		const char *from, *to;
	} v[] = {
		{ "#aegis-book ", "#aegis-books " },
		{ "stage=map", "stage=" },
		{ "stage=map", "stage=abcdefghijklmnopqrstuvwxyz012345" },
		{ "stage=map", "stage=m\tp" },
		{ "stage=map", "stage=m%00p" },
		{ "stage=map", "stage=m%4" },
		{ "stage=map", "stage=m%zzp" },
		{ " dataset=", "  dataset=" },
		{ "dataset=dbf900/well read=10", "read=10 dataset=dbf900/well" },
		{ "read=10", "read=-10" },
		{ "read=10", "read=" },
		{ "read=10", "read=010" },
		{ "read=10", "read=18446744073709551616" },
		{ "rows=7", "rows=7x" },
		{ "config=1d", "config=1D" },
		{ "config=1d", "config=1" },
		{ "config=1d", "config=1dd" },
		{ "rejects=a%20b:c:", "rejects=" },
		{ "rejects=a%20b:c:", "rejects=:" },
		{ "rejects=a%20b:c:22", "rejects=a:2" },
		{ "codes=bad_date:4,", "codes=bad_date:0," },
		{ "codes=bad_date:4,", "codes=bad_date:," },
		{ "codes=bad_date:4,", "codes=bad_date," },
		{ "codes=bad_date:4,", "codes=:4," },
		{ "codes=bad_date:4,", "codes=Bad:4," },
		{ "codes=bad_date:4,", "codes=abcdefghijklmnopqrstuvwxyz0123456:4," },
		{ "too_long:1", "" },
		{ "bad_date:4,too_long:1", "" },
		{ "too_long:1", "too_long:1," },
		{ "too_long:1", "too_long:1 more=1" },
		{ "too_long:1", "too_long:1 " },
	};
	size_t i;

	for (i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct err e = ERR_INIT;
		struct book b;
		char line[1000];
		const char *at = strstr(LINE, v[i].from);

		help_need(at != NULL, v[i].from);
		(void)snprintf(line, sizeof(line), "%.*s%s%s", (int)(at - LINE), LINE, v[i].to,
		    at + strlen(v[i].from));
		(void)tap_ok(book_parse(line, strlen(line), &b, &e) == -1 &&
			e.status == STATUS_DATA,
		    "'%s': %s", v[i].to, e.msg);
	}
}

int
main(void)
{

	test_line();
	test_codes();
	test_refused();
	return (tap_end());
}
