package dev.sluice.proxy.intercept;

import dev.sluice.policies.sql.LexicalRules;
import dev.sluice.policies.sql.ServerVersion;
import dev.sluice.proxy.session.HeldSession;
import dev.sluice.proxy.session.QueryResult;
import dev.sluice.proxy.session.SessionInfo;
import dev.sluice.proxy.session.TransactionStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A session that answers what interception asks, without a server behind it. */
final class FakeSession implements HeldSession {

    final List<String> queries = new ArrayList<>();
    final List<Notice> notices = new ArrayList<>();
    TransactionStatus transaction = TransactionStatus.IDLE;
    Optional<String> completion = Optional.empty();
    boolean abandoned;
    String user = "anna";

    @Override
    public SessionInfo info() {
        return new SessionInfo(
                7,
                "test",
                "",
                "shop",
                user,
                "psql",
                "10.0.0.1:5",
                1,
                LexicalRules.defaults(ServerVersion.postgres(18)));
    }

    @Override
    public TransactionStatus transaction() {
        return transaction;
    }

    @Override
    public QueryResult query(String sql) {
        queries.add(sql);
        if (sql.contains("sluice.completion")) {
            return new QueryResult(List.of(), List.of(List.of(Optional.of(user), completion)), 0);
        }
        return new QueryResult(List.of(), List.of(), 0);
    }

    @Override
    public void notice(Notice notice) {
        notices.add(notice);
    }

    @Override
    public boolean abandoned() {
        return abandoned;
    }
}
