/* What is known of more keys than memory should hold. */

#include "ledger/parts.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/io.h"
#include "base/num.h"

enum {
	PARTS_LOOK = 4096,        /* keys between two looks at the memory; of a small limit fewer */
	PARTS_BLOCK = 128 << 10,  /* bytes that are written at a time, */
	PARTS_READ = 1 << 20,     /* and read */
	PARTS_ROW_MAX = 64 << 20, /* of a block with the largest row behind it */
};

/* Bytes in a file without a name, which is made when the first block is full. */
struct parts_file {
	int fd; /* or -1 */
	struct buf b;
	uint64_t bytes; /* in the file */
};

struct part {
	struct known *k;         /* NULL: in the file */
	struct parts_file slots; /* then: what was known of its keys, */
	struct parts_file rows;  /* and rows that wait: length (32 bits), bytes */
	struct buf holds;        /* digests of keys that are held */
	size_t count, unseen;    /* of the table, when it was written */
	bool loose;              /* slots have come since */
	bool done;               /* its round is over */
};

struct parts {
	size_t limit, most;
	struct part v[PARTS];
	size_t looks, every; /* keys since the last look, and between two */
	uint64_t held;
	bool rounds; /* have begun */
};

/* An empty file. */
static void
parts_file_init(struct parts_file *f)
{

	memset(f, 0, sizeof(*f));
	f->fd = -1;
	f->b.max = PARTS_ROW_MAX;
}

/* Write the block. */
static int
parts_file_flush(struct parts_file *f, struct err *e)
{

	if (f->b.len == 0)
		return (0);
	if (f->fd < 0 && (f->fd = io_spool(e)) < 0)
		return (-1);
	if (io_write_all(f->fd, f->b.p, f->b.len, io_spool_dir(), e))
		return (-1);
	f->bytes += f->b.len;
	f->b.len = 0;
	return (0);
}

/* Append bytes. */
static int
parts_file_add(struct parts_file *f, const void *p, size_t n, struct err *e)
{

	return (buf_add(&f->b, p, n, e) || (f->b.len >= PARTS_BLOCK && parts_file_flush(f, e)));
}

/* Begin to read what was written. */
static int
parts_file_rewind(struct parts_file *f, struct err *e)
{

	if (parts_file_flush(f, e))
		return (-1);
	if (f->fd >= 0 && lseek(f->fd, 0, SEEK_SET) != 0)
		return (err_sys(e, STATUS_IO, "cannot read '%s'", io_spool_dir()));
	return (0);
}

/* Nothing is in it any more. */
static int
parts_file_empty(struct parts_file *f, struct err *e)
{

	f->b.len = 0;
	f->bytes = 0;
	if (f->fd >= 0 && (ftruncate(f->fd, 0) || lseek(f->fd, 0, SEEK_SET) != 0))
		return (err_sys(e, STATUS_IO, "cannot write '%s'", io_spool_dir()));
	return (0);
}

/* Let the file go. */
static void
parts_file_free(struct parts_file *f)
{

	buf_free(&f->b);
	if (f->fd >= 0)
		(void)close(f->fd);
	parts_file_init(f);
}

struct parts *
parts_new(size_t limit)
{
	struct parts *p = xcalloc(1, sizeof(*p));
	size_t i;

	p->limit = limit;
	p->every = limit / PARTS_LOOK < PARTS_LOOK ? limit / PARTS_LOOK : PARTS_LOOK;
	for (i = 0; i < PARTS; i++) {
		p->v[i].k = known_new();
		parts_file_init(&p->v[i].slots);
		parts_file_init(&p->v[i].rows);
		p->v[i].holds.max = PARTS_ROW_MAX;
	}
	return (p);
}

/* The part of a key: not by what decides its place in the table. */
static struct part *
parts_find(struct parts *p, struct digest128 key)
{

	return (&p->v[key.hi >> 58]);
}

