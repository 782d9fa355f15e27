/*
 * Any bytes as a reject file: counted as text and as JSON, and its records fed again.  With an odd
 * first byte the rest stands between a right header and a right seal.  A file is read, or there is
 * a reason; what is counted as JSON is JSON.
 */
#include "base/json.h"
#include "fuzz.h"
#include "stream/reject_read.h"

#define HEADER                                                     \
	"#aegis-stream 1 kind=reject:table source=- run=" FUZZ_RUN \
	"\n"                                                       \
	"_record,_offset,key,severity,code,faults,raw\n"

static void
try_count(const char *path, const struct reject_options *o, bool json)
{
	struct buf out = BUF_INIT(64 << 20);
	struct report *r = report_new(json ? "json" : "text");
	struct err e = ERR_INIT;
	struct reject_found found;
	struct json *j;

	if (reject_read_count(path, o, r, &found, &e) == 0) {
		need(report_finish(r, &out, &e) == 0);
		need(out.len > 0 && out.p[out.len - 1] == '\n');
		if (json) {
			need((j = json_parse(out.p, out.len, &e)) != NULL);
			json_free(j);
		}
	} else {
		need(e.status == STATUS_DATA && e.msg[0] != '\0');
	}
	report_free(r);
	buf_free(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct reject_options o = { .examples = 2 };
	struct buf b = BUF_INIT(4 << 20);
	struct err e = ERR_INIT;
	const char *path;
	uint64_t n = 0;

	if (size == 0)
		return (0);
	if (data[0] % 2 == 1)
		sealed_stream(&b, HEADER, data + 1, size - 1, fuzz_rows(data + 1, size - 1) + 1);
	else
		(void)buf_add(&b, data + 1, size - 1, NULL);
	path = fuzz_file(0, b.p, b.len);
	o.code = data[0] & 2 ? "bad_date" : NULL;
	o.flaws = data[0] & 4;
	o.csv = data[0] & 8;
	try_count(path, &o, false);
	try_count(path, &o, true);
	if (reject_read_replay(path, &o, fuzz_null(), &n, &e) != 0)
		need(e.status == STATUS_DATA && e.msg[0] != '\0');
	buf_free(&b);
	return (0);
}
