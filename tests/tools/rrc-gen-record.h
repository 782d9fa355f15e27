#ifndef AEGIS_TESTS_RRC_GEN_RECORD_H
#define AEGIS_TESTS_RRC_GEN_RECORD_H

/*
 * Records of the generator: fields put into place in EBCDIC or ASCII, and the
 * random numbers that choose them.
 */

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "rrc-gen-fields.h"

enum {
	GEN_RECORD = 247,
	GEN_SEGMENTS = 28,
	GEN_BLOCK = 1 << 20,
	GEN_SLACK = 1 << 19, /* two wells of as many records as there can be: some 1700 */
};

enum gen_kind { TEXT, DIGITS, ZONED };

struct gen_field {
	const char *segment, *name;
	unsigned short at, width;
	enum gen_kind kind;
};

/* clang-format off */
#define X(segment, id, name, at, width, kind) id,
enum gen_id { GEN_FIELDS(X) GEN_NFIELDS };
#undef X
#define X(segment, id, name, at, width, kind) { #segment, name, at, width, kind },
static const struct gen_field gen_fields[] = { GEN_FIELDS(X) };
#undef X
/* clang-format on */

struct gen {
	/* Options. */
	uint64_t wells, seed, night, change_ppm;
	bool clean, ascii;

	unsigned char map[128];                            /* ASCII -> as written */
	unsigned char blank[GEN_SEGMENTS + 1][GEN_RECORD]; /* empty records */
	unsigned char *out;                                /* GEN_BLOCK + GEN_SLACK */
	size_t len;
	unsigned char *rec; /* record being made, inside out */
	bool failed;        /* a write did */
	uint64_t rng;

	/* What was made, for the manifest. */
	uint64_t roots, records, bytes, by_id[100];
	uint64_t below_bad_key[GEN_SEGMENTS + 1]; /* of root_rejected, by id */
	uint64_t bad_key, root_rejected, unknown_id, orphan, flawed;
	uint64_t bad_date, bad_digits, bad_code, out_of_range;
	uint64_t changed, added, removed;
	bool well_flawed;
};

/*
 * SplitMix64 (Steele, Lea, Flood 2014; Vigna's public-domain constants).  Each
 * well starts a sequence of its own from gen_mix(seed, number, purpose), so that
 * one well's bytes depend on no other's.
 */
static inline uint64_t
gen_finish(uint64_t z)
{

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9U;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebU;
	return (z ^ (z >> 31));
}

static inline uint64_t
gen_mix(uint64_t seed, uint64_t number, uint64_t purpose)
{

	return (gen_finish(gen_finish(gen_finish(seed + 0x9e3779b97f4a7c15U) + number) + purpose));
}

static inline uint64_t
gen_next(struct gen *g)
{

	return (gen_finish(g->rng += 0x9e3779b97f4a7c15U));
}

/* A number from 0 to ${n} - 1; ${n} up to 2^32. */
static inline uint64_t
gen_below(struct gen *g, uint64_t n)
{

	return (((gen_next(g) >> 32) * n) >> 32);
}

static inline uint64_t
gen_range(struct gen *g, uint64_t from, uint64_t to)
{

	return (from + gen_below(g, to - from + 1));
}

static inline bool
gen_chance(struct gen *g, uint64_t ppm)
{

	return (gen_below(g, 1000000) < ppm);
}

/* How many of something: 0 upwards, each further one with ${ppm}, at most ${max}. */
static inline unsigned
gen_count(struct gen *g, uint64_t ppm, unsigned max)
{
	unsigned n = 0;

	while (n < max && gen_chance(g, ppm))
		n++;
	return (n);
}

static inline void
put_num(struct gen *g, enum gen_id f, uint64_t v)
{
	unsigned char *p = g->rec + gen_fields[f].at;
	unsigned char zero = g->map['0'];
	unsigned i;

	for (i = gen_fields[f].width; i-- > 0; v /= 10)
		p[i] = (unsigned char)(zero + v % 10);
}

