/* BagIt bags: tag files and manifests of payload, written and checked. */

#include "archive/bag.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "archive/chain.h"
#include "base/instant.h"
#include "base/io.h"

static const char *const bag_names[BAG_FILES] = { "bag-info.txt", "bagit.txt", BAG_CHECKPOINT,
	BAG_BODY, BAG_SIGNATURE, "manifest-sha256.txt", "tagmanifest-sha256.txt" };

void
bag_init(struct bag *b)
{
	size_t i;

	memset(b, 0, sizeof(*b));
	for (i = 0; i < BAG_FILES; i++)
		b->files[i].max = MANIFEST_MAX;
}

void
bag_free(struct bag *b)
{
	size_t i;

	for (i = 0; i < BAG_FILES; i++)
		buf_free(&b->files[i]);
}

const char *
bag_file_name(enum bag_file f)
{

	return (bag_names[f]);
}

bool
bag_known(const char *name, bool inside)
{
	static const char *const data[] = { BAG_ROWS, BAG_VERDICTS, BAG_MANIFEST };
	size_t i;

	for (i = 0; inside && i < 3; i++)
		if (strcmp(strchr(data[i], '/') + 1, name) == 0)
			return (true);
	for (i = 0; !inside && i < BAG_FILES; i++)
		if (strcmp(bag_names[i], name) == 0)
			return (true);
	return (false);
}

/* RFC 8493, 2.2.2; the date is the period's, so that the same rows give the same bag. */
static int
bag_info(const char *name, const struct manifest *m, const struct buf *json, struct buf *out,
    struct err *e)
{
	char from[28], to[28];

	return (buf_addf(out, e,
	    "External-Identifier: %s\n"
	    "External-Description: Rows %s to %s of %s\n"
	    "Bagging-Date: %.10s\n"
	    "Payload-Oxum: %llu.3\n",
	    name, instant_text(from, m->period.from), instant_text(to, m->period.to), m->table,
	    instant_text(to, m->period.to),
	    (unsigned long long)(json->len + m->rows_file.packed_bytes +
		m->verdicts_file.packed_bytes)));
}

int
bag_make(struct bag *b, const char *name, const struct manifest *m, const struct buf *json,
    struct err *e)
{
	char sha256[DIGEST_SHA256_HEX + 1];
	size_t i;

	digest_sha256_of(json->p, json->len, sha256);
	if (buf_adds(&b->files[BAG_FILE_BAGIT],
		"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n", e) ||
	    bag_info(name, m, json, &b->files[BAG_FILE_INFO], e) ||
	    buf_addf(&b->files[BAG_FILE_PAYLOAD], e,
		"%s  " BAG_MANIFEST "\n%s  " BAG_ROWS "\n%s  " BAG_VERDICTS "\n", sha256,
		m->rows_file.packed_sha256, m->verdicts_file.packed_sha256))
		return (-1);
	for (i = 0; i < BAG_FILE_TAGS; i++) {
		digest_sha256_of(b->files[i].p, b->files[i].len, sha256);
		if (buf_addf(&b->files[BAG_FILE_TAGS], e, "%s  %s\n", sha256, bag_names[i]))
			return (-1);
	}
	return (0);
}

int
bag_put(const char *dir, const char *name, const void *p, size_t n, struct err *e)
{
	char path[CHAIN_PATH];
	int fd;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return (err_set(e, STATUS_USAGE, "the path '%.60s...' is too long", dir));
	if ((fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0644)) < 0)
		return (err_sys(e, STATUS_OUTPUT, "cannot make '%s'", path));
	/* A full disk leaves no empty key, and nothing that passes for whole. */
	if (io_write_all(fd, p, n, path, e)) {
		(void)close(fd);
		(void)unlink(path);
		return (-1);
	}
	if (io_sync_close(fd, path, e) == 0)
		return (0);
	(void)unlink(path);
	return (-1);
}

int
bag_write(const struct bag *b, const char *dir, struct err *e)
{
	size_t i;

	for (i = 0; i < BAG_FILES; i++)
		if (bag_put(dir, bag_names[i], b->files[i].p, b->files[i].len, e))
			return (-1);
	return (0);
}
