/*
 * The writer: its bytes against streams written by hand, what it quotes, and
 * what it refuses.
 */
#include "stream/writer.h"

#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>

#include "../../tap.h"
#include "help.h"

static const struct stream_header table = { "table:t", "-", RUN, NULL, NULL };

static struct stream_writer *
begin(int *fd, const char *const *columns, size_t n)
{
	struct err e = ERR_INIT;
	struct stream_writer *w;

	*fd = help_fd("", 0);
	w = stream_writer_open(*fd, "out", &table, columns, n, &e);
	help_need(w != NULL, e.msg);
	return (w);
}

static void
check_bytes(int fd, const char *want, const char *what)
{
	size_t len;
	char *got = help_content(fd, &len);

	(void)tap_is(got, want, what);
	free(got);
	(void)close(fd);
}

static void
test_golden(void)
{
	static const char *const columns[] = { "_record", "_offset", "name", "depth" };
	const struct stream_header h = { "rrc:demo/well", "/data/d b%\xc3\xa9.ebc.gz", RUN, NULL,
		NULL };
	struct err e = ERR_INIT;
	struct stream_writer *w;
	struct book b;
	int fd = help_fd("", 0), rc = 0;

	w = stream_writer_open(fd, "out", &h, columns, 4, &e);
	stream_writer_u64(w, 1);
	stream_writer_u64(w, 0);
	stream_writer_plain(w, "SMITH", 5);
	stream_writer_u64(w, 1200);
	rc |= stream_writer_end_row(w, &e);
	stream_writer_u64(w, 2);
	stream_writer_u64(w, 247);
	stream_writer_text(w, "O'BRIEN, J.", 11);
	stream_writer_null(w);
	rc |= stream_writer_end_row(w, &e);
	stream_writer_u64(w, 4);
	stream_writer_u64(w, 741);
	stream_writer_text(w, "say \"hi\"", 8);
	stream_writer_text(w, "#aegis-seal", 11);
	rc |= stream_writer_end_row(w, &e);
	stream_writer_u64(w, 5);
	stream_writer_u64(w, 988);
	stream_writer_text(w, NULL, 0);
	stream_writer_text(w, " ", 1);
	rc |= stream_writer_end_row(w, &e);
	(void)tap_ok(rc == 0 && stream_writer_rows(w) == 4, "four rows are taken");
	book_init(&b, "rrc-decode");
	(void)strcpy(b.dataset, "demo/well");
	b.read = 6;
	b.used = b.rows = 4;
	b.skipped = b.rejected = 1;
	b.flawed = 2;
	(void)strcpy(b.config_sha256, SHA1);
	(void)strcpy(b.source_sha256, SHA2);
	(void)strcpy(b.rejects, "rej/a,b:1.csv");
	(void)strcpy(b.rejects_sha256, SHA3);
	book_count(&b, "bad_date");
	book_count(&b, "bad_key");
	book_count(&b, "bad_date");
	(void)tap_ok(stream_writer_seal(w, NULL, 0, &b, &e) == 0, "sealed: %s", e.msg);
	stream_writer_free(w);
	check_bytes(fd, WELL, "the stream is the one written by hand");
}

static void
test_small(void)
{
	static const char *const one[] = { "only" }, *const two[] = { "a", "b" };
	struct err e = ERR_INIT;
	struct stream_writer *w;
	struct book b;
	int fd;

	w = begin(&fd, one, 1);
	stream_writer_text(w, "x", 1);
	(void)stream_writer_end_row(w, &e);
	stream_writer_null(w);
	(void)stream_writer_end_row(w, &e);
	stream_writer_text(w, "", 0);
	(void)stream_writer_end_row(w, &e);
	book_init(&b, "t");
	b.read = b.used = b.rows = 3;
	(void)stream_writer_seal(w, NULL, 0, &b, &e);
	stream_writer_free(w);
	check_bytes(fd, ONE, "one column gets a constant second one");

	w = begin(&fd, two, 2);
	book_init(&b, "t");
	(void)stream_writer_seal(w, NULL, 0, &b, &e);
	stream_writer_free(w);
	check_bytes(fd, EMPTY, "a stream without rows");
}

