/* rrc-decode: one pass over a file, for one view or several. */

#include <stdlib.h>

#include "base/progress.h"
#include "rrc/decode_one.h"

enum { DECODE_TICK = 4096 }; /* records between two words on how far it is */

/* Several decodings of one input. */
struct decode_pass {
	struct decode **d; /* ${n}; one that has failed is NULL, and closed */
	size_t n, live;
	struct intake *intake;
	struct fault_list *faults; /* of records that are no segment's */
	struct err *errs;          /* as many */
};

/* Decoding ${k} has failed, as its error says: the others go on. */
static void
decode_pass_drop(struct decode_pass *p, size_t k)
{

	decode_close(p->d[k]);
	p->d[k] = NULL;
	p->live--;
}

/* Open the input, which all read as the first one needs it, and then each of them. */
static int
decode_pass_open(struct decode_pass *p, const struct decode_options *o,
    const struct decode_input *in, struct err *e)
{
	struct intake_options io = { o->layout, -1, o->encoding, o->source, false };
	size_t i, k;
	int rc;

	io.segment = decode_segment(p->d[0]);
	for (k = 1; k < p->n; k++)
		if (decode_segment(p->d[k]) != io.segment || o[k].nabove > 0 || o->nabove > 0)
			return (err_set(e, STATUS_USAGE,
			    "views %s and %s of layout %s are of different files", o->view,
			    o[k].view, o->layout->name));
	if ((p->intake = intake_open(&io, &in->frames, e)) == NULL)
		return (-1);
	for (k = 0; k < p->n; k++) {
		rc = decode_open(p->d[k], p->intake, &p->errs[k]);
		for (i = 0; rc == 0 && i < o[k].nabove; i++)
			rc = decode_hold(p->d[k], &o[k].above[i], &p->errs[k]);
		if (rc)
			decode_pass_drop(p, k);
	}
	return (0);
}

/* Hand a record to each of them. */
static void
decode_pass_record(struct decode_pass *p, enum intake_result res, const struct frame *fr, int i)
{
	size_t k;

	for (k = 0; k < p->n; k++) {
		if (p->d[k] == NULL)
			continue;
		if (res == INTAKE_STRAY)
			fault_copy(decode_faults(p->d[k]), p->faults);
		if (decode_one(p->d[k], res, *fr, i, &p->errs[k]))
			decode_pass_drop(p, k);
	}
	fault_clear(p->faults);
}

/* Say how far it is, after ${n} records. */
static void
decode_pass_tick(const struct decode_input *in, uint64_t n)
{
	uint64_t read = 0, size = 0;

	if (in->progress != NULL)
		in->progress(in->frames.cookie, &read, &size);
	if (size > 0)
		progress_size(size);
	progress_tick(n, 0, 0, read);
}

/* Read to the end, or until none is left to read for. */
static int
decode_pass_records(struct decode_pass *p, const struct decode_input *in,
    const struct decode_watch *watch, struct err *e)
{
	uint64_t n = 0;
	enum intake_result res = INTAKE_END;
	struct frame fr;
	int i;

	while (p->live > 0 && (watch == NULL || !watch->done) &&
	    (res = intake_next(p->intake, &fr, &i, p->faults, e)) > INTAKE_END) {
		decode_pass_record(p, res, &fr, i);
		if (++n % DECODE_TICK == 0)
			decode_pass_tick(in, n);
	}
	return (res == INTAKE_FAILED);
}

/* Finish each of them, and tell what it has written. */
static void
decode_pass_finish(struct decode_pass *p, const struct decode_input *in, decode_each_fn *each,
    void *cookie)
{
	size_t k;

	for (k = 0; k < p->n; k++) {
		struct decode *d = p->d[k];

		if (d != NULL && decode_finish(d, in, each, cookie, &p->errs[k]))
			decode_pass_drop(p, k);
	}
}

int
decode_run_all(const struct decode_options *o, size_t n, const struct decode_input *in,
    decode_each_fn *each, void *cookie, struct err *errs, struct err *e)
{
	struct decode_pass p = { xcalloc(n, sizeof(*p.d)), n, n, NULL, fault_list_new(), errs };
	size_t k;
	int rc;

	for (k = 0; k < n; k++) {
		errs[k] = (struct err)ERR_INIT;
		p.d[k] = decode_new(&o[k]);
	}
	rc = decode_pass_open(&p, o, in, e) || decode_pass_records(&p, in, o->watch, e);
	if (rc == 0)
		decode_pass_finish(&p, in, each, cookie);
	for (k = 0; k < n; k++) {
		if (p.d[k] != NULL)
			decode_close(p.d[k]);
		if (rc && errs[k].status == STATUS_OK)
			errs[k] = *e;
		else if (rc == 0 && errs[k].status != STATUS_OK && e->status == STATUS_OK)
			*e = errs[k];
	}
	intake_free(p.intake);
	fault_list_free(p.faults);
	free(p.d);
	return (e->status != STATUS_OK);
}

int
decode_run(const struct decode_options *o, const struct decode_input *in, decode_each_fn *each,
    void *cookie, struct err *e)
{
	struct err own;

	return (decode_run_all(o, 1, in, each, cookie, &own, e));
}
