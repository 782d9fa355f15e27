#ifndef AEGIS_TESTS_RRC_GEN_CHILDREN_H
#define AEGIS_TESTS_RRC_GEN_CHILDREN_H

/*
 * The generator's words, its dates, and the segments that need to know nothing of
 * their well.
 */

#include "rrc-gen-record.h"

/* Numbers without a value, out of a million. */
enum { PPM_NO_VALUE = 4000 };

static const char *const gen_surnames[] = { "ANDERSON", "BAKER", "CASTILLO", "DUNN", "ELLIS",
	"FLORES", "GARZA", "HOUSTON", "IRWIN", "JOHNSON", "KING", "LOPEZ", "MCDONALD", "NELSON",
	"O'BRIEN", "PARKER", "QUINN", "RAMIREZ", "SMITH", "TAYLOR", "UPTON", "VELA", "WAGGONER",
	"YATES", "ZAPATA", "UNIVERSITY LANDS" };
static const char *const gen_leases[] = { "ESTATE", "RANCH", "-A-", "UNIT", "GAS UNIT", "\"B\"",
	"FEE", "ET AL", "STATE", "HEIRS, J. R.", "NORTH (ABO)", "" };
static const char *const gen_surveys[] = { "H&TC RR CO", "T&P RR CO", "GC&SF RR CO", "PSL",
	"J. POITEVENT", "EL&RR RR CO", "GONZALES, M", "UNIVERSITY" };
static const char *const gen_towns[] = { "PECOS", "ODESSA", "KILGORE", "BORGER", "ALICE",
	"SNYDER" };
static const char *const gen_formations[] = { "AUSTIN CHALK", "BUDA", "EAGLE FORD", "EDWARDS",
	"SPRABERRY", "WOLFCAMP", "ELLENBURGER", "STRAWN", "CANYON REEF", "FRIO" };
static const char *const gen_remarks[] = { "RECLASS TO INJECTION WELL.",
	"WELL REMOVED; PLUGGED/ABANDONED.", "THIS W-3 WAS KEYED FROM COPY FROM CENTRAL RECORDS.",
	"PLUG #3 & #4 CUT TO 25 SX, BALANCED; W/APPROVAL.", "APPROVED",
	"PENDING - REFER TO DISTRICT", "H15 STATUS CHANGED FROM \"E\" TO \"D\"" };

#define PICK(g, list) ((list)[gen_below(g, sizeof(list) / sizeof((list)[0]))])

/*
 * C leaves open which operand or argument comes first: one statement draws one
 * number, or else the bytes would depend on the compiler.
 */
static inline uint64_t
gen_month_day(struct gen *g)
{
	uint64_t month = gen_range(g, 1, 12);

	return (month * 100 + gen_range(g, 1, 28));
}

static inline uint64_t
gen_date(struct gen *g, uint64_t from, uint64_t to)
{
	uint64_t year = gen_range(g, from, to);

	return (year * 10000 + gen_month_day(g));
}

static inline uint64_t
gen_maybe_date(struct gen *g, uint64_t ppm)
{

	return (gen_chance(g, ppm) ? gen_date(g, 1925, 2024) : 0);
}

/* A text from two lists. */
static inline void
put_name(struct gen *g, enum gen_id f, const char *a, const char *b)
{
	char s[80];

	(void)strcpy(s, a);
	(void)strcat(strcat(s, " "), b);
	put_text(g, f, s);
}

static inline void
put_lease_name(struct gen *g, enum gen_id f)
{
	const char *surname = PICK(g, gen_surnames);

	put_name(g, f, surname, PICK(g, gen_leases));
}

/* A date in four pairs of digits, of which ${f} is the first. */
static inline void
put_pairs(struct gen *g, enum gen_id f, uint64_t date)
{

	put_num(g, f, date / 1000000);
	put_num(g, f + 1, date / 10000 % 100);
	put_num(g, f + 2, date / 100 % 100);
	put_num(g, f + 3, date % 100);
}