static void
test_quoting(void)
{
	static const char *const columns[] = { "a", "b" };
	static const struct {
		const char *in, *out;
	} v[] = {
		{ "plain text", "plain text" },
		{ "", "\"\"" },
		{ " lead", "\" lead\"" },
		{ "trail ", "\"trail \"" },
		{ "\ttab", "\"\ttab\"" },
		{ "tab\t", "\"tab\t\"" },
		{ "a\tb c", "a\tb c" },
		{ "#x", "\"#x\"" },
		{ "x#", "x#" },
		{ "a,b", "\"a,b\"" },
		{ "a\"b", "\"a\"\"b\"" },
		{ "\"", "\"\"\"\"" },
		{ "\"\"", "\"\"\"\"\"\"" },
		{ "a\nb", "\"a\nb\"" },
		{ "a\rb", "\"a\rb\"" },
		{ "\r", "\"\r\"" },
		{ "\\.", "\\." },
		{ "\\N", "\\N" },
		{ "'x'", "'x'" },
		{ "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x9b\xa2",
		    "\xc3\xa9 \xe2\x82\xac \xf0\x9f\x9b\xa2" },
		{ "\xc2\xa0", "\xc2\xa0" },
		{ "\x7f\x01", "\x7f\x01" },
	};
	size_t i, len;

	for (i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct err e = ERR_INIT;
		struct stream_writer *w;
		struct book b;
		char want[200], *got, *row;
		int fd;

		w = begin(&fd, columns, 2);
		stream_writer_text(w, v[i].in, strlen(v[i].in));
		stream_writer_null(w);
		(void)stream_writer_end_row(w, &e);
		book_init(&b, "t");
		b.read = b.used = b.rows = 1;
		(void)stream_writer_seal(w, NULL, 0, &b, &e);
		stream_writer_free(w);
		got = help_content(fd, &len);
		(void)close(fd);
		row = strstr(got, "\na,b\n");
		help_need(row != NULL, "no row");
		row += 5;
		*strstr(row, "#aegis-book") = '\0';
		(void)snprintf(want, sizeof(want), "%s,\n", v[i].out);
		(void)tap_is(row, want, "quoted as the format says");
		free(got);
	}
}

/* One text into a two-column stream; what end_row() says of it. */
static struct err
try_text(const char *p, size_t len)
{
	static const char *const columns[] = { "a", "b" };
	struct err e = ERR_INIT;
	struct stream_writer *w;
	int fd;

	w = begin(&fd, columns, 2);
	stream_writer_text(w, p, len);
	stream_writer_null(w);
	(void)stream_writer_end_row(w, &e);
	stream_writer_free(w);
	(void)close(fd);
	return (e);
}

static void
test_text_refused(void)
{
	static const struct {
		const char *p;
		size_t len;
		const char *what;
	} v[] = {
		{ "a\0b", 3, "a NUL" },
		{ "\xff", 1, "0xff" },
		{ "\xc3", 1, "a cut character" },
		{ "\xc0\xaf", 2, "an overlong slash" },
		{ "\xe0\x9f\xbf", 3, "an overlong form of three bytes" },
		{ "\xed\xa0\x80", 3, "a surrogate" },
		{ "\xf4\x90\x80\x80", 4, "U+110000" },
		{ "abcdefgh\x80", 9, "a lone continuation" },
	};
	char *big = xcalloc(STREAM_ROW_MAX + 2, 1);
	struct err e;
	size_t i;

	for (i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		e = try_text(v[i].p, v[i].len);
		(void)tap_ok(e.status == STATUS_DATA && strstr(e.msg, "row 1, column 1") != NULL,
		    "%s is refused: %s", v[i].what, e.msg);
	}
	memset(big, 'x', STREAM_ROW_MAX + 1);
	e = try_text(big, STREAM_ROW_MAX + 1);
	(void)tap_ok(e.status == STATUS_DATA, "a value over the row limit: %s", e.msg);
	e = try_text(big, STREAM_ROW_MAX);
	(void)tap_ok(e.status == STATUS_DATA, "a row over the limit by its comma: %s", e.msg);
	e = try_text(big, STREAM_ROW_MAX - 1);
	(void)tap_ok(e.status == STATUS_OK, "a row of the limit is taken");
	memset(big, '"', STREAM_ROW_MAX / 2);
	e = try_text(big, STREAM_ROW_MAX / 2);
	(void)tap_ok(e.status == STATUS_DATA, "a row over the limit by doubled quotes: %s", e.msg);
	free(big);
}

