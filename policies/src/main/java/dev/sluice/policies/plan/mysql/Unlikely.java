package dev.sluice.policies.plan.mysql;

import dev.sluice.policies.ddl.TypeName;
import dev.sluice.policies.sql.Dialect;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/**
 * A value of a type that nobody writes by chance: random digits at the far end of its range. Made from a seed, so that
 * planning stays pure. Types with too few values have none; some of those have one that is seldom written at least.
 */
final class Unlikely {

    private static final DateTimeFormatter MOMENT = DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss", Locale.ROOT);
    private static final int MOST_CHARACTERS = 20;
    private static final int FEWEST_CHARACTERS = 8;
    private static final int SECONDS_OF_20_DAYS = 20 * 86_400;

    private final TypeName type;
    private final String hex;
    private final long number;
    private final boolean unsigned;

    Unlikely(TypeName type, String seed) {
        UUID hash = UUID.nameUUIDFromBytes(seed.getBytes(StandardCharsets.UTF_8));
        this.type = type;
        this.hex = hash.toString().replace("-", "");
        this.number = hash.getLeastSignificantBits() >>> 2;
        String written = type.source().text().toUpperCase(Locale.ROOT);
        this.unsigned = written.contains("UNSIGNED") || written.contains("ZEROFILL");
    }

    /** A type's name without what stands around it. */
    static String base(TypeName type) {
        String name = type.name().toLowerCase(Locale.ROOT);
        return name.contains(" ") && !name.startsWith("double") ? name.substring(0, name.indexOf(' ')) : name;
    }

    Optional<String> literal(Dialect dialect) {
        boolean mariaDb = dialect == Dialect.MARIADB;
        return switch (base(type)) {
            case "char", "varchar", "nchar", "nvarchar", "character", "national" -> characters(argument(0, 1));
            case "binary" -> bytes(argument(0, 1), argument(0, 1));
            case "varbinary" -> bytes(argument(0, 1), Math.min(argument(0, 1), FEWEST_CHARACTERS));
            case "tinytext", "text", "mediumtext", "longtext", "tinyblob", "blob", "mediumblob", "longblob" ->
                mariaDb ? characters(MOST_CHARACTERS) : Optional.empty();
            case "json" -> mariaDb ? Optional.of("'\"~" + hex + "\"'") : Optional.empty();
            case "uuid" ->
                Optional.of("'ffffffff-" + hex.substring(8, 12) + "-4" + hex.substring(13, 16) + "-8"
                        + hex.substring(17, 20) + "-" + hex.substring(20) + "'");
            case "float", "double", "double precision", "real", "float4", "float8" -> floating();
            case "bit" ->
                argument(0, 1) >= 32 ? Optional.of("b'1" + Long.toBinaryString(bits()) + "'") : Optional.empty();
            case "date" -> Optional.of("'" + day() + "'");
            case "datetime" ->
                Optional.of("'" + MOMENT.format(day().atStartOfDay().plusSeconds(number % 86_400)) + "'");
            case "timestamp" -> Optional.of("'" + MOMENT.format(january()) + "'");
            case "time" -> Optional.of("'-838:%02d:%02d'".formatted(number % 60, number / 60 % 60));
            default -> whole();
        };
    }

    /** The far end of a type that has too few values for one that nobody writes. */
    Optional<String> seldom() {
        return switch (base(type)) {
            case "tinyint", "int1" -> Optional.of(unsigned ? "255" : "-128");
            case "decimal", "dec", "numeric", "fixed" -> nines(argument(0, 10) - argument(1, 0));
            case "year" -> Optional.of("2155");
            case "char", "varchar", "nchar", "nvarchar", "character", "national" ->
                few() < 1 ? Optional.empty() : Optional.of("'~" + hex.substring(0, few() - 1) + "'");
            case "binary", "varbinary" ->
                argument(0, 1) > 64 ? Optional.empty() : Optional.of("X'" + hex.substring(0, 2 * few()) + "'");
            case "bit" -> argument(0, 1) == 1 ? Optional.empty() : Optional.of("b'" + "1".repeat(argument(0, 1)) + "'");
            default -> Optional.empty();
        };
    }

    private int few() {
        return Math.min(argument(0, 1), FEWEST_CHARACTERS);
    }

    private Optional<String> nines(int whole) {
        return whole < 1 ? Optional.empty() : Optional.of((unsigned ? "" : "-") + "9".repeat(whole));
    }

    private Optional<String> whole() {
        return switch (base(type)) {
            case "bigint", "int8" ->
                integer(9_000_000_000_000_000_000L, 200_000_000_000_000_000L, "18000000000000000000");
            case "int", "integer", "int4" -> integer(2_147_000_000L, 480_000L, "4294000000");
            case "mediumint", "int3", "middleint" -> integer(8_380_000L, 8_000L, "16769000");
            case "smallint", "int2" -> integer(32_000L, 700L, "64800");
            case "decimal", "dec", "numeric", "fixed" -> decimal();
            default -> Optional.empty();
        };
    }

    /** A number within a span of the smallest one, or of the greatest where there are none below 0. */
    private Optional<String> integer(long distance, long span, String unsignedBase) {
        long part = number % span;
        return Optional.of(
                unsigned
                        ? new BigInteger(unsignedBase)
                                .add(BigInteger.valueOf(part))
                                .toString()
                        : Long.toString(-distance - part));
    }

    private Optional<String> decimal() {
        int whole = argument(0, 10) - argument(1, 0);
        if (whole < FEWEST_CHARACTERS) {
            return Optional.empty();
        }
        String digits = "9" + "%016d".formatted(number % 10_000_000_000_000_000L);
        String value = digits.substring(0, Math.min(whole, digits.length()));
        return Optional.of(unsigned ? value : "-" + value);
    }

    /** A power of two is the same number in every precision and however it is written. */
    private Optional<String> floating() {
        if (!type.arguments().isEmpty()) {
            return Optional.empty();
        }
        String value = Double.toString(Math.pow(2, 100 + number % 26));
        return Optional.of(unsigned ? value : "-" + value);
    }

    private Optional<String> characters(int length) {
        return length < FEWEST_CHARACTERS
                ? Optional.empty()
                : Optional.of("'~" + hex.substring(0, Math.min(length, MOST_CHARACTERS) - 1) + "'");
    }

    private Optional<String> bytes(int room, int length) {
        return room < FEWEST_CHARACTERS || length > 64
                ? Optional.empty()
                : Optional.of("X'" + hex.repeat(length / 16 + 1).substring(0, 2 * length) + "'");
    }

    private long bits() {
        return (1L << 30) | (number & 0x3FFF_FFFFL);
    }

    private LocalDate day() {
        return LocalDate.of(1000, 1, 1).plusDays(number % 90_000);
    }

    /** No zone has a gap or a doubled hour in there. */
    private LocalDateTime january() {
        return LocalDateTime.of(1971, 1, 5, 0, 0).plusSeconds(number % SECONDS_OF_20_DAYS);
    }

    private int argument(int index, int otherwise) {
        try {
            return index < type.arguments().size()
                    ? Integer.parseInt(type.arguments().get(index).strip())
                    : otherwise;
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }
}
