/* The key ring: keys, their times, their file's mode. */

#include "audit/keyring.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/buf.h"
#include "base/conf.h"
#include "base/instant.h"
#include "base/num.h"
#include "base/os.h"
#include "base/secret.h"

enum { KEY_MIN = 16, KEY_MAX = 1024, KEY_ID_MAX = 48, KEYRING_OVERLAP = 300 };

static const char *const keyring_keys[] = { "overlap", "keys", NULL };
static const char *const key_keys[] = { "id", "algorithm", "file", "encoding", "not_before",
	"not_after", "status", NULL };

/* The text of a key file as the key's bytes, in place of it. */
static int
key_decode(const char *encoding, char *p, size_t *n)
{
	char out[SECRET_MAX];
	size_t len = *n;
	int rc = 0;

	if (strcmp(encoding, "raw") == 0)
		return (0);
	/* One line, as an editor or `openssl rand -hex 32 >FILE` leaves it. */
	if (len > 0 && p[len - 1] == '\n')
		len--;
	if (len > 0 && p[len - 1] == '\r')
		len--;
	if (strcmp(encoding, "text") == 0) {
		*n = len;
		return (0);
	}
	if (strcmp(encoding, "hex") == 0) {
		*n = len / 2;
		rc = len % 2 != 0 || num_unhex(out, p, *n);
	} else {
		rc = base64_decode(out, sizeof(out), p, len, n);
	}
	if (rc == 0)
		memcpy(p, out, *n);
	os_wipe(out, sizeof(out));
	return (rc);
}

/* Load the key file, decode it and set k->mac; the secret is wiped from the stack in any case. */
static int
key_read(const struct conf *c, const struct conf_node *map, const char *path, const char *encoding,
    struct key *k, struct err *e)
{
	char secret[SECRET_MAX];
	size_t n = 0;
	int rc = -1;

	if (secret_read(path, secret, sizeof(secret), &n, e))
		(void)err_prefix(e, "key '%s'", k->id);
	else if (key_decode(encoding, secret, &n))
		(void)conf_fail(c, map, e, "key '%s': '%s' does not hold %s", k->id, path,
		    encoding);
	else if (n < KEY_MIN || n > KEY_MAX)
		(void)conf_fail(c, map, e,
		    "key '%s': '%s' holds a key of %zu bytes, but one has %d to %d", k->id, path, n,
		    KEY_MIN, KEY_MAX);
	else if ((k->mac = hmac_new(secret, n, e)) != NULL)
		rc = 0;
	os_wipe(secret, sizeof(secret));
	return (rc);
}

/* Read an instant or a day under ${key} in microseconds; ${fallback} if it is not given. */
static int
key_instant(const struct conf *c, const struct conf_node *map, const char *key, int64_t fallback,
    int64_t *us, struct err *e)
{
	const struct conf_node *n = conf_get(map, key);

	*us = fallback;
	if (n == NULL)
		return (0);
	if (n->kind == CONF_SCALAR &&
	    (instant_parse(n->text, n->len, us) == 0 || instant_day(n->text, n->len, us) == 0))
		return (0);
	return (conf_fail(c, n, e, "'%s' is an instant as 2026-11-01T00:00:00Z, or a day", key));
}

