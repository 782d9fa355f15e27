/*
 * The reader: what it gives of streams written by hand, and that nothing that is
 * cut, changed, doubled or made up passes for a sealed stream.
 */
#include "stream/reader.h"

#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <sys/resource.h>
#include <sys/wait.h>

#include "../../tap.h"
#include "help.h"

static bool
is_field(const struct stream_field *f, const char *want)
{

	if (want == NULL)
		return (f->null && f->len == 0);
	return (!f->null && f->len == strlen(want) && memcmp(f->p, want, f->len) == 0);
}

static void
test_golden(void)
{
	static const char *const want[4][4] = {
		{ "1", "0", "SMITH", "1200" },
		{ "2", "247", "O'BRIEN, J.", NULL },
		{ "4", "741", "say \"hi\"", "#aegis-seal" },
		{ "5", "988", "", " " },
	};
	struct err e = ERR_INIT;
	int fd = help_fd(WELL, strlen(WELL));
	struct stream_reader *r = stream_reader_open(fd, "in", "rrc:", &e);
	const struct book *b;
	uint64_t record, offset;
	const char *raw;
	size_t i, k, n, good;

	(void)tap_ok(stream_reader_next(r, &e) == STREAM_HEADER, "a header");
	(void)tap_is(stream_reader_kind(r), "rrc:demo/well", "its kind");
	(void)tap_is(stream_reader_source(r), "/data/d b%\xc3\xa9.ebc.gz", "its source, decoded");
	(void)tap_is(stream_reader_run(r), RUN, "its run");
	(void)tap_ok(stream_reader_ncolumns(r) == 4 && stream_reader_find(r, "depth") == 3 &&
		stream_reader_find(r, "dep") == -1 && stream_reader_column(r, 4) == NULL,
	    "its columns");
	raw = stream_reader_raw(r, &n);
	(void)tap_ok(n == 26 && memcmp(raw, "_record,_offset,name,depth", n) == 0,
	    "its line of columns");
	for (i = 0; i < 4; i++) {
		enum stream_event event = stream_reader_next(r, &e);

		for (k = good = 0; event == STREAM_ROW && k < 4; k++)
			good += is_field(&stream_reader_fields(r)[k], want[i][k]);
		(void)tap_ok(good == 4 && stream_reader_rows(r) == i + 1, "row %zu", i + 1);
		stream_reader_place(r, &record, &offset);
		(void)tap_ok(record == strtoull(want[i][0], NULL, 10) &&
			offset == strtoull(want[i][1], NULL, 10),
		    "and its place");
	}
	raw = stream_reader_raw(r, &n);
	(void)tap_ok(n == 12 && memcmp(raw, "5,988,\"\",\" \"", n) == 0,
	    "the last row as it stood");
	(void)tap_ok(stream_reader_next(r, &e) == STREAM_SEAL, "the seal: %s", e.msg);
	b = stream_reader_books(r, &n);
	(void)tap_ok(n == 1 && b->read == 6 && b->used == 4 && b->skipped == 1 &&
		b->rejected == 1 && b->flawed == 2 && b->rows == 4,
	    "the book's figures");
	(void)tap_is(b->rejects, "rej/a,b:1.csv", "the book's reject file");
	(void)tap_is(b->rejects_sha256, SHA3, "and its digest");
	(void)tap_ok(b->ncodes == 2 && strcmp(b->codes[0].code, "bad_date") == 0 &&
		b->codes[0].n == 2 && strcmp(b->codes[1].code, "bad_key") == 0,
	    "the book's codes");
	(void)tap_ok(stream_reader_next(r, &e) == STREAM_END, "the end");
	(void)tap_ok(stream_reader_next(r, &e) == STREAM_END, "and again the end");
	stream_reader_free(r);
	(void)close(fd);
}

