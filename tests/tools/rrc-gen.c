/*
 * Makes Full Wellbore files: for tests, for the demo, for timing.  It shares no
 * code and no table with lib/rrc, so that its manifest is evidence of its own about
 * what a decoder should find.  Whole numbers only: the same arguments give the same
 * bytes on every machine.
 */
#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/log.h"
#include "base/num.h"
#include "base/program.h"

#include "rrc-gen-well.h"

enum {
	COUNTIES = 254,  /* 001, 003 ... 507 */
	DUMMIES = 80000, /* API numbers from here up are the RRC's dummies */
	MAX_PER_COUNTY = 38000,
	MAX_NIGHT = 1000,
};

/* What a well's random numbers are for; see gen_mix(). */
enum purpose { FOR_WELL, FOR_ADDED, FOR_NIGHT = 16 };

static bool opt_clean, opt_fields;
static const char *opt_layout, *opt_encoding = "ebcdic", *opt_change = "0%", *opt_manifest;
static uint64_t opt_wells, opt_seed = 1, opt_night = 1;

static const struct option_spec options[] = {
	{ "layout", OPTION_STRING, "NAME", &opt_layout, "Which file to make: dbf900." },
	{ "wells", OPTION_U64, "N", &opt_wells, "How many wells (on the first night)." },
	{ "seed", OPTION_U64, "S", &opt_seed, "Another seed, other wells (default 1)." },
	{ "encoding", OPTION_STRING, "ebcdic|ascii", &opt_encoding,
	    "EBCDIC records of 247 bytes (default), or ASCII lines with CRLF." },
	{ "change", OPTION_STRING, "P%", &opt_change,
	    "Change P percent of the wells from night to night (default 0%)." },
	{ "night", OPTION_U64, "K", &opt_night, "Make the file of the Kth night (default 1)." },
	{ "clean", OPTION_FLAG, NULL, &opt_clean, "No faults: nothing to reject, no flaws." },
	{ "manifest", OPTION_STRING, "FILE", &opt_manifest,
	    "Write to FILE, as JSON, what was made and what a decoder should find." },
	{ "fields", OPTION_FLAG, NULL, &opt_fields, "Print the table of fields as CSV and exit." },
	{ NULL, OPTION_FLAG, NULL, NULL, NULL },
};

static const struct program prog = {
	.name = "rrc-gen",
	.group = "test",
	.summary = "make a Full Wellbore file",
	.usage = "--layout dbf900 --wells N [options]",
	.options = options,
	.description =
	    "Writes a file like the RRC's Full Wellbore to standard output: 24.6 records a "
	    "well, all 28 segments, counties 001 to 507, API numbers ascending. The same "
	    "arguments give the same bytes on every machine: each well's random numbers are a "
	    "SplitMix64 sequence started from seed, well and purpose."
	    "\n\n"
	    "What is odd in the real file is odd here. District 00 in 55.7% of the roots, "
	    "API numbers from 80000 up in about 0.3% of the wells, century bytes of 0 or blank, "
	    "numbers without a value (blanks, low values) in 0.4% of some fields. Per well, "
	    "unless --clean is given: a bad completion date (19500500, years 88 and 1200, a blank "
	    "inside) 0.9%, a bad plugging date 0.6% of those plugged, a blank inside a depth "
	    "0.15%, latitude and longitude swapped 0.15%, district 12 0.06%, an unknown H-15 "
	    "status 0.08%; and as hard faults a record of id 99 0.125%, a record 28 without its "
	    "22 0.125%, a letter in the API number 0.015%."
	    "\n\n"
	    "With --change P% and --night K, the file of night 2 differs from that of night 1 in "
	    "P percent of the wells, each in one of total depth, permit number, shut-in date or "
	    "orphan hold; a twentieth as many wells are gone and as many are new. Night 3 differs "
	    "so from night 2, and so on.",
	.examples = "  rrc-gen --layout dbf900 --wells 1000 --manifest m.json > dbf900.ebc\n",
};

static void
flush(struct gen *g, size_t least, struct err *e)
{
	size_t done = 0;

	while (!g->failed && g->len - done >= least && g->len > done) {
		size_t n = g->len - done < GEN_BLOCK ? g->len - done : GEN_BLOCK;

		if (io_write_all(STDOUT_FILENO, g->out + done, n, "standard output", e))
			g->failed = true;
		done += n;
	}
	memmove(g->out, g->out + done, g->len - done);
	g->len -= done;
}

/* Did this happen to the well in the given night, out of a million? */
static bool
tonight(const struct gen *g, uint64_t well, uint64_t night, unsigned what, uint64_t ppm)
{

	return (gen_mix(g->seed, well, FOR_NIGHT + night * 4 + what) % 1000000 < ppm);
}

/*
 * What the nights up to this one did to a well that came on night ${born}.  Return
 * false where it is gone, or not there yet.
 */
