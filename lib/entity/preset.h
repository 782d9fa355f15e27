#ifndef AEGIS_ENTITY_PRESET_H
#define AEGIS_ENTITY_PRESET_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Validation presets (entity_field_definitions.validation_preset): what a value
 * must look like beyond its input type.  A new preset is one line of the table
 * in preset.c and one of doc/manual/field-types.md.
 */
struct preset {
	const char *name;
	bool number; /* for number and integer fields; else for text, select, ref */
	bool (*good)(const char *p, size_t len);
	const char *code; /* reject code of a value that is not good */
	const char *reason;
};

/**
 * preset_find(name):
 * The preset called ${name}, or NULL.
 */
const struct preset *preset_find(const char *name);

/**
 * preset_names(dst, size):
 * Write the names of all presets, separated by commas.  Return ${dst}.
 */
const char *preset_names(char *dst, size_t size);

/**
 * preset_is_api_number(p, len):
 * Whether the bytes are an API well number of Texas, 42-CCC-UUUUU.
 */
bool preset_is_api_number(const char *p, size_t len);

#endif