static void
test_one_column(void)
{
	struct err e = ERR_INIT;
	int fd = help_fd(ONE, strlen(ONE));
	struct stream_reader *r = stream_reader_open(fd, "in", "table:t", &e);
	uint64_t record, offset;

	(void)stream_reader_next(r, &e);
	(void)tap_ok(stream_reader_ncolumns(r) == 1 && stream_reader_find(r, "_") == -1,
	    "the constant column is not shown");
	(void)tap_ok(stream_reader_next(r, &e) == STREAM_ROW &&
		is_field(stream_reader_fields(r), "x"),
	    "a text");
	stream_reader_place(r, &record, &offset);
	(void)tap_ok(record == 1 && offset == 86, "the place is the stream's (%llu)",
	    (unsigned long long)offset);
	(void)tap_ok(stream_reader_next(r, &e) == STREAM_ROW &&
		is_field(stream_reader_fields(r), NULL),
	    "NULL");
	(void)tap_ok(stream_reader_next(r, &e) == STREAM_ROW &&
		is_field(stream_reader_fields(r), ""),
	    "the empty string");
	(void)tap_ok(stream_reader_next(r, &e) == STREAM_SEAL &&
		stream_reader_next(r, &e) == STREAM_END,
	    "seal and end");
	stream_reader_free(r);
	(void)close(fd);
}

/* A fault of STATUS_DATA whose message has ${part}. */
static void
faulty(const char *s, size_t len, const char *kind, const char *part, const char *what)
{
	struct err e = ERR_INIT;
	enum stream_event event = help_read(s, len, kind, &e);

	(void)tap_ok(event == STREAM_FAULT && e.status == STATUS_DATA &&
		strstr(e.msg, part) != NULL,
	    "%s: %s", what, e.msg);
}

#define FAULTY(s, kind, part, what) faulty(s, sizeof(s) - 1, kind, part, what)

/* The events of all that is left, as letters. */
static enum stream_event
events(struct stream_reader *r, char *to, size_t size)
{
	struct err e = ERR_INIT;
	enum stream_event event;
	size_t n = 0;

	while ((event = stream_reader_next(r, &e)) > STREAM_END && n + 1 < size)
		to[n++] = "0HRS"[event];
	to[n] = '\0';
	return (event);
}

static void
test_keep(void)
{
	static const char *const cut[] = { ONE ONE, ONE "x", "#aegis-stream 2\n", "" };
	struct err e = ERR_INIT;
	struct buf b = BUF_INIT(1 << 20);
	struct stream_reader *r;
	char first[64], second[64];
	enum stream_event end;
	size_t i;
	int fd;

	for (i = 0; i < sizeof(cut) / sizeof(cut[0]); i++) {
		fd = help_fd(cut[i], strlen(cut[i]));
		r = stream_reader_open(fd, "in", "table:", &e);
		(void)tap_ok(stream_reader_keep(r, &e) == 1, "input %zu is small", i);
		end = events(r, first, sizeof(first));
		stream_reader_rewind(r);
		(void)tap_ok(events(r, second, sizeof(second)) == end && strcmp(first, second) == 0,
		    "and says the same when it is read anew: '%s'", second);
		stream_reader_free(r);
		(void)close(fd);
	}
	while (b.len < 256 << 10)
		(void)buf_adds(&b, ONE, &e);
	fd = help_fd(b.p, b.len);
	r = stream_reader_open(fd, "in", "table:", &e);
	(void)tap_ok(stream_reader_keep(r, &e) == 0, "a large input is not kept");
	for (i = 0; (end = stream_reader_next(r, &e)) > STREAM_END;)
		i += end == STREAM_SEAL;
	(void)tap_ok(end == STREAM_END && i == b.len / strlen(ONE), "and read all the same");
	stream_reader_free(r);
	(void)close(fd);
	buf_free(&b);
}

