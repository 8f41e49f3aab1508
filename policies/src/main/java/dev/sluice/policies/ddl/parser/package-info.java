/**
 * The parser of schema changes, for PostgreSQL, MySQL and MariaDB.
 *
 * <p>{@link dev.sluice.policies.ddl.parser.DdlParser} is the door; the rest is not for others. The parser is generated
 * from Calcite's grammar, extended by the productions in {@code src/main/codegen/includes}; this is the only place that
 * sees Calcite. Tokens come from {@code DdlLexer} instead of Calcite's own lexical rules, which are those of one
 * dialect at most and drop text that a server reads. May use {@code ddl} and {@code sql}.
 */
@NullMarked
package dev.sluice.policies.ddl.parser;

import org.jspecify.annotations.NullMarked;