/* Bytes of the tables in memory; ${largest} is the one that takes most. */
static size_t
parts_memory(struct parts *p, struct part **largest)
{
	size_t i, n, sum = 0, most = 0;

	*largest = NULL;
	for (i = 0; i < PARTS; i++) {
		n = p->v[i].k != NULL ? known_bytes(p->v[i].k) : 0;
		sum += n;
		if (p->v[i].k != NULL && n >= most) {
			most = n;
			*largest = &p->v[i];
		}
	}
	if (sum > p->most)
		p->most = sum;
	return (sum);
}

/* Write a table to its file, which is empty, and let it go. */
static int
parts_put_out(struct part *v, struct err *e)
{
	size_t n;
	const void *slots = known_slots(v->k, &n);

	if (v->slots.fd < 0 && (v->slots.fd = io_spool(e)) < 0)
		return (-1);
	if (n > 0 && io_write_all(v->slots.fd, slots, n * KNOWN_SLOT, io_spool_dir(), e))
		return (-1);
	v->slots.bytes += n * KNOWN_SLOT;
	v->count = n;
	v->unseen = known_unseen(v->k);
	v->loose = false;
	known_free(v->k);
	v->k = NULL;
	return (0);
}

/* Take a table in from its file, which is empty then, and hold the keys that wait for it. */
static int
parts_take_in(struct parts *p, struct part *v, struct err *e)
{
	struct buf b = BUF_INIT(PARTS_READ);
	struct known *k = known_new();
	struct digest128 key;
	size_t i, left = 0;
	ssize_t n = 0;
	int rc;

	rc = parts_file_rewind(&v->slots, e) || buf_reserve(&b, PARTS_READ, e);
	while (rc == 0 && v->slots.fd >= 0 &&
	    (n = io_read(v->slots.fd, b.p + left, PARTS_READ - left, io_spool_dir(), e)) > 0) {
		left += (size_t)n;
		rc = known_restore(k, b.p, left / KNOWN_SLOT, e);
		memmove(b.p, b.p + left - left % KNOWN_SLOT, left % KNOWN_SLOT);
		left %= KNOWN_SLOT;
	}
	rc = rc || n < 0 || parts_file_empty(&v->slots, e);
	for (i = 0; rc == 0 && i < v->holds.len; i += sizeof(key)) {
		memcpy(&key, v->holds.p + i, sizeof(key));
		p->held += known_hold(k, key);
	}
	v->holds.len = 0;
	v->k = k;
	known_again(k);
	buf_free(&b);
	return (rc);
}

/* Keep to the limit. */
static int
parts_look(struct parts *p, struct err *e)
{
	struct part *largest;

	p->looks = 0;
	while (parts_memory(p, &largest) > p->limit && largest != NULL)
		if (parts_put_out(largest, e))
			return (-1);
	return (0);
}

int
parts_add(struct parts *p, struct digest128 key, unsigned what, struct digest128 content,
    bool fresh, struct err *e)
{
	struct part *v = parts_find(p, key);
	unsigned char slot[KNOWN_SLOT];

	if (++p->looks >= p->every && parts_look(p, e))
		return (-1);
	if (v->k != NULL)
		return ((fresh ? known_add_new : known_add)(v->k, key, what, content, e));
	known_slot_of(key, what, content, slot);
	v->loose = true;
	return (parts_file_add(&v->slots, slot, sizeof(slot), e));
}

void
parts_again(struct parts *p)
{
	size_t i;

	for (i = 0; i < PARTS; i++)
		if (p->v[i].k != NULL)
			known_again(p->v[i].k);
}

int
parts_of(struct parts *p, struct digest128 key, struct known **k, struct err *e)
{

	if (++p->looks >= p->every && parts_look(p, e))
		return (-1);
	*k = parts_find(p, key)->k;
	return (0);
}

int
parts_defer(struct parts *p, struct digest128 key, const void *row, size_t len, struct err *e)
{
	struct parts_file *f = &parts_find(p, key)->rows;
	unsigned char head[4];

	num_put_le32(head, (uint32_t)len);
	return (buf_add(&f->b, head, sizeof(head), e) || parts_file_add(f, row, len, e));
}

