/* Sources that are kept. */

#include "stream/keep.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/infile.h"
#include "base/io.h"
#include "base/json.h"
#include "base/outfile.h"
#include "stream/members.h"
#include "stream/source.h"
#include "stream/unpack.h"
#include "stream/zst.h"
#include "stream/zst_seek.h"

/* What is kept of which source, and where. */
struct keep {
	const char *path, *member; /* member NULL: all of it */
	char sha256[DIGEST_SHA256_HEX + 1];
	struct buf name; /* of the file that keeps it */
};

/* The file's last name, without what says how it was packed. */
static void
keep_base(const char *path, const char **base, size_t *len)
{
	static const char *const packed[] = { ".gz", ".zst", ".zip" };
	const char *slash = strrchr(path, '/');
	size_t i, n;

	*base = slash != NULL ? slash + 1 : path;
	*len = strlen(*base);
	for (i = 0; i < sizeof(packed) / sizeof(packed[0]); i++) {
		n = strlen(packed[i]);
		if (*len > n && strcmp(*base + *len - n, packed[i]) == 0) {
			*len -= n;
			return;
		}
	}
}

/* Name the file in ${dir} that keeps it. */
static int
keep_name(struct keep *k, const char *dir, struct err *e)
{
	const char *base;
	size_t len;

	keep_base(k->member != NULL ? k->member : k->path, &base, &len);
	k->name.len = 0;
	return (buf_addf(&k->name, e, "%s/%.*s-%.*s.zst", dir, (int)len, base, KEEP_DIGITS,
		    k->sha256) ||
	    buf_str(&k->name, e) == NULL);
}

/* What the file is to say of itself. */
static int
keep_note(const struct keep *k, const char *source, struct buf *note, struct err *e)
{
	struct json_writer *w = json_writer_new(note);
	int rc;

	json_put_object(w);
	json_member_text(w, "source", source);
	if (k->member != NULL)
		json_member_text(w, "member", k->member);
	json_member_text(w, "sha256", k->sha256);
	json_put_close(w);
	rc = json_writer_end(w, e);
	json_writer_free(w);
	return (rc);
}

/* All bytes of the source, and the note, to ${z}. */
static int
keep_copy(const struct keep *k, struct source *s, struct zst_writer *z, struct err *e)
{
	struct buf note = BUF_INIT(ZST_NOTE_MAX);
	char is[DIGEST_SHA256_HEX + 1];
	const unsigned char *p;
	struct zst_sums sums;
	uint64_t bytes;
	ssize_t n;
	int rc;

	while ((n = source_read(s, &p, e)) > 0)
		if (zst_writer_bytes(z, p, (size_t)n, e))
			return (-1);
	if (n < 0)
		return (-1);
	source_sha256(s, is, &bytes);
	if (strcmp(is, k->sha256) != 0)
		return (
		    err_set(e, STATUS_DATA, "'%s' was changed while it was being read", k->path));
	rc = keep_note(k, source_name(s), &note, e) || zst_writer_note(z, note.p, note.len, e) ||
	    zst_writer_end(z, &sums, e);
	buf_free(&note);
	return (rc);
}

/* Keep one file, if it is not kept already. */
static int
keep_one(struct keep *k, const char *dir, keep_fn *each, void *cookie, struct err *e)
{
	struct source *s = NULL;
	struct outfile *out = NULL;
	struct zst_writer *z = NULL;
	struct stat st;
	int rc;

	if (keep_name(k, dir, e))
		return (-1);
	if (stat(k->name.p, &st) == 0) {
		each(cookie, k->name.p, true);
		return (0);
	}
	if ((s = source_open(k->path, k->member, e)) == NULL ||
	    (out = outfile_open(k->name.p, e)) == NULL) {
		source_close(s);
		return (-1);
	}
	z = zst_writer_open(outfile_fd(out), outfile_name(out), ZST_DEFAULT);
	rc = keep_copy(k, s, z, e);
	zst_writer_free(z);
	source_close(s);
	if (rc)
		outfile_abandon(out, false);
	else
		rc = outfile_finish(out, e);
	if (rc == 0)
		each(cookie, k->name.p, false);
	return (rc);
}

