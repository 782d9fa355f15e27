/* Streams become rows: sections, rejects, books held against each other; by streams made here. */
#include "ledger/intake.h"

#include <stdlib.h>
#include <unistd.h>

#include "../../sealed.h"
#include "../../tap.h"
#include "base/io.h"
#include "stream/reject.h"

#define RUN "5cf2c4b6-6a5e-4c0f-9f55-4f0d4a3f9a51"
#define HEAD(source) "#aegis-stream 1 kind=table:t source=" source " run=" RUN "\na,b\n"

static char rejects[] = "/tmp/aegis-intake-XXXXXX";

/* What a load would be: it counts, and rejects the rows whose first field is "bad". */
struct load {
	struct intake *in;
	int begun, rows, ended;
};

static int
begin(void *load, struct intake_section *s, struct err *e)
{
	struct load *l = load;

	(void)e;
	l->begun++;
	(void)strcpy(s->own.dataset, "t");
	return (0);
}

static int
row(void *load, const struct stream_field *f, struct err *e)
{
	struct load *l = load;

	l->rows++;
	if (f[0].len != 3 || memcmp(f[0].p, "bad", 3) != 0) {
		intake_now(l->in)->counts.inserted++;
		return (0);
	}
	fault_add(intake_faults(l->in), "bad_type", "a", f[0].p, f[0].len, "is bad");
	return (intake_reject(l->in, NULL, 0, e));
}

static int
end(void *load, struct intake_section *s, struct err *e)
{
	struct load *l = load;

	(void)e;
	l->ended += s->nupstream == 1;
	return (0);
}

static const struct intake_steps steps = { begin, row, end };

/* Take a stream of these bytes; the result is intake_take()'s, or intake_check()'s. */
static int
take(struct load *l, const struct intake_options *o, const struct buf *b, struct err *e)
{
	struct stream_reader *r;
	int fd = io_spool(e), rc = -1;

	memset(l, 0, sizeof(*l));
	memset(e, 0, sizeof(*e));
	l->in = intake_new(o);
	if (io_write_all(fd, b->p, b->len, "spool", e) == 0 && lseek(fd, 0, SEEK_SET) == 0 &&
	    (r = stream_reader_open(fd, "in", "", e)) != NULL) {
		rc = intake_take(l->in, r, false, &steps, l, e) || intake_check(l->in, e);
		stream_reader_free(r);
	}
	(void)close(fd);
	return (rc);
}

static void
done(struct load *l)
{
	char partial[64];

	intake_close(l->in);
	intake_free(l->in);
	/* What a load that failed leaves. */
	(void)snprintf(partial, sizeof(partial), "%s.partial", rejects);
	(void)unlink(partial);
}

int
main(void)
{
	struct intake_options o = { .stage = "unit-load",
		.needs_books = true,
		.max_rejects = { true, 0, 0.5 },
		.max_flaws = { true, 0, 0.5 } };
	struct buf b = BUF_INIT(1 << 20), text = BUF_INIT(1 << 20);
	uint64_t rejected, skipped;
	struct ledger_counts t;
	struct load l;
	struct err e = ERR_INIT;
	int fd;

	if ((fd = mkstemp(rejects)) < 0)
		return (1);
	(void)close(fd);
	(void)unlink(rejects);

	sealed_stream(&b, HEAD("one"), "x,1\ny,2\n", 8, 2);
	sealed_stream(&text, HEAD("two"), "z,3\n", 4, 1);
	(void)buf_add(&b, text.p, text.len, NULL);
	(void)tap_ok(take(&l, &o, &b, &e) == 0, "two streams, one after the other %s", e.msg);
	(void)tap_ok(l.begun == 2 && l.rows == 3 && l.ended == 2 && intake_sections(l.in) == 2,
	    "a section each: %d begun, %d rows, %d ended", l.begun, l.rows, l.ended);
	(void)tap_is(intake_section(l.in, 1)->source, "two", "with its source");
	t = intake_totals(l.in, &rejected, &skipped);
	(void)tap_ok(t.inserted == 3 && rejected == 0 && intake_section(l.in, 0)->own.read == 2 &&
		intake_section(l.in, 0)->own.used == 2,
	    "totals, and the book of the load itself");
	done(&l);

	b.len = 0;
	sealed_stream(&b, HEAD("three"), "x,1\nbad,2\ny,3\n", 14, 3);
	(void)tap_ok(take(&l, &o, &b, &e) != 0 && e.status == STATUS_DATA,
	    "a reject without a file ends it: %s", e.msg);
	done(&l);
	o.rejects = rejects;
	(void)tap_ok(take(&l, &o, &b, &e) == 0, "with one it is set aside %s", e.msg);
	t = intake_totals(l.in, &rejected, NULL);
	(void)tap_ok(t.inserted == 2 && rejected == 1 && intake_section(l.in, 0)->own.used == 2 &&
		intake_section(l.in, 0)->own.ncodes == 1,
	    "and in the book, by its code");
	done(&l);
	text.len = 0;
	(void)tap_ok(io_slurp_regular(rejects, &text, &e) == 0 &&
		strstr(buf_str(&text, NULL), "bad_type") != NULL,
	    "and in the reject file");
	(void)unlink(rejects);
	o.max_rejects.share = 0.1;
	(void)tap_ok(take(&l, &o, &b, &e) != 0 && e.status == STATUS_DATA,
	    "more than the limit: %s", e.msg);
	done(&l);
	(void)unlink(rejects);

	/* The stage before says it wrote four rows. */
	b.len = 0;
	sealed_stream(&b, HEAD("four"), "x,1\ny,3\n", 8, 4);
	(void)tap_ok(take(&l, &o, &b, &e) != 0 && e.status == STATUS_DATA && l.ended == 0,
	    "a book that is off by rows: %s", e.msg);
	done(&l);
	b.len -= 10;
	(void)tap_ok(take(&l, &o, &b, &e) != 0 && e.status == STATUS_DATA,
	    "a stream that is cut: %s", e.msg);
	done(&l);
	(void)unlink(rejects);
	buf_free(&b);
	buf_free(&text);
	return (tap_end());
}
