#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../../tap.h"
#include "base/buf.h"
#include "base/io.h"
#include "entity/map.h"
#include "stream/reader.h"
#include "stream/writer.h"

#define TENANT "00000000-0000-4000-8000-000000000001"
#define RUN "11111111-2222-4333-8444-555555555555"

static struct entity_definition *
thing(const char *const *rrc, const enum field_role *roles, size_t n)
{
	struct err e = ERR_INIT;
	struct entity_definition *d = definition_new(TENANT, "thing", n, &e);
	size_t i;

	for (i = 0; i < n; i++) {
		char key[] = "a";

		key[0] = (char)('a' + i);
		d->fields[i].key = xstrdup(key);
		d->fields[i].input_type = xstrdup("text");
		d->fields[i].rrc_key = rrc[i] != NULL ? xstrdup(rrc[i]) : NULL;
		d->fields[i].role = roles[i];
		d->fields[i].order = (int)(n - i); /* the last one is the key's first part */
	}
	(void)tap_ok(definition_finish(d, NULL, &e) == 0, "a definition: %s", e.msg);
	return (d);
}

static char said[2000];

static void
notice(void *cookie, enum map_notice level, const char *text)
{
	size_t n = strlen(said);

	(void)cookie;
	(void)snprintf(said + n, sizeof(said) - n, "%c:%s|", level == MAP_WARNING ? 'W' : 'I',
	    text);
}

static void
test_plan(void)
{
	static const char *const rrc[] = { "l/v:X", "Y", "other/v:X", "GONE", NULL, "X", "Y" };
	static const enum field_role roles[] = { ROLE_IDENTITY, ROLE_IDENTITY, ROLE_NONE, ROLE_NAME,
		ROLE_NONE, ROLE_NONE, ROLE_NONE };
	static const char *const columns[] = { "_record", "_offset", "Z", "Y", "X" };
	struct entity_definition *d = thing(rrc, roles, 7);
	struct err e = ERR_INIT;
	struct map_plan *p = map_plan_new(d, "l/v", columns, 5, notice, NULL, &e);

	if (tap_ok(p != NULL, "a plan: %s", e.msg)) {
		(void)tap_ok(p->n == 3 && p->cells[0].column == 4 && p->cells[1].column == 3 &&
			p->cells[2].column == 3,
		    "three fields, by qualified and bare keys");
		(void)tap_is(p->cells[2].field->key, "g", "one column may feed two fields");
		(void)tap_ok(p->nidentity == 2 && p->identity[0] == 1 && p->identity[1] == 0 &&
			!p->bare_key,
		    "the identity's parts by their order");
		(void)tap_ok(p->cells[0].hard && !p->cells[2].hard, "an identity is hard");
	}
	(void)tap_is(said,
	    "W:l/v has no column 'GONE', which is mapped to the field 'd'|"
	    "I:the column 'Z' of l/v is not mapped|"
	    "I:columns of l/v that would feed 'f' are mapped to other fields as 'l/v:COLUMN'|",
	    "what there is to say");
	map_plan_free(p);
	definition_free(d);
}

static void
test_plan_faults(void)
{
	static const char *const columns[] = { "_record", "_offset", "X" };
	static const struct {
		const char *rrc;
		enum field_role role;
		const char *say;
	} t[] = {
		{ "X", ROLE_NAME, "the type 'thing' has no field with the role identity" },
		{ "Y", ROLE_IDENTITY, "type 'thing', field 'a': l/v has no column 'Y'" },
		{ NULL, ROLE_IDENTITY,
		    "type 'thing', field 'a': a part of the identity, and no "
		    "column of l/v feeds it" },
		{ "m/v:X", ROLE_IDENTITY,
		    "type 'thing', field 'a': a part of the identity, and no "
		    "column of l/v feeds it" },
	};
	size_t i;

	for (i = 0; i < sizeof(t) / sizeof(t[0]); i++) {
		struct entity_definition *d = thing(&t[i].rrc, &t[i].role, 1);
		struct err e = ERR_INIT;
		struct map_plan *p = map_plan_new(d, "l/v", columns, 3, NULL, NULL, &e);

		(void)tap_ok(p == NULL && e.status == STATUS_CONFIG, "no plan %zu", i);
		(void)tap_is(e.msg, t[i].say, "the message");
		map_plan_free(p);
		definition_free(d);
	}
}

