/* gzip, zip, tar and zstd, told from the first bytes. */

#include "stream/unpack.h"

#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <archive.h>
#include <archive_entry.h>

#include "base/buf.h"
#include "stream/gunzip.h"

enum {
	/* A zip ends in a record of 22 bytes and a comment of up to 65535 (APPNOTE 4.3.16). */
	UNPACK_END = 22,
	UNPACK_TAIL = UNPACK_END + 65535,
	UNPACK_LISTED = 20,
};

struct unpack {
	enum unpack_kind kind;
	const struct unpack_input *in;
	const struct unpack_want *want;
	char *member; /* member that is read, or NULL */
	struct gunzip *gz;
	struct archive *a;
	struct err pull_err;
	bool over;
	/* The last bytes pulled, to see that a zip is there up to its end. */
	unsigned char *tail;
	size_t ntail;
};

/* Names of a zip's members, to tell the user. */
struct unpack_names {
	char text[760];
	size_t len;
	uint64_t n;
};

enum unpack_kind
unpack_detect(const unsigned char *p, size_t n)
{

	if (n >= 2 && p[0] == 0x1f && p[1] == 0x8b)
		return (UNPACK_GZIP);
	if (n >= 3 && p[0] == 0x1f && p[1] == 0x9d)
		return (UNPACK_COMPRESS);
	if (n < 4)
		return (UNPACK_NONE);
	if (memcmp(p, "PK\003\004", 4) == 0 || memcmp(p, "PK\005\006", 4) == 0 ||
	    memcmp(p, "PK\007\010", 4) == 0)
		return (UNPACK_ZIP);
	/* RFC 8878: a frame, or a frame to be skipped. */
	if (memcmp(p, "\x28\xb5\x2f\xfd", 4) == 0 ||
	    ((p[0] & 0xf0) == 0x50 && memcmp(p + 1, "\x2a\x4d\x18", 3) == 0))
		return (UNPACK_ZSTD);
	/* POSIX.1-1988 and GNU; older ones have no mark. */
	if (n >= 265 && memcmp(p + 257, "ustar", 5) == 0)
		return (UNPACK_TAR);
	return (UNPACK_NONE);
}

bool
unpack_is_pattern(const char *name)
{

	return (name != NULL && strpbrk(name, "*?[") != NULL);
}

bool
unpack_wants(const struct unpack_want *w, const char *name)
{
	const char *last = strrchr(name, '/');

	if (w->name == NULL || strcmp(w->name, name) == 0)
		return (true);
	last = last != NULL ? last + 1 : name;
	if (!unpack_is_pattern(w->name))
		return (w->optional && strcmp(w->name, last) == 0);
	return (fnmatch(w->name, name, 0) == 0 || fnmatch(w->name, last, 0) == 0);
}

/* The entry's name in UTF-8, or else as it stands in the archive; never NULL, and owned by
 * ${entry}. */
static const char *
unpack_entry_name(struct archive_entry *entry)
{
	const char *s;

	if ((s = archive_entry_pathname_utf8(entry)) == NULL)
		s = archive_entry_pathname(entry);
	return (s != NULL ? s : "");
}

/* Count a file's name; the first UNPACK_LISTED are also added to the text, quoted. */
static void
unpack_note_name(struct unpack_names *l, const char *name)
{
	char quoted[48];
	int k;

	if (l->n++ >= UNPACK_LISTED)
		return;
	(void)err_quote(quoted, sizeof(quoted), name, strlen(name));
	k = snprintf(l->text + l->len, sizeof(l->text) - l->len, "%s%s", l->n > 1 ? ", " : "",
	    quoted);
	if (k > 0 && (size_t)k < sizeof(l->text) - l->len)
		l->len += (size_t)k;
	else
		l->text[l->len] = '\0';
}

/* Report that the zip holds several files and that one must be chosen; always -1. */
static int
unpack_several(const char *name, const struct unpack_names *l, struct err *e)
{

	(void)err_set(e, STATUS_DATA, "'%s' holds %llu files: %s%s", name, (unsigned long long)l->n,
	    l->text, l->n > UNPACK_LISTED ? ", ..." : "");
	return (err_hint(e, "to choose one: --member NAME"));
}