static void
test_sections(void)
{
	struct err e = ERR_INIT;
	int fd = help_fd(ONE ONE, 2 * strlen(ONE));
	struct stream_reader *r = stream_reader_open(fd, "in", "table:", &e);
	enum stream_event event;
	size_t heads = 0, rows = 0, seals = 0;

	while ((event = stream_reader_next(r, &e)) > STREAM_END) {
		heads += event == STREAM_HEADER;
		rows += event == STREAM_ROW;
		seals += event == STREAM_SEAL;
	}
	(void)tap_ok(event == STREAM_END && heads == 2 && rows == 6 && seals == 2,
	    "two streams, one behind the other: %s", e.msg);
	stream_reader_free(r);
	(void)close(fd);
	FAULTY(ONE WELL, "", "a stream of kind rrc:demo/well after one of kind table:t",
	    "another kind behind the first");
	FAULTY(ONE "x,y\n", "", "bytes after the seal", "a row behind the seal");
	FAULTY(ONE "\n", "", "bytes after the seal", "an empty line behind the seal");
	FAULTY(ONE "x", "", "bytes after the seal", "a byte behind the seal");
	FAULTY(ONE "#aegis-book stage=t\n", "", "bytes after the seal", "a book behind the seal");
	FAULTY(WELL, "entity:", "a stream of kind rrc:demo/well, but entity:... is wanted",
	    "a family of kinds that it is not");
	FAULTY(WELL, "rrc:demo", "but rrc:demo is wanted", "a kind that it is not");
	FAULTY("", "", "the stream is cut: no seal after row 0 (byte 0)", "no byte");
	FAULTY("a,b\n1,2\n", "", "no sealed stream", "plain CSV");
	FAULTY("#aegis-stream 2 kind=table:t source=- run=" RUN "\n", "", "no sealed stream",
	    "another version");
	FAULTY("\xef\xbb\xbf" ONE, "", "byte order mark", "a byte order mark");
}

/* A table stream around ${head} and ${body}, with a right book and seal for ${rows}. */
static struct buf
resealed(const char *kind, const char *body, const char *books, unsigned rows)
{
	struct buf b = BUF_INIT(1 << 20);
	struct digest_xxh64 *d = digest_xxh64_new();

	(void)buf_addf(&b, NULL, "#aegis-stream 1 kind=%s source=- run=" RUN "\n%s", kind, body);
	if (books != NULL)
		(void)buf_adds(&b, books, NULL);
	else
		(void)buf_addf(&b, NULL,
		    "#aegis-book stage=t dataset=- read=%u used=%u "
		    "skipped=0 rejected=0 flawed=0 rows=%u config=- source_sha256=- rejects=- "
		    "codes=-\n",
		    rows, rows, rows);
	digest_xxh64_update(d, b.p, b.len);
	(void)buf_addf(&b, NULL,
	    "#aegis-seal rows=%u read=%u rejected=0 skipped=0 flawed=0 "
	    "bytes=%zu xxh64=%016llx source_sha256=- rejects=-\n",
	    rows, rows, b.len, (unsigned long long)digest_xxh64_value(d));
	digest_xxh64_free(d);
	return (b);
}

static void
body(const char *text, unsigned rows, const char *part, const char *what)
{
	struct buf b = resealed("table:t", text, NULL, rows);
	struct err e = ERR_INIT;
	enum stream_event event = help_read(b.p, b.len, "", &e);

	if (part == NULL)
		(void)tap_ok(event == STREAM_END, "%s: %s", what, e.msg);
	else
		(void)tap_ok(event == STREAM_FAULT && e.status == STATUS_DATA &&
			strstr(e.msg, part) != NULL,
		    "%s: %s", what, e.msg);
	buf_free(&b);
}

