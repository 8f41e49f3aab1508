package dev.sluice.policies.ddl.parser;

import dev.sluice.policies.ddl.OnlineOptions;
import dev.sluice.policies.ddl.SourceText;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** Options of MySQL and MariaDB: of tables, of indexes, and of how a change is carried out. */
abstract class MySqlClauses extends Clauses {
    /** Table options that may be written without an equals sign. */
    private static final Set<String> TABLE_OPTIONS = Set.of(
            ("AUTO_INCREMENT AUTOEXTEND_SIZE AVG_ROW_LENGTH CHARACTER CHARSET CHECKSUM COLLATE COMMENT COMPRESSION"
                            + " CONNECTION DATA DEFAULT DELAY_KEY_WRITE ENCRYPTED ENCRYPTION ENCRYPTION_KEY_ID ENGINE"
                            + " ENGINE_ATTRIBUTE IETF_QUOTES INDEX INSERT_METHOD KEY_BLOCK_SIZE MAX_ROWS MIN_ROWS"
                            + " PACK_KEYS PAGE_CHECKSUM PAGE_COMPRESSED PAGE_COMPRESSION_LEVEL PASSWORD ROW_FORMAT"
                            + " SECONDARY_ENGINE SECONDARY_ENGINE_ATTRIBUTE STATS_AUTO_RECALC STATS_PERSISTENT"
                            + " STATS_SAMPLE_PAGES STORAGE TABLE_CHECKSUM TABLESPACE TRANSACTIONAL TYPE UNION")
                    .split(" "));

    private static final Set<String> PLAIN_ATTRIBUTES =
            Set.of("VISIBLE", "INVISIBLE", "BINARY", "ASCII", "UNICODE", "BYTE", "VIRTUAL", "STORED", "PERSISTENT");

    private static final Set<String> VALUE_ATTRIBUTES = Set.of(
            "COMMENT",
            "COLUMN_FORMAT",
            "STORAGE",
            "ENGINE_ATTRIBUTE",
            "SECONDARY_ENGINE_ATTRIBUTE",
            "SRID",
            "REF_SYSTEM_ID",
            "EXTERNAL_FORMAT");

    private Optional<String> algorithm = Optional.empty();
    private Optional<String> lock = Optional.empty();
    private Optional<String> lockWait = Optional.empty();
    private final List<SourceText> onlineSource = new ArrayList<>();

    final void forgetOnlineOptions() {
        algorithm = Optional.empty();
        lock = Optional.empty();
        lockWait = Optional.empty();
        onlineSource.clear();
    }

    final OnlineOptions onlineOptions() {
        return onlineSource.isEmpty() ? OnlineOptions.NONE : new OnlineOptions(algorithm, lock, lockWait, onlineSource);
    }

    final boolean atOnlineOption() {
        return my() && (at("ALGORITHM") || at("LOCK"));
    }

    /** ALGORITHM or LOCK. {@code comma}: where the comma before it stands, or its own start. */
    final void onlineOption(int comma) throws ParseException {
        boolean isAlgorithm = anyWord().equals("ALGORITHM");
        takeKind(DdlParserImplConstants.EQ);
        Optional<String> value = Optional.of(anyWord());
        if (isAlgorithm) {
            algorithm = value;
        } else {
            lock = value;
        }
        onlineSource.add(from(comma));
    }

    /** ALGORITHM and LOCK behind CREATE INDEX and DROP INDEX, which need no comma. */
    final void trailingOnlineOptions() throws ParseException {
        while (atOnlineOption()) {
            onlineOption(here());
        }
    }

    /** MariaDB's WAIT n and NOWAIT. */
    final void takeLockWait() throws ParseException {
        int start = here();
        if (maria() && take("WAIT")) {
            takeGroup();
        } else if (!maria() || !take("NOWAIT")) {
            return;
        }
        SourceText written = from(start);
        lockWait = Optional.of(written.text());
        onlineSource.add(written);
    }

    final void mysqlIndexType() throws ParseException {
        if (my() && takeAny("USING", "TYPE")) {
            anyWord();
        }
    }

