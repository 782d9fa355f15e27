/* The files in the private database's directory. */

#include "server/config.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/digest.h"
#include "base/io.h"
#include "pg/without.h"
#include "server/place.h"

enum { CONFIG_MAX = 64 << 10 }; /* bytes of a file */

#define CONFIG_FAST "# fast\n"
#define CONFIG_WITHOUT "aegis-without"

/* Settings a caller may change come first, the user's next, those that make it
 * private last: the last one counts. */
static const char config_tuned[] =
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
static const char config_fast[] =
    "fsync = off\n"
    "full_page_writes = off\n";

int
config_write(const char *name, const void *p, size_t n, struct err *e)
{
	char tmp[256];
	int fd;

	(void)snprintf(tmp, sizeof(tmp), "%s.new", name);
	if ((fd = open(tmp, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600)) < 0)
		return (err_sys(e, STATUS_OUTPUT, "cannot make '%s'", tmp));
	if (io_write_all(fd, p, n, tmp, e)) {
		(void)close(fd);
		return (-1);
	}
	if (io_sync_close(fd, tmp, e))
		return (-1);
	return (rename(tmp, name) ? err_sys(e, STATUS_OUTPUT, "cannot rename '%s'", tmp) : 0);
}

/* Write what is in ${b}, and free it; ${rc} says whether it was filled. */
static int
config_put(const char *name, struct buf *b, int rc, struct err *e)
{

	rc = rc || config_write(name, b->p, b->len, e);
	buf_free(b);
	return (rc);
}

