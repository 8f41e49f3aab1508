package dev.sluice.proxy.config;

import java.net.InetAddress;
import java.net.UnknownHostException;

/** What a gateway is called when nobody says: the machine and the process. */
public final class Gateways {

    private Gateways() {}

    public static String defaultName() {
        return host() + ":" + ProcessHandle.current().pid();
    }

    private static String host() {
        String given = System.getenv("HOSTNAME");
        if (given != null && !given.isEmpty()) {
            return given;
        }
        try {
            return InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            return "gateway";
        }
    }
}
