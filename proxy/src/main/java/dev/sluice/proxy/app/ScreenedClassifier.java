package dev.sluice.proxy.app;

import dev.sluice.policies.sql.CallFilter;
import dev.sluice.policies.sql.Classifier;
import dev.sluice.policies.sql.Interest;
import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.proxy.catalog.DatabaseRoutines;
import dev.sluice.proxy.catalog.Routines;
import dev.sluice.proxy.postgres.TextClassifier;
import dev.sluice.proxy.session.CallScreen;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * Tells what a text is by its words, and what it may be by the routines that it calls. Until the control plane is there,
 * which knows these, each call that is out of the ordinary is taken to be of interest.
 */
public final class ScreenedClassifier implements TextClassifier {

    private static final CallFilter UNKNOWN = CallFilter.unknown();

    private final String upstream;
    private final CompletableFuture<Routines> routines;

    /** @param routines what is known of an upstream's, once it is */
    public ScreenedClassifier(String upstream, CompletableFuture<Routines> routines) {
        this.upstream = upstream;
        this.routines = routines;
    }

    @Override
    public Interest classify(byte[] text, int from, int to, LexicalRules rules) {
        return Classifier.classify(text, from, to, rules);
    }

    @Override
    public CallScreen calls(String database) {
        return new Screen(database);
    }

    /** One session's; used on its event loop alone. */
    private final class Screen implements CallScreen {

        private final String database;
        private @Nullable DatabaseRoutines known;

        Screen(String database) {
            this.database = database;
        }

        @Override
        public boolean mayCall(byte[] text, int length) {
            DatabaseRoutines there = known;
            if (there == null) {
                if (!routines.isDone()) {
                    return UNKNOWN.mayCall(text, 0, length);
                }
                if (routines.isCompletedExceptionally()) {
                    return false; // schema changes are refused, and everything else goes on
                }
                there = routines.join().of(upstream, database);
                known = there;
            }
            return there.mayCall(text, length);
        }
    }
}
