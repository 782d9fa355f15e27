#ifndef AEGIS_TESTS_RRC_GEN_WELL_H
#define AEGIS_TESTS_RRC_GEN_WELL_H

/*
 * One well of the generator: its root and all segments below, in the order of the
 * real file (root, completions with all that hangs on them, H-15 history, locations,
 * pluggings, the rest).  How many of each are made, and how often something odd, is
 * in rates out of a million.
 */

#include "rrc-gen-children.h"

enum gen_fault { FAULT_NONE, FAULT_BAD_KEY, FAULT_UNKNOWN_ID, FAULT_ORPHAN };

enum {
	/* Hard faults, per well, one at most. */
	PPM_BAD_KEY = 150,
	PPM_UNKNOWN_ID = 1250,
	PPM_ORPHAN = 1250,
	/* Flaws of the view `well`, per field. */
	PPM_BAD_COMPL_DATE = 9000,
	PPM_BAD_PLUG_DATE = 6000,
	PPM_BAD_DEPTH = 1500,
	PPM_BAD_DISTRICT = 600,
	PPM_SWAPPED_LOCATION = 1500,
	PPM_BAD_STATUS = 800,
	/* Oddities that are none: no value, or not looked at by the view. */
	PPM_BLANK_IN_DATE = 2000,
	PPM_DISTRICT_00 = 557000,
};

/* What a later night may change, in the root. */
enum gen_change { CHANGE_DEPTH, CHANGE_PERMIT, CHANGE_SHUT_IN, CHANGE_HOLD, CHANGES };

struct gen_well {
	unsigned county;
	uint64_t unique;
	enum gen_fault fault;
	uint64_t change[CHANGES]; /* how often later nights changed what */
	bool gas, plugged;
	unsigned district;
	uint64_t lease, field, operator_no;
};

/* Districts by their numbers; there is no 12. */
static const unsigned char gen_districts[] = { 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 13, 14 };

/* The oil or gas key, of which ${code} is the code byte of the oil reading. */
static inline void
put_key(struct gen *g, const struct gen_well *w, enum gen_id code, enum gen_id gas_id, unsigned nth)
{
	char number[16];

	put_char(g, code, w->gas ? 'G' : 'O');
	if (w->gas) {
		put_num(g, gas_id, w->lease % 1000000);
		return;
	}
	put_num(g, code + 1, w->district);
	put_num(g, code + 2, w->lease % 100000);
	(void)snprintf(number, sizeof(number), "%4u", nth + 1);
	put_text(g, code + 3, number);
}

/* A flaw of the view is wanted: draw, and note it under its code. */
static inline bool
gen_flaw(struct gen *g, const struct gen_well *w, uint64_t ppm, uint64_t *code, uint64_t n)
{

	if (!gen_chance(g, ppm) || g->clean || w->fault == FAULT_BAD_KEY)
		return (false);
	*code += n;
	g->well_flawed = true;
	return (true);
}

static inline void
seg_root_flags(struct gen *g, const struct gen_well *w)
{
	uint64_t d;

	put_num(g, F01_WB_NXT_AVAIL_SUFFIX, 1);
	put_num(g, F01_WB_NXT_AVAIL_HOLE_CHGE_NBR, 1);
	put_num(g, F01_WB_REFER_CORRECT_API_NBR, 0);
	put_num(g, F01_WB_DUMMY_API_NUMBER,
	    w->unique >= 80000 ? w->county * 100000 + w->unique : 0);
	put_char(g, F01_WB_EXCEPT_13_A, 'N');
	put_char(g, F01_WB_FRESH_WATER_FLAG, gen_chance(g, 300000) ? 'Y' : 'N');
	put_char(g, F01_WB_PLUG_FLAG, w->plugged ? 'Y' : "N0 "[gen_below(g, 3)]);
	put_char(g, F01_WB_COMPLETION_DATA_IND, 'Y');
	put_char(g, F01_WB_DESIGNATION_HB_1975_FLAG, "AM  "[gen_below(g, 4)]);
	if (gen_chance(g, 200000)) {
		d = gen_date(g, 1990, 1999);
		put_num(g, F01_WB_DESIGNATION_EFFEC_CC, d / 1000000);
		put_num(g, F01_WB_DESIGNATION_EFFEC_YY, d / 10000 % 100);
		put_num(g, F01_WB_DESIGNATION_EFFEC_MM, d / 100 % 100);
		put_pairs(g, F01_WB_DESIGNATION_LETTER_CC, d);
	}
	put_char(g, F01_WB_WATER_LAND_CODE, "LLLLLLLLLLIBO "[gen_below(g, 14)]);
	put_num(g, F01_WB_OVERRIDE_EST_PLUG_COST,
	    gen_chance(g, 50000) ? gen_range(g, 5000, 900000) : 0);
	put_char(g, F01_WB_SUBJ_TO_14B2_FLAG, gen_chance(g, 100000) ? 'Y' : ' ');
}

