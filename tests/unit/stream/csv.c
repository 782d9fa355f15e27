/*
 * CSV from elsewhere: line ends, byte order mark, places of faults, limits; and
 * rows without quotes, which are cut at their commas, against the same rows with
 * one quoted field more, which go through libcsv.
 */
#include "stream/csv.h"

#include "../../tap.h"
#include "help.h"

/* All rows of ${text} as "[a|b|NULL]..." and how it ended. */
static char *
rows(const char *text, size_t len, bool foreign, size_t row_max, struct err *e)
{
	struct csv_options opt = { row_max, false, foreign, NULL, NULL };
	struct buf out = BUF_INIT(8 << 20);
	int fd = help_fd(text, len);
	struct csv_input *in = csv_input_open(fd, "in", &opt);
	const struct stream_field *f;
	enum csv_kind kind;
	size_t i, n;

	while ((kind = csv_input_next(in, e)) == CSV_INPUT_ROW) {
		if ((f = csv_input_fields(in, &n, e)) == NULL)
			break;
		for (i = 0; i < n; i++) {
			(void)buf_adds(&out, i == 0 ? "[" : "|", NULL);
			if (f[i].null)
				(void)buf_adds(&out, "NULL", NULL);
			else
				(void)buf_add(&out, f[i].p, f[i].len, NULL);
		}
		(void)buf_adds(&out, "]", NULL);
	}
	if (kind != CSV_INPUT_END)
		(void)buf_addf(&out, NULL, "fault at line %llu byte %llu",
		    (unsigned long long)csv_input_line(in)->number,
		    (unsigned long long)csv_input_line(in)->offset);
	csv_input_free(in);
	(void)close(fd);
	(void)buf_str(&out, NULL);
	return (out.p);
}

static void
check(const char *text, size_t len, bool foreign, const char *want, const char *what)
{
	struct err e = ERR_INIT;
	char *got = rows(text, len, foreign, 100, &e);

	(void)tap_is(got, want, what);
	free(got);
}

#define CHECK(text, foreign, want, what) check(text, sizeof(text) - 1, foreign, want, what)

static void
test_forms(void)
{

	CHECK("", true, "", "nothing");
	CHECK("a,b\n1,2\n", true, "[a|b][1|2]", "LF");
	CHECK("a,b\r\n1,2\r\n", true, "[a|b][1|2]", "CR LF");
	CHECK("a,b\r\n1,2\n\"3\",\"4\"\r\n5,\"6\"", true, "[a|b][1|2][3|4][5|6]",
	    "mixed, no last end");
	CHECK("a\rb,\"c\rd\"\n", true, "[a\rb|c\rd]", "a bare CR is data");
	CHECK("\"a\r\nb\",\"\"\r\n", true, "[a\r\nb|]", "CR LF in quotes is data");
	CHECK("a,b\r\n", false, "[a|b\r]", "of a stream's CR LF the CR is data");
	CHECK(
	    "\xef\xbb\xbf"
	    "a,b\n",
	    true, "[a|b]", "a byte order mark is skipped");
	CHECK(
	    "\xef\xbb\xbf"
	    "a,b\n",
	    false, "fault at line 1 byte 0", "or refused");
	CHECK(
	    "a\n\xef\xbb\xbf"
	    "b\n",
	    true,
	    "[a][\xef\xbb\xbf"
	    "b]",
	    "elsewhere it is data");
	CHECK("\n\n", true, "[NULL][NULL]", "blank lines");
	CHECK(",,\n,\"\",\n", true, "[NULL|NULL|NULL][NULL||NULL]", "NULL and empty");
	CHECK(" a , \"\n", true, "fault at line 1 byte 0", "an open quote");
	CHECK(" a ,\t\n\" b \",\" \"\n", true, "[ a |\t][ b | ]", "blanks stay");
	CHECK("\"a\"\"b\",\"\"\"\",\"\"\"\"\"\"\n", true, "[a\"b|\"|\"\"]", "doubled quotes");
	CHECK("\"1\n2\n3\",x\n\"y\n\",z\nq\"\n", true, "[1\n2\n3|x][y\n|z]fault at line 6 byte 17",
	    "lines are counted inside quotes, too");
	CHECK("#aegis-seal,b\n", true, "[#aegis-seal|b]", "control lines are data there");
}