/* Report that the zip holds nothing, or not the file ${member}; always -1. */
static int
unpack_missing(const char *name, const char *member, const struct unpack_names *l, struct err *e)
{
	char quoted[64];

	if (l->n == 0)
		return (
		    err_set(e, STATUS_NOINPUT, "'%s' is an archive without a file in it", name));
	(void)err_quote(quoted, sizeof(quoted), member, strlen(member));
	return (err_set(e, STATUS_NOINPUT, "no file '%s' in '%s'; it holds: %s%s", quoted, name,
	    l->text, l->n > UNPACK_LISTED ? ", ..." : ""));
}

/* Report that ${member} of the zip is encrypted; always -1. */
static int
unpack_encrypted(const char *name, const char *member, struct err *e)
{
	char quoted[200];

	(void)err_quote(quoted, sizeof(quoted), member, strlen(member));
	return (err_set(e, STATUS_DATA, "'%s' in '%s' is encrypted", quoted, name));
}

/* Report that the zip holds several files of the name ${member}; always -1. */
static int
unpack_twice(const char *name, const char *member, struct err *e)
{
	char quoted[200];

	(void)err_quote(quoted, sizeof(quoted), member, strlen(member));
	return (err_set(e, STATUS_DATA, "'%s' holds more than one file '%s'", name, quoted));
}

/* Go through all entries of the zip directory. */
static int
unpack_scan_entries(struct archive *a, const char *path, const struct unpack_want *want,
    struct err *e)
{
	const char *member = want->name;
	struct unpack_names names = { .n = 0 };
	struct archive_entry *entry;
	char *secret = NULL;
	uint64_t found = 0;
	int rc;

	while ((rc = archive_read_next_header(a, &entry)) == ARCHIVE_OK || rc == ARCHIVE_WARN) {
		const char *name = unpack_entry_name(entry);

		if (archive_entry_filetype(entry) == AE_IFDIR)
			continue;
		unpack_note_name(&names, name);
		if (!unpack_wants(want, name))
			continue;
		found++;
		if (archive_entry_is_data_encrypted(entry) && secret == NULL)
			secret = xstrdup(name);
	}
	if (rc != ARCHIVE_EOF)
		rc =
		    err_set(e, STATUS_DATA, "cannot unpack '%s': the zip's directory is broken: %s",
			path, archive_error_string(a));
	else if (found == 0)
		rc = unpack_missing(path, member ? member : "", &names, e);
	else if (found > 1 && member == NULL)
		rc = unpack_several(path, &names, e);
	else if (found > 1 && !unpack_is_pattern(member))
		rc = unpack_twice(path, member, e);
	else if (secret != NULL)
		rc = unpack_encrypted(path, secret, e);
	else
		rc = 0;
	free(secret);
	return (rc);
}

int
unpack_scan(const char *path, const struct unpack_want *want, struct err *e)
{
	struct archive *a;
	int rc;

	if ((a = archive_read_new()) == NULL)
		return (err_set(e, STATUS_TEMPFAIL, "cannot unpack '%s': out of memory", path));
	(void)archive_read_support_format_zip_seekable(a);
	if (archive_read_open_filename(a, path, 64 << 10) != ARCHIVE_OK)
		rc = err_set(e, STATUS_DATA,
		    "cannot unpack '%s': the zip has no directory at its "
		    "end: it is cut short, or is followed by other bytes",
		    path);
	else
		rc = unpack_scan_entries(a, path, want, e);
	(void)archive_read_free(a);
	return (rc);
}

/* Keep the last UNPACK_TAIL bytes pulled. */
static void
unpack_keep_tail(struct unpack *u, const unsigned char *p, size_t n)
{
	size_t keep;

	if (n >= UNPACK_TAIL) {
		memcpy(u->tail, p + n - UNPACK_TAIL, UNPACK_TAIL);
		u->ntail = UNPACK_TAIL;
		return;
	}
	keep = u->ntail < UNPACK_TAIL - n ? u->ntail : UNPACK_TAIL - n;
	memmove(u->tail, u->tail + u->ntail - keep, keep);
	memcpy(u->tail + keep, p, n);
	u->ntail = keep + n;
}