static inline void
seg_root(struct gen *g, const struct gen_well *w)
{
	uint64_t depth = gen_range(g, 300, 15000), permit = gen_range(g, 1, 899999);
	uint64_t shut_in = gen_chance(g, 300000) ? gen_date(g, 1975, 2023) / 100 : 0;
	uint64_t draw;
	bool hold = gen_chance(g, 20000) != (w->change[CHANGE_HOLD] % 2 == 1);
	char no_hold = "N0 "[gen_below(g, 3)];

	rec_begin(g, 1);
	put_num(g, F01_WB_API_CNTY, w->county);
	put_num(g, F01_WB_API_UNIQUE, w->unique);
	put_num(g, F01_WB_FIELD_DISTRICT, gen_chance(g, PPM_DISTRICT_00) ? 0 : w->district);
	put_num(g, F01_WB_RES_CNTY_CODE, w->county);
	put_char(g, F01_WB_ORIG_COMPL_CC, "22 0123 "[gen_below(g, 8)]);
	put_pairs(g, F01_WB_ORIG_COMPL_CENT, gen_maybe_date(g, 650000));
	seg_root_flags(g, w);
	/* The odd ones, then the changes of later nights, which stand above them. */
	put_num(g, F01_WB_TOTAL_DEPTH, depth);
	put_rarely_nothing(g, F01_WB_TOTAL_DEPTH);
	put_rarely_nothing(g, F01_WB_RES_CNTY_CODE);
	put_rarely_nothing(g, F01_WB_VALID_FLUID_LEVEL);
	draw = gen_below(g, 1000000);
	if (draw < PPM_NO_VALUE)
		memset(g->rec + gen_fields[F01_WB_ORIG_COMPL_CENT].at, g->map[' '], 8);
	if (gen_flaw(g, w, PPM_BAD_COMPL_DATE, &g->bad_date, 1))
		put_bad_date(g, F01_WB_ORIG_COMPL_CENT);
	if (gen_flaw(g, w, PPM_BAD_DISTRICT, &g->bad_code, 1))
		put_num(g, F01_WB_FIELD_DISTRICT, 12);
	if (w->change[CHANGE_DEPTH] > 0)
		(void)gen_next(g); /* as many as below: what follows stays the same */
	else if (gen_flaw(g, w, PPM_BAD_DEPTH, &g->bad_digits, 1))
		put_bad_depth(g);
	/* Each change differs from the one before, and from all that a first night has. */
	if (w->change[CHANGE_DEPTH] > 0)
		put_num(g, F01_WB_TOTAL_DEPTH,
		    15001 + (depth + 37 * w->change[CHANGE_DEPTH]) % 80000);
	if (w->change[CHANGE_PERMIT] > 0)
		permit = 900000 + (permit + 101 * w->change[CHANGE_PERMIT]) % 99999;
	if (w->change[CHANGE_SHUT_IN] > 0)
		shut_in = 202401 + w->change[CHANGE_SHUT_IN] % 12;
	put_num(g, F01_WB_NEWEST_DRL_PMT_NBR, permit);
	put_num(g, F01_WB_SHUT_IN_DATE, shut_in);
	put_char(g, F01_WB_ORPHAN_WELL_HOLD_FLAG, hold ? 'Y' : no_hold);
	if (w->fault == FAULT_BAD_KEY)
		g->rec[gen_fields[F01_WB_API_UNIQUE].at + 1] = g->map['A' + gen_below(g, 26)];
	rec_end(g);
}

