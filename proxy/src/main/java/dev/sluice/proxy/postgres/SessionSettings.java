package dev.sluice.proxy.postgres;

import dev.sluice.policies.sql.Dialect;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.protocol.postgres.BackendDecoder;
import dev.sluice.protocol.postgres.ClientEncoding;

/** What the server reports of a session's settings (ParameterStatus), as far as it decides how text is read. */
final class SessionSettings {
    private static final LexicalRules UNKNOWN = LexicalRules.defaults(ServerVersion.postgres(18));

    private LexicalRules rules = UNKNOWN;
    private ClientEncoding encoding = ClientEncoding.UTF8;
    private String application = "";

    LexicalRules rules() {
        return rules;
    }

    ClientEncoding encoding() {
        return encoding;
    }

    String application() {
        return application;
    }

    void reported(BackendDecoder.Parameter parameter) {
        switch (parameter.name()) {
            case "standard_conforming_strings" ->
                rules = new LexicalRules(rules.version(), parameter.value().equals("on"), false, false);
            case "server_version" ->
                rules = new LexicalRules(version(parameter.value()), rules.standardConformingStrings(), false, false);
            case "client_encoding" -> encoding = ClientEncoding.named(parameter.value());
            case "application_name" -> application = parameter.value();
            default -> {
                // The others do not change how a statement is read.
            }
        }
    }

    /** {@code 18.6 (Debian 18.6-1)}, {@code 16beta1}, {@code 9.6.24}. */
    static ServerVersion version(String text) {
        int[] numbers = new int[2];
        int at = 0;
        for (int i = 0; i < numbers.length; i++) {
            while (at < text.length() && Character.isDigit(text.charAt(at)) && numbers[i] < 10_000) {
                numbers[i] = numbers[i] * 10 + (text.charAt(at++) - '0');
            }
            if (at >= text.length() || text.charAt(at++) != '.') {
                break;
            }
        }
        return new ServerVersion(Dialect.POSTGRES, numbers[0], numbers[1], 0);
    }
}