static void
test_rows(void)
{

	body("a,b\n1,2\n", 1, NULL, "a good row");
	body("a,b\n\"1\n#aegis-seal rows=1\n\",2\n", 1, NULL, "a seal inside quotes is data");
	body("a,b\n\"x\n#aegis-book\",\"\n#aegis-stream 1\n\"\n", 1, NULL,
	    "control lines inside quotes are data");
	body("a,b\n1,#aegis-seal\n", 1, NULL, "a seal that does not start a line is data");
	body("a,b\n\\.,\\N\n\\.,\n", 2, NULL, "COPY's end mark is data");
	body("a,b\n x , y \n", 1, NULL, "blanks are data");
	body("a,b\nx\ry,z\r\n", 1, NULL, "a CR is data");
	body("a,b\n#x,\n##,\n", 2, NULL, "a line that starts with # is data");
	body("a,b\n#aegis,x\n", 1, NULL, "and one with #aegis");
	body("a,b\n#aegis-x,y\n", 1, "neither book nor seal", "a made up control line");
	body("a,b\n#aegis-sealed,y\n", 1, "neither book nor seal", "one that looks like a seal");
	body("a,b\n1\n", 1, "'in': row 1 (byte 83): 1 fields, but there are 2 columns",
	    "too few fields");
	body("a,b\n1,2\n1,2,3\n", 2, "'in': row 2 (byte 87): 3 fields, but there are 2 columns",
	    "too many fields");
	body("a,b\n\n1,2\n", 1, "row 1 (byte 83): 1 fields", "an empty line");
	body("_record,_offset\n1,2\n7,900,\"x\"\n", 2, "; record 7 at byte 900 of the source",
	    "too many fields, with their place in the source");
	body("a,b\nx\"y,\"\n", 1, "byte 84: a quote inside a value", "a quote in a bare value");
	body("a,b\n\"x\"y,2\n", 1, "byte 86: a quote", "text behind a closing quote");
	body("a,b\n\"x\" ,2\n", 1, "byte 86: a quote", "a blank behind a closing quote");
	body("a,b\n \"x\",2\n", 1, "byte 84: a quote", "a blank before an opening quote");
	body("a,b\n1,\xff\n", 1, "row 1 (byte 83): byte 85 (0xff) is not UTF-8", "no UTF-8");
	body("a,b\n1,12345678\xc3(\n", 1, "byte 93 (0xc3) is not UTF-8", "half a character");
	body("a\r,b\r\n1,2\r\n", 1, "ends in CR LF", "CR LF behind the columns");
	body("a,a\n1,2\n", 1, "two columns are called 'a'", "twice the same column");
	body("a,\n1,2\n", 1, "column 2 has no name", "a column without a name");
	body("a\n1\n", 1, "two columns or more", "one column alone");
	body("a,_\n1,x\n", 1, "the constant column is not '-'", "a constant that is not constant");
	body("#aegis-book x\n", 0, "the line of column names is missing", "no columns");
	body("a,b\n1,2\n", 2, "the book of t has 2 rows, but 1 were read", "a row is missing");
	body("a,b\n1,2\n1,2\n", 1, "the book of t has 1 rows, but 2 were read", "a row too many");
}

static void
nul(void)
{
	struct buf b = resealed("table:t", "a,b\n1,X\n", NULL, 1);
	struct err e = ERR_INIT;
	char *x = memchr(b.p, 'X', b.len);

	help_need(x != NULL, "no X");
	*x = '\0';
	(void)tap_ok(help_read(b.p, b.len, "", &e) == STREAM_FAULT &&
		strstr(e.msg, "byte 85 (0x00) is a NUL") != NULL,
	    "a NUL: %s", e.msg);
	buf_free(&b);
}

#define BOOK(stage, figures)                             \
	"#aegis-book stage=" stage " dataset=- " figures \
	" config=- source_sha256=- rejects=- codes=-\n"

static void
books(const char *kind, const char *text, unsigned rows, const char *part, const char *what)
{
	struct buf b = resealed(kind, "_record,_offset\n1,2\n", text, rows);
	struct err e = ERR_INIT;
	enum stream_event event = help_read(b.p, b.len, "", &e);

	(void)tap_ok(part == NULL ?
		event == STREAM_END :
		event == STREAM_FAULT && e.status == STATUS_DATA && strstr(e.msg, part) != NULL,
	    "%s: %s", what, e.msg);
	buf_free(&b);
}