/* Pull compressed bytes, and keep the tail of a zip; how many, 0 at the end, or -1. */
static ssize_t
unpack_pull(struct unpack *u, const unsigned char **p, struct err *e)
{
	ssize_t n;

	n = u->in->pull(u->in->ctx, p, e);
	if (n > 0 && u->tail != NULL)
		unpack_keep_tail(u, *p, (size_t)n);
	return (n);
}

/* Give libarchive compressed bytes; an error is kept in pull_err for unpack_broken(). */
static la_ssize_t
unpack_callback(struct archive *a, void *ctx, const void **out)
{
	struct unpack *u = ctx;
	const unsigned char *p = NULL;
	ssize_t n;

	if ((n = unpack_pull(u, &p, &u->pull_err)) < 0) {
		archive_set_error(a, -1, "%s", u->pull_err.msg);
		return (ARCHIVE_FATAL);
	}
	*out = p;
	return (n);
}

/* What libarchive complains of, unless reading the file was what failed. */
static int
unpack_broken(struct unpack *u, struct err *e)
{
	const char *why;

	if (u->pull_err.status != STATUS_OK) {
		*e = u->pull_err;
		return (-1);
	}
	why = archive_error_string(u->a);
	return (
	    err_set(e, STATUS_DATA, "cannot unpack '%s': %s at compressed byte %lld", u->in->name,
		why != NULL ? why : "broken data", (long long)archive_filter_bytes(u->a, -1)));
}

/* Go on to the next file that is meant.  Return 1, 0 at the end, -1 with ${e} set. */
static int
unpack_next_member(struct unpack *u, struct unpack_names *names, struct err *e)
{
	struct archive_entry *entry;
	int rc;

	while ((rc = archive_read_next_header(u->a, &entry)) == ARCHIVE_OK || rc == ARCHIVE_WARN) {
		const char *name = unpack_entry_name(entry);

		if (archive_entry_filetype(entry) != AE_IFREG)
			continue;
		unpack_note_name(names, name);
		if (!unpack_wants(u->want, name))
			continue;
		if (archive_entry_is_data_encrypted(entry))
			return (unpack_encrypted(u->in->name, name, e));
		if (u->member == NULL)
			u->member = xstrdup(name);
		return (1);
	}
	return (rc == ARCHIVE_EOF ? 0 : unpack_broken(u, e));
}

/* Go on to the member to read.  Return 0, or -1 with ${e} set. */
static int
unpack_find_member(struct unpack *u, struct err *e)
{
	struct unpack_names names = { .n = 0 };
	const char *name = u->want->name;
	int rc = unpack_next_member(u, &names, e);

	if (rc == 0)
		rc = unpack_missing(u->in->name, name != NULL ? name : "", &names, e);
	return (rc < 0);
}

/*
 * Behind the member: a zip that comes through a pipe could not be scanned
 * beforehand, so that only now a second file shows.
 */
static int
unpack_after_member(struct unpack *u, struct err *e)
{
	struct unpack_names names = { .n = 0 };
	struct archive_entry *entry;
	bool again = false;
	int rc;

	unpack_note_name(&names, u->member);
	while ((rc = archive_read_next_header(u->a, &entry)) == ARCHIVE_OK || rc == ARCHIVE_WARN) {
		if (archive_entry_filetype(entry) != AE_IFREG)
			continue;
		unpack_note_name(&names, unpack_entry_name(entry));
		again = again || strcmp(unpack_entry_name(entry), u->member) == 0;
	}
	if (rc != ARCHIVE_EOF)
		return (unpack_broken(u, e));
	if (names.n > 1 && u->want->name == NULL)
		return (unpack_several(u->in->name, &names, e));
	if (again)
		return (unpack_twice(u->in->name, u->member, e));
	return (0);
}

/* Does the zip end with its end record, and that with its comment? */
static bool
unpack_tail_whole(const struct unpack *u)
{
	size_t i;

	for (i = UNPACK_END; i <= u->ntail; i++) {
		const unsigned char *p = u->tail + u->ntail - i;

		if (memcmp(p, "PK\005\006", 4) == 0 &&
		    (size_t)(p[20] | p[21] << 8) == i - UNPACK_END)
			return (true);
	}
	return (false);
}