/* 03 with 04 to 10. */
static inline void
seg_file_date(struct gen *g)
{
	uint64_t date = gen_date(g, 1965, 2024);
	unsigned i, n;

	rec_begin(g, 3);
	put_num(g, F03_WB_FILE_KEY, 99999999 - date);
	put_num(g, F03_WB_FILE_DATE, date);
	put_char(g, F03_WB_EXCEPT_RULE_11, 'N');
	put_char(g, F03_WB_CEMENT_AFFIDAVIT, "NYBAR"[gen_below(g, 5)]);
	put_num(g, F03_WB_W2_G1_DATE, gen_maybe_date(g, 700000));
	put_pairs(g, F03_WB_COMPL_CENTURY, gen_maybe_date(g, 800000));
	put_num(g, F03_WB_DRL_COMPL_DATE, gen_maybe_date(g, 500000));
	if (gen_chance(g, PPM_BLANK_IN_DATE))
		g->rec[gen_fields[F03_WB_DRL_COMPL_DATE].at + 4] = g->map[' '];
	put_num(g, F03_WB_ELEVATION, gen_below(g, 5000));
	put_text(g, F03_WB_ELEVATION_CODE, gen_chance(g, 500000) ? "GL" : "KB");
	put_rarely_nothing(g, F03_WB_PLUGB_DEPTH1);
	rec_end(g);
	for (i = 1, n = gen_count(g, 280000, 4); i <= n; i++) {
		seg_remark(g, 4, F04_WB_RMK_LNE_CNT, F04_WB_REMARKS, i);
		put_char(g, F04_WB_RMK_TYPE_CODE, "W "[gen_below(g, 2)]);
		rec_end(g);
	}
	seg_tubing_casing(g);
	seg_below_ground(g);
}

/* 02 with its 03s. */
static inline void
seg_completions(struct gen *g, const struct gen_well *w)
{
	unsigned i, k, n = 1 + gen_count(g, 190000, 3);

	for (i = 0; i < n; i++) {
		rec_begin(g, 2);
		if (gen_chance(g, 970000)) {
			struct gen_well c = *w;

			c.lease = gen_chance(g, 20000) ? 0 : w->lease + i;
			put_key(g, &c, F02_WB_OIL_CODE, F02_WB_GAS_RRC_ID, i);
			if (w->gas) {
				put_num(g, F02_WB_GAS_DIST, w->district);
				put_text(g, F02_WB_GAS_WELL_NO,
				    gen_chance(g, 300000) ? "  1-H" : "   2");
			}
		}
		put_num(g, F02_WB_API_SUFFIX, i);
		put_char(g, F02_WB_ACTIVE_INACTIVE_CODE, "A I"[gen_below(g, 3)]);
		put_char(g, F02_WB_CREATED_FROM_PI_FLAG, 'N');
		put_char(g, F02_WB_P_15, 'N');
		put_char(g, F02_WB_P_12, 'N');
		put_rarely_nothing(g, F02_WB_RULE_37_NBR);
		rec_end(g);
		for (k = 1 + gen_count(g, 360000, 3); k > 0; k--)
			seg_file_date(g);
	}
}

