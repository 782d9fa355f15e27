/* Which rows the archives of a table hold: sorted ids and leaves, built from the rows. */

#include "archive/index.h"

#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "archive/chain.h"
#include "archive/index_sort.h"
#include "base/infile.h"
#include "base/io.h"
#include "base/num.h"

#define INDEX_MAGIC "AEGISIX1"

/* The beginning of the file: which archives it knows. */
struct index_header {
	char magic[8];
	uint64_t sequence; /* of the last one, in this machine's byte order */
	uint64_t entries;
	char manifest_sha256[DIGEST_SHA256_HEX];
};

struct index {
	int fd;
	char dir[CHAIN_PATH], file[CHAIN_PATH];
	void *map;
	size_t map_size;
	const struct index_entry *entries;
	uint64_t n;
};

int
index_id(const char *p, size_t len, unsigned char id[INDEX_ID_SIZE])
{

	if (len != 36 || p[8] != '-' || p[13] != '-' || p[18] != '-' || p[23] != '-')
		return (-1);
	return (num_unhex(id, p, 4) || num_unhex(id + 4, p + 9, 2) ||
	    num_unhex(id + 6, p + 14, 2) || num_unhex(id + 8, p + 19, 2) ||
	    num_unhex(id + 10, p + 24, 6));
}

/* A line begins {"id":"UUID". */
static int
index_line(struct index_sort *s, struct merkle *m, const char *p, size_t len, struct err *e)
{
	static const char head[] = "{\"id\":\"";
	struct index_entry entry;
	uint64_t number = m->size;
	int i;

	if (len < sizeof(head) - 1 + 36 || memcmp(p, head, sizeof(head) - 1) != 0 ||
	    index_id(p + sizeof(head) - 1, 36, entry.id))
		return (err_set(e, STATUS_DATA, "line %llu has no id",
		    (unsigned long long)m->size + 1));
	merkle_leaf(m, p, len, entry.leaf);
	m->size++;
	for (i = 7; i >= 0; i--, number >>= 8)
		entry.number[i] = (unsigned char)(number & 0xff);
	return (index_sort_add(s, &entry, e));
}

/* The rows of one archive, which must be what its manifest says. */
static int
index_archive(struct index_sort *s, const char *path, const struct manifest *mf, struct err *e)
{
	char file[CHAIN_PATH];
	struct zst_sums sums;
	struct zst_reader *r;
	struct merkle m;
	const char *p;
	size_t len;
	int fd, rc;

	if (snprintf(file, sizeof(file), "%s/data/rows.ndjson.zst", path) >= (int)sizeof(file))
		return (err_set(e, STATUS_USAGE, "the path '%.60s...' is too long", path));
	if ((fd = infile_inside(file, e)) < 0)
		return (-1);
	r = zst_reader_open(fd, file, mf->rows_file.plain_bytes);
	merkle_init(&m);
	m.size = mf->before.size;
	while ((rc = zst_reader_line(r, &p, &len, e)) == 1)
		if ((rc = index_line(s, &m, p, len, e)) != 0)
			break;
	if (rc == 0 && zst_reader_sums(r, &sums, e) == 0 &&
	    strcmp(sums.plain_sha256, mf->rows_file.plain_sha256) != 0)
		rc = err_set(e, STATUS_DATA, "'%s' differs from its manifest", file);
	merkle_end(&m);
	zst_reader_free(r);
	(void)close(fd);
	return (rc == 0 && (e == NULL || e->status == STATUS_OK) ? 0 : -1);
}

/* Release the mapping and the descriptor, and leave an empty index; the file stays. */
static void
index_unmap(struct index *x)
{

	if (x->map != NULL)
		(void)munmap(x->map, x->map_size);
	if (x->fd >= 0)
		(void)close(x->fd);
	x->map = NULL;
	x->entries = NULL;
	x->n = 0;
	x->fd = -1;
}

/* Map the file ${fd}; false where it is no index, or was not written to its end. */
static bool
index_map(struct index *x, int fd, struct index_header *h)
{
	struct stat st;

	x->fd = fd;
	if (fd < 0 || fstat(fd, &st) || (size_t)st.st_size < sizeof(*h))
		return (false);
	x->map_size = (size_t)st.st_size;
	x->map = mmap(NULL, x->map_size, PROT_READ, MAP_SHARED, fd, 0);
	if (x->map == MAP_FAILED) {
		x->map = NULL;
		return (false);
	}
	memcpy(h, x->map, sizeof(*h));
	if (memcmp(h->magic, INDEX_MAGIC, sizeof(h->magic)) != 0 ||
	    (x->map_size - sizeof(*h)) % sizeof(*x->entries) != 0 ||
	    (x->map_size - sizeof(*h)) / sizeof(*x->entries) != h->entries)
		return (false);
	x->entries = (const struct index_entry *)((const char *)x->map + sizeof(*h));
	x->n = h->entries;
	return (true);
}

/* How many archives of the chain the mapped index covers; 0: it is of no use. */
static size_t
index_covers(const struct chain *c, const struct index_header *h)
{
	char sha256[DIGEST_SHA256_HEX + 1];
	struct manifest m;
	size_t i;

	for (i = 0; i < c->n; i++)
		if (c->v[i].sequence == h->sequence)
			return (chain_manifest(c->v[i].path, &m, sha256, NULL) == 0 &&
				    memcmp(sha256, h->manifest_sha256, DIGEST_SHA256_HEX) == 0 ?
				i + 1 :
				0);
	return (0);
}