/* The data are read: look at what follows, and pull all of it. */
static int
unpack_finish(struct unpack *u, struct err *e)
{
	const unsigned char *p;
	ssize_t n;

	if (u->member != NULL && !unpack_is_pattern(u->want->name) && unpack_after_member(u, e))
		return (-1);
	while ((n = unpack_pull(u, &p, e)) > 0)
		continue;
	if (n < 0)
		return (-1);
	if (u->kind == UNPACK_ZIP && !unpack_tail_whole(u))
		return (err_set(e, STATUS_DATA,
		    "cannot unpack '%s': the zip has no directory at "
		    "its end: it is cut short, or is followed by other bytes",
		    u->in->name));
	return (0);
}

/* Open the zip or zstd input with libarchive and go to its data; an empty zstd input is over at
 * once. */
static int
unpack_start_archive(struct unpack *u, struct err *e)
{
	struct archive_entry *entry;
	int rc;

	if ((u->a = archive_read_new()) == NULL)
		return (
		    err_set(e, STATUS_TEMPFAIL, "cannot unpack '%s': out of memory", u->in->name));
	if (u->kind == UNPACK_ZIP) {
		u->tail = xcalloc(1, UNPACK_TAIL);
		(void)archive_read_support_format_zip_streamable(u->a);
	} else if (u->kind == UNPACK_TAR) {
		(void)archive_read_support_format_tar(u->a);
	} else {
		(void)archive_read_support_filter_zstd(u->a);
		(void)archive_read_support_format_raw(u->a);
		(void)archive_read_support_format_empty(u->a);
	}
	if (archive_read_open(u->a, u, NULL, unpack_callback, NULL) != ARCHIVE_OK)
		return (unpack_broken(u, e));
	if (u->kind == UNPACK_ZIP || u->kind == UNPACK_TAR)
		return (unpack_find_member(u, e));
	rc = archive_read_next_header(u->a, &entry);
	if (rc != ARCHIVE_OK && rc != ARCHIVE_EOF)
		return (unpack_broken(u, e));
	u->over = rc == ARCHIVE_EOF;
	return (0);
}

struct unpack *
unpack_open(enum unpack_kind kind, const struct unpack_input *in, const struct unpack_want *want,
    struct err *e)
{
	struct unpack *u;

	if (kind == UNPACK_COMPRESS) {
		(void)err_set(e, STATUS_DATA,
		    "'%s' is compressed by compress(1) (.Z), which cannot show that it is whole",
		    in->name);
		(void)err_hint(e, "unpack it: uncompress FILE, or gzip -d FILE");
		return (NULL);
	}
	u = xcalloc(1, sizeof(*u));
	u->kind = kind;
	u->in = in;
	u->want = want;
	if (kind == UNPACK_GZIP)
		u->gz = gunzip_open(in, e);
	if (kind == UNPACK_GZIP ? u->gz == NULL : unpack_start_archive(u, e) != 0) {
		unpack_free(u);
		return (NULL);
	}
	return (u);
}

const char *
unpack_member(const struct unpack *u)
{

	return (u->member);
}

ssize_t
unpack_read(struct unpack *u, unsigned char *p, size_t n, struct err *e)
{
	struct unpack_names names = { .n = 0 };
	la_ssize_t k = 0;
	int more = 1;

	if (u->kind == UNPACK_GZIP)
		return (gunzip_read(u->gz, p, n, e));
	while (!u->over && more == 1) {
		if ((k = archive_read_data(u->a, p, n)) < 0)
			return (unpack_broken(u, e));
		if (k > 0)
			return (k);
		more = u->member != NULL && unpack_is_pattern(u->want->name) ?
		    unpack_next_member(u, &names, e) :
		    0;
	}
	if (more < 0)
		return (-1);
	if (!u->over || u->kind == UNPACK_ZSTD) {
		u->over = true;
		return (unpack_finish(u, e));
	}
	return (0);
}

void
unpack_free(struct unpack *u)
{

	if (u == NULL)
		return;
	gunzip_free(u->gz);
	if (u->a != NULL)
		(void)archive_read_free(u->a);
	free(u->member);
	free(u->tail);
	free(u);
}

bool
unpack_fits(const char *pattern, const char *name)
{
	const struct unpack_want want = { pattern, true };

	return (unpack_wants(&want, name));
}
