/* Signed notes and checkpoints as C2SP has them. */

#include "archive/note.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/base64.h"
#include "base/io.h"
#include "base/num.h"

#define NOTE_DASH "\xe2\x80\x94 " /* U+2014 */
#define NOTE_EXTENSION "manifest-sha256 "

enum { NOTE_ALGORITHM = 1 }; /* Ed25519 */

/* Whether a key's name is 1 to NOTE_NAME_MAX printable ASCII characters without space or '+'. */
static bool
note_name_good(const char *name)
{
	size_t n = strlen(name), i;

	for (i = 0; i < n; i++)
		if ((unsigned char)name[i] <= ' ' || name[i] == '+' ||
		    (unsigned char)name[i] >= 0x7f)
			return (false);
	return (n > 0 && n <= NOTE_NAME_MAX);
}

int
note_key_make(struct note_key *k, const char *name, const unsigned char pub[ED25519_PUBLIC],
    struct err *e)
{
	struct digest_sha256 *d;
	unsigned char md[DIGEST_SHA256_SIZE];

	if (!note_name_good(name))
		return (err_set(e, STATUS_USAGE,
		    "a key's name has up to %d printable characters of ASCII, no space and no '+'",
		    NOTE_NAME_MAX));
	(void)snprintf(k->name, sizeof(k->name), "%s", name);
	memcpy(k->pub, pub, ED25519_PUBLIC);
	d = digest_sha256_new();
	digest_sha256_update(d, name, strlen(name));
	digest_sha256_update(d, "\n\x01", 2);
	digest_sha256_update(d, pub, ED25519_PUBLIC);
	digest_sha256_next(d, md);
	digest_sha256_free(d);
	memcpy(k->id, md, sizeof(k->id));
	return (0);
}

int
note_key_text(const struct note_key *k, struct buf *out, struct err *e)
{
	unsigned char b[1 + ED25519_PUBLIC];
	char text[64], hex[9] = "";

	b[0] = NOTE_ALGORITHM;
	memcpy(b + 1, k->pub, ED25519_PUBLIC);
	base64_encode(text, b, sizeof(b));
	num_hex(hex, k->id, sizeof(k->id));
	return (buf_addf(out, e, "%s+%s+%s", k->name, hex, text));
}

int
note_key_parse(struct note_key *k, const char *p, size_t len, struct err *e)
{
	char text[512], *hex, *key;
	unsigned char b[64], id[4];
	size_t n;

	while (len > 0 && (p[len - 1] == '\n' || p[len - 1] == '\r'))
		len--;
	if (len >= sizeof(text))
		goto bad;
	memcpy(text, p, len);
	text[len] = '\0';
	if ((hex = strchr(text, '+')) == NULL || (key = strchr(hex + 1, '+')) == NULL)
		goto bad;
	*hex++ = *key++ = '\0';
	if (strlen(hex) != 8 || num_unhex(id, hex, 4) ||
	    base64_decode(b, sizeof(b), key, strlen(key), &n) || n != 1 + ED25519_PUBLIC ||
	    b[0] != NOTE_ALGORITHM || note_key_make(k, text, b + 1, NULL) ||
	    memcmp(k->id, id, 4) != 0)
		goto bad;
	return (0);
bad:
	return (err_set(e, STATUS_CONFIG, "no verifier's key: NAME+HEX+BASE64 of an Ed25519 key"));
}

int
note_keys_load(struct note_keys *keys, const char *path, struct err *e)
{
	struct buf b = BUF_INIT(NOTE_MAX);
	char *p, *lf;
	int rc;

	if ((rc = io_slurp_regular(path, &b, e)) == 0 && buf_str(&b, e) == NULL)
		rc = -1;
	for (p = b.p; rc == 0 && *p != '\0'; p = lf) {
		size_t n = strcspn(p, "\n");

		lf = p + n + (p[n] == '\n');
		if (n == 0 || p[0] == '#')
			continue;
		if (keys->n == keys->cap)
			keys->v = xgrow(keys->v, &keys->cap, sizeof(*keys->v));
		if (note_key_parse(&keys->v[keys->n], p, n, e))
			rc = err_prefix(e, "'%s'", path);
		else
			keys->n++;
	}
	buf_free(&b);
	return (rc);
}

int
note_body(const struct checkpoint *c, struct buf *out, struct err *e)
{
	char root[48];

	base64_encode(root, c->root, MERKLE_HASH);
	if (buf_addf(out, e, "%s\n%llu\n%s\n", c->origin, (unsigned long long)c->size, root))
		return (-1);
	return (c->manifest_sha256[0] == '\0' ?
		0 :
		buf_addf(out, e, NOTE_EXTENSION "%s\n", c->manifest_sha256));
}

int
note_signature(const struct note_key *k, const unsigned char signature[ED25519_SIGNATURE],
    struct buf *out, struct err *e)
{
	unsigned char b[4 + ED25519_SIGNATURE];
	char text[128];

