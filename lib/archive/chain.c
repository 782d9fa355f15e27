/* The archives of one table in a directory: their names, their order, the last good one. */

#include "archive/chain.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/instant.h"
#include "base/io.h"
#include "base/lockfile.h"
#include "base/num.h"

/* The sequence in a name, TABLE-000001-...; 0 where it is no archive's. */
static uint64_t
chain_sequence(const char *name, const char *table)
{
	size_t n = strlen(table), digits;
	uint64_t v;

	if (strncmp(name, table, n) != 0 || name[n] != '-')
		return (0);
	digits = strspn(name + n + 1, "0123456789");
	if (digits < 6 || name[n + 1 + digits] != '-' || strchr(name, '/') != NULL ||
	    num_u64(name + n + 1, digits, 1, UINT32_MAX, &v))
		return (0);
	return (v);
}

/* Append a link with copies of ${name} and ${path}, which chain_free() releases. */
static void
chain_put(struct chain *c, const char *name, const char *path, uint64_t sequence)
{
	struct chain_link *l;

	if (c->n == c->cap)
		c->v = xgrow(c->v, &c->cap, sizeof(*c->v));
	l = &c->v[c->n++];
	l->name = xstrdup(name);
	l->path = xstrdup(path);
	l->sequence = sequence;
}

/* Order links by sequence, then by name, for qsort(). */
static int
chain_order(const void *a, const void *b)
{
	const struct chain_link *x = a, *y = b;

	if (x->sequence != y->sequence)
		return (x->sequence < y->sequence ? -1 : 1);
	return (strcmp(x->name, y->name));
}

int
chain_list(struct chain *c, const char *dir, const char *table, struct err *e)
{
	char path[CHAIN_PATH];
	uint64_t sequence;
	struct dirent *d;
	struct stat st;
	DIR *h;

	memset(c, 0, sizeof(*c));
	if ((h = opendir(dir)) == NULL)
		return (errno == ENOENT ? 0 : err_sys(e, STATUS_IO, "cannot read '%s'", dir));
	while ((d = readdir(h)) != NULL) {
		if ((sequence = chain_sequence(d->d_name, table)) == 0)
			continue;
		if (snprintf(path, sizeof(path), "%s/%s", dir, d->d_name) < (int)sizeof(path) &&
		    lstat(path, &st) == 0 && S_ISDIR(st.st_mode))
			chain_put(c, d->d_name, path, sequence);
	}
	(void)closedir(h);
	if (c->n > 0)
		qsort(c->v, c->n, sizeof(*c->v), chain_order);
	return (0);
}

int
chain_add(struct chain *c, const char *path, struct err *e)
{
	char copy[CHAIN_PATH];
	struct manifest m;
	char sha256[DIGEST_SHA256_HEX + 1];
	size_t n = strlen(path);
	const char *slash;

	while (n > 1 && path[n - 1] == '/')
		n--;
	if (snprintf(copy, sizeof(copy), "%.*s", (int)n, path) >= (int)sizeof(copy))
		return (err_set(e, STATUS_USAGE, "the path '%.60s...' is too long", path));
	if (chain_manifest(copy, &m, sha256, e))
		return (-1);
	slash = strrchr(copy, '/');
	chain_put(c, slash != NULL ? slash + 1 : copy, copy, m.sequence);
	qsort(c->v, c->n, sizeof(*c->v), chain_order);
	return (0);
}

void
chain_free(struct chain *c)
{
	size_t i;

	for (i = 0; i < c->n; i++) {
		free(c->v[i].name);
		free(c->v[i].path);
	}
	free(c->v);
	memset(c, 0, sizeof(*c));
}

int
chain_manifest(const char *path, struct manifest *m, char sha256[DIGEST_SHA256_HEX + 1],
    struct err *e)
{
	struct buf b = BUF_INIT(MANIFEST_MAX);
	char file[CHAIN_PATH];
	int rc;

	if (snprintf(file, sizeof(file), "%s/data/manifest.json", path) >= (int)sizeof(file))
		return (err_set(e, STATUS_USAGE, "the path '%.60s...' is too long", path));
	if ((rc = io_slurp_regular(file, &b, e)) == 0) {
		digest_sha256_of(b.p, b.len, sha256);
		if ((rc = manifest_parse(b.p, b.len, m, e)) != 0)
			(void)err_prefix(e, "'%s'", file);
	}
	buf_free(&b);
	return (rc);
}

int
chain_last(const char *archives, const char *table, struct manifest *m,
    char sha256[DIGEST_SHA256_HEX + 1], struct err *e)
{
	char dir[CHAIN_PATH];
	struct chain c;
	int rc = 0;

	if (snprintf(dir, sizeof(dir), "%s/%s", archives, table) >= (int)sizeof(dir))
		return (err_set(e, STATUS_USAGE, "the path '%.60s...' is too long", archives));
	if (chain_list(&c, dir, table, e))
		return (-1);
	if (c.n > 0)
		rc = chain_manifest(c.v[c.n - 1].path, m, sha256, e) ? -1 : 1;
	if (rc == 1 && m->sequence != c.v[c.n - 1].sequence)
		rc = err_set(e, STATUS_DATA, "'%s' calls itself sequence %llu", c.v[c.n - 1].path,
		    (unsigned long long)m->sequence);
	chain_free(&c);
	return (rc);
}

/* A window as part of a file's name: its days, where it has whole ones. */
static void
chain_window(char *dst, size_t size, const struct period *p)
{
	char text[PERIOD_TEXT], from[28], to[28];
	size_t i, k = 0;

	(void)period_text(text, p);
	if (strchr(text, '/') != NULL && p->from % INSTANT_DAY == 0 && p->to % INSTANT_DAY == 0) {
		(void)snprintf(dst, size, "%.10s--%.10s", instant_text(from, p->from),
		    instant_text(to, p->to));
		return;
	}
	for (i = 0; text[i] != '\0' && k + 2 < size; i++) {
		if (text[i] == ':')
			continue;
		if (text[i] == '/')
			dst[k++] = '-';
		dst[k++] = text[i] == '/' ? '-' : text[i];
	}
	dst[k] = '\0';
}

char *
chain_name(char dst[CHAIN_NAME], const char *table, uint64_t sequence, const struct period *p)
{
	char window[80];

	chain_window(window, sizeof(window), p);
	(void)snprintf(dst, CHAIN_NAME, "%.60s-%06llu-%s", table, (unsigned long long)sequence,
	    window);
	return (dst);
}

int
chain_lock(const char *dir, const char *name, bool wait, struct err *e)
{
	char path[CHAIN_PATH];
	int fd;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return (err_set(e, STATUS_USAGE, "the path '%.60s...' is too long", dir));
	if ((fd = lockfile_take(path, 0600, wait ? UINT64_MAX : 0, NULL, e)) < 0 &&
	    e->status == STATUS_TEMPFAIL)
		(void)err_prefix(e, "another export is running");
	return (fd);
}
