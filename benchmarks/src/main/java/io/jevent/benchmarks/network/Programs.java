package io.jevent.benchmarks.network;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * How to run what is measured: each on its own core.
 *
 * @param target the module's build folder: jars in {@code app}, C programs in {@code network}
 * @param serverCore the only core of servers
 * @param loadCore the only core of the load
 */
record Programs(Path target, int serverCore, int loadCore) {
    /** {@return the command that serves} */
    List<String> server(Server server, List<String> jvmOptions) {
        List<String> command = pinned(serverCore);
        if (server.isJava()) {
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.add("--enable-native-access=ALL-UNNAMED");
            if (server.family() == Server.Family.NETTY) {
                command.add("--sun-misc-unsafe-memory-access=allow");
            }
            command.addAll(jvmOptions);
            command.add("-cp");
            command.add(classPath(server));
        } else {
            command.add(target.resolve("network", "servers").toString());
        }
        command.addAll(server.arguments());
        return command;
    }

    /** {@return the command that loads} */
    List<String> load(List<String> arguments) {
        List<String> command = pinned(loadCore);
        command.add(target.resolve("network", "load").toString());
        command.addAll(arguments);
        return command;
    }

    private static List<String> pinned(int core) {
        return new ArrayList<>(List.of("taskset", "-c", Integer.toString(core)));
    }

    /** Its own jars only: a long class path would cost its start. */
    private String classPath(Server server) {
        try (Stream<Path> jars = Files.list(target.resolve("app"))) {
            return jars.filter(jar -> server.jars().stream()
                            .anyMatch(begin -> jar.getFileName().toString().startsWith(begin)))
                    .sorted()
                    .map(Path::toString)
                    .collect(Collectors.joining(File.pathSeparator));
        } catch (IOException e) {
            throw new BenchmarkFailure("cannot list the jars: " + e.getMessage(), e);
        }
    }
}
