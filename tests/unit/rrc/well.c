/* The view "well" of dbf900, on records put together here and on the real sample. */

#include "../../tap.h"
#include "rrc/layout_load.h"
#include "run.h"

static struct layout *layout;
static struct charset ebcdic;

/* A file in the making: lines of ASCII. */
static char file[64 << 10];
static size_t used;

static void
rec(const char *id)
{
	char *p = file + used;

	memset(p, ' ', 247);
	memcpy(p, id, 2);
	p[247] = '\n';
	used += 248;
}

static void
set(size_t at, const char *s)
{

	memcpy(file + used - 248 + at, s, strlen(s));
}

static void
root(const char *county, const char *unique)
{

	rec("01");
	set(2, county);
	set(5, unique);
}

static void
options(struct decode_options *o)
{

	memset(o, 0, sizeof(*o));
	o->layout = layout;
	o->view = "well";
	o->max_rejects.count = o->max_flaws.count = 1000;
}

/* The same as EBCDIC records of 247 bytes. */
static size_t
to_ebcdic(unsigned char *dst)
{
	size_t i, n = 0;

	for (i = 0; i < used; i++)
		if (file[i] != '\n')
			dst[n++] = ebcdic.raw[(unsigned char)file[i]];
	return (n);
}

/* Decode the file in both character sets; the rows are the same but for _offset. */
static void
row(size_t n, const char *want, const char *codes, const char *what)
{
	static unsigned char raw[sizeof(file)];
	struct decode_options o;
	struct book book;
	struct err e = ERR_INIT;
	char *text, list[200] = "";
	const char *got;
	size_t i, k;

	options(&o);
	for (k = 0; k < 2; k++) {
		text = k == 0 ? run_decode(&o, file, used, 4096, &book, &e) :
				run_decode(&o, raw, to_ebcdic(raw), 100, &book, &e);
		if (text == NULL) {
			(void)tap_ok(0, "%s: %s", what, e.msg);
			return;
		}
		got = run_row(text, n);
		for (i = 0; i < 2 && strchr(got, ',') != NULL; i++)
			got = strchr(got, ',') + 1;
		(void)tap_is(got, want, what);
		list[0] = '\0';
		for (i = 0; i < book.ncodes; i++)
			(void)snprintf(list + strlen(list), sizeof(list) - strlen(list), "%s:%d ",
			    book.codes[i].code, (int)book.codes[i].n);
		(void)tap_is(list, codes, "its faults");
		(void)tap_ok(book.read == book.used + book.skipped + book.rejected,
		    "the book balances");
		free(text);
	}
	used = 0;
}

#define NONE13 ",,,,,,,,,,,,," /* well_type to operator, no records below the root */

static void
test_districts(void)
{
	static const struct {
		const char *raw, *want;
	} d[] = { { "01", "01" }, { "02", "02" }, { "03", "03" }, { "04", "04" }, { "05", "05" },
		{ "06", "06" }, { "07", "6E" }, { "08", "7B" }, { "09", "7C" }, { "10", "08" },
		{ "11", "8A" }, { "13", "09" }, { "14", "10" }, { "00", "" }, { "  ", "" },
		{ "12", NULL }, { "15", NULL }, { "6E", NULL } };
	char want[200];
	size_t i;

	for (i = 0; i < sizeof(d) / sizeof(d[0]); i++) {
		root("001", "00001");
		set(14, d[i].raw);
		(void)snprintf(want, sizeof(want), "42-001-00001,%s,,,,,,false,,false,0" NONE13,
		    d[i].want ? d[i].want : "");
		row(1, want, d[i].want ? "" : "bad_code:1 ", d[i].raw);
	}
}

static void
test_root(void)
{

	root("461", "31234");
	set(14, "08");
	set(16, "461");
	set(20, "19821130");
	set(28, "09500");
	set(80, "012345");
	set(131, "B");
	set(90, "Y");
	set(145, "199801");
	set(159, "Y");
	row(1, "42-461-31234,7B,461,1982-11-30,9500,012345,bay_estuary,true,1998-01,true,0" NONE13,
	    "", "every column of the root");

	root("461", "31234");
	set(14, "00");
	set(16, "000");
	set(20, "00000000");
	set(28, "00000");
	set(80, "000000");
	set(131, " ");
	set(90, "N");
	set(145, "000000");
	set(159, "0");
	row(1, "42-461-31234,,,,,,,false,,false,0" NONE13, "", "zeros, blanks and N");

	root("461", "31234");
	set(14, "12");
	set(16, "4 1");
	set(20, "19500500");
	set(28, "09A00");
	set(80, "01234.");
	set(131, "Q");
	set(90, "X");
	set(145, "199813");
	set(159, "1");
	row(1, "42-461-31234,,,,,,,,,,0" NONE13, "bad_code:4 bad_digits:3 bad_date:2 ",
	    "all faults of a row are counted");
}

