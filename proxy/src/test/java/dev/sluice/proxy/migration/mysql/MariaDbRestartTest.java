package dev.sluice.proxy.migration.mysql;

import dev.sluice.proxy.mysql.MortalServer;

class MariaDbRestartTest extends MySqlRestartTest {
    @Override
    MortalServer start() {
        return MortalServer.mariaDb();
    }
}
