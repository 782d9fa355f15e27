/* Which records are taken, skipped and rejected; segments as they stand; where records end. */

#include "../../tap.h"
#include "rrc/layout_load.h"
#include "run.h"

/* Like the oil ledger: a record id of one byte, packed and binary numbers. */
static const char ledger[] =
    "layout: ledger\n"
    "record: {length: 30, id_width: 1}\n"
    "codes: {kind: {A: alpha, B: beta}}\n"
    "segments:\n"
    "  - {id: '1', name: FLD, key: [NR], fields: [\n"
    "      {name: NR, at: 1, width: 3, kind: digits},\n"
    "      {name: MONTH, at: 4, width: 4, kind: group, occurs: 3},\n"
    "      {name: QTY, at: 4, width: 3, kind: packed, decimals: 2, in: MONTH},\n"
    "      {name: MARK, at: 7, width: 1, kind: char, in: MONTH},\n"
    "      {name: BIN, at: 16, width: 2, kind: binary},\n"
    "      {name: LONG, at: 18, width: 12, kind: digits}]}\n"
    "  - {id: '3', name: LSE, parent: '1', key: [NR], fields: [\n"
    "      {name: NR, at: 1, width: 4, kind: digits},\n"
    "      {name: CODE, at: 5, width: 1, kind: char},\n"
    "      {name: A, at: 6, width: 4, kind: digits, decimals: 1, when: {CODE: A}},\n"
    "      {name: B, at: 6, width: 4, kind: char, when: {CODE: B}},\n"
    "      {name: AGAIN, at: 6, width: 4, kind: digits, redefines: A},\n"
    "      {name: TEXT, at: 10, width: 20, kind: char}]}\n"
    "  - {id: '5', name: WELL, parent: '3', fields: [\n"
    "      {name: DEPTH, at: 1, width: 5, kind: zoned, decimals: 1}]}\n"
    "  - {id: '7', name: NOTE, parent: '1', fields: [\n"
    "      {name: NOTE, at: 1, width: 29, kind: char}]}\n"
    "views:\n"
    "  lease:\n"
    "    rows: '3'\n"
    "    key: [id]\n"
    "    columns:\n"
    "      - {name: id, text: '{NR}'}\n"
    "      - {name: field, from: '1', field: NR, as: integer, nulls: ['999']}\n"
    "      - {name: CODE, as: code, codes: kind, unknown: null}\n"
    "      - {name: wells, from: '5', pick: count}\n"
    "      - {name: second, from: '5', pick: 2, field: DEPTH, as: decimal, min: '-10', max: '99.5'}\n"
    "  notes:\n"
    "    rows: '1'\n"
    "    key: [id]\n"
    "    columns:\n"
    "      - {name: id, text: '{NR}'}\n"
    "      - {name: run, from: '7', pick: all, field: NOTE, as: text, join: ''}\n"
    "      - {name: words, from: '7', pick: all, field: NOTE, as: text, join: ' '}\n"
    "      - {name: list, from: '7', pick: all, field: NOTE, as: text}\n";

static struct layout *layout;
static char path[64]; /* of the reject file */

static struct decode_options
options(const char *view, const char *segment, int rejects)
{
	struct decode_options o;

	memset(&o, 0, sizeof(o));
	o.layout = layout;
	o.view = view;
	o.segment = segment;
	o.rejects = rejects ? path : NULL;
	o.max_rejects.count = o.max_flaws.count = 10000;
	return (o);
}

/* Decode ${in}; its rows are ${want}, one behind the other with "|" between. */
static void
decodes(struct decode_options o, const char *in, size_t len, const char *want, const char *figures,
    const char *what)
{
	static const size_t chunks[] = { 1, 7, 31, 100000 };
	struct book b;
	struct err e = ERR_INIT;
	char rows[4096], got[300], *text;
	size_t i, k;

	for (k = 0; k < sizeof(chunks) / sizeof(chunks[0]); k++) {
		if ((text = run_decode(&o, in, len, chunks[k], &b, &e)) == NULL) {
			(void)tap_ok(0, "%s: %s", what, e.msg);
			return;
		}
		rows[0] = '\0';
		for (i = 1; run_row(text, i)[0] != '\0'; i++)
			(void)snprintf(rows + strlen(rows), sizeof(rows) - strlen(rows), "%s%s",
			    i > 1 ? "|" : "", run_row(text, i));
		free(text);
		(void)tap_is(rows, want, what);
		(void)snprintf(got, sizeof(got), "%d %d %d %d", (int)b.read, (int)b.used,
		    (int)b.skipped, (int)b.rejected);
		for (i = 0; i < b.ncodes; i++)
			(void)snprintf(got + strlen(got), sizeof(got) - strlen(got), " %s:%d",
			    b.codes[i].code, (int)b.codes[i].n);
		(void)tap_is(got, figures, "read, used, skipped, rejected; faults by code");
	}
}

