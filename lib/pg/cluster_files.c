#include "pg/cluster_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/io.h"
#include "pg/programs.h"

enum { CLUSTER_FILES_MAX = 64 << 10 };

#define CLUSTER_FILES_FAST "# fast\n"
#define CLUSTER_FILES_WITHOUT "aegis-without"

/* Settings a caller may change come first, the user's next, those that make it
 * private last: the last one counts. */
static const char cluster_files_tuned[] =
    "# Written by aegis db start, each time.  Your own: aegis db start --set NAME=VALUE.\n"
    "shared_buffers = 256MB\n"
    "work_mem = 32MB\n"
    "maintenance_work_mem = 128MB\n"
    "max_connections = 50\n"
    "jit = off\n"
    "# bulk loads: few checkpoints, no archive, no standby\n"
    "wal_level = minimal\n"
    "max_wal_senders = 0\n"
    "max_wal_size = 4GB\n"
    "min_wal_size = 256MB\n"
    "checkpoint_timeout = 15min\n"
    "checkpoint_completion_target = 0.9\n"
    "timezone = 'UTC'\n"
    "log_timezone = 'UTC'\n"
    "log_line_prefix = '%m [%p] %a '\n"
    "include_if_exists = 'settings.conf'\n";

/* synchronous_commit stays on: without fsync it costs a write(2), and a killed
 * server keeps what it has committed; only the machine's fall loses it. */
static const char cluster_files_fast[] =
    "fsync = off\n"
    "full_page_writes = off\n";

int
cluster_files_write(const char *name, const void *p, size_t n, struct err *e)
{
	char tmp[256];
	int fd;

	(void)snprintf(tmp, sizeof(tmp), "%s.new", name);
	if ((fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600)) < 0)
		return (err_sys(e, STATUS_OUTPUT, "can't make '%s'", tmp));
	if (io_write_all(fd, p, n, tmp, e)) {
		(void)close(fd);
		return (-1);
	}
	if (io_sync_close(fd, tmp, e))
		return (-1);
	if (rename(tmp, name))
		return (err_sys(e, STATUS_OUTPUT, "can't rename '%s'", tmp));
	return (0);
}

static int
cluster_files_write_buf(const char *name, struct buf *b, int rc, struct err *e)
{

	if (rc == 0)
		rc = cluster_files_write(name, b->p, b->len, e);
	buf_free(b);
	return (rc);
}

int
cluster_files_claim(const struct cluster *c, struct err *e)
{
	int fd = open(CLUSTER_MARKER, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 && errno != EEXIST)
		return (err_sys(e, STATUS_OUTPUT, "can't make '%s/%s'", c->dir, CLUSTER_MARKER));
	if (fd >= 0)
		(void)close(fd);
	return (0);
}

int
cluster_files_mark(const struct cluster *c, struct err *e)
{
	static const char want[] = "aegis-private-database 1\n";
	struct buf b = BUF_INIT(CLUSTER_FILES_MAX);
	bool fresh, ours;
	int rc;

	rc = io_slurp(CLUSTER_MARKER, &b, e);
	fresh = b.len == 0;
	ours = b.len >= sizeof(want) - 1 && memcmp(b.p, want, sizeof(want) - 1) == 0;
	buf_free(&b);
	if (rc)
		return (-1);
	if (!fresh)
		return (ours ? 0 :
			       err_set(e, STATUS_CONFIG, "'%s/%s' is of another version", c->dir,
				   CLUSTER_MARKER));
	rc = buf_adds(&b, want, e) || buf_addf(&b, e, "var %s\n", c->var) ? -1 : 0;
	return (cluster_files_write_buf(CLUSTER_MARKER, &b, rc, e));
}

/* Append to a file that initdb has made. */
static int
cluster_files_append(const char *path, int flags, const struct buf *b, struct err *e)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | flags);

	if (fd < 0)
		return (err_sys(e, STATUS_OUTPUT, "can't open '%s'", path));
	if (io_write_all(fd, b->p, b->len, path, e)) {
		(void)close(fd);
		return (-1);
	}
	return (io_sync_close(fd, path, e));
}