static void
test_misuse(void)
{
	static const char *const two[] = { "a", "b" }, *const same[] = { "a", "a" };
	static const char *const none[] = { "a", "" }, *const reserved[] = { "_", "a" };
	const struct stream_header bad = { "table:t", "-", "no-uuid", NULL, NULL };
	struct err e = ERR_INIT, e2 = ERR_INIT, e3 = ERR_INIT, e4 = ERR_INIT;
	struct stream_writer *w;
	struct book b, up;
	int fd;

	w = begin(&fd, two, 2);
	stream_writer_null(w);
	(void)tap_ok(stream_writer_end_row(w, &e) == -1 && e.status == STATUS_BUG,
	    "too few fields: %s", e.msg);
	book_init(&b, "t");
	(void)tap_ok(stream_writer_seal(w, NULL, 0, &b, &e2) == -1 && e2.status == STATUS_BUG,
	    "no seal after that");
	stream_writer_free(w);
	(void)close(fd);

	(void)tap_ok(stream_writer_open(1, "out", &bad, two, 2, &e3) == NULL &&
		e3.status == STATUS_USAGE,
	    "no UUID: %s", e3.msg);
	e3 = (struct err)ERR_INIT;
	(void)tap_ok(stream_writer_open(1, "out", &table, same, 2, &e3) == NULL &&
		e3.status == STATUS_DATA,
	    "twice the same column: %s", e3.msg);
	e3 = (struct err)ERR_INIT;
	(void)tap_ok(stream_writer_open(1, "out", &table, none, 2, &e3) == NULL &&
		e3.status == STATUS_DATA,
	    "a column without a name: %s", e3.msg);
	e3 = (struct err)ERR_INIT;
	(void)tap_ok(stream_writer_open(1, "out", &table, reserved, 2, &e3) == NULL &&
		e3.status == STATUS_DATA,
	    "a column _: %s", e3.msg);
	e3 = (struct err)ERR_INIT;
	(void)tap_ok(stream_writer_open(1, "out", &table, two, 0, &e3) == NULL &&
		e3.status == STATUS_DATA,
	    "no column: %s", e3.msg);

	w = begin(&fd, two, 2);
	book_init(&b, "t");
	b.rows = 1;
	(void)tap_ok(stream_writer_seal(w, NULL, 0, &b, &e4) == -1 && e4.status == STATUS_BUG,
	    "a book with other rows: %s", e4.msg);
	b.rows = 0;
	b.read = 1;
	e4 = (struct err)ERR_INIT;
	(void)tap_ok(stream_writer_seal(w, NULL, 0, &b, &e4) == -1 && e4.status == STATUS_DATA,
	    "a book that does not balance: %s", e4.msg);
	b.read = 0;
	book_init(&up, "up");
	up.read = up.used = up.rows = 7;
	e4 = (struct err)ERR_INIT;
	(void)tap_ok(stream_writer_seal(w, &up, 1, &b, &e4) == -1 && e4.status == STATUS_DATA,
	    "a book that does not follow: %s", e4.msg);
	stream_writer_free(w);
	check_bytes(fd, "", "and nothing was written yet");
}

static enum status
write_many(const char *path)
{
	static const char *const columns[] = { "a", "b" };
	struct err e = ERR_INIT;
	struct stream_writer *w;
	struct book b;
	int fd = open(path, O_WRONLY | O_CLOEXEC), i, rc = 0;

	w = stream_writer_open(fd, path, &table, columns, 2, &e);
	for (i = 0; i < 100000 && rc == 0; i++) {
		stream_writer_text(w, "some text", 9);
		stream_writer_u64(w, (uint64_t)i);
		rc = stream_writer_end_row(w, &e);
	}
	(void)tap_ok(rc == -1 && i < 20000, "a failed write ends the rows soon: %s", e.msg);
	book_init(&b, "t");
	b.read = b.used = b.rows = stream_writer_rows(w);
	(void)tap_ok(stream_writer_seal(w, NULL, 0, &b, NULL) == -1, "and there is no seal");
	stream_writer_free(w);
	if (fd >= 0)
		(void)close(fd);
	return (e.status);
}

static void
test_output(void)
{
	static const char *const columns[] = { "a", "b" };
	struct err e = ERR_INIT;
	struct stream_writer *w;
	struct book b;
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);

	(void)tap_ok(write_many("/dev/full") == STATUS_OUTPUT, "a full device is 73");
	(void)tap_ok(write_many("/dev/null/none") == STATUS_IO, "a bad descriptor is 74");
	w = stream_writer_open(fd, "full", &table, columns, 2, &e);
	book_init(&b, "t");
	(void)tap_ok(stream_writer_seal(w, NULL, 0, &b, &e) == -1 && e.status == STATUS_OUTPUT,
	    "the last flush is checked: %s", e.msg);
	stream_writer_free(w);
	(void)close(fd);
}