/* Write the index of the whole chain to ${fd}: what is mapped, and the archives from ${i}. */
static int
index_write(struct index *x, const struct chain *c, size_t i, int fd, struct err *e)
{
	struct index_sort *s = index_sort_new(x->entries, x->n);
	char sha256[DIGEST_SHA256_HEX + 1] = "";
	struct index_header h;
	struct manifest m;
	int rc = 0;

	memset(&h, 0, sizeof(h));
	memcpy(h.magic, INDEX_MAGIC, sizeof(h.magic));
	for (; i < c->n && rc == 0; i++)
		if ((rc = chain_manifest(c->v[i].path, &m, sha256, e)) == 0)
			rc = index_archive(s, c->v[i].path, &m, e);
	if (rc == 0) {
		h.sequence = c->v[c->n - 1].sequence;
		h.entries = index_sort_count(s);
		memcpy(h.manifest_sha256, sha256, DIGEST_SHA256_HEX);
		rc = io_write_all(fd, &h, sizeof(h), "the index", e);
	}
	if (rc == 0)
		rc = index_sort_write(s, fd, e);
	index_sort_free(s);
	return (rc);
}

/* Make it anew, beside the old one, and put it in its place. */
static int
index_refresh(struct index *x, const struct chain *c, size_t from, struct err *e)
{
	char tmp[CHAIN_PATH + 8];
	struct index_header h;
	bool kept = access(x->dir, W_OK) == 0;
	int fd;

	(void)snprintf(tmp, sizeof(tmp), "%s.tmp", x->file);
	fd = kept ? open(tmp, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600) :
		    io_spool(e);
	if (fd < 0)
		return (err_sys(e, STATUS_OUTPUT, "cannot make '%s'", tmp));
	if (index_write(x, c, from, fd, e)) {
		(void)close(fd);
		if (kept)
			(void)unlink(tmp);
		return (-1);
	}
	index_unmap(x);
	if (kept && rename(tmp, x->file))
		(void)err_sys(e, STATUS_OUTPUT, "cannot rename '%s'", tmp);
	else if (!index_map(x, fd, &h))
		(void)err_set(e, STATUS_IO, "the index cannot be read back");
	else
		return (0);
	return (-1);
}

/* Map the index file if it matches the archives, and bring it up to date if it does not cover all
 * of them. */
static int
index_load(struct index *x, const char *table, struct err *e)
{
	struct index_header h;
	struct chain c;
	size_t covered = 0;
	int rc = 0;

	if (chain_list(&c, x->dir, table, e))
		return (-1);
	if (c.n > 0) {
		if (index_map(x, open(x->file, O_RDONLY | O_CLOEXEC | O_NOFOLLOW), &h))
			covered = index_covers(&c, &h);
		if (covered == 0)
			index_unmap(x);
		if (covered < c.n)
			rc = index_refresh(x, &c, covered, e);
	}
	chain_free(&c);
	return (rc);
}

struct index *
index_open(const char *archives, const char *table, struct err *e)
{
	struct index *x = xcalloc(1, sizeof(*x));
	int lock = -1, rc;

	x->fd = -1;
	if (snprintf(x->dir, sizeof(x->dir), "%s/%s", archives, table) >= (int)sizeof(x->dir) - 16)
		rc = err_set(e, STATUS_USAGE, "the path '%.60s...' is too long", archives);
	else if (access(x->dir, F_OK) != 0)
		return (x); /* no archive yet */
	else
		rc = 0;
	(void)snprintf(x->file, sizeof(x->file), "%.4000s/index", x->dir);
	/* One at a time makes it; the others wait, and find it made. */
	if (rc == 0 && access(x->dir, W_OK) == 0 &&
	    (lock = chain_lock(x->dir, "index.lock", true, e)) < 0)
		rc = -1;
	if (rc == 0)
		rc = index_load(x, table, e);
	if (lock >= 0)
		(void)close(lock);
	if (rc) {
		index_close(x);
		return (NULL);
	}
	return (x);
}

void
index_close(struct index *x)
{

	if (x == NULL)
		return;
	index_unmap(x);
	free(x);
}

const struct index_entry *
index_find(const struct index *x, const unsigned char id[INDEX_ID_SIZE])
{
	uint64_t low = 0, high = x->n;

	/* The first entry behind those of this id. */
	while (low < high) {
		uint64_t k = low + (high - low) / 2;

		if (memcmp(x->entries[k].id, id, INDEX_ID_SIZE) <= 0)
			low = k + 1;
		else
			high = k;
	}
	if (low == 0 || memcmp(x->entries[low - 1].id, id, INDEX_ID_SIZE) != 0)
		return (NULL);
	return (&x->entries[low - 1]);
}

const struct index_entry *
index_entries(const struct index *x, uint64_t *n)
{

	*n = x->n;
	return (x->entries);
}

uint64_t
index_number(const struct index_entry *entry)
{
	uint64_t v = 0;
	size_t i;

	for (i = 0; i < sizeof(entry->number); i++)
		v = v << 8 | entry->number[i];
	return (v);
}