/* ${n} streams of two rows each, sealed but for the last one where ${cut}. */
static int
input(int n, bool cut)
{
	static const char *const columns[] = { "_record", "_offset", "X", "Y" };
	static const struct stream_header h = { "rrc:l/v", "a source", RUN, NULL, NULL };
	struct err e = ERR_INIT;
	int fd = io_spool(&e), i, k;

	for (i = 0; i < n; i++) {
		struct stream_writer *w = stream_writer_open(fd, "spool", &h, columns, 4, &e);
		struct book b;

		book_init(&b, "rrc-decode");
		(void)snprintf(b.dataset, sizeof(b.dataset), "l/v");
		for (k = 0; k < 2; k++) {
			stream_writer_u64(w, (uint64_t)k + 1);
			stream_writer_u64(w, (uint64_t)k * 247);
			stream_writer_text(w, k ? "q" : "p", 1);
			stream_writer_text(w, "a, \"b\"", 6);
			(void)stream_writer_end_row(w, &e);
		}
		b.read = b.used = b.rows = 2;
		/* What is written before a missing seal must not stay in a buffer. */
		if (stream_writer_seal(w, NULL, 0, &b, &e))
			(void)printf("Bail out! %s\n", e.msg);
		stream_writer_free(w);
	}
	if (cut && ftruncate(fd, lseek(fd, 0, SEEK_END) - 30))
		(void)printf("Bail out! cannot cut\n");
	(void)lseek(fd, 0, SEEK_SET);
	return (fd);
}

static int
run(int in, struct map_totals *t, struct err *e)
{
	static const char *const rrc[] = { "X", "Y" };
	static const enum field_role roles[] = { ROLE_IDENTITY, ROLE_NAME };
	struct entity_definition *d = thing(rrc, roles, 2);
	struct map_options o = { .def = d,
		.in = in,
		.in_name = "in",
		.out = io_spool(e),
		.out_name = "out" };

	if (map_run(&o, t, e))
		(void)tap_ok(e->status != STATUS_OK, "it failed: %s", e->msg);
	definition_free(d);
	(void)close(in);
	(void)lseek(o.out, 0, SEEK_SET);
	return (o.out);
}

static void
test_run(void)
{
	struct err e = ERR_INIT;
	struct map_totals t;
	struct stream_reader *r;
	const struct stream_field *f;
	const struct book *b;
	int out = run(input(2, false), &t, &e), sealed = 0, rows = 0;
	enum stream_event ev;
	size_t n;

	(void)tap_ok(t.streams == 2 && t.read == 4 && t.rows == 4 && t.rejected == 0, "totals");
	r = stream_reader_open(out, "out", "entity:thing", &e);
	while ((ev = stream_reader_next(r, &e)) > STREAM_END) {
		if (ev == STREAM_HEADER) {
			(void)tap_is(stream_reader_source(r), "a source", "the source goes on");
			(void)tap_is(stream_reader_run(r), RUN, "the run goes on");
			(void)tap_ok(stream_reader_ncolumns(r) == 5 &&
				stream_reader_find(r, "entity_key") == 2,
			    "the columns");
		} else if (ev == STREAM_ROW && rows++ == 0) {
			f = stream_reader_fields(r);
			(void)tap_ok(f[2].len == 7 && memcmp(f[2].p, "thing:p", 7) == 0 &&
				f[4].len == 6 && memcmp(f[4].p, "a, \"b\"", 6) == 0,
			    "a row");
		} else if (ev == STREAM_SEAL) {
			sealed++;
			b = stream_reader_books(r, &n);
			(void)tap_ok(n == 2 && strcmp(b[0].stage, "rrc-decode") == 0 &&
				strcmp(b[1].stage, "entity-map") == 0 &&
				strcmp(b[1].dataset, "l/v") == 0 && b[1].read == 2,
			    "the books");
		}
	}
	(void)tap_ok(ev == STREAM_END && sealed == 2 && rows == 4, "two streams: %s", e.msg);
	stream_reader_free(r);
	(void)close(out);
}

static void
test_cut(void)
{
	struct err e = ERR_INIT, why = ERR_INIT;
	struct map_totals t;
	int out = run(input(2, true), &t, &e), sealed = 0;
	struct stream_reader *r;
	enum stream_event ev;

	(void)tap_ok(e.status == STATUS_DATA, "a cut input is refused");
	r = stream_reader_open(out, "out", "entity:", &why);
	while ((ev = stream_reader_next(r, &why)) > STREAM_END)
		sealed += ev == STREAM_SEAL;
	(void)tap_ok(ev == STREAM_FAULT && sealed == 1,
	    "the whole stream is sealed, the cut one is not");
	stream_reader_free(r);
	(void)close(out);
}

int
main(void)
{

	test_plan();
	test_plan_faults();
	test_run();
	test_cut();
	return (tap_end());
}
