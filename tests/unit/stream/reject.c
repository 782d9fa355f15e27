/*
 * Reject files: their bytes, the counting in the book, what is cut, and that the
 * name appears only when the file is whole.
 */
#include "stream/reject.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/stat.h>

#include "../../tap.h"
#include "help.h"

static char dir[] = "/tmp/aegis-reject-XXXXXX";
static char path[64], partial[72];

static char *
slurp(const char *name, size_t *len)
{
	int fd = open(name, O_RDONLY | O_CLOEXEC);
	char *p;

	if (fd < 0)
		return (NULL);
	p = help_content(fd, len);
	(void)close(fd);
	return (p);
}

#define REJECT_ROWS                                                                             \
	"#aegis-stream 1 kind=reject:rrc source=a%20b.gz run=" RUN                              \
	"\n"                                                                                    \
	"_record,_offset,key,severity,code,faults,raw\n"                                        \
	"0,0,l,form,rrc:l/v,[],612c62\n"                                                        \
	"3,494,42-1,reject,bad_key,\"[{\"\"code\"\":\"\"bad_key\"\",\"\"column\"\":"            \
	"\"\"api_number\"\",\"\"value\"\":\"\"4 X\"\",\"\"reason\"\":\"\"no digits at 1\"\"},"  \
	"{\"\"code\"\":\"\"bad_date\"\",\"\"column\"\":null,\"\"value\"\":"                     \
	"\"\"\\\\xf1\\\\x00\"\",\"\"reason\"\":\"\"month 13\"\"}]\",f1f240\n"                   \
	"7,1482,\"\",flaw,bad_date,\"[{\"\"code\"\":\"\"bad_date\"\",\"\"column\"\":\"\"D\"\"," \
	"\"\"value\"\":null,\"\"reason\"\":\"\"\xc3\xa9 \\\"\"x\\\"\"\"\"}]\",\"\"\n"           \
	"#aegis-book stage=rrc-decode dataset=demo/well read=3 used=3 skipped=0 "               \
	"rejected=0 flawed=0 rows=3 config=- source_sha256=- rejects=- codes=-\n"               \
	"#aegis-seal rows=3 read=3 rejected=0 skipped=0 flawed=0 bytes=640 "                    \
	"xxh64=f191bf90097cad06 source_sha256=- rejects=-\n"

static struct reject_writer *
open_of(const char *file, const char *kind, const char *source, struct book *b, struct err *e)
{
	const struct stream_header of = { kind, source, RUN, NULL, NULL };

	return (reject_open(file, &of, b, e));
}

static void
test_golden(void)
{
	struct fault_list *l = fault_list_new();
	struct err e = ERR_INIT;
	struct book b;
	struct reject_writer *w;
	struct stat st;
	const char *code;
	size_t len = 0;
	char *got, sum[DIGEST_SHA256_HEX + 1], cmd[200];
	FILE *f;

	book_init(&b, "rrc-decode");
	(void)strcpy(b.dataset, "demo/well");
	w = open_of(path, "rrc", "a b.gz", &b, &e);
	help_need(w != NULL, e.msg);
	reject_form(w, "rrc:l/v", "l", "a,b", 3);
	fault_add(l, "bad_key", "api_number", "4 X", 3, "no %s at %d", "digits", 1);
	fault_add(l, "bad_date", NULL, "\xf1\0", 2, "month 13");
	(void)tap_ok(fault_count(l) == 2, "two faults");
	(void)tap_is(fault_text(l, 0, &code), "api_number '4 X': no digits at 1", "as a line");
	(void)tap_is(code, "bad_key", "with its code");
	(void)tap_is(fault_text(l, 1, &code), "'\\xf1\\x00': month 13", "bytes that are no text");
	(void)tap_ok(reject_put(w, true, &(struct reject_at){ 3, 494, "42-1", 4 }, l,
			 "\xf1\xf2\x40", 3, &e) == 0,
	    "a reject");
	fault_clear(l);
	fault_add(l, "bad_date", "D", NULL, 0, "\xc3\xa9 \"x\"");
	(void)tap_is(fault_text(l, 0, NULL), "D: \xc3\xa9 \"x\"", "a fault without a value");
	(void)tap_ok(reject_put(w, false, &(struct reject_at){ 7, 1482, "", 0 }, l, "", 0, &e) == 0,
	    "a flaw");
	(void)tap_ok(stat(path, &st) == -1 && stat(partial, &st) == 0,
	    "the name is not there before the file is whole");
	(void)tap_ok(b.rejected == 1 && b.flawed == 1 && b.ncodes == 2 && b.codes[0].n == 1 &&
		b.codes[1].n == 2,
	    "the book has counted");
	(void)tap_ok(reject_close(w, &e) == 0, "closed: %s", e.msg);
	(void)tap_ok(stat(path, &st) == 0 && stat(partial, &st) == -1, "and has its name");
	got = slurp(path, &len);
	(void)tap_is(got, REJECT_ROWS, "its bytes are those written by hand");
	(void)tap_ok(help_read(got, len, "reject:rrc", &e) == STREAM_END, "it is a stream: %s",
	    e.msg);
	(void)snprintf(cmd, sizeof(cmd), "sha256sum %s", path);
	f = popen(cmd, "r");
	help_need(f != NULL && fread(sum, 1, DIGEST_SHA256_HEX, f) == DIGEST_SHA256_HEX,
	    "no sha256sum");
	(void)pclose(f);
	sum[DIGEST_SHA256_HEX] = '\0';
	(void)tap_is(b.rejects_sha256, sum, "the book has sha256sum's digest");
	(void)tap_is(b.rejects, path, "and the name");
	free(got);
	fault_list_free(l);
}