static bool
live_through(struct gen *g, struct gen_well *w, uint64_t well, uint64_t born, bool *changed)
{
	uint64_t night, h;

	memset(w->change, 0, sizeof(w->change));
	*changed = false;
	for (night = born + 1; night <= g->night; night++) {
		if (tonight(g, well, night, 0, g->change_ppm / 20)) {
			if (night == g->night)
				g->removed++;
			return (false);
		}
		*changed = tonight(g, well, night, 1, g->change_ppm);
		if (*changed) {
			h = gen_mix(g->seed, well, FOR_NIGHT + night * 4 + 2);
			w->change[h % CHANGES]++;
		}
	}
	return (true);
}

/* Make one well's records and put them into the books. */
static void
well(struct gen *g, struct gen_well *w, uint64_t rng, bool changed, bool added)
{
	uint64_t by_id[100], before = g->records;
	unsigned i;

	g->rng = rng;
	well_draw(g, w);
	if (w->fault == FAULT_BAD_KEY)
		memcpy(by_id, g->by_id, sizeof(by_id));
	well_write(g, w);
	g->roots++;
	if (w->fault == FAULT_BAD_KEY) {
		g->bad_key++;
		g->root_rejected += g->records - before - 1;
		for (i = 2; i <= GEN_SEGMENTS; i++)
			g->below_bad_key[i] += g->by_id[i] - by_id[i];
		return;
	}
	g->unknown_id += w->fault == FAULT_UNKNOWN_ID;
	g->orphan += w->fault == FAULT_ORPHAN;
	g->flawed += g->well_flawed;
	g->changed += changed;
	g->added += added;
}

/*
 * Which county the ${i}th well is in, and its API number there: even ones, the last
 * 0.3% of a county dummies.  The odd numbers are for wells that come later.
 */
static void
place(const struct gen *g, uint64_t i, struct gen_well *w)
{
	uint64_t c = i * COUNTIES / g->wells;
	uint64_t first = (c * g->wells + COUNTIES - 1) / COUNTIES;
	uint64_t next = ((c + 1) * g->wells + COUNTIES - 1) / COUNTIES;
	uint64_t n = next - first, at = i - first;
	uint64_t dummies = n >= 20 ? (n * 3 + 999) / 1000 : c % 64 == 63 ? 1 : 0;

	w->county = (unsigned)(2 * c + 1);
	w->unique = at + dummies < n ? 2 * (at + 1) : DUMMIES + 2 * (at + dummies - n);
}

static void
generate(struct gen *g, struct err *e)
{
	struct gen_well w = { .county = 0 };
	uint64_t i, night;
	bool changed;

	for (i = 0; i < g->wells && !g->failed; i++) {
		place(g, i, &w);
		if (live_through(g, &w, i, 1, &changed))
			well(g, &w, gen_mix(g->seed, i, FOR_WELL), changed, false);
		/* A new neighbour, on the first night that wants one here. */
		for (night = 2; night <= g->night; night++)
			if (tonight(g, i, night, 3, g->change_ppm / 20))
				break;
		w.unique++;
		if (night <= g->night && live_through(g, &w, g->wells + i, night, &changed))
			well(g, &w, gen_mix(g->seed, i, FOR_ADDED), changed, night == g->night);
		if (g->len >= GEN_BLOCK)
			flush(g, GEN_BLOCK, e);
	}
	flush(g, 1, e);
}

/* "01": 20, "02": 31 ... */
static int
manifest_ids(struct buf *b, const uint64_t *n, unsigned end, struct err *e)
{
	const char *comma = "";
	unsigned i;

	for (i = 1; i < end; i++) {
		if (n[i] == 0)
			continue;
		if (buf_addf(b, e, "%s\"%02u\": %llu", comma, i, (unsigned long long)n[i]))
			return (-1);
		comma = ", ";
	}
	return (0);
}

