#include "rrc/layout.h"

#include <stdio.h>
#include <stdlib.h>

#include "../../tap.h"
#include "rrc/layout_load.h"
#include "rrc/view.h"

static const char good[] =
    "layout: demo\n"
    "record: {length: 40, id_at: 0, id_width: 2}\n"
    "codes:\n"
    "  flag: {Y: yes, N: ~}\n"
    "segments:\n"
    "  - id: '01'\n"
    "    name: ROOT\n"
    "    key: [NUMBER]\n"
    "    fields:\n"
    "      - {name: NUMBER, at: 2, width: 5, kind: digits}\n"
    "      - {name: CODE, at: 7, width: 1, kind: char}\n"
    "      - {name: OIL, at: 8, width: 3, kind: digits, when: {CODE: O}}\n"
    "      - {name: GAS, at: 8, width: 3, kind: char, when: {CODE: [G, H]}}\n"
    "      - {name: ALL, at: 8, width: 3, kind: char, redefines: OIL}\n"
    "      - {name: MONTH, at: 12, width: 4, kind: group, occurs: 3}\n"
    "      - {name: QTY, at: 12, width: 3, kind: packed, decimals: 2, in: MONTH}\n"
    "      - {name: MARK, at: 15, width: 1, kind: char, in: MONTH}\n"
    "      - {name: TWICE, at: 24, width: 2, kind: digits, occurs: 2}\n"
    "  - id: '02'\n"
    "    name: CHILD\n"
    "    parent: '01'\n"
    "    fields:\n"
    "      - {name: TEXT, at: 2, width: 38, kind: char}\n";

#define HEAD "layout: demo\nrecord: {length: 10}\nsegments:\n"
#define ROOT HEAD "  - {id: '01', name: R, key: [K], fields: ["
#define FIELD(s) ROOT "{name: K, at: 2, width: 3, kind: digits},\n" s "]}\n"
#define VIEW(s)                                                                                     \
	FIELD("{name: Z, at: 5, width: 4, kind: zoned, decimals: 2}")                               \
	"  - {id: '02', name: C, parent: '01', fields: [{name: T, at: 2, width: 2, kind: char}]}\n" \
	"codes: {c: {A: a}}\n"                                                                      \
	"views: {v: {rows: '01', key: [K], columns: [\n"                                            \
	"{name: K, as: digits},\n" s "]}}\n"

