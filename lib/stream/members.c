/* The files inside of an archive. */

#include "stream/members.h"

#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <archive.h>
#include <archive_entry.h>

#include "base/buf.h"

enum { MEMBERS_MAX = 100000 };

/* Add a name. */
static int
members_add(struct members *m, const char *name, struct err *e)
{

	if (m->n == MEMBERS_MAX)
		return (err_set(e, STATUS_DATA, "more than %d files", MEMBERS_MAX));
	if (m->n == m->cap)
		m->names = xgrow(m->names, &m->cap, sizeof(*m->names));
	m->names[m->n++] = xstrdup(name);
	return (0);
}

/* Order of two names. */
static int
members_order(const void *a, const void *b)
{

	return (strcmp(*(char *const *)a, *(char *const *)b));
}

/* The regular files of a directory, in order of their names. */
static int
members_directory(const char *path, struct members *m, struct err *e)
{
	struct buf b = BUF_INIT(1 << 16);
	struct dirent *d;
	struct stat st;
	DIR *dir = opendir(path);
	int rc = 0;

	if (dir == NULL)
		return (err_sys(e, STATUS_NOINPUT, "cannot open '%s'", path));
	while (rc == 0 && (d = readdir(dir)) != NULL) {
		b.len = 0;
		rc = buf_addf(&b, e, "%s/%s", path, d->d_name);
		if (rc == 0 && d->d_name[0] != '.' && stat(buf_str(&b, e), &st) == 0 &&
		    S_ISREG(st.st_mode))
			rc = members_add(m, d->d_name, e);
	}
	(void)closedir(dir);
	buf_free(&b);
	if (m->n > 0)
		qsort(m->names, m->n, sizeof(*m->names), members_order);
	return (rc);
}

/* The regular files of an archive, as they come. */
static int
members_archive(struct archive *a, const char *path, struct members *m, struct err *e)
{
	struct archive_entry *entry;
	int rc;

	while ((rc = archive_read_next_header(a, &entry)) == ARCHIVE_OK || rc == ARCHIVE_WARN) {
		const char *name = archive_entry_pathname_utf8(entry);

		if (archive_entry_filetype(entry) != AE_IFREG)
			continue;
		if (name == NULL)
			name = archive_entry_pathname(entry);
		if (members_add(m, name != NULL ? name : "", e))
			return (-1);
	}
	if (rc == ARCHIVE_EOF)
		return (0);
	return (err_set(e, STATUS_DATA, "cannot list '%s': %s", path, archive_error_string(a)));
}

int
members_list(const char *path, struct members *m, struct err *e)
{
	struct archive *a;
	struct stat st;
	int rc = 0;

	memset(m, 0, sizeof(*m));
	if (stat(path, &st))
		return (err_sys(e, STATUS_NOINPUT, "cannot open '%s'", path));
	if (S_ISDIR(st.st_mode))
		return (members_directory(path, m, e));
	if ((a = archive_read_new()) == NULL)
		return (err_set(e, STATUS_TEMPFAIL, "out of memory"));
	(void)archive_read_support_format_zip_seekable(a);
	(void)archive_read_support_format_tar(a);
	(void)archive_read_support_filter_gzip(a);
	(void)archive_read_support_filter_zstd(a);
	/* What is no archive has no members. */
	if (archive_read_open_filename(a, path, 64 << 10) == ARCHIVE_OK)
		rc = members_archive(a, path, m, e);
	(void)archive_read_free(a);
	return (rc);
}

void
members_release(struct members *m)
{
	size_t i;

	for (i = 0; i < m->n; i++)
		free(m->names[i]);
	free(m->names);
	memset(m, 0, sizeof(*m));
}
