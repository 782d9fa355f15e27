#ifndef AEGIS_RRC_DECODE_ONE_H
#define AEGIS_RRC_DECODE_ONE_H

#include "rrc/decode.h"
#include "rrc/intake.h"

/*
 * One decoding of an input that others may read as well; for decode*.c only.  decode.c has what becomes
 * of each record, decode_pass.c reads them.
 */
struct decode;

/**
 * decode_new(o):
 * A decoding that is not open yet.
 */
struct decode *decode_new(const struct decode_options *o);

/**
 * decode_segment(d):
 * The segment that all rows of the input are of, where the output names it; -1: the file tells.
 */
int decode_segment(const struct decode *d);

/**
 * decode_open(d, intake, e):
 * Open rejects and output for the records of ${intake}, which outlives ${d}.
 */
int decode_open(struct decode *d, struct intake *intake, struct err *e);

/**
 * decode_hold(d, in, e):
 * Keep the rows of the file ${in} that the rows of segment ${in}->child belong to.
 */
int decode_hold(struct decode *d, const struct decode_above *in, struct err *e);

/**
 * decode_faults(d), decode_one(d, res, fr, i, e):
 * Take one record, of segment ${i}.  Where ${res} is INTAKE_STRAY, what is wrong with it was put into
 * decode_faults(d) before.
 */
struct fault_list *decode_faults(struct decode *d);
int decode_one(struct decode *d, enum intake_result res, struct frame fr, int i, struct err *e);

/**
 * decode_finish(d, in, each, cookie, e):
 * Write the last row, close the reject file, judge the whole input, and only then seal the output, of
 * which ${each} is told.
 */
int decode_finish(struct decode *d, const struct decode_input *in, decode_each_fn *each,
    void *cookie, struct err *e);

/**
 * decode_close(d):
 * Free it; a reject file that is still open stays under its partial name.
 */
void decode_close(struct decode *d);

#endif
