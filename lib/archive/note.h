#ifndef AEGIS_ARCHIVE_NOTE_H
#define AEGIS_ARCHIVE_NOTE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "archive/merkle.h"
#include "base/buf.h"
#include "base/ed25519.h"
#include "base/err.h"

/*
 * Checkpoints: what a log says of itself, as a signed note (C2SP signed-note and
 * tlog-checkpoint).  The text that is signed is
 *
 *   ORIGIN LF SIZE LF base64(root) LF
 *   manifest-sha256 HEX LF            (an extension line, ours)
 *
 * and behind an empty line "— NAME base64(id[4] || signature[64])" for each signature.
 */
enum { NOTE_NAME_MAX = 120, NOTE_MAX = 16 << 10 };

/* Whose signature is looked for: a verifier's key, NAME+hex8+base64(0x01 || key). */
struct note_key {
	char name[NOTE_NAME_MAX + 1];
	unsigned char id[4];
	unsigned char pub[ED25519_PUBLIC];
};

/**
 * note_key_make(k, name, pub, e):
 * The verifier's key of ${name}, which has no blank and no '+'.
 */
int note_key_make(struct note_key *k, const char *name, const unsigned char pub[ED25519_PUBLIC],
    struct err *e);

/**
 * note_key_text(k, out, e), note_key_parse(k, p, len, e):
 * Append it as text, without an LF; read it, with or without one.
 */
int note_key_text(const struct note_key *k, struct buf *out, struct err *e);
int note_key_parse(struct note_key *k, const char *p, size_t len, struct err *e);

struct note_keys {
	struct note_key *v;
	size_t n, cap;
};

/**
 * note_keys_load(keys, path, e):
 * Add the verifier's keys in the file ${path}, one a line.
 */
int note_keys_load(struct note_keys *keys, const char *path, struct err *e);

/* A checkpoint read or to be written. */
struct checkpoint {
	char origin[2 * NOTE_NAME_MAX + 1];
	uint64_t size;
	unsigned char root[MERKLE_HASH];
	char manifest_sha256[DIGEST_SHA256_HEX + 1]; /* or "" */
};

/**
 * note_body(c, out, e):
 * Append the text that is signed.
 */
int note_body(const struct checkpoint *c, struct buf *out, struct err *e);

/**
 * note_signature(k, signature, out, e):
 * Append the line of a signature.
 */
int note_signature(const struct note_key *k, const unsigned char signature[ED25519_SIGNATURE],
    struct buf *out, struct err *e);

enum note_result {
	NOTE_BAD = -1, /* ${e} says why: no note, or a signature by a known key is wrong */
	NOTE_UNSIGNED, /* no signature by a known key */
	NOTE_SIGNED,
};

/**
 * note_open(p, len, keys, c, body_len, e):
 * Read a note: its body, the first ${body_len} bytes, into ${c}, and look at the signatures by
 * ${keys}; others are not heeded.
 */
enum note_result note_open(const char *p, size_t len, const struct note_keys *keys,
    struct checkpoint *c, size_t *body_len, struct err *e);

#endif
