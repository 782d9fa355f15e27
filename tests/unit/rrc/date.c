#include "rrc/date.h"

#include <stddef.h>

#include "../../tap.h"

static const struct {
	const char *in, *want;
} days[] = {
	{ "19631027", "1963-10-27" }, { "00000000", "null" },
	{ "19500500", "bad" }, /* stands in the real file */
	{ "00880101", "bad" }, { "12000101", "bad" }, /* years 88 and 1200, the same */
	{ "20240229", "2024-02-29" }, { "20230229", "bad" },
	{ "20000229", "2000-02-29" }, { "19000229", "bad" }, /* centuries */
	{ "18581231", "bad" }, { "18590101", "1859-01-01" },
	{ "20991231", "2099-12-31" }, { "21000101", "bad" },
	{ "20200431", "bad" }, { "20200430", "2020-04-30" }, { "20201301", "bad" },
	{ "20200001", "bad" }, { "20201232", "bad" },
}, months[] = {
	{ "199801", "1998-01" }, { "000000", "null" }, { "199800", "bad" }, { "199813", "bad" },
	{ "008801", "bad" }, { "209912", "2099-12" },
};

static const char *
text(enum date_result r, char *dst, size_t n)
{

	dst[n] = '\0';
	return (r == DATE_OK ? dst : r == DATE_NULL ? "null" : "bad");
}

int
main(void)
{
	char dst[16] = "";
	size_t i;

	for (i = 0; i < sizeof(days) / sizeof(days[0]); i++)
		(void)tap_is(text(date_day(days[i].in, dst), dst, 10), days[i].want, days[i].in);
	for (i = 0; i < sizeof(months) / sizeof(months[0]); i++)
		(void)tap_is(text(date_month(months[i].in, dst), dst, 7), months[i].want,
		    months[i].in);
	return (tap_end());
}