/* 23 with 24s, the newest first: their key is 99999999 less the date. */
static inline void
seg_h15(struct gen *g, const struct gen_well *w)
{
	unsigned i, k, m, n = gen_chance(g, 460000) ? 1 + gen_count(g, 730000, 20) : 0;
	uint64_t year = gen_range(g, 2015, 2024), rest;

	for (i = 0; i < n; i++) {
		rest = gen_month_day(g);
		rec_begin(g, 23);
		put_num(g, F23_WB_H15_DATE_KEY, 99999999 - ((year - i) * 10000 + rest));
		put_char(g, F23_WB_H15_STATUS, "AAAACDNPWUEX "[gen_below(g, 13)]);
		if (i == 0 && gen_flaw(g, w, PPM_BAD_STATUS, &g->bad_code, 1))
			put_char(g, F23_WB_H15_STATUS, 'Q');
		put_num(g, F23_WB_H15_OPERATOR, gen_chance(g, 10000) ? 0 : w->operator_no + i / 4);
		put_num(g, F23_WB_NEXT_TEST_CCYY, year - i + 1);
		put_num(g, F23_WB_NEXT_TEST_MM, rest / 100);
		put_num(g, F23_WB_H15_DISTRICT, w->district);
		put_num(g, F23_WB_H15_FIELD, w->field);
		put_char(g, F23_WB_H15_OIL_GAS_CODE, w->gas ? 'G' : 'O');
		put_num(g, F23_WB_H15_LEASE_NBR, w->lease % 100000);
		put_pairs(g, F23_WB_H15_TEST_CC, (year - i) * 10000 + rest);
		put_char(g, F23_WB_H15_TYPE_TEST_FLAG, "FM "[gen_below(g, 3)]);
		put_rarely_nothing(g, F23_WB_H15_TOP_OF_FLUID);
		rec_end(g);
		for (k = 1, m = 1 + gen_count(g, 200000, 9); k <= m; k++) {
			seg_remark(g, 24, F24_WB_H15_REMARK_KEY, F24_WB_H15_REMARK_TEXT, k);
			rec_end(g);
		}
	}
}

static inline void
seg_location(struct gen *g, const struct gen_well *w)
{
	uint64_t lat = 260000000 + gen_below(g, 104000000);
	uint64_t lon = 936000000 + gen_below(g, 128000000);
	char text[12];

	rec_begin(g, 13);
	put_num(g, F13_WB_LOC_COUNTY, w->county);
	(void)snprintf(text, sizeof(text), "A-%u", (unsigned)gen_range(g, 1, 2999));
	put_text(g, F13_WB_ABSTRACT, gen_chance(g, 800000) ? text : "");
	put_text(g, F13_WB_SURVEY, PICK(g, gen_surveys));
	(void)snprintf(text, sizeof(text), "%u", (unsigned)gen_range(g, 1, 99));
	put_text(g, F13_WB_BLOCK_NUMBER, gen_chance(g, 600000) ? text : "");
	(void)snprintf(text, sizeof(text), " %u", (unsigned)gen_range(g, 1, 640));
	put_text(g, F13_WB_SECTION, gen_chance(g, 600000) ? text : "");
	put_num(g, F13_WB_FEET_FROM_SUR_SECT_1, gen_range(g, 100, 5000));
	put_text(g, F13_WB_DIREC_FROM_SUR_SECT_1, "NORTH LINE");
	if (gen_flaw(g, w, PPM_SWAPPED_LOCATION, &g->out_of_range, 2)) {
		uint64_t t = lat;

		lat = lon;
		lon = t;
	}
	if (!gen_chance(g, 250000) || lat > lon) {
		put_zoned(g, F13_WB_WGS84_LATITUDE, lat);
		put_zoned(g, F13_WB_WGS84_LONGITUDE, lon);
	}
	put_num(g, F13_WB_PLANE_ZONE, gen_below(g, 6));
	put_zoned(g, F13_WB_PLANE_COORDINATE_EAST, gen_below(g, 300000000));
	if (gen_chance(g, 500000)) {
		put_nothing(g, F13_WB_PLANE_ZONE, false);
		put_nothing(g, F13_WB_PLANE_COORDINATE_EAST, false);
		put_nothing(g, F13_WB_PLANE_COORDINATE_NORTH, false);
	}
	put_char(g, F13_WB_VERIFICATION_FLAG, "YNC "[gen_below(g, 4)]);
	rec_end(g);
}