    final void mysqlIndexOptions() throws ParseException {
        while (true) {
            if (at("USING") || at("TYPE")) {
                mysqlIndexType();
            } else if (take("WITH", "PARSER")) {
                takeLabel();
            } else if (take("NOT", "IGNORED")
                    || take("IGNORED")
                    || take("VISIBLE")
                    || take("INVISIBLE")
                    || take("NOT", "CLUSTERING")
                    || take("CLUSTERING")) {
                takeKind(DdlParserImplConstants.EQ);
                takeAny("YES", "NO");
            } else if (atAny("COMMENT", "KEY_BLOCK_SIZE", "ENGINE_ATTRIBUTE", "SECONDARY_ENGINE_ATTRIBUTE")
                    || (!peek().word.isEmpty() && peek(2).kind == DdlParserImplConstants.EQ && !atOnlineOption())) {
                anyWord();
                takeKind(DdlParserImplConstants.EQ);
                optionValue();
            } else {
                return;
            }
        }
    }

    /** A string, number or word, or a list in parentheses. */
    final SourceText optionValue() throws ParseException {
        int start = here();
        if (atItemEnd()) {
            throw unexpected("a value");
        }
        takeKind(DdlParserImplConstants.MINUS);
        boolean introducer = peek().image.startsWith("_") && peek(2).kind == DdlParserImplConstants.QUOTED_STRING;
        takeGroup();
        while (introducer || atKind(DdlParserImplConstants.QUOTED_STRING)) {
            introducer = false;
            takeGroup();
        }
        return from(start);
    }

    final boolean atTableOption() {
        return my() && (peek(2).kind == DdlParserImplConstants.EQ || TABLE_OPTIONS.contains(peek().word));
    }

    /** Takes the option's name and equals sign and gives the name in upper case. */
    final String tableOptionName() throws ParseException {
        boolean defaulted = take("DEFAULT");
        String name = takeLabel().toUpperCase(Locale.ROOT);
        if (name.equals("CHAR") || name.equals("CHARSET")) {
            name = "CHARACTER SET";
            take("SET");
        } else if (name.equals("CHARACTER")) {
            need("SET");
            name = "CHARACTER SET";
        } else if (name.equals("DATA") || name.equals("INDEX")) {
            need("DIRECTORY");
            name = name + " DIRECTORY";
        } else if (defaulted && !name.equals("COLLATE") && !name.equals("ENCRYPTION")) {
            throw unexpected("CHARACTER SET, COLLATE or ENCRYPTION");
        }
        takeKind(DdlParserImplConstants.EQ);
        return name;
    }

    /** COMMENT, INVISIBLE, CHARACTER SET … behind a column's type: takes it and gives its keyword. */
    final String mysqlAttribute() throws ParseException {
        if (at("CHARACTER", "SET") || at("CHARSET") || at("CHAR", "SET")) {
            return characterSet();
        }
        if (at("SERIAL", "DEFAULT", "VALUE")
                || at("WITH", "SYSTEM", "VERSIONING")
                || at("WITHOUT", "SYSTEM", "VERSIONING")) {
            return anyWord() + " " + anyWord() + " " + anyWord();
        }
        if (take("MASKING", "POLICY")) {
            takeLabel();
            return "MASKING POLICY";
        }
        if (at("NOT", "SECONDARY")) {
            return anyWord() + " " + anyWord();
        }
        if (PLAIN_ATTRIBUTES.contains(peek().word)) {
            return anyWord();
        }
        if (at("COMPRESSED") && peek(2).kind != DdlParserImplConstants.EQ) {
            return anyWord();
        }
        if (VALUE_ATTRIBUTES.contains(peek().word) || (maria() && peek(2).kind == DdlParserImplConstants.EQ)) {
            String keyword = takeLabel().toUpperCase(Locale.ROOT);
            takeKind(DdlParserImplConstants.EQ);
            optionValue();
            return keyword;
        }
        throw unexpected("an attribute of the column");
    }

    private String characterSet() throws ParseException {
        if (!take("CHARSET")) {
            anyWord();
            anyWord();
        }
        takeKind(DdlParserImplConstants.EQ);
        optionValue();
        return "CHARACTER SET";
    }
}