/* A numeric field without a value, now and then; both ways occur. */
static inline void
put_rarely_nothing(struct gen *g, enum gen_id f)
{
	uint64_t draw = gen_below(g, 1000000);

	if (draw < PPM_NO_VALUE)
		put_nothing(g, f, draw % 2 == 1);
}

/* The bad dates that are known: no month or day, years 88 and 1200, a blank inside. */
static inline void
put_bad_date(struct gen *g, enum gen_id f)
{
	static const char *const bad[] = { "19500500", "00880412", "12000115", "19 50102",
		"19870931", "2003 720" };

	const char *s = PICK(g, bad);
	unsigned i;

	for (i = 0; i < 8; i++)
		g->rec[gen_fields[f].at + i] = g->map[(unsigned char)s[i]];
}

/* "1 234", in whatever way the field stood before. */
static inline void
put_bad_depth(struct gen *g)
{

	put_num(g, F01_WB_TOTAL_DEPTH, 10234);
	g->rec[gen_fields[F01_WB_TOTAL_DEPTH].at + 1] = g->map[' '];
}

static inline void
seg_remark(struct gen *g, unsigned id, enum gen_id count, enum gen_id text, unsigned n)
{

	rec_begin(g, id);
	put_num(g, count, n);
	put_text(g, text, PICK(g, gen_remarks));
}

static inline void
seg_tubing_casing(struct gen *g)
{
	unsigned i, n;

	for (i = 1, n = gen_count(g, 450000, 2); i <= n; i++) {
		rec_begin(g, 5);
		put_num(g, F05_WB_SEGMENT_COUNTER, i);
		put_num(g, F05_WB_TUBING_INCHES, 2);
		put_num(g, F05_WB_FR_NUMERATOR, 7);
		put_num(g, F05_WB_FR_DENOMINATOR, 8);
		put_num(g, F05_WB_DEPTH_SET, gen_range(g, 500, 12000));
		put_num(g, F05_WB_PACKER_SET, gen_chance(g, 300000) ? gen_range(g, 500, 9000) : 0);
		rec_end(g);
	}
	for (i = 1, n = 1 + gen_count(g, 400000, 6); i <= n; i++) {
		rec_begin(g, 6);
		put_num(g, F06_WB_CASING_COUNT, i);
		put_num(g, F06_WB_CAS_INCH, gen_range(g, 4, 13));
		put_num(g, F06_WB_CAS_FRAC_NUM, gen_range(g, 0, 7));
		put_num(g, F06_WB_CAS_FRAC_DENOM, 8);
		put_num(g, F06_WB_CAS_WT_TABLE, gen_range(g, 95, 480) * 10000);
		put_num(g, F06_WB_CASING_DEPTH_SET, gen_range(g, 50, 12000));
		put_num(g, F06_WB_AMOUNT_OF_CEMENT, gen_range(g, 20, 2500));
		put_char(g, F06_WB_CEMENT_MEASUREMENT, "SSSYF"[gen_below(g, 5)]);
		put_num(g, F06_WB_HOLE_INCH, gen_range(g, 6, 17));
		put_text(g, F06_WB_TOP_OF_CEMENT_CASING, gen_chance(g, 400000) ? "SURFACE" : "");
		put_rarely_nothing(g, F06_WB_AMOUNT_CASING_LEFT);
		rec_end(g);
	}
}