/* Values of all lengths around the buffer's size come back as they were. */
static void
test_long(void)
{
	static const char *const columns[] = { "a", "b", "c" };
	static const size_t lens[] = { 1, 16383, 16384, 16385, 65536, 131007, 131008, 131072,
		131073, 300000 };
	enum { N = sizeof(lens) / sizeof(lens[0]) };
	struct err e = ERR_INIT;
	struct stream_writer *w;
	struct stream_reader *r;
	enum stream_event event;
	const struct stream_field *f;
	struct book b;
	char *p = xcalloc(300000, 1);
	size_t i, same = 0;
	int fd;

	for (i = 0; i < 300000; i++)
		p[i] = (char)(i % 1000 == 7 ? '"' : i % 777 == 0 ? '\n' : 'a' + i % 26);
	w = begin(&fd, columns, 3);
	for (i = 0; i < N; i++) {
		stream_writer_text(w, p, lens[i]);
		stream_writer_plain(w, "plain", 5);
		stream_writer_text(w, p + 1, lens[i] - 1);
		(void)stream_writer_end_row(w, &e);
	}
	book_init(&b, "t");
	b.read = b.used = b.rows = N;
	(void)tap_ok(stream_writer_seal(w, NULL, 0, &b, &e) == 0, "long values: %s", e.msg);
	stream_writer_free(w);
	(void)lseek(fd, 0, SEEK_SET);
	r = stream_reader_open(fd, "in", "table:t", &e);
	for (i = 0; (event = stream_reader_next(r, &e)) > STREAM_END;) {
		if (event != STREAM_ROW)
			continue;
		f = stream_reader_fields(r);
		same += i < N && f[0].len == lens[i] && memcmp(f[0].p, p, lens[i]) == 0 &&
		    f[1].len == 5 && f[2].len == lens[i] - 1 &&
		    memcmp(f[2].p, p + 1, lens[i] - 1) == 0;
		i++;
	}
	(void)tap_ok(event == STREAM_END && same == N, "and come back (%zu of %d): %s", same, N,
	    e.msg);
	stream_reader_free(r);
	(void)close(fd);
	free(p);
}

/* Rows as frames, by the environment and by the option; text where that is asked for. */
static void
test_frames(void)
{
	static const char *const columns[] = { "a", "b" }, *const single[] = { "a" };
	static const char want[] =
	    "\x0d\0\0\0\5\0\0\0\2\0\0\0"
	    "x,\"y7"
	    "\x08\0\0\0\0\0\0\0\1\0\0\0\0\0\0\0#aegis-book";
	struct err e = ERR_INIT, e2 = ERR_INIT, e3 = ERR_INIT;
	struct stream_writer *w;
	struct book b;
	size_t len;
	char *got;
	int fd;

	help_need(setenv("AEGIS_STREAM", "frames", 1) == 0, "setenv");
	w = begin(&fd, columns, 2);
	stream_writer_text(w, "x,\"y", 4);
	stream_writer_u64(w, 7);
	(void)tap_ok(stream_writer_end_row(w, &e) == 0, "a row");
	stream_writer_null(w);
	stream_writer_text(w, "", 0);
	(void)tap_ok(stream_writer_end_row(w, &e) == 0, "another");
	book_init(&b, "t");
	b.read = b.used = b.rows = 2;
	(void)tap_ok(stream_writer_seal(w, NULL, 0, &b, &e) == 0, "the seal: %s", e.msg);
	stream_writer_free(w);
	got = help_content(fd, &len);
	(void)tap_ok(strstr(got, " body=frames\na,b\n") != NULL, "the header says so");
	(void)tap_ok(memcmp(strstr(got, "\na,b\n") + 5, want, sizeof(want) - 1) == 0,
	    "lengths, values, and none at the end");
	free(got);
	(void)close(fd);
	w = begin(&fd, single, 1);
	stream_writer_text(w, "\xc3", 1);
	(void)tap_ok(stream_writer_end_row(w, &e2) != 0 && strstr(e2.msg, "not UTF-8") != NULL,
	    "not UTF-8: %s", e2.msg);
	stream_writer_free(w);
	(void)close(fd);
	fd = help_fd("", 0);
	w = stream_writer_open_text(fd, "out", &table, columns, 2, &e);
	stream_writer_flush(w);
	stream_writer_free(w);
	got = help_content(fd, &len);
	(void)tap_ok(strstr(got, "body=") == NULL, "a file for people is text");
	free(got);
	(void)close(fd);
	help_need(setenv("AEGIS_STREAM", "csv", 1) == 0, "setenv");
	(void)tap_ok(stream_writer_open(1, "out", &table, columns, 2, &e3) == NULL &&
		e3.status == STATUS_USAGE,
	    "another word: %s", e3.msg);
	help_need(unsetenv("AEGIS_STREAM") == 0, "unsetenv");
}

int
main(void)
{

	(void)signal(SIGPIPE, SIG_IGN);
	test_golden();
	test_frames();
	test_small();
	test_quoting();
	test_text_refused();
	test_misuse();
	test_output();
	test_long();
	return (tap_end());
}
