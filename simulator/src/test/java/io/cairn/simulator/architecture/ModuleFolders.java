package io.cairn.simulator.architecture;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Finds classes and sources of all modules from the simulator's folder, in which its tests run. */
final class ModuleFolders {
  private static final Path ROOT = Path.of("").toAbsolutePath().getParent();

  /** The compiled main classes of all modules. */
  static JavaClasses mainClasses() {
    List<Path> folders = new ArrayList<>();
    for (Module module : Module.values()) {
      if (!sources(module, "main").isEmpty()) {
        folders.add(classesOf(module));
      }
    }
    return new ClassFileImporter().importPaths(folders);
  }

  static Path classesOf(Module module) {
    Path classes = ROOT.resolve(module.folder).resolve("target/classes");
    if (!Files.isDirectory(classes.resolve("io/cairn/" + module.room))) {
      throw new AssertionError("module " + module.folder + " has no compiled classes of package io.cairn." + module.room + " in " + classes
          + ": run the build at the root (mvn verify), or name the module too (mvn -pl simulator,cli,benchmarks -am test)");
    }
    return classes;
  }

  /** All Java sources of a module's {@code main} or {@code test}, in order. */
  static List<Path> sources(Module module, String kind) {
    Path folder = ROOT.resolve(module.folder).resolve("src").resolve(kind).resolve("java");
    if (!Files.isDirectory(ROOT.resolve(module.folder))) {
      throw new AssertionError("there is no module " + module.folder + " beside the simulator: tests run in the simulator's folder");
    }
    if (!Files.isDirectory(folder)) {
      return List.of();
    }
    try (Stream<Path> paths = Files.walk(folder)) {
      return paths.filter(path -> path.toString().endsWith(".java")).sorted().toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** A path as people say it: from the root of the project. */
  static String shortName(Path path) {
    return ROOT.relativize(path.toAbsolutePath()).toString();
  }

  private ModuleFolders() {}
}