int
keep_write(const char *path, const char *dir, keep_fn *each, void *cookie, struct err *e)
{
	struct keep k = { .path = path, .name = BUF_INIT(1 << 16) };
	struct members m = { NULL, 0, 0 };
	struct stat st;
	size_t i;
	int rc;

	if (stat(path, &st) == 0 && !S_ISREG(st.st_mode))
		return (err_set(e, STATUS_USAGE, "'%s' is not a regular file", path));
	rc = io_sha256_regular(path, k.sha256, e) || io_mkdirs(dir, 0750, e) ||
	    members_list(path, &m, e);
	for (i = 0; rc == 0 && i < m.n; i++) {
		k.member = m.names[i];
		rc = keep_one(&k, dir, each, cookie, e);
	}
	if (rc == 0 && m.n == 0)
		rc = keep_one(&k, dir, each, cookie, e);
	members_release(&m);
	buf_free(&k.name);
	return (rc);
}

/* Does the note say that this is what is asked for? */
static bool
keep_says(const char *note, const char *sha256, const char *member)
{
	struct json *j = note[0] != '\0' ? json_parse(note, strlen(note), NULL) : NULL;
	const struct json *sha = j != NULL ? json_get(j, "sha256") : NULL;
	const struct json *of = j != NULL ? json_get(j, "member") : NULL;
	bool is;

	is = sha != NULL && sha->kind == JSON_STRING && strcmp(sha->text, sha256) == 0 &&
	    (of == NULL || member == NULL ||
		(of->kind == JSON_STRING && unpack_fits(member, of->text)));
	json_free(j);
	return (is);
}

/* Look into one file; what is not a kept one is no fault. */
static int
keep_look(const char *path, const char *sha256, const char *member, bool *is, struct err *e)
{
	struct zst_seek *z;
	int fd, rc;

	*is = false;
	if ((fd = infile_regular(path, e)) < 0)
		return (-1);
	rc = zst_seek_open(fd, path, &z, e);
	if (rc == 0 && z != NULL)
		*is = keep_says(zst_seek_note(z), sha256, member);
	zst_seek_free(z);
	(void)close(fd);
	return (rc);
}

/* Of a directory's files only those whose names end like its kept one's are opened. */
static int
keep_search(const char *dir, const char *sha256, const char *member, struct buf *path,
    struct err *e)
{
	char end[KEEP_DIGITS + 8];
	struct dirent *d;
	size_t n, len;
	bool is = false;
	DIR *list;
	int rc = 0;

	if ((list = opendir(dir)) == NULL)
		return (err_sys(e, STATUS_NOINPUT, "cannot open '%s'", dir));
	n = (size_t)snprintf(end, sizeof(end), "-%.*s.zst", KEEP_DIGITS, sha256);
	while (rc == 0 && !is && (d = readdir(list)) != NULL) {
		len = strlen(d->d_name);
		if (len <= n || strcmp(d->d_name + len - n, end) != 0)
			continue;
		path->len = 0;
		rc = buf_addf(path, e, "%s/%s", dir, d->d_name) || buf_str(path, e) == NULL ||
		    keep_look(path->p, sha256, member, &is, e);
	}
	(void)closedir(list);
	if (!is)
		path->len = 0;
	return (rc);
}

int
keep_find(const char *place, const char *sha256, const char *member, struct buf *path,
    struct err *e)
{
	struct stat st;
	bool is;

	path->len = 0;
	if (stat(place, &st))
		return (err_sys(e, STATUS_NOINPUT, "cannot open '%s'", place));
	if (S_ISDIR(st.st_mode))
		return (keep_search(place, sha256, member, path, e));
	if (!S_ISREG(st.st_mode))
		return (0);
	if (keep_look(place, sha256, member, &is, e))
		return (-1);
	return (is && (buf_adds(path, place, e) || buf_str(path, e) == NULL));
}
