/*
 * Any bytes as a delimited file or as JSON.  The first byte chooses the layout, view or segment, and the
 * size of blocks.  Whatever comes, the book balances or there is an error.
 */
#include "rrc_input.h"

#define FUZZ_SEGMENT                                                                                 \
	"segments: [{id: t, name: T, key: [a], fields: [a, {name: b, width: 9, decimals: 2}, c]}]\n" \
	"views: {v: {rows: t, key: [a], columns: [\n"                                                \
	"  {name: a, text: '{a#3@2-3}'}, {name: b, as: decimal}, {name: c, as: date, format: DD-MON-YY}]}}\n"

static const char *const layouts[] = {
	"layout: f\nrecord: {delimiter: '}', header: line}\n" FUZZ_SEGMENT,
	"layout: f\nrecord: {delimiter: '}', header: wrapped, quotes: true, trailing: true}\n" FUZZ_SEGMENT,
	"layout: f\nrecord: {delimiter: '{', rows: bare-lf, charset: latin-1, tabs: true}\n" FUZZ_SEGMENT,
	"layout: f\nrecord: {delimiter: ',', quotes: true, rows: quoted, charset: utf-8, length: 40}\n" FUZZ_SEGMENT,
	"layout: f\nrecord: {json: a/b, length: 60}\n" FUZZ_SEGMENT,
	"layout: f\nrecord: {delimiter: '|'}\nsegments:\n"
	"  - {id: R, name: R, key: [k], fields: [tag, k]}\n"
	"  - {id: C, name: C, parent: R, fields: [tag, x, y]}\n"
	"views: {v: {rows: R, key: [k], columns: [{name: k, as: text},\n"
	"  {name: n, from: C, pick: count}, {name: last, from: C, pick: last, field: x, as: text}]}}\n",
};

enum { LAYOUTS = sizeof(layouts) / sizeof(layouts[0]) };

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct layout *loaded[LAYOUTS];
	struct decode_options o = { .view = "v" };
	struct err e = ERR_INIT;
	unsigned n;

	if (size == 0)
		return (0);
	n = data[0] % LAYOUTS;
	if (loaded[n] == NULL &&
	    (loaded[n] = layout_parse("fuzz", layouts[n], strlen(layouts[n]), &e)) == NULL)
		abort();
	o.layout = loaded[n];
	if (data[0] / LAYOUTS % 2 == 0) {
		o.view = NULL;
		o.segment = loaded[n]->segments[0].id;
	}
	input_decode(&o, data + 1, size - 1, (size_t)1 + data[0] / (2 * LAYOUTS) * 11);
	return (0);
}
