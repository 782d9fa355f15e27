#ifndef AEGIS_PG_DESCRIBE_SQL_H
#define AEGIS_PG_DESCRIBE_SQL_H

/*
 * The questions of describe_take(); each answers with kind, what it is on, object,
 * definition.  DESCRIBE_REST has one parameter: whether this is a reference.  The last
 * two are asked only where their tables are.
 */
enum describe_part {
	DESCRIBE_RELATIONS,
	DESCRIBE_TRIGGERS,
	DESCRIBE_REST,
	DESCRIBE_GRANTS,
	DESCRIBE_GRAPH,
	DESCRIBE_FILES,
	DESCRIBE_PARTS
};

extern const char *const describe_sql[DESCRIBE_PARTS];

#endif