static void
test_limits(void)
{
	struct buf b = BUF_INIT(1 << 20);
	struct err e = ERR_INIT;
	char *got;
	int i;

	for (i = 0; i < 101; i++)
		(void)buf_add(&b, "x", 1, NULL);
	(void)buf_adds(&b, "\ny\n", NULL);
	got = rows(b.p, b.len, true, 101, &e);
	(void)tap_ok(strlen(got) == 106, "a row of the limit");
	free(got);
	got = rows(b.p, b.len, true, 100, &e);
	(void)tap_ok(strcmp(got, "fault at line 1 byte 0") == 0 && e.status == STATUS_DATA,
	    "a row over it: %s", e.msg);
	free(got);
	b.len = 0;
	for (i = 0; i < STREAM_COLUMNS_MAX - 1; i++)
		(void)buf_add(&b, ",", 1, NULL);
	e = (struct err)ERR_INIT;
	got = rows(b.p, b.len, true, 1 << 20, &e);
	(void)tap_ok(e.status == STATUS_OK && strlen(got) == 5 * STREAM_COLUMNS_MAX + 1,
	    "1600 columns");
	free(got);
	(void)buf_add(&b, ",", 1, NULL);
	got = rows(b.p, b.len, true, 1 << 20, &e);
	(void)tap_ok(e.status == STATUS_DATA, "1601 columns: %s", e.msg);
	free(got);
	e = (struct err)ERR_INIT;
	(void)buf_adds(&b, "\"\"", NULL);
	got = rows(b.p, b.len, true, 1 << 20, &e);
	(void)tap_ok(e.status == STATUS_DATA, "1601 columns, with quotes: %s", e.msg);
	free(got);
	buf_free(&b);
}

/* The same row by both ways. */
static void
test_both_ways(void)
{
	static const char alphabet[] = "ab ,,,\t\r#\\.\xc3\xa9";
	unsigned x = 12345, i, same = 0;
	enum { ROUNDS = 3000 };

	for (i = 0; i < ROUNDS; i++) {
		char bare[80], quoted[90], want[512];
		char *a, *b;
		size_t n = 0, k = 0, len;
		struct err e = ERR_INIT;

		x = x * 1103515245u + 12345u;
		len = (x >> 16) % 40;
		while (k < len) {
			size_t step = 1;

			x = x * 1103515245u + 12345u;
			n = (x >> 16) % (sizeof(alphabet) - 2);
			if (n == sizeof(alphabet) - 3)
				step = 2; /* both bytes of the last character */
			memcpy(bare + k, alphabet + n, step);
			k += step;
		}
		bare[k++] = '\n';
		memcpy(quoted, "\"q\",", 4);
		memcpy(quoted + 4, bare, k);
		a = rows(bare, k, false, 200, &e);
		b = rows(quoted, k + 4, false, 200, &e);
		(void)snprintf(want, sizeof(want), "[q|%s", a + 1);
		same += strcmp(want, b) == 0;
		free(a);
		free(b);
	}
	(void)tap_ok(same == ROUNDS, "rows cut at commas are libcsv's (%u of %d)", same, ROUNDS);
}

static void
count(void *ctx, const void *p, size_t n)
{

	(void)buf_add(ctx, p, n, NULL);
}

static void
test_seen(void)
{
	struct buf seen = BUF_INIT(8 << 20), text = BUF_INIT(8 << 20);
	struct csv_options opt = { 1 << 20, false, true, count, &seen };
	struct csv_input *in;
	struct err e = ERR_INIT;
	enum csv_kind kind;
	int fd, i;

	(void)buf_adds(&text, "\xef\xbb\xbf", NULL);
	for (i = 0; i < 20000; i++)
		(void)buf_addf(&text, NULL, "row %d,\"of\n%d\"\r\n", i, i * i);
	fd = help_fd(text.p, text.len);
	in = csv_input_open(fd, "in", &opt);
	while ((kind = csv_input_next(in, &e)) == CSV_INPUT_ROW)
		continue;
	csv_input_tell(in);
	(void)tap_ok(kind == CSV_INPUT_END && seen.len == text.len &&
		memcmp(seen.p, text.p, text.len) == 0,
	    "every byte was shown once");
	csv_input_free(in);
	(void)close(fd);
	buf_free(&seen);
	buf_free(&text);
}

int
main(void)
{

	test_forms();
	test_limits();
	test_both_ways();
	test_seen();
	return (tap_end());
}