/* 14 with 15 to 19; the view takes the last one's date. */
static inline void
seg_plugging(struct gen *g, const struct gen_well *w, bool last)
{
	uint64_t date = gen_date(g, 1966, 2024);

	rec_begin(g, 14);
	put_num(g, F14_WB_DATE_W3_FILED, date + 1);
	put_num(g, F14_WB_DATE_WELL_BORE_PLUGGED, gen_chance(g, 980000) ? date : 0);
	if (last && gen_flaw(g, w, PPM_BAD_PLUG_DATE, &g->bad_date, 1))
		put_bad_date(g, F14_WB_DATE_WELL_BORE_PLUGGED);
	put_num(g, F14_WB_PLUG_TOTAL_DEPTH, gen_range(g, 300, 15000));
	put_name(g, F14_WB_PLUG_CEMENT_COMP, PICK(g, gen_surnames), "OILFIELD SUPPLIES");
	put_char(g, F14_WB_PLUG_MUD_FILLED, 'Y');
	put_text(g, F14_WB_PLUG_MUD_APPLIED, "PUMP");
	put_num(g, F14_WB_PLUG_MUD_WEIGHT, 95);
	if (gen_chance(g, 300000))
		put_text(g, F14_WB_PLUG_UWQP, "0045000900000000000000000000000000000000");
	put_key(g, w, F14_WB_PLUG_OIL_CODE, F14_WB_PLUG_GAS_RRC_ID, 0);
	put_char(g, F14_WB_PLUG_TYPE_WELL, "OGDS"[gen_below(g, 4)]);
	put_rarely_nothing(g, F14_WB_PLUG_DRIL_COMP_DATE);
	rec_end(g);
	seg_plugging_parts(g);
	if (gen_chance(g, 450000)) {
		rec_begin(g, 19);
		put_num(g, F19_WB_PLUG_FIELD_NO, w->field);
		put_text(g, F19_WB_PLUG_FIELD_NAME, PICK(g, gen_formations));
		put_text(g, F19_WB_PLUG_OPER_NO, "830589");
		put_name(g, F19_WB_PLUG_OPER_NAME, PICK(g, gen_surnames), "OIL & GAS, INC.");
		put_lease_name(g, F19_WB_PLUG_LEASE_NAME);
		rec_end(g);
	}
}

/* 22 with its 28s. */
static inline void
seg_14b2(struct gen *g, const struct gen_well *w)
{
	uint64_t date = gen_date(g, 2010, 2024);
	unsigned i, n;

	rec_begin(g, 22);
	put_key(g, w, F22_WB14B2_OIL_CODE, F22_WB14B2_GAS_RRC_ID, 0);
	put_num(g, F22_WB14B2_APPLICATION_NUMBER, gen_range(g, 100000, 299999));
	put_char(g, F22_WB14B2_EXT_STATUS_FLAG, "ACD"[gen_below(g, 3)]);
	put_pairs(g, F22_WB14B2_EXT_APPROVED_CENT, date);
	put_pairs(g, F22_WB14B2_EXT_EXP_CENT, date + 10000);
	put_num(g, F22_WB14B2_W3X_ESCROW_FUNDS, gen_chance(g, 200000) ? gen_below(g, 9999999) : 0);
	put_rarely_nothing(g, F22_WB14B2_W1X_36_AMT_FILED);
	rec_end(g);
	for (i = 1, n = 1 + gen_count(g, 550000, 8); i <= n; i++) {
		seg_remark(g, 28, F28_WB_14B2_RMK_LNE_CNT, F28_WB_14B2_REMARKS, i);
		put_num(g, F28_WB_14B2_RMK_DATE, date + i);
		put_text(g, F28_WB_14B2_RMK_USERID, "EXU005");
		rec_end(g);
	}
}