static int
manifest_write(const struct gen *g, const char *path, struct err *e)
{
	struct buf b = BUF_INIT(1 << 16);
	int fd, rc;

	rc = buf_addf(&b, e,
	    "{\n \"layout\": \"dbf900\", \"encoding\": \"%s\", \"seed\": %llu, \"night\": %llu,\n"
	    " \"records\": %llu, \"bytes\": %llu, \"wells\": %llu, \"rows\": %llu,\n \"by_id\": {",
	    g->ascii ? "ascii" : "ebcdic", (unsigned long long)g->seed,
	    (unsigned long long)g->night, (unsigned long long)g->records,
	    (unsigned long long)g->bytes, (unsigned long long)g->roots,
	    (unsigned long long)(g->roots - g->bad_key));
	rc = rc ? rc : manifest_ids(&b, g->by_id, 100, e);
	if (rc == 0)
		rc = buf_addf(&b, e,
		    "},\n \"rejected\": %llu,\n \"rejects\": {\"bad_key\": %llu, \"root_rejected\": "
		    "%llu, \"unknown_record_id\": %llu, \"orphan_record\": %llu},\n"
		    " \"flawed\": %llu,\n \"flaws\": {\"bad_date\": %llu, \"bad_digits\": %llu, "
		    "\"bad_code\": %llu, \"out_of_range\": %llu},\n"
		    " \"changed\": %llu, \"added\": %llu, \"removed\": %llu,\n"
		    " \"below_bad_key\": {",
		    (unsigned long long)(g->bad_key + g->root_rejected + g->unknown_id + g->orphan),
		    (unsigned long long)g->bad_key, (unsigned long long)g->root_rejected,
		    (unsigned long long)g->unknown_id, (unsigned long long)g->orphan,
		    (unsigned long long)g->flawed, (unsigned long long)g->bad_date,
		    (unsigned long long)g->bad_digits, (unsigned long long)g->bad_code,
		    (unsigned long long)g->out_of_range, (unsigned long long)g->changed,
		    (unsigned long long)g->added, (unsigned long long)g->removed);
	rc = rc ? rc : manifest_ids(&b, g->below_bad_key, GEN_SEGMENTS + 1, e);
	rc = rc ? rc : buf_adds(&b, "}\n}\n", e);
	if (rc == 0) {
		if ((fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) < 0) {
			rc = err_sys(e, STATUS_OUTPUT, "cannot make '%s'", path);
		} else {
			rc = io_write_all(fd, b.p, b.len, path, e);
			if (close(fd) && rc == 0)
				rc = err_sys(e, STATUS_IO, "cannot close '%s'", path);
		}
	}
	buf_free(&b);
	return (rc);
}

static void
fields_print(void)
{
	static const char *const kinds[] = { "char", "digits", "zoned" };
	size_t i;

	(void)printf("rec,field,off0,width,kind\n");
	for (i = 0; i < GEN_NFIELDS; i++)
		(void)printf("%s,%s,%u,%u,%s\n", gen_fields[i].segment, gen_fields[i].name,
		    gen_fields[i].at, gen_fields[i].width, kinds[gen_fields[i].kind]);
}

/* "1%", "0.25%": out of a million, by whole numbers only. */
static int
parse_change(const char *s, uint64_t *ppm)
{
	size_t n = strlen(s), whole = strcspn(s, "."), digits;
	uint64_t a, b = 0;

	if (n < 2 || s[n - 1] != '%')
		return (-1);
	if (whole == n)
		whole = n - 1;
	if (num_u64(s, whole, 0, 100, &a))
		return (-1);
	if (whole < n - 1) {
		digits = n - 1 - (whole + 1);
		if (digits > 4 || num_u64(s + whole + 1, digits, 0, 9999, &b))
			return (-1);
		for (; digits < 4; digits++)
			b *= 10;
	}
	*ppm = a * 10000 + b;
	return (*ppm <= 1000000 ? 0 : -1);
}

static int
check_options(struct gen *g)
{

	if (opt_layout == NULL || strcmp(opt_layout, "dbf900") != 0)
		return (program_usage_error(&prog, "--layout must be dbf900"));
	if (opt_wells == 0 || opt_wells > COUNTIES * (uint64_t)MAX_PER_COUNTY)
		return (program_usage_error(&prog, "--wells must be 1 to %u",
		    (unsigned)(COUNTIES * MAX_PER_COUNTY)));
	if (opt_night == 0 || opt_night > MAX_NIGHT)
		return (program_usage_error(&prog, "--night must be 1 to %u", (unsigned)MAX_NIGHT));
	if (strcmp(opt_encoding, "ascii") != 0 && strcmp(opt_encoding, "ebcdic") != 0)
		return (program_usage_error(&prog, "--encoding must be ebcdic or ascii"));
	if (parse_change(opt_change, &g->change_ppm))
		return (program_usage_error(&prog, "--change takes a share such as 1%% or 0.25%%"));
	g->wells = opt_wells;
	g->seed = opt_seed;
	g->night = opt_night;
	g->clean = opt_clean;
	g->ascii = strcmp(opt_encoding, "ascii") == 0;
	return (PROGRAM_GO_ON);
}

int
main(int argc, char **argv)
{
	static struct gen g;
	struct err e = ERR_INIT;
	char **operands;
	int n, rc;

	if ((rc = program_parse(&prog, argc, argv, &operands, &n)) != PROGRAM_GO_ON)
		return (rc);
	if (n > 0)
		return (program_usage_error(&prog, "unexpected '%s'", operands[0]));
	if (opt_fields) {
		fields_print();
		return (fflush(stdout) == 0 ? STATUS_OK : STATUS_IO);
	}
	if ((rc = check_options(&g)) != PROGRAM_GO_ON)
		return (rc);
	g.out = xcalloc(1, GEN_BLOCK + GEN_SLACK);
	gen_map(&g);
	gen_blanks(&g);
	generate(&g, &e);
	if (!g.failed && opt_manifest != NULL)
		(void)manifest_write(&g, opt_manifest, &e);
	free(g.out);
	return (log_err(&e));
}
