/* Validation presets by name. */

#include "entity/preset.h"

#include <stdio.h>
#include <string.h>

/* Whether the text is exactly ${want} ASCII digits. */
static bool
preset_digits(const char *p, size_t len, size_t want)
{
	size_t i;

	if (len != want)
		return (false);
	for (i = 0; i < len; i++)
		if (p[i] < '0' || p[i] > '9')
			return (false);
	return (true);
}

/* Whether every byte is '0'; true for an empty text. */
static bool
preset_zeros(const char *p, size_t len)
{
	size_t i;

	for (i = 0; i < len && p[i] == '0'; i++)
		continue;
	return (i == len);
}

bool
preset_is_api_number(const char *p, size_t len)
{

	return (len == 12 && memcmp(p, "42-", 3) == 0 && preset_digits(p + 3, 3, 3) &&
	    p[6] == '-' && preset_digits(p + 7, 5, 5) && !preset_zeros(p + 3, 3) &&
	    !preset_zeros(p + 7, 5));
}

/* Whether the text is one of the 13 district names of the RRC, in capital letters. */
static bool
preset_rrc_district(const char *p, size_t len)
{
	static const char names[] =
	    "010203040506"
	    "6E7B7C"
	    "088A0910";
	size_t i;

	if (len != 2)
		return (false);
	for (i = 0; names[i] != '\0'; i += 2)
		if (memcmp(names + i, p, 2) == 0)
			return (true);
	return (false);
}

/* Whether the text is three digits, not all zero; whether there is such a county is not checked.
 */
static bool
preset_county_code(const char *p, size_t len)
{

	return (preset_digits(p, len, 3) && !preset_zeros(p, len));
}

/* Step over "operator:" or "lease:", so that a key is as good as its number. */
static void
preset_skip(const char **p, size_t *len, const char *type)
{
	size_t n = strlen(type);

	if (*len > n && memcmp(*p, type, n) == 0) {
		*p += n;
		*len -= n;
	}
}

/* Whether the text, after an optional "operator:", is six digits, not all zero. */
static bool
preset_operator_number(const char *p, size_t len)
{

	preset_skip(&p, &len, "operator:");
	return (preset_digits(p, len, 6) && !preset_zeros(p, len));
}

/* Whether the text, after an optional "lease:", is G-NNNNNN, or O-DD-NNNNN with a district of the
 * RRC as DD. */
static bool
preset_lease_key(const char *p, size_t len)
{

	preset_skip(&p, &len, "lease:");
	if (len == 8 && memcmp(p, "G-", 2) == 0)
		return (preset_digits(p + 2, 6, 6) && !preset_zeros(p + 2, 6));
	return (len == 10 && memcmp(p, "O-", 2) == 0 && preset_rrc_district(p + 2, 2) &&
	    p[4] == '-' && preset_digits(p + 5, 5, 5) && !preset_zeros(p + 5, 5));
}

/*
 * Whether a checked number lies from -${low} to ${high}, without a floating
 * point: no rounding, and no digit is too many.
 */
static bool
preset_within(const char *p, size_t len, unsigned low, unsigned high)
{
	bool minus = len > 0 && p[0] == '-', fraction = false;
	unsigned v = 0, limit = minus ? low : high;
	size_t i;

	for (i = minus ? 1 : 0; i < len && p[i] != '.'; i++) {
		v = v * 10 + (unsigned)(p[i] - '0');
		if (v > limit)
			return (false);
	}
	for (i++; i < len; i++)
		if (p[i] != '0')
			fraction = true;
	return (v < limit || !fraction);
}

/* Whether a checked number is from -90 to 90 degrees. */
static bool
preset_latitude(const char *p, size_t len)
{

	return (preset_within(p, len, 90, 90));
}

/* Whether a checked number is from -180 to 180 degrees. */
static bool
preset_longitude(const char *p, size_t len)
{

	return (preset_within(p, len, 180, 180));
}

/* Whether a checked number is from 0 to 100, both included. */
static bool
preset_percentage(const char *p, size_t len)
{

	return (preset_within(p, len, 0, 100));
}

/* Whether a checked number is at least 0; the sign alone tells, since check_number() drops that of
 * a zero. */
static bool
preset_non_negative(const char *p, size_t len)
{

	return (len > 0 && p[0] != '-');
}

/* Whether a checked number is above 0: without a minus, and with a digit other than 0. */
static bool
preset_positive(const char *p, size_t len)
{
	size_t i;

	if (!preset_non_negative(p, len))
		return (false);
	for (i = 0; i < len && (p[i] == '0' || p[i] == '.'); i++)
		continue;
	return (i < len);
}

static const struct preset presets[] = {
	{ "api_number", false, preset_is_api_number, "bad_key",
	    "is not an API number (42-CCC-UUUUU)" },
	{ "rrc_district", false, preset_rrc_district, "bad_code",
	    "is not an RRC district (01..06, 6E, 7B, 7C, 08, 8A, 09, 10)" },
	{ "county_code", false, preset_county_code, "bad_code", "is not a county code (3 digits)" },
	{ "operator_number", false, preset_operator_number, "bad_code",
	    "is not an operator's P-5 number (6 digits)" },
	{ "lease_key", false, preset_lease_key, "bad_key",
	    "is not a lease (O-DD-NNNNN or G-NNNNNN)" },
	{ "latitude", true, preset_latitude, "out_of_range", "is not from -90 to 90" },
	{ "longitude", true, preset_longitude, "out_of_range", "is not from -180 to 180" },
	{ "positive", true, preset_positive, "out_of_range", "is not above 0" },
	{ "non_negative", true, preset_non_negative, "out_of_range", "is below 0" },
	{ "percentage", true, preset_percentage, "out_of_range", "is not from 0 to 100" },
};

const struct preset *
preset_find(const char *name)
{
	size_t i;

	for (i = 0; i < sizeof(presets) / sizeof(presets[0]); i++)
		if (strcmp(presets[i].name, name) == 0)
			return (&presets[i]);
	return (NULL);
}

const char *
preset_names(char *dst, size_t size)
{
	size_t i, n = 0;

	dst[0] = '\0';
	for (i = 0; i < sizeof(presets) / sizeof(presets[0]) && n < size; i++)
		n += (size_t)snprintf(dst + n, size - n, "%s%s", i ? ", " : "", presets[i].name);
	return (dst);
}