static void
test_books(void)
{
	struct buf many = BUF_INIT(1 << 20), b;
	struct err e = ERR_INIT;
	int i;

	books("rrc:x",
	    BOOK("a", "read=9 used=5 skipped=3 rejected=1 flawed=0 rows=1")
		BOOK("b", "read=1 used=1 skipped=0 rejected=0 flawed=0 rows=1"),
	    1, NULL, "two books that follow");
	books("rrc:x",
	    BOOK("a", "read=9 used=5 skipped=3 rejected=1 flawed=0 rows=2")
		BOOK("b", "read=1 used=1 skipped=0 rejected=0 flawed=0 rows=1"),
	    1, "a wrote 2 rows, but b read 1", "books that do not follow");
	books("rrc:x",
	    BOOK("a", "read=9 used=5 skipped=3 rejected=0 flawed=0 rows=1")
		BOOK("b", "read=1 used=1 skipped=0 rejected=0 flawed=0 rows=1"),
	    1, "the book of a does not balance", "an upstream book that does not balance");
	books("rrc:x",
	    BOOK("a",
		"read=1 used=18446744073709551615 skipped=2 rejected=0 "
		"flawed=0 rows=1") BOOK("b", "read=1 used=1 skipped=0 rejected=0 flawed=0 rows=1"),
	    1, "does not balance", "a sum that overflows");
	books("rrc:x", "", 1, "a seal without a book", "no book");
	books("rrc:x", BOOK("b", "read=2 used=1 skipped=1 rejected=0 flawed=0 rows=1"), 1,
	    "the seal has read=1, but the last book has 2", "a seal of other figures");
	books("rrc:x", BOOK("b", "read=1 used=1 skipped=0 rejected=0 flawed=0 rows=1") "3,4\n", 1,
	    "a row after a book", "a row after a book");
	books("rrc:x", BOOK("b", "read=01 used=1 skipped=0 rejected=0 flawed=0 rows=1"), 1,
	    "read= of the book line is not a number", "a leading zero");
	books("rrc:x", "#aegis-book \n", 1, "the book line lacks 'stage='", "an empty book");
	for (i = 0; i < STREAM_BOOKS_MAX + 1; i++)
		(void)buf_adds(&many,
		    BOOK("x", "read=1 used=1 skipped=0 rejected=0 flawed=0 rows=1"), NULL);
	(void)buf_str(&many, NULL);
	books("rrc:x", many.p, 1, "more than 16 books", "too many books");
	buf_free(&many);

	b = resealed("entity:well", "a,b\n1,2\n", NULL, 1);
	(void)tap_ok(help_read(b.p, b.len, "", &e) == STREAM_FAULT &&
		strstr(e.msg, "must begin with _record,_offset") != NULL,
	    "an entity stream without places: %s", e.msg);
	buf_free(&b);
}

/* Let a child write ${n} bytes of ${p} into a pipe, ${piece} at a time, ${times} times. */
static int
piped(const char *p, size_t n, size_t piece, size_t times, pid_t *pid)
{
	int fd[2];
	size_t i, k;

	help_need(pipe(fd) == 0, "no pipe");
	(void)fflush(stdout);
	*pid = fork();
	help_need(*pid >= 0, "no child");
	if (*pid > 0) {
		(void)close(fd[1]);
		return (fd[0]);
	}
	(void)close(fd[0]);
	for (k = 0; k < times; k++) {
		for (i = 0; i < n; i += piece) {
			if (io_write_all(fd[1], p + i, n - i < piece ? n - i : piece, "pipe", NULL))
				_exit(0);
			if (piece < 100)
				(void)sched_yield();
		}
	}
	_exit(0);
}