/* The sign (plus) stands over the last digit: { for 0, A to I for 1 to 9. */
static inline void
put_zoned(struct gen *g, enum gen_id f, uint64_t v)
{

	put_num(g, f, v);
	g->rec[gen_fields[f].at + gen_fields[f].width - 1] =
	    g->map[(unsigned char)"{ABCDEFGHI"[v % 10]];
}

static inline void
put_text(struct gen *g, enum gen_id f, const char *s)
{
	unsigned char *p = g->rec + gen_fields[f].at;
	unsigned i;

	for (i = 0; i < gen_fields[f].width && s[i] != '\0'; i++)
		p[i] = g->map[(unsigned char)s[i] & 127];
}

static inline void
put_char(struct gen *g, enum gen_id f, char c)
{

	g->rec[gen_fields[f].at] = g->map[(unsigned char)c & 127];
}

/* Blanks or low values for the whole field: both mean "no value". */
static inline void
put_nothing(struct gen *g, enum gen_id f, bool low)
{

	memset(g->rec + gen_fields[f].at, low ? 0 : g->map[' '], gen_fields[f].width);
}

/* Start a record of segment ${id}: blanks in texts, zeros in numbers. */
static inline void
rec_begin(struct gen *g, unsigned id)
{

	g->rec = g->out + g->len;
	memcpy(g->rec, g->blank[id], GEN_RECORD);
	g->by_id[id]++;
}

/* End it: in ASCII as a line, without the blanks at its end. */
static inline void
rec_end(struct gen *g)
{
	size_t n = GEN_RECORD;

	if (g->ascii) {
		while (n > 2 && g->rec[n - 1] == ' ')
			n--;
		g->rec[n++] = '\r';
		g->rec[n++] = '\n';
	}
	g->len += n;
	g->bytes += n;
	g->records++;
}

/* Code page 037 for the characters that the generator uses. */
static inline void
gen_map(struct gen *g)
{
	static const char more[] = " .<(+&!$*);-/,%>?:#@'=\"{}";
	static const unsigned char more_ebcdic[] = { 0x40, 0x4b, 0x4c, 0x4d, 0x4e, 0x50, 0x5a, 0x5b,
		0x5c, 0x5d, 0x5e, 0x60, 0x61, 0x6b, 0x6c, 0x6e, 0x6f, 0x7a, 0x7b, 0x7c, 0x7d, 0x7e,
		0x7f, 0xc0, 0xd0 };
	unsigned i;

	for (i = 0; i < 128; i++)
		g->map[i] = (unsigned char)(g->ascii ? i : 0x6f);
	if (g->ascii)
		return;
	for (i = 0; i < 26; i++)
		g->map['A' + i] = (unsigned char)(i < 9 ? 0xc1 + i :
			i < 18                          ? 0xd1 + i - 9 :
							  0xe2 + i - 18);
	for (i = 0; i < 10; i++)
		g->map['0' + i] = (unsigned char)(0xf0 + i);
	for (i = 0; more[i] != '\0'; i++)
		g->map[(unsigned char)more[i]] = more_ebcdic[i];
}

/* The empty record of each segment. */
static inline void
gen_blanks(struct gen *g)
{
	unsigned id, i;

	for (id = 1; id <= GEN_SEGMENTS; id++) {
		memset(g->blank[id], g->map[' '], GEN_RECORD);
		g->blank[id][0] = g->map['0' + id / 10];
		g->blank[id][1] = g->map['0' + id % 10];
	}
	for (i = 0; i < GEN_NFIELDS; i++) {
		const struct gen_field *f = &gen_fields[i];
		unsigned char *p;

		id = (unsigned)(f->segment[0] - '0') * 10 + (unsigned)(f->segment[1] - '0');
		p = g->blank[id] + f->at;
		if (f->kind != TEXT)
			memset(p, g->map['0'], f->width);
		if (f->kind == ZONED)
			p[f->width - 1] = g->map['{'];
	}
}

#endif
