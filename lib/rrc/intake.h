#ifndef AEGIS_RRC_INTAKE_H
#define AEGIS_RRC_INTAKE_H

#include "base/err.h"
#include "rrc/charset.h"
#include "rrc/domain.h"
#include "rrc/frame.h"
#include "rrc/layout.h"
#include "rrc/probe.h"
#include "stream/reject.h"

/*
 * The records of a file, whatever it is made of: records of one length, lines, delimited rows, JSON
 * objects.  A file that does not fit its layout is refused before the first of them.
 */
struct intake;

/* What to read; all stay the caller's. */
struct intake_options {
	const struct layout *layout;
	int segment;                /* that all rows are of, where it is known; else -1 */
	enum probe_choice encoding; /* of records at their places */
	const char *name;           /* the file's, for messages */
	bool trial;                 /* the input is a file's head only */
};

/* How the head of a file fits a layout. */
struct intake_rating {
	size_t records, fit; /* looked at, up to INTAKE_TRIAL; of them as the layout has them */
	struct domain_seen seen;
	enum charset_id charset;
	char newest[11]; /* the newest day, not after ${today}, in a field of dates; or empty */
};

enum { INTAKE_TRIAL = 200 };

/* What came of a record: see struct frame; one that is no segment's, or not as long as one. */
enum intake_result { INTAKE_FAILED = -1, INTAKE_END, INTAKE_RECORD, INTAKE_STRAY };

/**
 * intake_open(o, in, e):
 * Read the beginning of ${in} and judge whether the layout fits it.  Return the intake, to be freed
 * by intake_free(), or NULL with ${e} set: STATUS_DATA where it does not, STATUS_NOINPUT where it
 * is empty.
 */
struct intake *intake_open(const struct intake_options *o, const struct frame_input *in,
    struct err *e);

/**
 * intake_rate(o, head, len, today, out, e):
 * Try the layout on the ${len} bytes of a file's ${head}; ${today} is YYYY-MM-DD, or NULL where nobody
 * asks for dates.  Return 0 with ${out} set, or -1 with ${e} set as intake_open() does.
 */
int intake_rate(const struct intake_options *o, const unsigned char *head, size_t len,
    const char *today, struct intake_rating *out, struct err *e);

/**
 * intake_charset(i):
 * The file's character set, valid as long as ${i}.
 */
const struct charset *intake_charset(const struct intake *i);

/**
 * intake_form(i, header, len):
 * What its records are to be fed again as, see reject_form(): "records", or "lines" with ${len}
 * bytes of a header before them (NULL for none).
 */
const char *intake_form(const struct intake *i, const char **header, size_t *len);

/**
 * intake_next(i, fr, segment, faults, e):
 * Set ${fr} to the next record, in the file's order, and ${segment} to its segment's number, -1 for
 * none.  INTAKE_STRAY: ${faults} says what is wrong with it.
 */
enum intake_result intake_next(struct intake *i, struct frame *fr, int *segment,
    struct fault_list *faults, struct err *e);

/**
 * intake_pad(i, fr):
 * As frame_pad(), where records have a length.
 */
void intake_pad(struct intake *i, struct frame *fr);
void intake_free(struct intake *i);

#endif
