#!/usr/bin/env bash
# Nanoseconds of framing and classifying, without system calls: bench/jmh.sh [JMH options]
set -euo pipefail
cd "$(dirname "$0")/.."
mvn -q -Dquick -pl proxy -am test-compile
classes=proxy/target/test-classes:proxy/target/classes:protocol/target/classes:policies/target/classes
repository=$(mvn -q help:evaluate -Dexpression=settings.localRepository -DforceStdout 2>/dev/null || echo "$HOME/.m2/repository")
jars=$(find "$repository" \( -path '*/org/openjdk/jmh/*' -o -path '*/net/sf/jopt-simple/*' -o -path '*/org/apache/commons/commons-math3/*' \
  -o -path '*/io/netty/*' -o -path '*/org/slf4j/slf4j-api/*' \) -name '*.jar' | sort | paste -sd:)
exec java -cp "$classes:$jars" org.openjdk.jmh.Main RelayBenchmark "$@"
