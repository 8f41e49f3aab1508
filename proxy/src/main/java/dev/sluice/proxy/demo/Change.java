package dev.sluice.proxy.demo;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLWarning;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;

/** A schema change, sent by a client of its own. */
final class Change {

    private final CompletableFuture<Answer> answer = new CompletableFuture<>();

    private Change() {}

    /** @param notices what the server, or the gateway, told meanwhile */
    record Answer(Duration took, List<String> notices) {}

    static Change send(Client client, List<String> statements) {
        Change change = new Change();
        Thread.ofPlatform().name("dba").daemon().start(() -> change.run(client, statements));
        return change;
    }

    boolean pending() {
        return !answer.isDone();
    }

    /** Waits for the answer. Throws what the statement failed with. */
    Answer answer() throws SQLException, InterruptedException {
        try {
            return answer.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof SQLException sql) {
                throw sql;
            }
            throw new IllegalStateException(e.getCause());
        }
    }

    private void run(Client client, List<String> statements) {
        long begin = System.nanoTime();
        try (Connection connection = client.connect("dba");
                Statement statement = connection.createStatement()) {
            List<String> notices = new ArrayList<>();
            for (String sql : statements) {
                statement.execute(sql);
                for (SQLWarning w = statement.getWarnings(); w != null; w = w.getNextWarning()) {
                    notices.add(w.getMessage());
                }
            }
            answer.complete(new Answer(Duration.ofNanos(System.nanoTime() - begin), notices));
        } catch (SQLException | RuntimeException e) {
            answer.completeExceptionally(e);
        }
    }
}