int
cluster_files_auth(const struct cluster *c, struct err *e)
{
	const char *who[] = { "root", c->user, c->creator };
	struct buf b = BUF_INIT(CLUSTER_FILES_MAX);
	size_t i;
	int rc;

	rc = buf_adds(&b,
		 "# Written by aegis db start.  Only over the Unix socket, only as\n"
		 "# " CLUSTER_ROLE
		 ", and only the users that pg_ident.conf names.\n"
		 "local all " CLUSTER_ROLE " peer map=aegis\n",
		 e) ||
	    cluster_files_append("data.partial/pg_hba.conf", O_TRUNC, &b, e);
	b.len = 0;
	for (i = 0; rc == 0 && i < sizeof(who) / sizeof(who[0]); i++)
		if (i == 0 ||
		    (strcmp(who[i], "root") != 0 && (i == 1 || strcmp(who[i], who[1]) != 0)))
			rc = buf_addf(&b, e, "aegis \"%s\" " CLUSTER_ROLE "\n", who[i]);
	if (rc == 0)
		rc = cluster_files_append("data.partial/pg_ident.conf", O_TRUNC, &b, e);
	b.len = 0;
	if (rc == 0)
		rc = buf_adds(&b, "\ninclude = '../server.conf'\n", e) ||
		    cluster_files_append("data.partial/postgresql.conf", O_APPEND, &b, e);
	buf_free(&b);
	return (rc ? -1 : 0);
}

/* Whether libpq, a configuration file and the kernel can all take the path. */
static bool
cluster_files_fits(const char *dir)
{
	const struct sockaddr_un *un = NULL;
	const char *s;

	for (s = dir; *s != '\0'; s++)
		if (*s == ',' || *s == '"' || (unsigned char)*s < 0x20)
			return (false);
	return (strlen(dir) + strlen("/run/.s.PGSQL." CLUSTER_PORT) < sizeof(un->sun_path));
}

int
cluster_files_socket(const struct cluster *c, char *dst, size_t size, struct err *e)
{
	char hex[DIGEST_SHA256_HEX + 1];
	struct digest_sha256 *sha;
	struct stat st;

	if (cluster_files_fits(c->dir)) {
		(void)snprintf(dst, size, "%s/run", c->dir);
	} else {
		sha = digest_sha256_new();
		digest_sha256_update(sha, c->dir, strlen(c->dir));
		digest_sha256_final(sha, hex);
		(void)snprintf(dst, size, "/tmp/aegis-%lu-%.8s", (unsigned long)geteuid(), hex);
	}
	if (mkdir(dst, 0700) && errno != EEXIST)
		return (err_sys(e, STATUS_OUTPUT, "can't make '%s'", dst));
	/* Anybody can make directories in /tmp, and wait there for our clients. */
	if (lstat(dst, &st))
		return (err_sys(e, STATUS_OUTPUT, "can't look at '%s'", dst));
	if (!S_ISDIR(st.st_mode) || st.st_uid != geteuid() || (st.st_mode & 077) != 0) {
		(void)err_set(e, STATUS_NOPERM,
		    "'%s' is not a directory of mode 0700 of user "
		    "'%s': not used for the socket",
		    dst, c->user);
		return (err_hint(e, "find out who made it, and remove it"));
	}
	return (0);
}

/* What would make it another server than the one clients look for. */
static bool
cluster_files_fixed(const char *name, size_t n)
{
	static const char *const fixed[] = { "listen_addresses", "port", "unix_socket_directories",
		"unix_socket_permissions", "unix_socket_group", "data_directory", "hba_file",
		"ident_file", "config_file", "external_pid_file", "include", "include_if_exists",
		"include_dir", NULL };
	size_t i;

	for (i = 0; fixed[i] != NULL; i++)
		if (strlen(fixed[i]) == n && memcmp(fixed[i], name, n) == 0)
			return (true);
	return (false);
}

/* Drop the lines of ${b} that set ${name}. */
static void
cluster_files_drop(struct buf *b, const char *name, size_t n)
{
	size_t from = 0, to = 0;

	while (from < b->len) {
		const char *nl = memchr(b->p + from, '\n', b->len - from);
		size_t len = nl ? (size_t)(nl - (b->p + from)) + 1 : b->len - from;

		if (len <= n || memcmp(b->p + from, name, n) != 0 || b->p[from + n] != ' ') {
			memmove(b->p + to, b->p + from, len);
			to += len;
		}
		from += len;
	}
	b->len = to;
}