/* The rows of one part. */
static int
parts_replay_part(struct part *v, parts_fn *each, void *cookie, struct err *e)
{
	struct buf b = BUF_INIT(PARTS_ROW_MAX);
	size_t at, len;
	ssize_t n = 1;
	int rc = parts_file_rewind(&v->rows, e);

	while (rc == 0 && n > 0 && v->rows.fd >= 0) {
		if (buf_reserve(&b, PARTS_READ, e) ||
		    (n = io_read(v->rows.fd, b.p + b.len, PARTS_READ, io_spool_dir(), e)) < 0) {
			rc = -1;
			break;
		}
		b.len += (size_t)n;
		for (at = 0; rc == 0 && b.len - at >= 4; at += 4 + len) {
			len = num_le32(b.p + at);
			if (b.len - at < 4 + len)
				break;
			rc = each(cookie, v->k, b.p + at + 4, len, e);
		}
		memmove(b.p, b.p + at, b.len - at);
		b.len -= at;
	}
	buf_free(&b);
	return (rc || parts_file_empty(&v->rows, e));
}

int
parts_replay(struct parts *p, parts_fn *each, void *cookie, struct err *e)
{
	struct part *largest;
	size_t i;

	for (i = 0; i < PARTS; i++) {
		struct part *v = &p->v[i];

		if (v->k != NULL || (v->rows.bytes == 0 && v->rows.b.len == 0))
			continue;
		if (parts_take_in(p, v, e) || parts_replay_part(v, each, cookie, e))
			return (-1);
		(void)parts_memory(p, &largest);
		if (parts_put_out(v, e))
			return (-1);
	}
	return (0);
}

int
parts_hold(struct parts *p, struct digest128 key, struct err *e)
{
	struct part *v = parts_find(p, key);

	if (v->k == NULL)
		return (buf_add(&v->holds, &key, sizeof(key), e));
	p->held += known_hold(v->k, key);
	return (0);
}

int
parts_held(struct parts *p, uint64_t *n, struct err *e)
{
	size_t i;

	for (i = 0; i < PARTS; i++) {
		struct part *v = &p->v[i];

		if (v->k == NULL && (v->loose || v->holds.len > 0) &&
		    (parts_take_in(p, v, e) || parts_put_out(v, e)))
			return (-1);
	}
	*n += p->held;
	return (0);
}

size_t
parts_unseen(const struct parts *p)
{
	size_t i, n = 0;

	for (i = 0; i < PARTS; i++)
		n += p->v[i].k != NULL ? known_unseen(p->v[i].k) : p->v[i].unseen;
	return (n);
}

int
parts_round(struct parts *p, struct err *e)
{
	struct part *largest;
	size_t i, taken = 0;

	for (i = 0; i < PARTS; i++) {
		struct part *v = &p->v[i];

		if (v->k == NULL || v->done)
			continue;
		if (!p->rounds) {
			taken++;
			continue;
		}
		v->count = known_count(v->k);
		v->unseen = known_unseen(v->k);
		v->done = true;
		known_free(v->k);
		v->k = NULL;
	}
	p->rounds = true;
	for (i = 0; i < PARTS && (taken == 0 || parts_memory(p, &largest) < p->limit); i++) {
		struct part *v = &p->v[i];

		if (v->k != NULL || v->done)
			continue;
		if (parts_take_in(p, v, e))
			return (-1);
		taken++;
	}
	parts_again(p);
	return (taken > 0);
}

bool
parts_is_unseen(struct parts *p, struct digest128 key)
{
	struct known *k = parts_find(p, key)->k;

	return (k != NULL && known_is_unseen(k, key));
}

size_t
parts_count(const struct parts *p)
{
	size_t i, n = 0;

	for (i = 0; i < PARTS; i++)
		n += p->v[i].k != NULL ? known_count(p->v[i].k) : p->v[i].count;
	return (n);
}

size_t
parts_bytes(const struct parts *p)
{

	return (p->most);
}

void
parts_free(struct parts *p)
{
	size_t i;

	if (p == NULL)
		return;
	for (i = 0; i < PARTS; i++) {
		known_free(p->v[i].k);
		parts_file_free(&p->v[i].slots);
		parts_file_free(&p->v[i].rows);
		buf_free(&p->v[i].holds);
	}
	free(p);
}
