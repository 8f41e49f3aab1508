package dev.sluice.proxy.cli;

/** What a command prints its answer as: for people, or for programs under keys that stay. */
public enum OutputFormat {
    TEXT,
    JSON
}
