package dev.sluice.proxy.demo;

import java.sql.Connection;
import java.sql.SQLException;

/** How to connect to the demo's database, directly or through the gateway. */
interface Client {

    /** @param application the name that the server shows */
    Connection connect(String application) throws SQLException;
}