static void
test_pieces(void)
{
	size_t piece;

	for (piece = 1; piece < 8; piece += 2) {
		struct err e = ERR_INIT;
		enum stream_event event;
		pid_t pid;
		int fd = piped(WELL, strlen(WELL), piece, 3, &pid), status;
		struct stream_reader *r = stream_reader_open(fd, "pipe", "rrc:", &e);
		size_t rows = 0;

		while ((event = stream_reader_next(r, &e)) > STREAM_END)
			rows += event == STREAM_ROW;
		(void)tap_ok(event == STREAM_END && rows == 12, "in pieces of %zu: %s", piece,
		    e.msg);
		stream_reader_free(r);
		(void)close(fd);
		(void)waitpid(pid, &status, 0);
	}
}

/* A value of 1 GiB: refused with its place, in little memory. */
static void
test_huge(const char *start, const char *part)
{
	struct err e = ERR_INIT;
	struct rusage before, after;
	enum { PIECE = 1 << 20 };
	char *p = xcalloc(PIECE, 1);
	int fd[2], status;
	struct stream_reader *r;
	enum stream_event event;
	pid_t pid;

	memset(p, 'x', PIECE);
	help_need(pipe(fd) == 0, "no pipe");
	(void)fflush(stdout);
	pid = fork();
	help_need(pid >= 0, "no child");
	if (pid == 0) {
		size_t i;

		(void)close(fd[0]);
		if (io_write_all(fd[1], start, strlen(start), "pipe", NULL) == 0)
			for (i = 0; i < 1024; i++)
				if (io_write_all(fd[1], p, PIECE, "pipe", NULL))
					break;
		_exit(0);
	}
	(void)close(fd[1]);
	(void)getrusage(RUSAGE_SELF, &before);
	r = stream_reader_open(fd[0], "pipe", "", &e);
	while ((event = stream_reader_next(r, &e)) > STREAM_END)
		continue;
	(void)getrusage(RUSAGE_SELF, &after);
	(void)tap_ok(event == STREAM_FAULT && e.status == STATUS_DATA &&
		strstr(e.msg, part) != NULL,
	    "1 GiB: %s", e.msg);
	(void)tap_ok(after.ru_maxrss - before.ru_maxrss < 16 << 10, "with %ld KiB more memory",
	    after.ru_maxrss - before.ru_maxrss);
	stream_reader_free(r);
	(void)close(fd[0]);
	(void)waitpid(pid, &status, 0);
	free(p);
}

#define HEAD "#aegis-stream 1 kind=table:t source=- run=" RUN "\n"

int
main(void)
{
	struct err e = ERR_INIT;
	struct stream_reader *r;

	(void)signal(SIGPIPE, SIG_IGN);
	test_golden();
	test_one_column();
	(void)tap_ok(help_read(EMPTY, strlen(EMPTY), "table:t", &e) == STREAM_END,
	    "a stream without rows: %s", e.msg);
	help_damage(WELL, strlen(WELL), "a stream");
	help_damage(ONE, strlen(ONE), "one column");
	help_damage(EMPTY, strlen(EMPTY), "no rows");
	test_keep();
	test_sections();
	test_rows();
	nul();
	test_books();
	test_pieces();
	test_huge(HEAD "a,b\n1,2\n\"",
	    "row 2 (byte 87): longer than the 1048576 bytes that are "
	    "allowed, and its last quote is open");
	test_huge(HEAD "a,b\n1,2\n", "row 2 (byte 87): longer than the 1048576 bytes");
	test_huge(HEAD "a,b\n#aegis-book ", "longer than the 65536 bytes");
	test_huge("#aegis-stream 1 ", "longer than the 65536 bytes");
	e = (struct err)ERR_INIT;
	r = stream_reader_open(-1, "none", "", &e);
	(void)tap_ok(stream_reader_next(r, &e) == STREAM_FAULT && e.status == STATUS_IO,
	    "a read that fails is 74: %s", e.msg);
	stream_reader_free(r);
	return (tap_end());
}