static inline void
seg_rest(struct gen *g, const struct gen_well *w)
{
	unsigned i, n;

	for (n = gen_count(g, 400000, 5); n > 0; n--) {
		rec_begin(g, 20);
		put_num(g, F20_WB_PERMIT_NUMBER, gen_range(g, 1, 899999));
		rec_end(g);
	}
	for (i = 0, n = gen_count(g, 280000, 3); i < n; i++) {
		rec_begin(g, 21);
		put_key(g, w, F21_WB_OIL, F21_WB_GAS_RRCID, i);
		rec_end(g);
	}
	if (gen_chance(g, 120000))
		seg_14b2(g, w);
	if (gen_chance(g, 60000)) {
		rec_begin(g, 25);
		put_char(g, F25_WB_SB126_DESIGNATION_FLAG, "AM"[gen_below(g, 2)]);
		put_num(g, F25_WB_SB126_DESIG_EFFEC_CC, 20);
		put_num(g, F25_WB_SB126_DESIG_EFFEC_YY, 19);
		put_num(g, F25_WB_SB126_DESIG_EFFEC_MM, 10);
		put_pairs(g, F25_WB_SB126_DESIG_LETTER_CC, gen_date(g, 2018, 2022));
		rec_end(g);
	}
	for (i = 0, n = gen_count(g, 220000, 4); i < n; i++) {
		rec_begin(g, 26);
		put_num(g, F26_WBDASTAT_STAT_NUM, gen_range(g, 1, 899999));
		put_num(g, F26_WBDASTAT_UNIQ_NUM, 99 - i);
		rec_end(g);
	}
	if (gen_chance(g, 110000)) {
		rec_begin(g, 27);
		put_char(g, F27_WB_W3C_1YR_FLAG, "YF "[gen_below(g, 3)]);
		put_num(g, F27_WB_W3C_1YR_FILED_DATE, gen_date(g, 2010, 2024));
		put_num(g, F27_WB_W3C_1YR_FILING_OPER, w->operator_no);
		put_num(g, F27_WB_W3C_EXTENSION_YEAR, 2024);
		rec_end(g);
	}
	for (i = 1, n = gen_count(g, 90000, 2); i <= n; i++) {
		rec_begin(g, 11);
		put_num(g, F11_WB_FRESH_WATER_CNTR, i);
		put_num(g, F11_WB_TWDB_DATE, gen_date(g, 1980, 2020));
		put_num(g, F11_WB_UQWP_TO, gen_range(g, 50, 900));
		rec_end(g);
	}
}

/* A record of an id that no segment has, or a child whose parent is not there. */
static inline void
seg_fault(struct gen *g, enum gen_fault fault)
{

	if (fault == FAULT_UNKNOWN_ID) {
		rec_begin(g, 27);
		g->by_id[27]--;
		g->by_id[99]++;
		g->rec[0] = g->rec[1] = g->map['9'];
	} else {
		seg_remark(g, 28, F28_WB_14B2_RMK_LNE_CNT, F28_WB_14B2_REMARKS, 1);
	}
	rec_end(g);
}

/* What a well is, before its records. */
static inline void
well_draw(struct gen *g, struct gen_well *w)
{
	uint64_t draw = gen_below(g, 1000000);

	w->fault = FAULT_NONE;
	if (!g->clean) {
		if (draw < PPM_BAD_KEY)
			w->fault = FAULT_BAD_KEY;
		else if (draw < PPM_BAD_KEY + PPM_UNKNOWN_ID)
			w->fault = FAULT_UNKNOWN_ID;
		else if (draw < PPM_BAD_KEY + PPM_UNKNOWN_ID + PPM_ORPHAN)
			w->fault = FAULT_ORPHAN;
	}
	w->gas = gen_chance(g, 350000);
	w->plugged = gen_chance(g, 420000);
	w->district = gen_districts[w->county / 2 % sizeof(gen_districts)];
	w->lease = gen_range(g, 1, 99000);
	w->field = gen_range(g, 1000, 99999) * 1000;
	w->operator_no = gen_range(g, 1000, 899000);
}

/* All records of a well. */
static inline void
well_write(struct gen *g, const struct gen_well *w)
{

	g->well_flawed = false;
	seg_root(g, w);
	if (w->fault == FAULT_ORPHAN)
		seg_fault(g, FAULT_ORPHAN);
	seg_completions(g, w);
	seg_h15(g, w);
	if (gen_chance(g, 920000))
		seg_location(g, w);
	if (gen_chance(g, 550000))
		seg_old_location(g);
	if (w->plugged) {
		if (gen_chance(g, 50000))
			seg_plugging(g, w, false);
		seg_plugging(g, w, true);
	}
	seg_rest(g, w);
	if (w->fault == FAULT_UNKNOWN_ID)
		seg_fault(g, FAULT_UNKNOWN_ID);
}

#endif