static void
fails(struct decode_options o, const char *in, size_t len, enum status want, const char *part,
    const char *what)
{
	struct book b;
	struct err e = ERR_INIT;
	char *text = run_decode(&o, in, len, 1000, &b, &e);

	if (!tap_ok(text == NULL && e.status == want && strstr(e.msg, part) != NULL, "%s", what))
		(void)printf("#  got: %d %s\n# want: %d ...%s...\n", (int)e.status, e.msg,
		    (int)want, part);
	free(text);
}

#define S(s) s, sizeof(s) - 1

static void
test_lines(void)
{
	const struct decode_options o = options(NULL, "3", 1);

	decodes(o, S("1001\n30001A0125SMITH\n30002B0125JONES, J.\n"),
	    "2,5,001,0001,A,012.5,,0125,SMITH|3,21,001,0002,B,,0125,0125,\"JONES, J.\"", "3 2 1 0",
	    "lines with LF; FLD.NR is NR of the field");
	decodes(o, S("1001\r\n30001A0125SMITH\r\n30002B01 5JONES\r\n"),
	    "2,6,001,0001,A,012.5,,0125,SMITH|3,23,001,0002,B,,01 5,,JONES", "3 2 1 0",
	    "with CR LF; a second reading that does not fit is NULL");
	decodes(o, S("1001\n30001C0125SMITH\n"), "2,5,001,0001,C,,,0125,SMITH", "2 1 1 0",
	    "a code of neither kind");
	decodes(o, S("1001\n30001A01X5SMI\0H\n"), "2,5,001,0001,A,,,,",
	    "2 1 1 0 bad_digits:1 "
	    "bad_character:1",
	    "faulty values are NULL");
	decodes(o, S("1001\n3\n"), "2,5,001,,,,,,", "2 1 1 0", "a line of an id alone");
	decodes(o, S("1001\n\n30001A0125SMITH\n"), "", "3 0 1 2 short_record:1 orphan_record:1",
	    "an empty line");
	decodes(o, S("1001\n30001A0125SMITH               !\n51\n7X\n30002B\n"),
	    "5,43,001,0002,B,,,,", "5 1 3 1 long_record:1",
	    "a line longer than the record; what is below it would be skipped anyway");
}

static void
test_lists(void)
{
	const struct decode_options o = options("notes", NULL, 1);

	decodes(o, S("1001\n7A B\n7A\n7AB\n7\n7B\n7A\n1002\n1003\n7C\n"),
	    "1,0,001,A BAABB,A B A AB B,\"A B, A, AB, B\"|8,25,002,,,|9,30,003,C,C,C", "10 10 0 0",
	    "each value once, as it stands, whatever is between them or inside one");
}

static void
test_hierarchy(void)
{
	const struct decode_options o = options("lease", NULL, 1);

	decodes(o, S("1001\n30001A\n500100\n500200\n7NOTE\n30002Z\n1999\n30003B\n500100\n509000\n"),
	    "2,5,0001,1,alpha,2,20.0|6,32,0002,1,,0,|8,44,0003,,beta,2,", "10 9 1 0 out_of_range:1",
	    "a view of records below the root");
	decodes(o, S("1001\n500100\n30001A\n500100\n"), "3,12,0001,1,alpha,1,",
	    "4 3 0 1 orphan_record:1", "a child without its parent");
	decodes(o, S("1001\n30001A\n7NOTE\n500100\n"), "2,5,0001,1,alpha,0,",
	    "4 2 1 1 orphan_record:1", "a record closes all but its ancestors");
	decodes(o, S("1001\n3X001Q\n500100\n500200\n7NOTE\n30002B\n"), "6,32,0002,1,beta,0,",
	    "6 2 1 3 bad_key:1 root_rejected:2", "a bad key takes its children along");
	decodes(o, S("1001\n3    A\n30002B\n"), "3,12,0002,1,beta,0,", "3 2 0 1 bad_key:1",
	    "so does an empty one");
	decodes(o, S("1001\n30001A\n9\n500100\n30002B\n1002\n30003B\n"),
	    "2,5,0001,1,alpha,0,|7,33,0003,2,beta,0,",
	    "7 4 0 3 unknown_record_id:1 orphan_record:2", "after an unknown id nothing is open");
	decodes(o,
	    S("1001\n30001A\n1002                             TOO LONG\n7NOTE\n30002B\n500100\n"),
	    "2,5,0001,1,alpha,0,", "6 2 1 3 long_record:1 root_rejected:2",
	    "a root of a wrong length rejects what is below it, not what is skipped");
	decodes(options(NULL, "5", 1), S("10X1\n30001A\n500100\n7NOTE\n1002\n3000ZA\n50010}\n"),
	    "7,37,002,,-0010.0", "7 1 4 2 bad_digits:1 bad_key:1 root_rejected:1",
	    "a segment's row says what is wrong with the keys above it");
}