static int
cluster_files_setting(struct buf *b, const char *s, struct err *e)
{
	size_t n = strcspn(s, "=");
	const char *v;
	int rc;

	if (s[n] != '=' || n == 0 || strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_.") != n)
		return (err_set(e, STATUS_USAGE, "--set takes NAME=VALUE, not '%s'", s));
	if (cluster_files_fixed(s, n))
		return (err_set(e, STATUS_USAGE,
		    "--set can't change '%.*s': it makes the "
		    "database private",
		    (int)n, s));
	cluster_files_drop(b, s, n);
	rc = buf_addf(b, e, "%.*s = '", (int)n, s);
	for (v = s + n + 1; rc == 0 && *v != '\0'; v++) {
		if ((unsigned char)*v < 0x20)
			return (
			    err_set(e, STATUS_USAGE, "--set %.*s: a control character", (int)n, s));
		if (*v == '\'' || *v == '\\')
			rc = buf_add(b, v, 1, e);
		if (rc == 0)
			rc = buf_add(b, v, 1, e);
	}
	return (rc ? rc : buf_adds(b, "'\n", e));
}

int
cluster_files_settings(const struct cluster *c, struct buf *old, struct err *e)
{
	struct buf b = BUF_INIT(CLUSTER_FILES_MAX);
	size_t i;
	int rc;

	if (access("settings.conf", F_OK) != 0)
		rc = cluster_files_write("settings.conf", "", 0, e);
	else
		rc = io_slurp("settings.conf", old, e);
	if (rc != 0 || c->options->n_set == 0)
		return (rc);
	if (old->len > 0)
		rc = buf_add(&b, old->p, old->len, e);
	for (i = 0; rc == 0 && i < c->options->n_set; i++)
		rc = cluster_files_setting(&b, c->options->set[i], e);
	return (cluster_files_write_buf("settings.conf", &b, rc, e));
}

int
cluster_files_without(const char *data, unsigned int set, struct err *e)
{
	struct buf b = BUF_INIT(CLUSTER_FILES_MAX);
	char path[256];

	(void)snprintf(path, sizeof(path), "%s/" CLUSTER_FILES_WITHOUT, data);
	return (cluster_files_write_buf(path, &b, buf_addf(&b, e, "%s\n", programs_text(set)), e));
}

int
cluster_files_read_without(const char *dir, unsigned int *set, struct err *e)
{
	struct buf b = BUF_INIT(CLUSTER_FILES_MAX);
	char path[PRIVATE_PATH_MAX + 64];
	const char *text;
	int rc = -1;

	*set = PROGRAMS_ALL;
	(void)snprintf(path, sizeof(path), "%s/data/" CLUSTER_FILES_WITHOUT, dir);
	if (access(path, F_OK) != 0)
		return (0);
	if (io_slurp(path, &b, e) == 0 && (text = buf_str(&b, e)) != NULL &&
	    programs_words(text, set, NULL) == 0)
		rc = 0;
	else
		(void)err_set(e, STATUS_CONFIG, "'%s' can't be read", path);
	buf_free(&b);
	return (rc);
}

void
cluster_files_version(const char *dir, char *dst, size_t size)
{
	char path[PRIVATE_PATH_MAX + 32];
	FILE *f;

	dst[0] = '\0';
	(void)snprintf(path, sizeof(path), "%s/data/PG_VERSION", dir);
	if ((f = fopen(path, "r")) == NULL)
		return;
	if (fgets(dst, (int)size, f) == NULL)
		dst[0] = '\0';
	(void)fclose(f);
	dst[strcspn(dst, "\n")] = '\0';
	if (strspn(dst, "0123456789") != strlen(dst))
		dst[0] = '\0';
}

/* AGE is loaded by the server, since only a superuser may LOAD it.  That an extension
 * is missing on purpose the schema's files ask the server. */
static int
cluster_files_extensions(struct buf *b, unsigned int without, struct err *e)
{

	if ((without & PROGRAMS_AGE) == 0 && buf_adds(b, "shared_preload_libraries = 'age'\n", e))
		return (-1);
	return (buf_addf(b, e, "aegis.without = '%s'\n", programs_text(without)));
}

int
cluster_files_server(const struct cluster *c, const char *socket, unsigned int without,
    bool *sync_first, struct err *e)
{
	struct buf b = BUF_INIT(CLUSTER_FILES_MAX), was = BUF_INIT(CLUSTER_FILES_MAX);
	const char *s;
	int rc;

	*sync_first = false;
	if (access("server.conf", F_OK) == 0) {
		if (io_slurp("server.conf", &was, e)) {
			buf_free(&was);
			return (-1);
		}
		*sync_first = !c->options->fast && was.len >= strlen(CLUSTER_FILES_FAST) &&
		    memcmp(was.p, CLUSTER_FILES_FAST, strlen(CLUSTER_FILES_FAST)) == 0;
		buf_free(&was);
	}
	rc = (c->options->fast ? buf_adds(&b, CLUSTER_FILES_FAST, e) : 0) ||
	    cluster_files_extensions(&b, without, e) || buf_adds(&b, cluster_files_tuned, e) ||
	    (c->options->fast ? buf_adds(&b, cluster_files_fast, e) : 0) ||
	    buf_adds(&b,
		"listen_addresses = ''\nport = " CLUSTER_PORT
		"\n"
		"unix_socket_permissions = 0700\nunix_socket_directories = '",
		e);
	for (s = socket; rc == 0 && *s != '\0'; s++)
		rc = (*s == '\'' || *s == '\\' ? buf_add(&b, s, 1, e) : 0) || buf_add(&b, s, 1, e);
	if (rc == 0)
		rc = buf_adds(&b, "'\n", e);
	if (cluster_files_write_buf("server.conf", &b, rc ? -1 : 0, e))
		return (-1);
	rc = buf_addf(&b, e,
	    "# By hand: PGSERVICEFILE=(this file) PGSERVICE=aegis psql\n"
	    "[aegis]\nhost=%s\nport=%s\nuser=%s\ndbname=%s\n",
	    socket, CLUSTER_PORT, CLUSTER_ROLE, CLUSTER_DATABASE);
	return (cluster_files_write_buf(CLUSTER_SERVICE, &b, rc, e));
}

void
cluster_files_host(char *dst, size_t size)
{
	FILE *f = fopen(CLUSTER_SERVICE, "r");
	char line[512];

	dst[0] = '\0';
	while (f != NULL && fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, "host=", 5) == 0 && strlen(line + 5) < size)
			memcpy(dst, line + 5, strlen(line + 5) + 1);
	}
	if (f != NULL)
		(void)fclose(f);
}