int
config_claim(const char *dir, struct err *e)
{
	int fd = open(PLACE_MARKER, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

	if (fd < 0 && errno != EEXIST)
		return (err_sys(e, STATUS_OUTPUT, "cannot make '%s/%s'", dir, PLACE_MARKER));
	if (fd >= 0)
		(void)close(fd);
	return (0);
}

int
config_mark(const char *dir, const char *var, struct err *e)
{
	struct buf b = BUF_INIT(CONFIG_MAX);
	bool fresh, ours;
	int rc;

	rc = io_slurp(PLACE_MARKER, &b, e);
	fresh = b.len == 0;
	ours = b.len >= strlen(PLACE_MARK) && memcmp(b.p, PLACE_MARK, strlen(PLACE_MARK)) == 0;
	buf_free(&b);
	if (rc || (!fresh && ours))
		return (rc);
	if (!fresh)
		return (
		    err_set(e, STATUS_CONFIG, "'%s/%s' is of another version", dir, PLACE_MARKER));
	return (config_put(PLACE_MARKER, &b, buf_addf(&b, e, PLACE_MARK "var %s\n", var), e));
}

int
config_data(const char *user, const char *creator, unsigned int without, struct err *e)
{
	struct buf hba = BUF_INIT(CONFIG_MAX), ident = BUF_INIT(CONFIG_MAX),
		   conf = BUF_INIT(CONFIG_MAX), none = BUF_INIT(CONFIG_MAX);
	const char *who[] = { "root", user, creator };
	size_t i;
	int rc;

	rc = buf_adds(&hba,
	    "# Written by aegis db start.  Only over the Unix socket, only as\n"
	    "# " CONFIG_ROLE
	    ", and only the users that pg_ident.conf names.\n"
	    "local all " CONFIG_ROLE " peer map=aegis\n",
	    e);
	rc = config_put("data.partial/pg_hba.conf", &hba, rc, e);
	for (i = 0; rc == 0 && i < 3; i++)
		if (i == 0 ||
		    (strcmp(who[i], "root") != 0 && (i == 1 || strcmp(who[i], who[1]) != 0)))
			rc = buf_addf(&ident, e, "aegis \"%s\" " CONFIG_ROLE "\n", who[i]);
	rc = config_put("data.partial/pg_ident.conf", &ident, rc, e);
	rc = rc || io_slurp("data.partial/postgresql.conf", &conf, e) ||
	    buf_adds(&conf, "\ninclude = '../server.conf'\n", e);
	rc = config_put("data.partial/postgresql.conf", &conf, rc, e);
	rc = rc || buf_addf(&none, e, "%s\n", without_text(without));
	return (config_put("data.partial/" CONFIG_WITHOUT, &none, rc, e));
}

/* Whether libpq, a configuration file and the kernel can all take the path. */
static bool
config_fits(const char *dir)
{
	const struct sockaddr_un *un = NULL;
	const char *s;

	for (s = dir; *s != '\0'; s++)
		if (*s == ',' || *s == '"' || (unsigned char)*s < 0x20)
			return (false);
	return (strlen(dir) + strlen("/run/.s.PGSQL." CONFIG_PORT) < sizeof(un->sun_path));
}

int
config_socket(const char *dir, char *dst, size_t size, struct err *e)
{
	char hex[DIGEST_SHA256_HEX + 1];
	struct stat st;

	digest_sha256_of(dir, strlen(dir), hex);
	if (config_fits(dir))
		(void)snprintf(dst, size, "%s/run", dir);
	else
		(void)snprintf(dst, size, "/tmp/aegis-%lu-%.8s", (unsigned long)geteuid(), hex);
	if (mkdir(dst, 0700) && errno != EEXIST)
		return (err_sys(e, STATUS_OUTPUT, "cannot make '%s'", dst));
	/* Anybody can make directories in /tmp, and wait there for our clients. */
	if (lstat(dst, &st))
		return (err_sys(e, STATUS_OUTPUT, "cannot look at '%s'", dst));
	if (S_ISDIR(st.st_mode) && st.st_uid == geteuid() && (st.st_mode & 077) == 0)
		return (0);
	(void)err_set(e, STATUS_NOPERM,
	    "'%s' is not a directory of mode 0700 of user number %lu: not used for the socket", dst,
	    (unsigned long)geteuid());
	return (err_hint(e, "find out who made it, and remove it"));
}

/* What would make it another server than the one clients look for. */
static bool
config_fixed(const char *name, size_t n)
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
config_drop(struct buf *b, const char *name, size_t n)
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

/* Set NAME=VALUE in the text of settings.conf, with the value quoted, in place of earlier lines of
 * that name. */
static int
config_setting(struct buf *b, const char *s, struct err *e)
{
	size_t n = strcspn(s, "=");
	const char *v;
	int rc;

	if (s[n] != '=' || n == 0 || strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_.") != n)
		return (err_set(e, STATUS_USAGE, "--set takes NAME=VALUE, not '%s'", s));
	if (config_fixed(s, n))
		return (err_set(e, STATUS_USAGE,
		    "--set cannot change '%.*s': it makes the database private", (int)n, s));
	config_drop(b, s, n);
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
config_settings(const char *const *set, size_t n, struct buf *old, struct err *e)
{
	struct buf b = BUF_INIT(CONFIG_MAX);
	size_t i;
	int rc;

	rc = access("settings.conf", F_OK) != 0 ? config_write("settings.conf", "", 0, e) :
						  io_slurp("settings.conf", old, e);
	if (rc || n == 0)
		return (rc);
	rc = old->len > 0 && buf_add(&b, old->p, old->len, e);
	for (i = 0; rc == 0 && i < n; i++)
		rc = config_setting(&b, set[i], e);
	return (config_put("settings.conf", &b, rc, e));
}

int
config_without(const char *dir, unsigned int *set, struct err *e)
{
	struct buf b = BUF_INIT(CONFIG_MAX);
	char path[PLACE_MAX + 64];
	int rc;

	*set = WITHOUT_ALL;
	(void)snprintf(path, sizeof(path), "%s/data/" CONFIG_WITHOUT, dir);
	if (access(path, F_OK) != 0)
		return (0);
	rc = io_slurp(path, &b, e) || buf_str(&b, e) == NULL || without_parse(b.p, set, NULL);
	buf_free(&b);
	return (rc ? err_set(e, STATUS_CONFIG, "'%s' cannot be read", path) : 0);
}

/* The rest of the first line of ${dir}/${name} that begins with ${key}, or "". */
static void
config_line(const char *dir, const char *name, const char *key, char *dst, size_t size)
{
	char path[PLACE_MAX + 64], line[512];
	size_t n = strlen(key);
	FILE *f;

	dst[0] = '\0';
	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	if ((f = fopen(path, "r")) == NULL)
		return;
	while (dst[0] == '\0' && fgets(line, sizeof(line), f) != NULL) {
		line[strcspn(line, "\n")] = '\0';
		if (strncmp(line, key, n) == 0 && strlen(line + n) < size)
			memcpy(dst, line + n, strlen(line + n) + 1);
	}
	(void)fclose(f);
}

void
config_version(const char *dir, char *dst, size_t size)
{

	config_line(dir, "data/PG_VERSION", "", dst, size);
	if (strspn(dst, "0123456789") != strlen(dst))
		dst[0] = '\0';
}

void
config_host(const char *dir, char *dst, size_t size)
{

	config_line(dir, CONFIG_SERVICE, "host=", dst, size);
}

/*
 * AGE is loaded by the server, since only a superuser may LOAD it.  That an extension
 * is missing on purpose the schema's files ask the server.
 */
static int
config_server_text(struct buf *b, const char *socket, unsigned int without, bool fast,
    struct err *e)
{
	const char *s;
	int rc;

	rc = buf_addf(b, e, "%s%saegis.without = '%s'\n%s%s", fast ? CONFIG_FAST : "",
		 without & WITHOUT_AGE ? "" : "shared_preload_libraries = 'age'\n",
		 without_text(without), config_tuned, fast ? config_fast : "") ||
	    buf_adds(b,
		"listen_addresses = ''\nport = " CONFIG_PORT
		"\nunix_socket_permissions = 0700\n"
		"unix_socket_directories = '",
		e);
	for (s = socket; rc == 0 && *s != '\0'; s++)
		rc = ((*s == '\'' || *s == '\\') && buf_add(b, s, 1, e)) || buf_add(b, s, 1, e);
	return (rc || buf_adds(b, "'\n", e));
}

int
config_server(const char *socket, unsigned int without, bool fast, bool *sync_first, struct err *e)
{
	struct buf b = BUF_INIT(CONFIG_MAX), was = BUF_INIT(CONFIG_MAX);
	int rc;

	rc = access("server.conf", F_OK) == 0 && io_slurp("server.conf", &was, e);
	*sync_first = !fast && was.len >= strlen(CONFIG_FAST) &&
	    memcmp(was.p, CONFIG_FAST, strlen(CONFIG_FAST)) == 0;
	buf_free(&was);
	rc = rc || config_server_text(&b, socket, without, fast, e);
	if (config_put("server.conf", &b, rc, e))
		return (-1);
	rc = buf_addf(&b, e,
	    "# By hand: PGSERVICEFILE=(this file) PGSERVICE=aegis psql\n"
	    "[aegis]\nhost=%s\nport=" CONFIG_PORT "\nuser=" CONFIG_ROLE "\ndbname=" CONFIG_DATABASE
	    "\n",
	    socket);
	return (config_put(CONFIG_SERVICE, &b, rc, e));
}
