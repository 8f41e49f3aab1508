package dev.sluice.proxy.catalog;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Reads the value of {@code search_path} as the server does, and writes it so that nothing in it can be taken for
 * anything but names: between commas the server admits almost any characters without quotes, semicolons too.
 */
final class SearchPath {

    private SearchPath() {}

    /** Each name in double quotes, separated by commas; empty for an empty path. */
    static String quoted(String setting) {
        return String.join(", ", names(setting).stream().map(RoleScope::quoted).toList());
    }

    private static List<String> names(String setting) {
        List<String> names = new ArrayList<>();
        int at = 0;
        while (at < setting.length()) {
            StringBuilder name = new StringBuilder();
            char first = setting.charAt(at);
            if (Character.isWhitespace(first) || first == ',') {
                at++;
                continue;
            }
            if (first == '"') {
                at++;
                while (at < setting.length()) {
                    char c = setting.charAt(at++);
                    if (c == '"' && (at >= setting.length() || setting.charAt(at++) != '"')) {
                        at = Math.min(at, setting.length());
                        break;
                    }
                    name.append(c);
                }
                names.add(name.toString());
            } else {
                int end = at;
                while (end < setting.length() && setting.charAt(end) != ',') {
                    end++;
                }
                names.add(setting.substring(at, end).strip().toLowerCase(Locale.ROOT));
                at = end;
            }
        }
        return names;
    }
}
