/* What differs between two rule_data. */
#include "rule/delta.h"

#include "../../tap.h"

static void
test_text(void)
{
	static const struct {
		const char *before, *after, *want;
	} v[] = {
		{ "{}", "{}", "" },
		{ "{\"a\": 1, \"b\": [1, {\"c\": null}]}", "{\"b\": [1, {\"c\": null}], \"a\": 1}",
		    "" },
		{ "{\"figures\": {\"d\": {\"value\": 467, \"unit\": \"ft\"}}}",
		    "{\"figures\": {\"d\": {\"unit\": \"ft\", \"value\": 330}}}",
		    "d: 467 ft -> 330 ft" },
		{ "{\"figures\": {\"d\": {\"value\": 467, \"unit\": \"ft\"}}}",
		    "{\"figures\": {\"d\": {\"value\": 467, \"unit\": \"m\"}}}",
		    "d: 467 ft -> 467 m" },
		{ "{\"cite\": \"a\", \"figures\": {\"x\": {\"value\": [\"p\", \"q\"]}}}",
		    "{\"figures\": {\"y\": {\"value\": \"t\"}}, \"cite\": \"b\"}",
		    "x: [\"p\",\"q\"] -> (none); y: (none) -> t; cite: a -> b" },
		{ "{\"effective_from\": null}", "{}", "" },
		{ "{\"effective_from\": null}", "{\"effective_from\": \"2026-01-01\"}",
		    "effective_from: (none) -> 2026-01-01" },
		{ NULL, "{\"a\": true}", "a: (none) -> true" },
		{ "{\"a\": {\"b\": 1.50}}", NULL, "a: {\"b\":1.50} -> (none)" },
		{ "[1]", "{\"a\": 1}", "rule_data: [1] -> {\"a\":1}" },
		{ "{\"figures\": 1}", "{\"figures\": {\"a\": 1}}", "figures: 1 -> {\"a\":1}" },
		{ "{\"a\": 1.0}", "{\"a\": 1.00}", "a: 1.0 -> 1.00" },
	};
	size_t i;

	for (i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct buf out = BUF_INIT(1 << 16);
		struct err e = ERR_INIT;

		if (tap_ok(delta_text(v[i].before, v[i].after, &out, &e) == 0, "%s is compared",
			v[i].before ? v[i].before : "nothing"))
			(void)tap_is(buf_str(&out, &e), v[i].want, "and differs as it should");
		buf_free(&out);
	}
}

static void
test_bad(void)
{
	struct buf out = BUF_INIT(1 << 16);
	struct err e = ERR_INIT;

	(void)tap_ok(delta_text("{", "{}", &out, &e) != 0 && e.status == STATUS_DATA,
	    "what is no JSON is refused");
	buf_free(&out);
}

int
main(void)
{

	test_text();
	test_bad();
	return (tap_end());
}
