/* Numbers from outside, ceilings, hex. */
#include "base/num.h"

#include "../../tap.h"

static void
test_u64(void)
{
	static const struct {
		const char *s;
		uint64_t min, max, want;
		int rc;
	} v[] = {
		{ "0", 0, 10, 0, 0 },
		{ "10", 0, 10, 10, 0 },
		{ "11", 0, 10, 0, -1 },
		{ "4", 5, 10, 0, -1 },
		{ "007", 0, 10, 7, 0 },
		{ "18446744073709551615", 0, UINT64_MAX, UINT64_MAX, 0 },
		{ "18446744073709551616", 0, UINT64_MAX, 0, -1 },
		{ "99999999999999999999", 0, UINT64_MAX, 0, -1 },
		{ "000000000000000000001", 0, UINT64_MAX, 0, -1 },
		{ "", 0, 10, 0, -1 },
		{ "-1", 0, 10, 0, -1 },
		{ "+1", 0, 10, 0, -1 },
		{ " 1", 0, 10, 0, -1 },
		{ "1 ", 0, 10, 0, -1 },
		{ "1e1", 0, 10, 0, -1 },
		{ "0x1", 0, 10, 0, -1 },
		{ "\xb1", 0, 10, 0, -1 },
	};
	size_t i;

	for (i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		uint64_t got = 99;
		int rc = num_u64(v[i].s, strlen(v[i].s), v[i].min, v[i].max, &got);

		(void)tap_ok(rc == v[i].rc && got == (rc == 0 ? v[i].want : 99), "'%s'", v[i].s);
	}
}

static void
test_fmt(void)
{
	static const struct {
		uint64_t v;
		const char *want;
	} v[] = {
		{ 0, "0" },
		{ 9, "9" },
		{ 10, "10" },
		{ 1234567890, "1234567890" },
		{ UINT64_MAX, "18446744073709551615" },
	};
	char got[24];
	size_t i;

	for (i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		got[num_fmt(got, v[i].v)] = '\0';
		(void)tap_is(got, v[i].want, "in decimal");
	}
}

static void
test_ceiling(void)
{
	static const struct {
		const char *s;
		uint64_t n, of;
		bool exceeds;
	} v[] = {
		{ "0", 0, 10, false },
		{ "0", 1, 10, true },
		{ "5", 5, 10, false },
		{ "5", 6, 1000000, true },
		{ "0%", 0, 10, false },
		{ "0%", 1, 10, true },
		{ "0.1%", 1, 1000, false },
		{ "0.1%", 2, 1000, true },
		{ "0.1%", 1, 999, true },
		{ "5%", 5, 100, false },
		{ "5%", 6, 100, true },
		{ "5%", 0, 0, false },
		{ ".5%", 1, 200, false },
		{ ".5%", 2, 200, true },
		{ "100%", 10, 10, false },
		{ "12.25%", 1225, 10000, false },
		{ "12.25%", 1226, 10000, true },
	};
	static const char *const bad[] = { "", "%", ".%", "-1", "-1%", "x", "1.5", "1%%", "101%",
		"100.1%", "1.2.3%", "1 %", "nan%", "inf%", "1e1%", "18446744073709551616" };
	size_t i;

	for (i = 0; i < sizeof(v) / sizeof(v[0]); i++) {
		struct ceiling c;
		struct err e = ERR_INIT;
		int rc = num_ceiling(v[i].s, &c, &e);

		(void)tap_ok(rc == 0 && num_exceeds(&c, v[i].n, v[i].of) == v[i].exceeds,
		    "%llu of %llu %s %s", (unsigned long long)v[i].n, (unsigned long long)v[i].of,
		    v[i].exceeds ? "exceed" : "keep to", v[i].s);
	}
	for (i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct ceiling c;
		struct err e = ERR_INIT;

		(void)tap_ok(num_ceiling(bad[i], &c, &e) == -1 && e.status == STATUS_USAGE,
		    "'%s' is no ceiling", bad[i]);
	}
}

static void
test_hex(void)
{
	unsigned char b[4] = { 0x00, 0x9a, 0xff, 0x10 }, back[4];
	char hex[9] = "";

	num_hex(hex, b, 4);
	(void)tap_is(hex, "009aff10", "bytes as hex");
	(void)tap_ok(num_unhex(back, "009AfF10", 4) == 0 && memcmp(b, back, 4) == 0,
	    "hex of either case as bytes");
	(void)tap_ok(num_unhex(back, "009g", 2) == -1, "g is no digit");
	(void)tap_ok(num_unhex(back, "0 ", 1) == -1, "a blank is none");
	(void)tap_ok(num_unhex(back, "", 0) == 0, "no bytes");
}

static void
test_uuid(void)
{
	static const char good[] = "00000000-0000-4000-8000-00000000ABCD";
	char dst[37], bad[40];
	size_t i;

	(void)tap_ok(num_uuid(dst, good) == 0, "a UUID");
	(void)tap_is(dst, "00000000-0000-4000-8000-00000000abcd", "in lower case");
	for (i = 0; i < 36; i++) {
		memcpy(bad, good, sizeof(good));
		bad[i] = 'g';
		(void)tap_ok(num_uuid(dst, bad) == -1, "none with a 'g' at %zu", i);
		bad[i] = '\0';
		(void)tap_ok(num_uuid(dst, bad) == -1, "none of %zu characters", i);
	}
	(void)snprintf(bad, sizeof(bad), "%s0", good);
	(void)tap_ok(num_uuid(dst, bad) == -1, "none of 37 characters");
}

int
main(void)
{

	test_u64();
	test_fmt();
	test_ceiling();
	test_hex();
	test_uuid();
	return (tap_end());
}
