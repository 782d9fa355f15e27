/*
 * Any bytes as an RRC file.  The first byte chooses: view or segment, character set,
 * the size of blocks.  Whatever comes, the book balances or there is an error.
 */
#include "rrc_input.h"

static const char layout_text[] =
    "layout: fuzz\n"
    "record: {length: 24}\n"
    "codes: {c: {A: alpha, B: beta}}\n"
    "segments:\n"
    "  - {id: '01', name: R, key: [K], fields: [\n"
    "      {name: K, at: 2, width: 3, kind: digits},\n"
    "      {name: DAY, at: 5, width: 8, kind: digits},\n"
    "      {name: P, at: 13, width: 3, kind: packed, decimals: 1, occurs: 2},\n"
    "      {name: B, at: 19, width: 4, kind: binary},\n"
    "      {name: X, at: 23, width: 1, kind: char}]}\n"
    "  - {id: '02', name: C, parent: '01', key: [W], fields: [\n"
    "      {name: W, at: 2, width: 1, kind: char},\n"
    "      {name: A, at: 3, width: 10, kind: zoned, decimals: 7, when: {W: A}},\n"
    "      {name: L, at: 3, width: 12, kind: digits, when: {W: [B, C]}},\n"
    "      {name: T, at: 15, width: 9, kind: char}]}\n"
    "  - {id: '03', name: D, parent: '02', fields: [\n"
    "      {name: T, at: 2, width: 22, kind: char}]}\n"
    "views:\n"
    "  v: {rows: '01', key: [k], columns: [\n"
    "      {name: k, text: 'k-{K}'}, {name: DAY, as: date},\n"
    "      {name: P, field: P(2), as: decimal, min: '-5.5', negate: true},\n"
    "      {name: n, from: '02', pick: count},\n"
    "      {name: t, from: '02', pick: last, by: W, cases: {A: {field: A, as: decimal},\n"
    "        B: {text: '{W:c}{T}'}}},\n"
    "      {name: X, as: boolean}, {name: D, from: '03', pick: 2, field: T, as: text}]}\n"
    "  w: {rows: '02', key: [c], columns: [\n"
    "      {name: c, text: '{K}', from: '01'}, {name: d, from: '03', pick: first, field: T,\n"
    "        as: code, codes: c}]}\n"
    "  x: {rows: '01', key: [k], columns: [\n"
    "      {name: k, text: '{K#2}'}, {name: any, from: '02', pick: any, where: {T: set}},\n"
    "      {name: all, from: '02', pick: all, field: W, as: text, join: ''},\n"
    "      {name: min, from: '03', under: first, pick: min, field: T, as: text},\n"
    "      {name: list, from: '02', pick: all, where: {W: [A, B]}, items: {\n"
    "        w: {field: W, as: text}, a: {field: A, as: decimal}}}]}\n";

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const views[] = { "v", "w", "x" },
				 *const segments[] = { "01", "02", "03" };
	static struct layout *layout;
	struct decode_options o = { .layout = NULL };
	struct err e = ERR_INIT;
	unsigned what;

	if (size == 0)
		return (0);
	if (layout == NULL &&
	    (layout = layout_parse("fuzz", layout_text, sizeof(layout_text) - 1, &e)) == NULL)
		abort();
	o.layout = layout;
	o.encoding = (enum probe_choice)(data[0] % 3);
	what = data[0] / 3 % 6;
	if (what < 3)
		o.view = views[what];
	else
		o.segment = segments[what - 3];
	input_decode(&o, data + 1, size - 1, (size_t)1 + data[0] / 18 * 13);
	return (0);
}
