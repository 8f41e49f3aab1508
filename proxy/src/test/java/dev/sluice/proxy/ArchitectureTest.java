package dev.sluice.proxy;

import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;

/** The walls between the modules and packages, as docs/architecture.md draws them. */
@AnalyzeClasses(packages = "dev.sluice", importOptions = ImportOption.DoNotIncludeTests.class)
class ArchitectureTest {

    @ArchTest
    static final ArchRule protocolKnowsNothingOfOurs = noClasses()
            .that()
            .resideInAPackage("dev.sluice.protocol..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.sluice.policies..", "dev.sluice.proxy..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule protocolOpensNoSockets = noClasses()
            .that()
            .resideInAPackage("dev.sluice.protocol..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.net..", "java.nio.channels..", "java.sql..", "io.netty.bootstrap..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule policiesKnowNothingOfOurs = noClasses()
            .that()
            .resideInAPackage("dev.sluice.policies..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("dev.sluice.protocol..", "dev.sluice.proxy..", "io.netty..");

    @ArchTest
    static final ArchRule policiesDoNoInputOrOutput = noClasses()
            .that()
            .resideInAPackage("dev.sluice.policies..")
            .and()
            .resideOutsideOfPackage("dev.sluice.policies.ddl.parser.generated..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("java.nio.file..", "java.nio.channels..", "java.net..", "java.sql..", "javax.sql..")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.io.File")
            .orShould()
            .dependOnClassesThat()
            .haveFullyQualifiedName("java.io.FileInputStream");

    @ArchTest
    static final ArchRule policiesReadNoClock = noClasses()
            .that()
            .resideInAPackage("dev.sluice.policies..")
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .callMethod(java.time.LocalDateTime.class, "now")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(java.time.Clock.class);

    /** What runs on event loops: the two data planes and what they share. */
    @ArchTest
    static final ArchRule nothingBlocksOnAnEventLoop = noClasses()
            .that()
            .resideInAnyPackage(
                    "dev.sluice.protocol..",
                    "dev.sluice.proxy.session..",
                    "dev.sluice.proxy.postgres..",
                    "dev.sluice.proxy.mysql..")
            .should()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .dependOnClassesThat()
            .resideInAnyPackage("java.sql..", "javax.sql..", "com.zaxxer..", "java.nio.file..")
            .orShould()
            .callMethod(Object.class, "wait")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule onlyTheFacadeSeesCalcite = noClasses()
            .that()
            .resideOutsideOfPackage("dev.sluice.policies.ddl.parser..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("org.apache.calcite..");

    @ArchTest
    static final ArchRule throttleAuditAndMetricsStandAlone = noClasses()
            .that()
            .resideInAnyPackage("dev.sluice.proxy.throttle..", "dev.sluice.proxy.audit..", "dev.sluice.proxy.metrics..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "dev.sluice.proxy.app..",
                    "dev.sluice.proxy.api..",
                    "dev.sluice.proxy.cli..",
                    "dev.sluice.proxy.demo..",
                    "dev.sluice.proxy.intercept..",
                    "dev.sluice.proxy.postgres..",
                    "dev.sluice.proxy.mysql..",
                    "dev.sluice.proxy.migration..")
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule nobodyUsesTheWiring = classes()
            .that()
            .resideInAPackage("dev.sluice.proxy.app..")
            .should()
            .onlyBeAccessed()
            .byAnyPackage("dev.sluice.proxy.app..");

    @ArchTest
    static final ArchRule postgresKnowsNothingOfMysql = noClasses()
            .that()
            .resideInAPackage("dev.sluice..postgres..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.sluice..mysql..");

    @ArchTest
    static final ArchRule mysqlKnowsNothingOfPostgres = noClasses()
            .that()
            .resideInAPackage("dev.sluice..mysql..")
            .should()
            .dependOnClassesThat()
            .resideInAPackage("dev.sluice..postgres..");

    /** Of packages as they stand, those within others among them. */
    @ArchTest
    static final ArchRule noPackageIsInACycle =
            slices().matching("dev.sluice.(**)").should().beFreeOfCycles();
}