int
cluster_files_conninfo(char *dst, size_t size, const char *host, const char *port, const char *user,
    const char *dbname, struct err *e)
{
	char quoted[520];
	size_t n = 0;
	int k;

	for (; *host != '\0' && n + 3 < sizeof(quoted); host++) {
		if (*host == '\'' || *host == '\\')
			quoted[n++] = '\\';
		quoted[n++] = *host;
	}
	quoted[n] = '\0';
	k = snprintf(dst, size, "host='%s' port=%s user=%s dbname=%s", quoted, port, user, dbname);
	if (*host != '\0' || k < 0 || (size_t)k >= size)
		return (err_set(e, STATUS_CONFIG, "the socket's path is too long"));
	return (0);
}

static int
cluster_files_remove_at(int dir, const char *name, int depth, struct err *e)
{
	struct dirent *de;
	int fd, rc = 0;
	DIR *d;

	if (unlinkat(dir, name, 0) == 0 || errno == ENOENT)
		return (0);
	if (errno != EISDIR && errno != EPERM)
		return (err_sys(e, STATUS_OUTPUT, "can't remove '%s'", name));
	/* A data directory is five deep. */
	if (depth > 32)
		return (err_set(e, STATUS_OUTPUT, "can't remove '%s': too deep", name));
	if ((fd = openat(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)) < 0)
		return (err_sys(e, STATUS_OUTPUT, "can't remove '%s'", name));
	if ((d = fdopendir(fd)) == NULL) {
		(void)close(fd);
		return (err_sys(e, STATUS_OUTPUT, "can't read '%s'", name));
	}
	while (rc == 0 && (de = readdir(d)) != NULL)
		if (strcmp(de->d_name, ".") != 0 && strcmp(de->d_name, "..") != 0)
			rc = cluster_files_remove_at(dirfd(d), de->d_name, depth + 1, e);
	(void)closedir(d);
	if (rc == 0 && unlinkat(dir, name, AT_REMOVEDIR))
		rc = err_sys(e, STATUS_OUTPUT, "can't remove '%s'", name);
	return (rc);
}

int
cluster_files_remove(const char *path, struct err *e)
{

	return (cluster_files_remove_at(AT_FDCWD, path, 0, e));
}

int
cluster_files_remove_all(struct err *e)
{
	DIR *d = opendir(".");
	struct dirent *de;
	int rc = 0;

	if (d == NULL)
		return (err_sys(e, STATUS_OUTPUT, "can't read the database's directory"));
	while (rc == 0 && (de = readdir(d)) != NULL)
		if (strcmp(de->d_name, ".") != 0 && strcmp(de->d_name, "..") != 0 &&
		    strcmp(de->d_name, CLUSTER_MARKER) != 0)
			rc = cluster_files_remove(de->d_name, e);
	(void)closedir(d);
	if (rc == 0 && unlink(CLUSTER_MARKER) && errno != ENOENT)
		rc = err_sys(e, STATUS_OUTPUT, "can't remove '%s'", CLUSTER_MARKER);
	return (rc);
}