static void
test_without_file(void)
{
	struct fault_list *l = fault_list_new();
	struct err e = ERR_INIT;
	struct book b;
	struct reject_writer *w;

	book_init(&b, "x");
	w = open_of(NULL, "rrc", "in.gz", &b, &e);
	fault_add(l, "bad_date", "D", "19500500", 8, "month 05 has no day 00");
	(void)tap_ok(reject_put(w, false, &(struct reject_at){ 1, 0, "", 0 }, l, "x", 1, &e) == 0 &&
		b.flawed == 1,
	    "without a file a flaw is counted");
	(void)tap_ok(reject_put(w, true, &(struct reject_at){ 9, 1976, NULL, 0 }, l, "x", 1, &e) ==
		    -1 &&
		e.status == STATUS_DATA,
	    "and a reject ends the stage");
	(void)tap_is(e.msg,
	    "'in.gz': record 9 at byte 1976: bad_date: D '19500500': month 05 has "
	    "no day 00",
	    "which says where and why");
	(void)tap_ok(strstr(e.hint, "--rejects FILE") != NULL, "and what to do: %s", e.hint);
	(void)tap_ok(reject_close(w, &e) == 0 && strcmp(b.rejects, "-") == 0, "no file, no name");
	fault_list_free(l);
}

static void
test_cuts(void)
{
	struct fault_list *l = fault_list_new();
	struct err e = ERR_INIT;
	struct stream_reader *r;
	const struct stream_field *f;
	struct book b;
	struct reject_writer *w;
	char *raw = xcalloc(2 << 20, 1), value[300];
	const char *code, *line;
	size_t i;
	int fd;

	book_init(&b, "x");
	w = open_of(path, "entity", "s", &b, &e);
	help_need(w != NULL, e.msg);
	memset(value, '\x01', sizeof(value));
	for (i = 0; i < 60; i++)
		fault_add(l, "bad_character", "COLUMN", value, sizeof(value), "%0400d", 7);
	(void)tap_ok(fault_count(l) == 60, "60 faults are counted");
	(void)tap_is(fault_text(l, 50, &code), "10 more faults of this record",
	    "those past 50 in one line");
	(void)tap_is(code, "more_faults", "with a code of its own");
	line = fault_text(l, 0, &code);
	(void)tap_ok(strncmp(line, "COLUMN '\\x01\\x01", 16) == 0 &&
		strstr(line, "\\x01...': 000") != NULL,
	    "a long value is cut");
	(void)tap_ok(reject_put(w, true, &(struct reject_at){ 1, 2, NULL, 0 }, l, raw, 2 << 20,
			 &e) == 0,
	    "the largest record fits a row: %s", e.msg);
	fault_clear(l);
	memset(value, 'x', 199);
	memcpy(value + 199, "\xc3\xa9zzzz", 6);
	fault_add(l, "too_long", NULL, value, 205, "too long");
	(void)tap_ok(reject_put(w, true, &(struct reject_at){ 2, 3, NULL, 0 }, l, "r", 1, &e) == 0,
	    "a second one");
	(void)tap_ok(reject_close(w, &e) == 0, "closed: %s", e.msg);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	r = stream_reader_open(fd, path, "reject:", &e);
	(void)stream_reader_next(r, &e);
	(void)tap_ok(stream_reader_next(r, &e) == STREAM_ROW, "read back: %s", e.msg);
	f = stream_reader_fields(r);
	(void)tap_ok(f[6].len == 2 * (256 << 10), "raw is cut at 256 KiB");
	line = xstrndup(f[5].p, f[5].len);
	(void)tap_ok(strstr(line,
			 "{\"code\":\"raw_cut\",\"column\":null,\"value\":null,"
			 "\"reason\":\"raw has the first 262144 of 2097152 bytes\"}]") != NULL,
	    "which the faults say");
	(void)tap_ok(strstr(line, "\"10 more faults of this record\"") != NULL,
	    "as they say how "
	    "many there were");
	free((void *)(uintptr_t)line);
	(void)tap_ok(stream_reader_next(r, &e) == STREAM_ROW, "the second");
	f = stream_reader_fields(r);
	line = xstrndup(f[5].p, f[5].len);
	(void)tap_ok(strstr(line, "xxx\",\"reason\"") != NULL, "a value is cut between characters");
	free((void *)(uintptr_t)line);
	(void)tap_ok(stream_reader_next(r, &e) == STREAM_SEAL, "sealed");
	stream_reader_free(r);
	(void)close(fd);
	free(raw);
	fault_list_free(l);
}