static const struct {
	const char *text, *want, *what;
} faults[] = {
	{ "layout: [\n", "f:2:1: ", "not YAML" },
	{ HEAD, "f:3:1", "no segments" },
	{ "layout: demo\nrecord: {length: 10}\nextra: 1\n", "f:3:8: unknown key 'extra'",
	    "an unknown key at the top" },
	{ "layout: De\nrecord: {length: 10}\n", "f:1:9: a layout's name", "a name with capitals" },
	{ "layout: demo\nrecord: {length: 10, id_width: 3}\n", "f:2:32: 'id_width'",
	    "a record id of three bytes" },
	{ "layout: demo\nrecord: {length: 3, id_at: 2}\n", "f:2:9: the record id",
	    "a record id outside" },
	{ FIELD("{name: F, at: 5, width: 2, kind: digits, size: 3}"), "f:5:48: unknown key 'size'",
	    "an unknown key of a field" },
	{ FIELD("{name: F, at: 8, width: 3, kind: digits}"), "f:5:1: F ends at byte 11",
	    "a field outside the record" },
	{ FIELD("{name: F, at: 18446744073709551615, width: 3, kind: digits}"), "f:5:15: 'at' must",
	    "an offset that would wrap" },
	{ FIELD("{name: F, at: 5, width: 2, kind: char, occurs: 3}"), "f:5:1: F ends at byte 11",
	    "repetitions outside the record" },
	{ FIELD("{name: F, at: 1, width: 1, kind: char}"), "f:5:15: F overlaps the record id",
	    "a field in the record id" },
	{ FIELD("{name: K, at: 5, width: 2, kind: char}"), "f:5:1: K is defined twice",
	    "a name twice" },
	{ FIELD("{name: F, at: 5, width: 2, kind: comp}"), "f:5:34: unknown kind 'comp'",
	    "an unknown kind" },
	{ FIELD("{name: F, at: 5, width: 0, kind: char}"), "f:5:25: 'width' must", "no width" },
	{ FIELD("{name: F, at: 5, width: 3, kind: binary}"), "f:5:25: a binary number",
	    "a binary number of 3 bytes" },
	{ FIELD("{name: F, at: 5, width: 3, kind: digits, decimals: 4}"), "f:5:52: 4 decimals",
	    "more decimals than digits" },
	{ FIELD("{name: F, at: 4, width: 3, kind: digits}"), "f:5:1: F and K share bytes",
	    "an overlap that no redefinition explains" },
	{ FIELD("{name: F, at: 5, width: 1, kind: char, when: {X: A}}"),
	    "f:5:50: segment 01 has no field 'X'", "a condition on no field" },
	{ FIELD("{name: F, at: 5, width: 1, kind: char, when: {K: A}}"),
	    "f:5:50: a code of K has 3 bytes", "a code of another width" },
	{ FIELD("{name: F, at: 5, width: 1, kind: char, in: K}"), "f:5:44: 'in' must name",
	    "part of no group" },
	{ FIELD("{name: F, at: 5, width: 1, kind: char, redefines: Q}"), "f:5:51: 'redefines'",
	    "a redefinition of nothing" },
	{ ROOT "{name: F, at: 2, width: 1, kind: char}]}\n", "f:4:31: segment 01 has no field 'K'",
	    "a key that is no field" },
	{ HEAD "  - {id: '01', name: R, fields: [{name: F, at: 2, width: 1, kind: char}]}\n",
	    "f:4:5: a root segment needs", "a root without key" },
	{ HEAD "  - {id: '1', name: R, fields: []}\n", "f:4:10: a record id has 2 bytes",
	    "an id of another width" },
	{ HEAD "  - {id: '02', name: R, parent: '01', fields: []}\n",
	    "f:4:33: the parent '01' is not a segment", "a parent that is not there" },
	{ FIELD("") "  - {id: '01', name: R, key: [K], fields: []}\n",
	    "f:6:5: segment '01' is listed twice", "a segment twice" },
	{ "layout: &a demo\nrecord: {length: 10}\ntitle: *a\n", "f:3:8: aliases", "an alias" },
	{ "a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b]\n",
	    "f:2:8: aliases", "an alias bomb" },
	{ VIEW("{name: X, from: '09', pick: first, as: text}"),
	    "f:10:17: segment '09' does not exist", "view: no such segment" },
	{ VIEW("{name: X, as: text}"), "f:10:1: segment 01 (R) has no field 'X'",
	    "view: no such field" },
	{ VIEW("{name: K, as: text}"), "f:10:1: two columns", "view: a column twice" },
	{ VIEW("{name: T, from: '02', as: text}"), "f:10:1: a row may have several",
	    "view: which of the children?" },
	{ VIEW("{name: T, from: '02', pick: some, as: text}"), "f:10:29: 'pick' must",
	    "view: an unknown pick" },
	{ VIEW("{name: Z, as: text}"), "f:10:15: Z holds no characters", "view: a number as text" },
	{ VIEW("{name: Z, as: integer}"), "f:10:15: Z is not a whole number",
	    "view: decimals as an integer" },
	{ VIEW("{name: Z, as: date}"), "f:10:15: Z has not the 8 digits",
	    "view: 4 bytes as a date" },
	{ VIEW("{name: Z, as: float}"), "f:10:15: unknown conversion 'float'",
	    "view: an unknown conversion" },
	{ VIEW("{name: Z, as: decimal, min: '1.234'}"), "f:10:29: 'min' must be a number with 2",
	    "view: a bound with too many decimals" },
	{ VIEW("{name: Z, as: decimal, scale: 3}"), "f:10:31: unknown key 'scale'",
	    "view: an unknown key" },
	{ VIEW("{name: X, text: 'a{K'}"), "f:10:17: a brace without", "view: half a brace" },
	{ VIEW("{name: X, text: '{K:zzz}'}"), "f:10:17: code table 'zzz' does not exist",
	    "view: no such table" },
	{ VIEW("{name: X, by: K, cases: {AB: {field: K, as: text}}}"), "f:10:30: a code of K has 3",
	    "view: a choice by a code of another width" },
	{ VIEW("{name: X, text: '{K}', as: text}"), "f:10:28: 'as' cannot be used with 'text'",
	    "view: two ways at once" },
};