static inline void
seg_below_ground(struct gen *g)
{
	unsigned i, n;
	uint64_t depth = gen_range(g, 400, 9000);

	for (i = 1, n = gen_count(g, 460000, 5); i <= n; i++) {
		rec_begin(g, 7);
		put_num(g, F07_WB_PERF_COUNT, i);
		put_num(g, F07_WB_FROM_PERF, depth += 10);
		put_num(g, F07_WB_TO_PERF, depth += gen_range(g, 2, 40));
		put_text(g, F07_WB_OPEN_HOLE_CODE, gen_chance(g, 50000) ? "OH" : "");
		rec_end(g);
	}
	for (i = 1, n = gen_count(g, 100000, 2); i <= n; i++) {
		rec_begin(g, 8);
		put_num(g, F08_WB_LINE_COUNT, i);
		put_num(g, F08_WB_LIN_INCH, 4);
		put_num(g, F08_WB_TOP_OF_LINER, depth);
		put_num(g, F08_WB_BOTTOM_OF_LINER, depth + 900);
		rec_end(g);
	}
	for (i = 1, n = gen_count(g, 510000, 8); i <= n; i++) {
		rec_begin(g, 9);
		put_num(g, F09_WB_FORMATION_CNTR, i);
		put_text(g, F09_WB_FORMATION_NAME, PICK(g, gen_formations));
		put_num(g, F09_WB_FORMATION_DEPTH, 300 * i + gen_below(g, 300));
		rec_end(g);
	}
	for (i = 1, n = gen_count(g, 200000, 3); i <= n; i++) {
		rec_begin(g, 10);
		put_num(g, F10_WB_SQUEEZE_CNTR, i);
		put_num(g, F10_WB_SQUEEZE_UPPER_DEPTH, depth);
		put_num(g, F10_WB_SQUEEZE_LOWER_DEPTH, depth + 50);
		put_text(g, F10_WB_SQUEEZE_KIND_AMOUNT, "ACIDIZED W/1500 GALS 15% HCL");
		rec_end(g);
	}
}

static inline void
seg_old_location(struct gen *g)
{

	rec_begin(g, 12);
	put_lease_name(g, F12_WB_LEASE_NAME);
	put_text(g, F12_WB_SEC_BLK_SURVEY_LOC, PICK(g, gen_surveys));
	put_num(g, F12_WB_WELL_LOC_MILES, gen_range(g, 1, 30));
	put_text(g, F12_WB_WELL_LOC_DIRECTION, "NW");
	put_text(g, F12_WB_WELL_LOC_NEAREST_TOWN, PICK(g, gen_towns));
	rec_end(g);
}

static inline void
seg_plugging_parts(struct gen *g)
{
	unsigned i, n;

	for (i = 1, n = 1 + gen_count(g, 500000, 4); i <= n; i++) {
		seg_remark(g, 15, F15_WB_PLUG_RMK_LNE_CNT, F15_WB_PLUG_REMARKS, i);
		put_char(g, F15_WB_PLUG_RMK_TYPE_CODE, 'W');
		rec_end(g);
	}
	for (i = 1, n = 1 + gen_count(g, 680000, 7); i <= n; i++) {
		rec_begin(g, 16);
		put_num(g, F16_WB_PLUG_NUMBER, i);
		put_num(g, F16_WB_NBR_OF_CEMENT_SACKS, gen_range(g, 10, 200));
		put_num(g, F16_WB_BOTTOM_TUBE_PIPE_DEPTH, 8000 / i);
		put_text(g, F16_WB_PLUG_TYPE_CEMENT, "COMMON");
		rec_end(g);
	}
	for (i = 1, n = gen_count(g, 650000, 5); i <= n; i++) {
		rec_begin(g, 17);
		put_num(g, F17_WB_PLG_CAS_COUNTER, i);
		put_num(g, F17_WB_PLUG_CAS_INCH, gen_range(g, 4, 13));
		put_num(g, F17_WB_PLUG_WGT_WHOLE, gen_range(g, 9, 48));
		put_num(g, F17_WB_PLUG_AMT_PUT, gen_range(g, 100, 9000));
		rec_end(g);
	}
	for (i = 1, n = gen_count(g, 350000, 4); i <= n; i++) {
		rec_begin(g, 18);
		put_num(g, F18_WB_PLUG_PERF_COUNTER, i);
		put_num(g, F18_WB_PLUG_FROM_PERF, 4000 + 100 * i);
		put_num(g, F18_WB_PLUG_TO_PERF, 4050 + 100 * i);
		rec_end(g);
	}
}

#endif