	memcpy(b, k->id, 4);
	memcpy(b + 4, signature, ED25519_SIGNATURE);
	base64_encode(text, b, sizeof(b));
	return (buf_addf(out, e, NOTE_DASH "%s %s\n", k->name, text));
}

/* The next line of the body, NUL-terminated in ${line}. */
static int
note_line(const char **p, const char *end, char *line, size_t size)
{
	const char *lf = memchr(*p, '\n', (size_t)(end - *p));
	size_t n;

	if (lf == NULL || (n = (size_t)(lf - *p)) == 0 || n >= size)
		return (-1);
	memcpy(line, *p, n);
	line[n] = '\0';
	*p = lf + 1;
	return (strlen(line) == n ? 0 : -1);
}

/* Parse a checkpoint: origin, size and root, then extension lines, of which only the manifest's
 * digest is kept. */
static int
note_read_body(const char *p, const char *end, struct checkpoint *c, struct err *e)
{
	char line[NOTE_MAX];
	size_t n;

	memset(c, 0, sizeof(*c));
	if (note_line(&p, end, c->origin, sizeof(c->origin)) ||
	    note_line(&p, end, line, sizeof(line)) ||
	    num_u64(line, strlen(line), 0, INT64_MAX, &c->size) ||
	    (line[0] == '0' && line[1] != '\0') || note_line(&p, end, line, sizeof(line)) ||
	    base64_decode(c->root, MERKLE_HASH, line, strlen(line), &n) || n != MERKLE_HASH)
		return (
		    err_set(e, STATUS_DATA, "no checkpoint: origin, size and root are not there"));
	while (p < end) {
		if (note_line(&p, end, line, sizeof(line)))
			return (
			    err_set(e, STATUS_DATA, "no checkpoint: an empty line in its body"));
		n = strlen(NOTE_EXTENSION);
		if (strncmp(line, NOTE_EXTENSION, n) != 0)
			continue;
		if (strlen(line + n) != DIGEST_SHA256_HEX || c->manifest_sha256[0] != '\0')
			return (err_set(e, STATUS_DATA, "the checkpoint names no manifest"));
		memcpy(c->manifest_sha256, line + n, DIGEST_SHA256_HEX);
	}
	return (0);
}

/* One line of a signature: NOTE_SIGNED, NOTE_UNSIGNED where nobody here knows the key. */
static enum note_result
note_check(const char *line, const char *body, size_t body_len, const struct note_keys *keys,
    struct err *e)
{
	unsigned char b[1024];
	const char *name, *blank;
	size_t i, n;

	if (strncmp(line, NOTE_DASH, strlen(NOTE_DASH)) != 0 ||
	    (blank = strchr(name = line + strlen(NOTE_DASH), ' ')) == NULL ||
	    base64_decode(b, sizeof(b), blank + 1, strlen(blank + 1), &n) || n < 5) {
		(void)err_set(e, STATUS_DATA, "a line after the note is not a signature");
		return (NOTE_BAD);
	}
	for (i = 0; i < keys->n; i++) {
		const struct note_key *k = &keys->v[i];

		if (strlen(k->name) != (size_t)(blank - name) ||
		    memcmp(k->name, name, strlen(k->name)) != 0 || memcmp(k->id, b, 4) != 0)
			continue;
		if (n == 4 + ED25519_SIGNATURE && ed25519_verify(k->pub, body, body_len, b + 4))
			return (NOTE_SIGNED);
		(void)err_set(e, STATUS_DATA, "the signature by '%s' is wrong", k->name);
		return (NOTE_BAD);
	}
	return (NOTE_UNSIGNED);
}

enum note_result
note_open(const char *p, size_t len, const struct note_keys *keys, struct checkpoint *c,
    size_t *body_len, struct err *e)
{
	const char *end = p + len, *s;
	char line[2048];
	bool signed_once = false;
	enum note_result r;

	for (s = p; s + 1 < end; s++)
		if (s[0] == '\n' && s[1] == '\n')
			break;
	if (len > NOTE_MAX || s + 1 >= end) {
		(void)err_set(e, STATUS_DATA, "no signed note");
		return (NOTE_BAD);
	}
	*body_len = (size_t)(s + 1 - p);
	if (note_read_body(p, s + 1, c, e))
		return (NOTE_BAD);
	for (s += 2; s < end;) {
		if (note_line(&s, end, line, sizeof(line))) {
			(void)err_set(e, STATUS_DATA, "a line after the note is not a signature");
			return (NOTE_BAD);
		}
		if ((r = note_check(line, p, *body_len, keys, e)) == NOTE_BAD)
			return (NOTE_BAD);
		signed_once |= r == NOTE_SIGNED;
	}
	return (signed_once ? NOTE_SIGNED : NOTE_UNSIGNED);
}
