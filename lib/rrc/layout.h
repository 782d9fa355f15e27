#ifndef AEGIS_RRC_LAYOUT_H
#define AEGIS_RRC_LAYOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/conf.h"
#include "base/err.h"

/*
 * A layout: the records of one RRC file, read from pipelines/layouts/NAME.yaml
 * (format: doc/formats/layouts.md).  Offsets and widths are bytes, from 0, within
 * the record and with its id.  Names are the RRC manuals'.
 */
enum {
	LAYOUT_MAX_SEGMENTS = 64,  /* a set of them fits a machine word */
	LAYOUT_MAX_RECORD = 32768, /* bytes */
	LAYOUT_MAX_FIELDS = 1500,  /* of a segment, with repetitions: columns of a stream */
	LAYOUT_MAX_CODE = 8,       /* bytes of a code that chooses a redefinition */
};

enum layout_kind {
	LAYOUT_CHAR,
	LAYOUT_DIGITS,
	LAYOUT_ZONED,
	LAYOUT_PACKED,
	LAYOUT_BINARY,
	LAYOUT_GROUP,
};

/* What a file's records are made of. */
enum layout_form {
	LAYOUT_RECORDS,   /* fields at their places; EBCDIC by length, ASCII by lines */
	LAYOUT_DELIMITED, /* rows of values with a delimiter between them */
	LAYOUT_JSON,      /* objects in a list, values by their keys */
};

/* Where a delimited file has the names of its columns. */
enum layout_header {
	LAYOUT_HEADER_NONE,
	LAYOUT_HEADER_LINE,
	LAYOUT_HEADER_WRAPPED, /* on the lines before the first that begins with a quote */
};

/* Of files whose fields have no places. */
struct layout_text {
	unsigned char delimiter;
	enum layout_header header;
	bool quotes;       /* values may stand in quotes, a doubled one for a quote */
	bool trailing;     /* a delimiter ends each row */
	bool tabs;         /* a TAB stands for a space */
	const char *rows;  /* "line", "quoted", "bare-lf": what ends a row, see rrc/frame.h */
	const char *items; /* JSON: keys of the list, "A/B"; "" where it is the whole text */
	int charset;       /* enum charset_id */
};

/* What the values of a field are, where its kind does not tell. */
enum layout_domain {
	LAYOUT_DOMAIN_NONE,
	LAYOUT_DOMAIN_CODES,
	LAYOUT_DOMAIN_DATE,   /* CCYYMMDD or CCYYMM, or zeros */
	LAYOUT_DOMAIN_DIGITS, /* digits only */
};

struct layout_field {
	const char *name; /* with "(N)" behind it where the field repeats */
	size_t at, width; /* of a field without a place: its number, and bytes at most */
	enum layout_kind kind;
	unsigned decimals;
	bool redefines; /* a second reading of bytes: what does not fit is NULL, no fault */
	int when;       /* number of the field that must hold one of the codes, or -1 */
	const char **codes;
	size_t ncodes;
	enum layout_domain domain;
	const char **domain_codes;
	size_t ndomain;
	const struct conf_node *node; /* where it stands, for messages */
};

struct layout_segment {
	const char *id;          /* as it stands in the record, in ASCII */
	const char *label;       /* the id without spaces: in names of streams and files */
	const char *name;        /* WBROOT */
	int parent;              /* number of the segment, or -1 for a root */
	uint64_t bit, ancestors; /* sets of segments: this one; those above it */
	size_t length;           /* bytes: a longer line is none of this segment */
	struct layout_field *fields;
	size_t nfields, cap;
	size_t *key; /* numbers of the key's fields */
	size_t nkey;
	int repeats;      /* number of the field that repeats its root's key, or -1 */
	const char *file; /* pattern of the file that holds its rows, or NULL */
	size_t *by,
	    *upper; /* numbers of its fields that name the parent's record; of the parent's */
	size_t nby;
	const struct conf_node *node;
};

/* A code table: what stands in the record -> what it means. */
struct layout_code {
	const char *raw, *text; /* text NULL: the code means "no value" */
	size_t rawlen, len;
};

struct layout_codes {
	const char *name;
	struct layout_code *codes;
	size_t n;
};

struct layout {
	const char *name;
	const char *title;
	enum layout_form form;
	struct layout_text text;
	size_t length;          /* of a record, bytes; of a text's row at most */
	size_t id_at, id_width; /* of the record id; width 1 or 2, 0 where there is none */
	const char *encoding;   /* the only one that the file has: "ascii", "ebcdic"; "": either */
	int continued;          /* a line that begins with this byte goes on the one before; -1 */
	struct layout_segment *segments;
	size_t nsegments;
	struct layout_codes *tables;
	size_t ntables;
	const struct conf_node *persons; /* see rrc/persons.h; NULL */
	struct conf *conf;               /* the file; owns all texts but names with "(N)" */
};

/**
 * layout_free(l):
 * Free it, with all in it.
 */
void layout_free(struct layout *l);

/**
 * layout_segment(l, id), layout_field(s, name), layout_codes(l, name):
 * Return the number of the segment (its id or its label) or the field, the table; -1, NULL for
 * none.
 */
int layout_segment(const struct layout *l, const char *id);
int layout_field(const struct layout_segment *s, const char *name);
const struct layout_codes *layout_codes(const struct layout *l, const char *name);

/**
 * layout_above(s):
 * The number of the segment that comes before ${s} in the file as its parent; -1 where none does: a
 * root, or rows that belong to those of another file.
 */
int layout_above(const struct layout_segment *s);

/**
 * layout_digits(f):
 * Return how many decimal digits the numeric field ${f} has, 0 for others.
 */
size_t layout_digits(const struct layout_field *f);

#endif
