# Sourced by the commands beside it: finds a JDK 25 and builds what is missing. Expects $root, the folder that holds bin/.

JAVA_MIN=25
# As old as the beginning of the last build.
BUILT_STAMP=server/target/.built
# Where packages put JDKs; a test looks elsewhere.
: "${CAIRN_JVM_DIR:=/usr/lib/jvm}"

fail() {
  printf '%s: %s\n' "${0##*/}" "$1" >&2
  exit "${2:-1}"
}

# Sets FEATURE to the feature number of the JDK in folder $1, read from its release file (no JVM is started for it); empty when
# there is none.
jdk_feature() {
  local line
  FEATURE=""
  [[ -x $1/bin/java && -r $1/release ]] || return 0
  while IFS= read -r line; do
    if [[ $line =~ ^JAVA_VERSION=\"([0-9]+) ]]; then
      FEATURE=${BASH_REMATCH[1]}
      return 0
    fi
  done <"$1/release"
}

# Sets JAVA and JDK_FOUND: JAVA_HOME, else what lies in $CAIRN_JVM_DIR, else java on the PATH; the first that is new enough. Starts
# no process where one of the first two will do: every command of kvctl comes by here.
find_java() {
  local home seen=""
  for home in "${JAVA_HOME:-}" "$CAIRN_JVM_DIR"/*; do
    is_jdk "$home" && return 0
  done
  if command -v java >/dev/null 2>&1; then
    home=$(readlink -f "$(command -v java)")
    is_jdk "${home%/bin/java}" && return 0
  fi
  fail "no JDK $JAVA_MIN or newer was found in JAVA_HOME, $CAIRN_JVM_DIR or on the PATH;${seen:+ too old:$seen;} install one, or set JAVA_HOME to it"
}

# Takes folder $1 for the JDK, if it holds one that is new enough; else notes in find_java's "seen" what it holds.
is_jdk() {
  jdk_feature "$1"
  [[ -n $FEATURE ]] || return 1
  if ((FEATURE < JAVA_MIN)); then
    seen+=" $1 ($FEATURE)"
    return 1
  fi
  JAVA=$1/bin/java
  JDK_FOUND=$1
}

# The jar of module $1, in JAR; fails when it is not built.
find_jar() {
  local jar
  JAR=""
  for jar in "$root/$1/target/$1"-[0-9]*.jar; do
    case $jar in
      *-sources.jar | *-javadoc.jar | *-tests.jar) ;;
      *) [[ -f $jar && -d $root/$1/target/lib ]] && JAR=$jar ;;
    esac
  done
  [[ -n $JAR ]]
}

# Whether a source of the server or of kvctl is newer than what was built of it.
is_stale() {
  local module newer since
  for module in server cli; do
    find_jar "$module" || return 0
    # Maven leaves a jar alone whose own sources did not change, though those of a module below it did: then the stamp tells.
    since=$JAR
    [[ $root/$BUILT_STAMP -nt $since ]] && since=$root/$BUILT_STAMP
    newer=$(cd "$root" && find pom.xml ./*/pom.xml {platform,protocol,raft-core,storage,server,client,cli,benchmarks,jepsen-like-tests}/src/main \
      -type f -newer "$since" -print -quit 2>/dev/null)
    [[ -n $newer ]] && return 0
  done
  return 1
}

# Builds the server, kvctl and bench when a source is newer, or when module $1 is not there; one build at a time, whoever comes
# second waits and then finds it done.
build() {
  local log="$root/server/target/build.log"
  command -v mvn >/dev/null 2>&1 || fail "it is not built yet and there is no mvn to build it with; install Maven, then: mvn package -DskipTests"
  mkdir -p "$root/server/target"
  exec 8>"$root/server/target/.build-lock"
  if ! flock -n 8; then
    echo "waiting for another build to end ..." >&2
    flock 8
  fi
  if { [[ -n ${1:-} ]] && ! find_jar "$1"; } || is_stale; then
    echo "building (mvn package, without tests) ..." >&2
    # A message that is gone from the .proto files leaves its generated class behind, which then does not compile.
    if [[ -n $(find "$root/protocol/src/main/proto" -newer "$root/protocol/target/classes" -print -quit 2>/dev/null) ]]; then
      rm -rf "$root/protocol/target"
    fi
    # As of the beginning: what is changed while Maven works is not built yet.
    : >"$root/$BUILT_STAMP.new"
    # Maven itself runs on any JDK; the toolchain plugin finds the one to compile with.
    if ! (
      cd "$root" || exit 1
      command -v java >/dev/null 2>&1 || export JAVA_HOME="${JAVA_HOME:-$JDK_FOUND}"
      mvn -q -B -pl server,cli,benchmarks,jepsen-like-tests -am -DskipTests package 8>&- 9>&-
    ) >"$log" 2>&1; then
      cat "$log" >&2
      fail "the build failed; what Maven said stands above and in $log"
    fi
    mv -f "$root/$BUILT_STAMP.new" "$root/$BUILT_STAMP"
    rm -f "$root/cli/target/kvctl.aot"
  fi
  exec 8>&-
}

# Builds when module $1 has never been built.
ensure_built() {
  find_jar "$1" && return 0
  build "$1"
  find_jar "$1" || fail "the build has not made $1/target/$1-VERSION.jar"
}

# JAR and the jars it needs, in a fixed order, in CLASS_PATH; the folder with their native code in NATIVE.
class_path() {
  local jar
  NATIVE=${JAR%/*}/native
  CLASS_PATH=$JAR
  for jar in "${JAR%/*}"/lib/*.jar; do
    CLASS_PATH+=:$jar
  done
}
