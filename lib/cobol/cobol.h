#ifndef AEGIS_COBOL_COBOL_H
#define AEGIS_COBOL_COBOL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/err.h"

/*
 * The COBOL description of a file's records, as the RRC's manuals print it: data description
 * entries (IBM Enterprise COBOL, Language Reference, "Data division"), to the right of an entry the
 * position of its first byte, counted from 1.  Its form is described in doc/formats/cobol.md.
 */
enum cobol_kind {
	COBOL_GROUP,
	COBOL_TEXT,   /* X, A and edited pictures */
	COBOL_DIGITS, /* 9 */
	COBOL_ZONED,  /* S9, its sign over the last digit */
	COBOL_PACKED, /* COMP-3 */
	COBOL_BINARY, /* COMP */
};

enum {
	COBOL_MAX_ITEMS = 2000,   /* of a record */
	COBOL_MAX_RECORDS = 64,   /* of a description */
	COBOL_MAX_WIDTH = 32768,  /* bytes of a record */
	COBOL_MAX_NOTES = 1000,   /* contradictions named */
	COBOL_MAX_TEXT = 8 << 20, /* bytes of a description */
};

/* A level 88: the name of some values of the item before it.  A VALUE of the item itself has none. */
struct cobol_value {
	const char *name; /* NULL: the item's own VALUE */
	const char *text; /* as written, without quotes; "1, 2", "1 THRU 5" */
	bool simple;      /* one literal, which ${text} is */
};

struct cobol_item {
	const char *name;
	unsigned level;  /* as written */
	size_t depth;    /* 1 for the record itself */
	int parent;      /* number of the item above, or -1 */
	const char *pic; /* as written, NULL for a group */
	enum cobol_kind kind;
	enum cobol_kind
	    usage;       /* of a group: what its USAGE makes of the numbers in it, or COBOL_GROUP */
	size_t digits;   /* of a number */
	size_t decimals; /* of them after the point */
	size_t at, width; /* bytes from 0; of one occurrence */
	size_t occurs;
	const char *redefines; /* the item whose bytes it reads again, or NULL */
	bool again;            /* inside of one that does */
	size_t printed;        /* position in the manual, from 1; 0: none */
	size_t line;
	struct cobol_value *values;
	size_t nvalues, values_cap;
};

struct cobol_record {
	const char *id;     /* as it stands in the record; NULL: not known */
	const char *name;   /* of the segment; NULL: not known */
	const char *parent; /* id of the record above, or NULL */
	const char **key;   /* names of fields */
	size_t nkey;
	size_t line;
	size_t width; /* bytes, by its entries */
	struct cobol_item *items;
	size_t nitems, cap;
};

/* Where the description contradicts itself, or is not understood. */
struct cobol_note {
	size_t line;
	char *text;
};

struct cobol {
	const char *name, *title;
	size_t length; /* bytes of a record; 0: as the records say */
	struct cobol_record *records;
	size_t nrecords;
	struct cobol_note *notes;
	size_t nnotes, notes_cap;
	size_t skipped; /* lines that hold no entry */
	struct buf text;
	char **made; /* texts that do not stand in ${text} as they are */
	size_t nmade, made_cap;
};

/**
 * cobol_free(c):
 * Free what ${c} holds, but not ${c} itself.
 */
void cobol_free(struct cobol *c);

/**
 * cobol_note(c, line, fmt, ...):
 * Add a contradiction.
 */
void cobol_note(struct cobol *c, size_t line, const char *fmt, ...)
    __attribute__((format(printf, 3, 4)));

/**
 * cobol_keep(c, s):
 * Let ${c} own the text ${s}, which was allocated.  Return it.
 */
const char *cobol_keep(struct cobol *c, char *s);

/**
 * cobol_is_filler(i):
 * Return true if nobody means the item: FILLER, or RRC-TAPE-FILLER and its like.
 */
bool cobol_is_filler(const struct cobol_item *i);

#endif
