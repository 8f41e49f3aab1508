#!/usr/bin/env bash
# Nanoseconds of framing and of classifying statement text, of both protocols and without system calls:
#   bench/jmh.sh [JMH options], for example: bench/jmh.sh -wi 1 -i 2 'FramingBenchmark.rows'
# Needs a JDK of version 21 or later, by JAVA_HOME, on the PATH or in /usr/lib/jvm.
set -euo pipefail
cd "$(dirname "$0")/.."
jdk=
for candidate in "${JAVA_HOME:-}" "$(dirname "$(dirname "$(readlink -f "$(command -v javac || echo /none/bin/javac)")")")" /usr/lib/jvm/*; do
  version=$(sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$candidate/release" 2>/dev/null || true)
  if [ "${version:-0}" -ge 21 ] && [ -x "$candidate/bin/javac" ]; then jdk=$candidate; break; fi
done
[ -n "$jdk" ] || { echo "jmh.sh: no JDK of version 21 or later found; set JAVA_HOME" >&2; exit 3; }

out=$PWD/proxy/target/bench
rm -rf "$out"; mkdir -p "$out/classes"
mvn -q -Dquick -pl proxy -am test-compile dependency:build-classpath \
  -Dmdep.outputFile="$out/classpath" -Dmdep.includeScope=test
path=proxy/target/test-classes:proxy/target/classes:$(cat "$out/classpath")
# JMH runs code that its annotation processor makes of the benchmarks.
"$jdk/bin/javac" -nowarn --release 21 -proc:full -processor org.openjdk.jmh.generators.BenchmarkProcessor \
  -cp "$path" -d "$out/classes" proxy/src/test/java/dev/sluice/proxy/postgres/{Framing,Classifier}Benchmark.java \
  proxy/src/test/java/dev/sluice/proxy/bulk/RecognitionBenchmark.java
exec "$jdk/bin/java" --enable-native-access=ALL-UNNAMED -cp "$out/classes:$path" org.openjdk.jmh.Main "$@"
