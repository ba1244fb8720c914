package io.cairn.jepsen.cluster;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/** Where the built server lies. */
final class ServerJars {
  private static final String PROPERTY = "cairn.server.target";
  private static final List<String> USUAL = List.of("server/target", "../server/target");

  private ServerJars() {}

  /** The class path of {@code kvd}: its jar and the libraries its build has copied beside it. */
  static String classPath() {
    Path target = target();
    try (Stream<Path> jars = Files.list(target); Stream<Path> libraries = Files.list(target.resolve("lib"))) {
      List<String> all = Stream.concat(jars.filter(ServerJars::isServer), libraries).map(Path::toString).sorted().toList();
      return String.join(java.io.File.pathSeparator, all);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Where the server's build has put its native code, which would else be left in the temporary directory by a process that is killed. */
  static String nativePath() {
    return target().resolve("native").toString();
  }

  private static Path target() {
    String told = System.getProperty(PROPERTY);
    List<Path> places = (told == null ? USUAL : List.of(told)).stream().map(place -> Path.of(place).toAbsolutePath().normalize()).toList();
    for (Path place : places) {
      if (isBuilt(place)) {
        return place;
      }
    }
    throw new IllegalStateException("no built server in " + places + ": neither server-VERSION.jar nor lib/ is there."
        + " Build it first, with: mvn package -DskipTests -pl server -am (mvn verify does so by itself)");
  }

  private static boolean isBuilt(Path place) {
    if (!Files.isDirectory(place.resolve("lib"))) {
      return false;
    }
    try (Stream<Path> jars = Files.list(place)) {
      return jars.anyMatch(ServerJars::isServer);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static boolean isServer(Path file) {
    String name = file.getFileName().toString();
    return name.startsWith("server-") && name.endsWith(".jar") && !name.contains("-tests") && !name.contains("-sources");
  }
}
