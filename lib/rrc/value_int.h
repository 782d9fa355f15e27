#ifndef AEGIS_RRC_VALUE_INT_H
#define AEGIS_RRC_VALUE_INT_H

/* Inside of a conversion, shared by value.c (reads it) and value_eval.c. */

#include <stdbool.h>
#include <stdint.h>

#include "rrc/choice.h"
#include "rrc/date.h"
#include "rrc/value.h"

enum value_as {
	VALUE_AS_TEXT,
	VALUE_AS_DIGITS,
	VALUE_AS_INTEGER,
	VALUE_AS_DECIMAL,
	VALUE_AS_DATE,
	VALUE_AS_MONTH,
	VALUE_AS_CODE,
	VALUE_AS_BOOLEAN,
	VALUE_AS_COMPOSED, /* "text: ...{FIELD}..." */
	VALUE_AS_CHOSEN,   /* "by: FIELD", "cases: {CODE: {...}}" */
};

struct value_part {
	const char *literal; /* before the field */
	size_t len;
	const struct layout_field *field; /* NULL in the last part: literal only */
	const struct layout_codes *table; /* or NULL */
	size_t digits;                    /* "#N": a number in so many digits; 0: as it stands */
	size_t first, last;               /* "@N-M": these characters of it, from 1; 0: all */
	struct choice choice;
};

struct value_case {
	unsigned char code[LAYOUT_MAX_CODE];
	size_t width;
	struct value *value;
};

struct value {
	enum value_as as;
	const struct charset *c;
	const struct layout_field *field; /* NULL: composed */
	struct choice choice;             /* the field's own condition */
	const struct layout_codes *table;
	bool unknown_null; /* a code that the table has not is NULL, no fault */
	bool zero_null;
	bool negate;
	bool inverted;           /* a date that stands as 99999999 minus it */
	enum date_format format; /* of a date */
	size_t digits;           /* of VALUE_AS_DIGITS: how many, or 0: as they stand */
	unsigned decimals;       /* of a number that is printed */
	bool has_min, has_max;
	int64_t min, max; /* with the field's decimals, without their point */
	const char *min_text, *max_text;
	const struct conf_node *nulls; /* list of texts that mean NULL, or NULL */
	struct value_part *parts;
	size_t nparts;
	struct value_case *cases;
	size_t ncases;
	size_t size;
	bool stands;   /* its text may go out as it stands in the record: see value_stands() */
	char *scratch; /* one field's text */
};

#endif
