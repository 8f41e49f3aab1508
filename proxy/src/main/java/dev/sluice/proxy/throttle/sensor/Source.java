package dev.sluice.proxy.throttle.sensor;

import java.sql.Connection;
import java.sql.SQLException;

/** Where a sensor gets a connection, in autocommit; it closes it, at once or when it is closed itself. Thread-safe. */
public interface Source {

    Connection connect() throws SQLException;
}
