/* Keys that stand in reject files. */

#include "entity/load_held.h"

#include <string.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/infile.h"
#include "base/io.h"
#include "base/notice.h"
#include "pg/copy_spool.h"

/* What is being held. */
struct load_holding {
	const char *type;
	bool hashed; /* the type's keys are digests of the view's */
	struct parts *k;
	const char *withheld; /* why nothing may be retired, or NULL */
};

/*
 * A record that a stage refused is in the source all the same: its entity must not be
 * taken for gone.  Every stage's book names its reject file and that file's SHA-256,
 * and the file names the key of each lost row (doc/formats/reject-codes.md).
 */

/* One line of a reject file: its key is an entity's, or that of a view. */
static int
load_held_row(struct load_holding *l, const struct stream_field *severity,
    const struct stream_field *key, bool decoded, struct buf *b, struct err *e)
{

	if (severity->len != strlen("reject") || memcmp(severity->p, "reject", severity->len) != 0)
		return (0);
	if (key->null) {
		l->withheld = "a rejected record has no key";
		return (0);
	}
	if (key->len == 0)
		return (0);
	b->len = 0;
	if (decoded && l->hashed) {
		char hash[DEFINITION_HASH];

		if (buf_addf(b, e, "%s:", l->type) ||
		    buf_add(b, hash, definition_key_hash(key->p, key->len, hash), e))
			return (-1);
		return (parts_hold(l->k, digest_xxh128(b->p, b->len), e));
	}
	if ((decoded && strcmp(l->type, "well") != 0 && buf_addf(b, e, "%s:", l->type)) ||
	    buf_add(b, key->p, key->len, e))
		return (-1);
	return (parts_hold(l->k, digest_xxh128(b->p, b->len), e));
}

/* Hold the key of each rejected record in the stream; fail if it lacks the columns severity and
 * key. */
static int
load_held_rows(struct load_holding *l, struct stream_reader *r, struct err *e)
{
	struct buf b = BUF_INIT(1 << 20);
	bool decoded = false;
	int severity = -1, key = -1, rc = 0;
	enum stream_event ev;

	while (rc == 0 && (ev = stream_reader_next(r, e)) != STREAM_END) {
		if (ev == STREAM_FAULT) {
			rc = -1;
		} else if (ev == STREAM_HEADER) {
			decoded = strcmp(stream_reader_kind(r), "reject:rrc") == 0;
			severity = stream_reader_find(r, "severity");
			key = stream_reader_find(r, "key");
			if (severity < 0 || key < 0)
				rc = err_set(e, STATUS_DATA, "it has no keys");
		} else if (ev == STREAM_ROW) {
			const struct stream_field *f = stream_reader_fields(r);

			rc = load_held_row(l, &f[severity], &f[key], decoded, &b, e);
		}
	}
	buf_free(&b);
	return (rc);
}

/* Check the reject file against the SHA-256 in the book, then hold the keys that it names. */
static int
load_held_file(struct load_holding *l, const struct book *b, struct err *e)
{
	char hex[DIGEST_SHA256_HEX + 1];
	struct stream_reader *r = NULL;
	int fd, rc = -1;

	if ((fd = infile_regular(b->rejects, e)) < 0)
		return (-1);
	if (io_sha256(fd, b->rejects, hex, e) == 0 && lseek(fd, 0, SEEK_SET) == 0) {
		if (strcmp(hex, b->rejects_sha256) != 0)
			(void)err_set(e, STATUS_DATA, "it is not the one that the stage wrote");
		else if ((r = stream_reader_open(fd, b->rejects, "reject:", e)) != NULL)
			rc = load_held_rows(l, r, e);
	}
	stream_reader_free(r);
	(void)close(fd);
	return (rc);
}

/* Hold the keys that a stage rejected; without a usable reject file set ${l}->withheld, which is
 * not an error. */
static void
load_held_book(struct load_holding *l, const struct book *b)
{
	struct err why = ERR_INIT;

	if (b->rejected == 0)
		return;
	if (!ledger_said(b->rejects)) {
		l->withheld = "a stage rejected records and has no reject file";
		return;
	}
	if (load_held_file(l, b, &why) == 0)
		return;
	l->withheld = "a reject file cannot be used";
	notice_say("the reject file '%s' of %s: %s", b->rejects, b->stage, why.msg);
}

const char *
load_held(const struct load_job *j, struct parts *k)
{
	struct load_holding l = { j->type, definition_hashed(j->d), k, NULL };
	size_t i, b;

	for (i = 0; i < intake_sections(j->in); i++) {
		const struct intake_section *s = intake_section(j->in, i);

		for (b = 0; b < s->nupstream; b++)
			load_held_book(&l, &s->upstream[b]);
		load_held_book(&l, &s->own);
	}
	return (l.withheld);
}
