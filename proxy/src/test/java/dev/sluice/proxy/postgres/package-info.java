/** The PostgreSQL data plane against a real server: what drivers, psql and hand-made bytes see. */
@NullMarked
package dev.sluice.proxy.postgres;

import org.jspecify.annotations.NullMarked;