static void
test_children(void)
{

	root("001", "00001");
	rec("02");
	set(2, "O0604411   1  ");
	rec("02");
	set(2, "G015885       06   1A ");
	row(1, "42-001-00001,,,,,,,false,,false,2,gas,lease:G-015885,1A,,,,,,,,,,", "",
	    "the last completion, a gas well");

	root("001", "00001");
	rec("02");
	set(2, "O1004411  22HA");
	row(1, "42-001-00001,,,,,,,false,,false,1,oil,lease:O-08-04411,22HA,,,,,,,,,,", "",
	    "an oil well, its district by name");

	root("001", "00001");
	rec("02");
	set(2, "O1204411  22HA");
	row(1, "42-001-00001,,,,,,,false,,false,1,oil,,22HA,,,,,,,,,,", "bad_code:1 ",
	    "a lease in no district");

	root("001", "00001");
	rec("02");
	set(2, "O0600000   1  ");
	row(1, "42-001-00001,,,,,,,false,,false,1,oil,,1,,,,,,,,,,", "", "lease 0 is none");

	root("001", "00001");
	rec("02");
	set(2, "X0604411   1  ");
	row(1, "42-001-00001,,,,,,,false,,false,1,,,,,,,,,,,,,", "", "neither oil nor gas");

	root("001", "00001");
	rec("13");
	set(5, " A-12  I&GN RR CO");
	set(66, "12");
	set(76, " 7");
	set(132, "032001894C096032320B");
	rec("13");
	set(132, "033001894C097032320B");
	rec("12");
	set(2, "SMITH, J. \"A\"");
	rec("14");
	set(10, "19770524");
	rec("14");
	set(10, "20091103");
	rec("23");
	set(2, "79809072A830589");
	rec("23");
	set(2, "79819072D000001");
	row(1,
	    "42-001-00001,,,,,,,false,,false,0,,,,32.0018943,-96.0323202,I&GN RR CO,A-12,12,7,"
	    "\"SMITH, J. \"\"A\"\"\",2009-11-03,approved,operator:830589",
	    "", "first 13 and 23, last 14, the name in quotes");

	root("001", "00001");
	rec("13");
	set(132, "000000000{000000000{");
	rec("23");
	set(2, "79809072 000000");
	row(1, "42-001-00001,,,,,,,false,,false,0" NONE13, "", "0 degrees, no status, operator 0");

	root("001", "00001");
	rec("13");
	set(132, "024999999I096032320K");
	rec("23");
	set(2, "79809072Z83O589");
	row(1, "42-001-00001,,,,,,,false,,false,0" NONE13,
	    "out_of_range:2 bad_code:1 bad_digits:1 ",
	    "24.9999999 is south of Texas, a negated minus east of Greenwich");

	root("001", "00001");
	rec("13");
	set(132, "025000000{10700000000");
	row(1, "42-001-00001,,,,,,,false,,false,0,,,,25.0000000,-107.0000000,,,,,,,,", "",
	    "the bounds themselves are valid");
}

/* Rows of the sample, read off its text by eye. */
static void
test_sample(void)
{
	static const char *const want[] = {
		"1,0,42-001-00001,06,001,1963-10-27,,,land,false,1998-01,false,1,oil,lease:O-06-04411,1,"
		"32.0018943,-96.0323202,ELLIS,,,,,,approved,operator:830589",
		"67,16302,42-001-00008,06,001,,,,land,true,,false,1,gas,lease:G-015885,1A,31.9798802,"
		"-96.0097968,,,,,,1977-05-24,,",
		"82,20007,42-001-00037,06,001,,6020,,land,true,,false,1,oil,lease:O-06-05312,201,"
		"31.5575203,-95.5481102,,,,,,2009-11-03,compliant,operator:053400",
	};
	const char *shared = getenv("AEGIS_SHARED"), *ci = getenv("CI");
	struct decode_options o;
	struct buf b = BUF_INIT(1 << 20);
	struct book book;
	struct err e = ERR_INIT, none = ERR_INIT;
	char path[4096], *text;
	size_t chunk, i;

	(void)snprintf(path, sizeof(path), "%s/rrc/samples/dbf900_100.ebc",
	    shared ? shared : run_home("../shared"));
	if (access(path, R_OK) != 0 && (ci == NULL || strcmp(ci, "true") != 0)) {
		(void)printf("# no samples in %s\n", path);
		return;
	}
	if (!tap_ok(io_slurp(path, &b, &e) == 0, "the sample is there: %s", e.msg))
		return;
	for (chunk = 1; chunk < 100000; chunk = chunk * 3 + 1) {
		options(&o);
		text = run_decode(&o, b.p, b.len, chunk, &book, &none);
		if (!tap_ok(text != NULL, "the sample in blocks of %zu bytes: %s", chunk, none.msg))
			break;
		for (i = 0; i < 3; i++)
			(void)tap_is(run_row(text, i + 1), want[i], "a row of the sample");
		(void)tap_ok(book.read == 100 && book.rejected == 0 && book.flawed == 1 &&
			book.rows == 3,
		    "its book");
		free(text);
	}
	buf_free(&b);
}

int
main(void)
{
	struct err e = ERR_INIT;

	charset_init(&ebcdic, CHARSET_EBCDIC);
	layout = layout_load(run_home("pipelines/layouts/dbf900.yaml"), &e);
	if (!tap_ok(layout != NULL, "the layout: %s", e.msg))
		return (tap_end());
	test_districts();
	test_root();
	test_children();
	test_sample();
	layout_free(layout);
	return (tap_end());
}
