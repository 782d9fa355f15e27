#ifndef AEGIS_RRC_RECORD_H
#define AEGIS_RRC_RECORD_H

#include <stddef.h>
#include <stdint.h>

#include "rrc/layout.h"

/* A value's place in its record's bytes. */
struct span {
	uint32_t at, len;
};

/*
 * A record as its fields are read: each at its place, or, in files whose fields have no place
 * (delimited text, JSON), where its span is, the fields' "at" being numbers of spans.
 */
struct record {
	const unsigned char *p;
	const struct span *spans; /* NULL: fields are at their places */
};

/**
 * record_field(rec, f, len):
 * Return the bytes of field ${f} and set ${len} to how many there are.
 */
static inline const unsigned char *
record_field(const struct record *rec, const struct layout_field *f, size_t *len)
{

	if (rec->spans == NULL) {
		*len = f->width;
		return (rec->p + f->at);
	}
	*len = rec->spans[f->at].len;
	return (rec->p + rec->spans[f->at].at);
}

#endif
