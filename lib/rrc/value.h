#ifndef AEGIS_RRC_VALUE_H
#define AEGIS_RRC_VALUE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/conf.h"
#include "base/err.h"
#include "rrc/charset.h"
#include "rrc/layout.h"
#include "rrc/record.h"
#include "stream/reject.h"

/*
 * One conversion of a view: from one or several fields of a record to what a column
 * holds.  The keys that describe it are listed in doc/formats/layouts.md.
 */
struct value;

enum value_result {
	VALUE_NULL,
	VALUE_PLAIN, /* needs no quotes in CSV */
	VALUE_TEXT,
};

/* The keys that a conversion may have, to be joined with those of its owner. */
#define VALUE_KEYS                                                                                \
	"field", "as", "codes", "unknown", "zero", "negate", "min", "max", "nulls", "text", "by", \
	    "cases", "format", "inverted", "digits", "decimals"

/**
 * value_parse(l, c, s, node, field, e):
 * Compile the conversion that ${node} describes for records of segment ${s} of ${l}
 * in character set ${c}; ${field} is the field it takes where it names none, or NULL.
 * Keys other than VALUE_KEYS are the caller's.  Return the conversion, to be freed by
 * value_free(), or NULL with ${e} naming line and column.
 */
struct value *value_parse(const struct layout *l, const struct charset *c,
    const struct layout_segment *s, const struct conf_node *node, const char *field, struct err *e);

/**
 * value_size(v):
 * Bytes that value_eval() may write.
 */
size_t value_size(const struct value *v);

/**
 * value_is_number(v):
 * Return true if what it gives is a number, as JSON has it.
 */
bool value_is_number(const struct value *v);

/**
 * value_may_stand(v), value_stands(v, rec, p, len):
 * Where what value_eval() would give is VALUE_PLAIN and stands so in the record ${rec}, as most texts
 * do, set ${p} and ${len} to it and return true.  Only where value_may_stand() is true may it be asked.
 */
bool value_may_stand(const struct value *v);
bool value_stands(const struct value *v, const struct record *rec, const char **p, size_t *len);

/**
 * value_eval(v, rec, dst, len, column, code, faults):
 * Convert the record ${rec}, of full length: write the text to ${dst} and its
 * length to ${len}.  A value that is faulty is VALUE_NULL, and the fault of ${column}
 * is added to ${faults} under ${code} or, where that is NULL, its own.
 */
enum value_result value_eval(const struct value *v, const struct record *rec, char *dst,
    size_t *len, const char *column, const char *code, struct fault_list *faults);

/**
 * value_fields(v, rec, each, cookie):
 * Call ${each} for each field of ${rec} that value_eval() would read, in their order in the text; the code
 * that chooses between readings comes first.
 */
typedef void value_field_fn(void *cookie, const struct layout_field *f);
void value_fields(const struct value *v, const struct record *rec, value_field_fn *each,
    void *cookie);
void value_free(struct value *v);

#endif