/* Check that ${id} is 1 to KEY_ID_MAX letters, digits, '.', '_' or '-'. */
static int
key_id(const struct conf *c, const struct conf_node *map, const char *id, struct err *e)
{
	size_t n = strspn(id, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-");

	if (n == 0 || n > KEY_ID_MAX || id[n] != '\0')
		return (conf_fail(c, conf_get(map, "id"), e,
		    "a key's id has 1 to %d letters, digits, '.', '_', '-'", KEY_ID_MAX));
	return (0);
}

/* Return the place of ${word} in the NULL-terminated list ${words}, or -1 with ${e} set. */
static int
key_word(const struct conf *c, const struct conf_node *map, const char *key,
    const char *const *words, const char *word, struct err *e)
{
	int i;

	for (i = 0; words[i] != NULL; i++)
		if (strcmp(words[i], word) == 0)
			return (i);
	return (conf_fail(c, conf_get(map, key), e, "'%s' is not a known %s", word, key));
}

/* Add the key that ${map} describes to the ring; a relative path of its file starts at ${dir}. */
static int
key_parse(const struct conf *c, const struct conf_node *map, const char *dir, struct keyring *r,
    struct err *e)
{
	static const char *const algorithms[] = { "hmac-sha256", NULL };
	static const char *const encodings[] = { "hex", "base64", "text", "raw", NULL };
	static const char *const statuses[] = { "active", "retired", "revoked", NULL };
	const char *id, *algorithm, *file, *encoding, *status;
	char path[4096];
	struct key *k;
	int s;

	if (conf_only(c, map, key_keys, e) || (id = conf_text(c, map, "id", NULL, e)) == NULL ||
	    key_id(c, map, id, e) ||
	    (algorithm = conf_text(c, map, "algorithm", "hmac-sha256", e)) == NULL ||
	    key_word(c, map, "algorithm", algorithms, algorithm, e) < 0 ||
	    (file = conf_text(c, map, "file", NULL, e)) == NULL ||
	    (encoding = conf_text(c, map, "encoding", "hex", e)) == NULL ||
	    key_word(c, map, "encoding", encodings, encoding, e) < 0 ||
	    (status = conf_text(c, map, "status", "active", e)) == NULL ||
	    (s = key_word(c, map, "status", statuses, status, e)) < 0)
		return (-1);
	if (keyring_find(r, id, strlen(id)) != NULL)
		return (conf_fail(c, map, e, "there are two keys '%s'", id));
	if (snprintf(path, sizeof(path), "%s%s", file[0] == '/' ? "" : dir, file) >=
	    (int)sizeof(path))
		return (conf_fail(c, map, e, "the path of '%s' is too long", file));
	if (r->n == r->cap)
		r->keys = xgrow(r->keys, &r->cap, sizeof(*r->keys));
	k = &r->keys[r->n++];
	memset(k, 0, sizeof(*k));
	k->id = xstrdup(id);
	k->status = (enum key_status)s;
	if (key_instant(c, map, "not_before", INT64_MIN, &k->not_before, e) ||
	    key_instant(c, map, "not_after", INT64_MAX, &k->not_after, e))
		return (-1);
	if (k->not_before >= k->not_after)
		return (conf_fail(c, map, e, "key '%s' ends before it begins", id));
	return (key_read(c, map, path, encoding, k, e));
}

/* Order keys by not_before, the latest first, for qsort(). */
static int
key_newest_first(const void *a, const void *b)
{
	const struct key *x = a, *y = b;

	return ((x->not_before < y->not_before) - (x->not_before > y->not_before));
}

/* Fill the ring from the configuration, keys newest first; key files are relative to the directory
 * of ${path}. */
static int
keyring_parse(const struct conf *c, const char *path, struct keyring *r, struct err *e)
{
	const struct conf_node *root = conf_root(c), *keys, *n;
	const char *slash = strrchr(path, '/');
	uint64_t overlap = KEYRING_OVERLAP;
	char dir[4096] = "";

	if (slash != NULL)
		(void)snprintf(dir, sizeof(dir), "%.*s", (int)(slash - path + 1), path);
	if (conf_only(c, root, keyring_keys, e) ||
	    conf_u64(c, root, "overlap", 0, 86400, &overlap, e))
		return (-1);
	r->overlap = (int64_t)overlap * INSTANT_SECOND;
	if ((keys = conf_get(root, "keys")) == NULL || keys->kind != CONF_LIST || keys->n == 0)
		return (conf_fail(c, keys != NULL ? keys : root, e, "'keys' must list the keys"));
	for (n = keys->child; n != NULL; n = n->next)
		if (key_parse(c, n, dir, r, e))
			return (-1);
	qsort(r->keys, r->n, sizeof(*r->keys), key_newest_first);
	return (0);
}

struct keyring *
keyring_load(const char *path, struct err *e)
{
	struct conf *c = conf_load(path, e);
	struct keyring *r;
	int rc;

	if (c == NULL)
		return (NULL);
	r = xcalloc(1, sizeof(*r));
	rc = keyring_parse(c, path, r, e);
	conf_free(c);
	if (rc) {
		keyring_free(r);
		return (NULL);
	}
	return (r);
}

void
keyring_free(struct keyring *r)
{
	size_t i;

	if (r == NULL)
		return;
	for (i = 0; i < r->n; i++) {
		hmac_free(r->keys[i].mac);
		free(r->keys[i].id);
	}
	free(r->keys);
	free(r);
}

const struct key *
keyring_find(const struct keyring *r, const char *id, size_t len)
{
	size_t i;

	for (i = 0; i < r->n; i++)
		if (strlen(r->keys[i].id) == len && memcmp(r->keys[i].id, id, len) == 0)
			return (&r->keys[i]);
	return (NULL);
}

int
keyring_covers(const struct keyring *r, const struct key *k, int64_t created)
{
	int64_t low = k->not_before, high = k->not_after;

	if (created >= low && created < high)
		return (1);
	low = low < INT64_MIN + r->overlap ? INT64_MIN : low - r->overlap;
	high = high > INT64_MAX - r->overlap ? INT64_MAX : high + r->overlap;
	return (created >= low && created < high ? 2 : 0);
}