static void
test_failures(void)
{
	struct err e = ERR_INIT;
	struct book b;
	struct reject_writer *w;
	struct fault_list *l = fault_list_new();
	char *long_name = xcalloc(BOOK_FILE_SIZE + 1, 1), before[20];
	struct stat st;

	book_init(&b, "x");
	(void)tap_ok(open_of("/nowhere/x", "rrc", "s", &b, &e) == NULL && e.status == STATUS_OUTPUT,
	    "a directory that is not there: %s", e.msg);
	e = (struct err)ERR_INIT;
	memset(long_name, 'x', BOOK_FILE_SIZE);
	(void)tap_ok(open_of(long_name, "rrc", "s", &b, &e) == NULL && e.status == STATUS_USAGE,
	    "a name that is too long: %s", e.msg);
	e = (struct err)ERR_INIT;
	help_need(stat(path, &st) == 0, "no file of the last test");
	(void)snprintf(before, sizeof(before), "%lld", (long long)st.st_size);
	w = open_of(path, "rrc", "s", &b, &e);
	fault_add(l, "x", NULL, NULL, 0, "x");
	(void)reject_put(w, true, &(struct reject_at){ 1, 1, NULL, 0 }, l, "r", 1, &e);
	reject_abandon(w);
	(void)tap_ok(stat(partial, &st) == 0, "abandoned: what was written stays as .partial");
	(void)tap_ok(stat(path, &st) == 0 && st.st_size == strtoll(before, NULL, 10),
	    "and the file of before is as it was");
	w = open_of(path, "rrc", "s", &b, &e);
	(void)unlink(path);
	(void)unlink(partial);
	(void)mkdir(path, 0777);
	(void)tap_ok(reject_close(w, &e) != 0 && e.status == STATUS_OUTPUT,
	    "a name that cannot be had: %s", e.msg);
	(void)tap_is(b.rejects_sha256, "-", "and the book names no file");
	(void)rmdir(path);
	free(long_name);
	fault_list_free(l);
}

int
main(void)
{

	help_need(mkdtemp(dir) != NULL, "no directory");
	(void)snprintf(path, sizeof(path), "%s/bad.csv", dir);
	(void)snprintf(partial, sizeof(partial), "%s.partial", path);
	test_golden();
	test_without_file();
	test_cuts();
	test_failures();
	(void)unlink(path);
	(void)unlink(partial);
	(void)tap_ok(rmdir(dir) == 0 || errno == ENOTEMPTY, "cleaned up");
	return (tap_end());
}
