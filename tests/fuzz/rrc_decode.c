/*
 * Any bytes as an RRC file.  The first byte chooses: view or segment, character set,
 * the size of blocks.  Whatever comes, the book balances or there is an error.
 */
#include "base/buf.h"
#include "fuzz.h"
#include "rrc/decode.h"
#include "rrc/layout_load.h"

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
    "        as: code, codes: c}]}\n";

struct input {
	const uint8_t *p;
	size_t left, chunk;
	unsigned char *block;
};

static ssize_t
input_read(void *cookie, const unsigned char **p, struct err *e)
{
	struct input *in = cookie;
	size_t n = in->left < in->chunk ? in->left : in->chunk;

	(void)e;
	/* A block of its own, so that reading past it is seen. */
	free(in->block);
	in->block = xcalloc(1, n);
	if (n > 0)
		memcpy(in->block, in->p, n);
	*p = in->block;
	in->p += n;
	in->left -= n;
	return ((ssize_t)n);
}

static void
input_sha256(void *cookie, char hex[DIGEST_SHA256_HEX + 1])
{

	(void)cookie;
	(void)strcpy(hex, "-");
}

static void
each(void *cookie, const char *name, const struct book *b)
{

	(void)cookie;
	(void)name;
	if (b->read != b->used + b->skipped + b->rejected)
		abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const views[] = { "v", "w" }, *const segments[] = { "01", "02", "03" };
	static struct layout *layout;
	static int null = -1;
	struct err e = ERR_INIT;
	struct decode_options o = { .source = "fuzz",
		.fd_name = "/dev/null",
		.run = "00000000-0000-4000-8000-000000000000",
		.rejects = "/dev/shm/fuzz-rrc.rej",
		.max_rejects.count = UINT64_MAX,
		.max_flaws.count = UINT64_MAX };
	struct input in = { data + 1, size - 1, 0, NULL };
	struct decode_input di = { { input_read, &in }, input_sha256 };

	if (size == 0)
		return (0);
	if (layout == NULL &&
	    (layout = layout_parse("fuzz", layout_text, sizeof(layout_text) - 1, &e)) == NULL)
		abort();
	if (null < 0 && (null = open("/dev/null", O_WRONLY)) < 0)
		abort();
	o.layout = layout;
	o.fd = null;
	o.encoding = (enum probe_choice)(data[0] % 3);
	if (data[0] / 3 % 5 < 2)
		o.view = views[data[0] / 3 % 5];
	else
		o.segment = segments[data[0] / 3 % 5 - 2];
	in.chunk = (size_t)1 + data[0] / 15 * 13;
	if (decode_run(&o, &di, each, NULL, &e) != 0 && e.status == STATUS_OK)
		abort();
	if (e.status == STATUS_BUG || e.status == STATUS_IO)
		abort();
	free(in.block);
	return (0);
}