/* To EBCDIC records of 30 bytes, packed and binary bytes given as they are. */
static void
test_fixed(void)
{
	static const unsigned char recs[] =
	    "\xf1\xf0\xf0\xf1"
	    "\x12\x34\x5c\xc1"
	    "\x00\x00\x1d\x40"
	    "\x99\x99\x9f\x00"
	    "\xff\xfe"
	    "\xf0\xf0\xf0\xf0\xf0\xf0\xf0\xf0\xf0\xf0\xf1\xf2"
	    "\xf1\xf0\xf0\xf2"
	    "\x40\x40\x40\x40"
	    "\x00\x00\x00\x6b"
	    "\x12\x34\x5a\x4a"
	    "\x40\x40"
	    "\x40\x40\x40\x40\x40\x40\x40\x40\x40\x40\x40\x40"
	    "\xf1\xf0";
	const char *in = (const char *)recs;

	decodes(options(NULL, "1", 1), in, 60,
	    "1,0,001,123.45,-000.01,999.99,A,,,-0002,000000000012|"
	    "2,30,002,,,,,\",\",\xc2\xa2,,",
	    "2 2 0 0 bad_sign:1", "packed, binary, repetitions, characters");
	fails(options(NULL, "1", 1), in, 62, STATUS_DATA,
	    "is cut: it ends inside record 3 at byte 60", "a record cut short at the end");
	decodes(options(NULL, "1", 0), in, 30,
	    "1,0,001,123.45,-000.01,999.99,A,,,-0002,000000000012", "1 1 0 0", "one record alone");
}

static void
test_refusals(void)
{
	struct decode_options o = options("lease", NULL, 0);
	char *many = xcalloc(1, 200000);
	size_t i, n;

	fails(o, S(""), STATUS_NOINPUT, "'test' is empty", "an empty file");
	fails(options(NULL, "3", 1), S("1001\n30001C0125SMI"), STATUS_DATA,
	    "is cut: it ends inside record 2 at byte 5", "a last line without its end");
	fails(o, S("1001\n30001A\n500\n7\n9\n"), STATUS_DATA,
	    "record 5 at byte 18: unknown_record_id",
	    "a reject without a reject file names its place");
	fails(o, S("30001A\n1001\n30001A\n30001A\n"), STATUS_DATA, "its first record is not a root",
	    "a file that begins in the middle");
	fails(o, S("1XXX\n1XXY\n1XXZ\n"), STATUS_DATA, "3 have a key that cannot be decoded",
	    "keys that are none");
	fails(o, S("1001\nHELLO\nWORLD\nTHIS\nIS\n"), STATUS_DATA, "313030310a48454c4c4f",
	    "another text");
	fails(o, S("\xf1\xf0\xf0"), STATUS_DATA, "less than one record", "less than a record");
	o.encoding = PROBE_EBCDIC;
	fails(o, S("1001\n30001A\n"), STATUS_DATA, "it begins with", "ASCII, said to be EBCDIC");
	o = options("lease", NULL, 1);
	n = (size_t)sprintf(many, "1001\n30001A\n");
	for (i = 0; i < 200; i++)
		n += (size_t)sprintf(many + n, "7NOTE\n");
	for (i = 0; i < 1100; i++)
		n += (size_t)sprintf(many + n, "X\n");
	fails(o, many, n, STATUS_DATA, "lost the record boundary", "1000 rejects in a row");
	o.max_rejects.count = 0;
	fails(o, S("1001\n30001A\n500100\n9\n"), STATUS_DATA,
	    "1 of the first 4 records were rejected", "the ceiling of rejects");
	o.max_flaws.is_share = true;
	o.max_flaws.share = 0.3;
	fails(o, S("1001\n30001A\n500100\n50010S\n30002A\n"), STATUS_DATA,
	    "1 of 2 rows have a faulty value", "the ceiling of flaws");
	o.view = "wells";
	fails(o, S("1001\n"), STATUS_USAGE, "no view 'wells'", "no such view");
	fails(options(NULL, "9", 0), S("1001\n"), STATUS_USAGE, "no segment '9'",
	    "no such segment");
	free(many);
}

/* A line far over the longest record is one reject, and the next one is read. */
static void
test_long_line(void)
{
	const size_t len = 200000;
	char *in = xcalloc(1, len + 100);
	size_t n;

	n = (size_t)sprintf(in, "1001\n7");
	memset(in + n, 'x', len);
	n += len;
	n += (size_t)sprintf(in + n, "\r\n30001A\n7NOTE\n");
	decodes(options("lease", NULL, 1), in, n, "3,200008,0001,1,alpha,0,",
	    "4 2 1 1 long_record:1", "a line of 200,001 bytes");
	free(in);
}

int
main(void)
{
	struct err e = ERR_INIT;

	(void)snprintf(path, sizeof(path), "/tmp/aegis-test-decode-%ld.rej", (long)getpid());
	layout = layout_parse("ledger", ledger, sizeof(ledger) - 1, &e);
	if (!tap_ok(layout != NULL, "the layout: %s", e.msg))
		return (tap_end());
	test_lines();
	test_lists();
	test_hierarchy();
	test_fixed();
	test_refusals();
	test_long_line();
	layout_free(layout);
	(void)unlink(path);
	/* Of the runs that were refused. */
	(void)strcat(path, ".partial");
	(void)unlink(path);
	return (tap_end());
}
