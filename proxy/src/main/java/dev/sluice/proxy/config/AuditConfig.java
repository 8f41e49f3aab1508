package dev.sluice.proxy.config;

import java.nio.file.Path;

/** @param file where the audit trail goes; its folder is made when it is missing */
public record AuditConfig(Path file) {

    public static final AuditConfig DEFAULTS = new AuditConfig(Path.of("data", "audit.jsonl"));
}