static void
test_good(void)
{
	struct err e = ERR_INIT;
	struct layout *l = layout_parse("f", good, sizeof(good) - 1, &e);
	const struct layout_segment *s;
	int f;

	if (!tap_ok(l != NULL, "a good layout is read: %s", e.msg))
		return;
	s = &l->segments[0];
	(void)tap_ok(l->nsegments == 2 && s->nfields == 5 + 3 + 3 + 3 + 2, "%zu fields",
	    s->nfields);
	f = layout_field(s, "QTY(3)");
	(void)tap_ok(f >= 0 && s->fields[f].at == 20 && s->fields[f].width == 3 &&
		s->fields[f].decimals == 2,
	    "a field of a repeated group repeats by the group's width");
	f = layout_field(s, "TWICE(2)");
	(void)tap_ok(f >= 0 && s->fields[f].at == 26, "a field repeats by its own width");
	f = layout_field(s, "GAS");
	(void)tap_ok(f >= 0 && s->fields[f].ncodes == 2, "a condition with two codes");
	(void)tap_ok(l->segments[1].parent == 0 && l->segments[1].ancestors == 1, "the parent");
	(void)tap_ok(layout_codes(l, "flag")->codes[1].text == NULL, "~ is no value");
	layout_free(l);
}

/* Each fault is named with its line and column. */
static void
test_faults(void)
{
	size_t i;

	for (i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
		struct err e = ERR_INIT;
		struct layout *l = layout_parse("f", faults[i].text, strlen(faults[i].text), &e);
		int bad = l == NULL || view_check(l, &e);

		if (!tap_ok(bad && e.status == STATUS_CONFIG &&
			    strncmp(e.msg, faults[i].want, strlen(faults[i].want)) == 0,
			"%s", faults[i].what))
			(void)printf("#  got: %s\n# want: %s\n", e.msg, faults[i].want);
		layout_free(l);
	}
}

/* The layouts that are shipped; segment 01 of dbf900 against the manual. */
static void
test_dbf900(void)
{
	struct err e = ERR_INIT;
	const char *home = getenv("AEGIS_HOME");
	char path[4096];
	struct layout *l;
	const struct layout_field *f;

	(void)snprintf(path, sizeof(path), "%s/pipelines/layouts/dbf900.yaml", home ? home : ".");
	l = layout_load(path, &e);
	if (!tap_ok(l != NULL && view_check(l, &e) == 0, "dbf900.yaml is right: %s", e.msg)) {
		layout_free(l);
		return;
	}
	(void)tap_ok(l->length == 247 && l->nsegments == 28, "28 segments of 247 bytes");
	f = &l->segments[0].fields[layout_field(&l->segments[0], "WB-W3X-WELL-FLAG")];
	(void)tap_ok(f->at == 160 && f->width == 1, "WB-W3X-WELL-FLAG is byte 161, not 160");
	f = &l->segments[12].fields[layout_field(&l->segments[12], "WB-VERIFICATION-FLAG")];
	(void)tap_ok(f->at == 179, "WB-VERIFICATION-FLAG is byte 180, not 178");
	(void)tap_ok(l->segments[27].parent == 21 && l->segments[23].parent == 22 &&
		l->segments[3].parent == 2 && l->segments[14].parent == 13,
	    "who is below whom");
	layout_free(l);
}

int
main(void)
{

	test_good();
	test_faults();
	test_dbf900();
	return (tap_end());
}
