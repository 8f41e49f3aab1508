package dev.sluice.proxy.catalog;

import java.sql.Connection;
import java.sql.SQLException;
import org.jspecify.annotations.Nullable;

/** A connection that is kept from one use to the next and made anew when it was closed meanwhile. For one thread. */
public final class KeptConnection implements AutoCloseable {

    private @Nullable Connection connection;

    /** How it is made. */
    public interface Source {
        Connection connect() throws SQLException;
    }

    /** The one that is there, or a new one. */
    public Connection get(Source source) throws SQLException {
        Connection present = connection;
        if (present == null || present.isClosed()) {
            present = source.connect();
            connection = present;
        }
        return present;
    }

    /** Closes it, whatever state it is in; the next use makes another one. */
    @Override
    public void close() {
        Connection present = connection;
        connection = null;
        if (present != null) {
            try {
                present.close();
            } catch (SQLException e) {
                // It is broken: the driver has let go of it, and nobody is left to be told.
                return;
            }
        }
    }
}
