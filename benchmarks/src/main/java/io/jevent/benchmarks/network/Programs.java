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
 * @param serverCore the only core of what is measured
 * @param loadCore the only core of the load
 * @param behindCore the only core of the server behind a proxy, the load's where there are but two
 */
record Programs(Path target, int serverCore, int loadCore, int behindCore) {
    /** {@return the command that serves, without what a proxy has to know} */
    List<String> server(Server server, List<String> jvmOptions) {
        return server(server, serverCore, jvmOptions);
    }

    /** {@return the command for the server behind a proxy} */
    List<String> serverBehind(Server server) {
        return server(server, behindCore, List.of());
    }

    /** {@return the command that runs an installed proxy} */
    List<String> installed(InstalledProxy proxy, Path configuration) {
        List<String> command = pinned(serverCore);
        command.addAll(proxy.command(configuration));
        return command;
    }

    private List<String> server(Server server, int core, List<String> jvmOptions) {
        List<String> command = pinned(core);
        List<String> arguments = server.arguments();
        if (server.isJava()) {
            command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
            command.add("--enable-native-access=ALL-UNNAMED");
            if (server.family() == Server.Family.NETTY) {
                command.add("--sun-misc-unsafe-memory-access=allow");
            }
            command.addAll(jvmOptions);
            command.add("-cp");
            command.add(classPath(server));
            command.addAll(arguments);
        } else {
            command.add(target.resolve("network", arguments.getFirst()).toString());
            command.addAll(arguments.subList(1, arguments.size()));
        }
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

    /** {@return the version of Netty's binding to BoringSSL} */
    String tcnativeVersion() {
        try (Stream<Path> jars = Files.list(target.resolve("app"))) {
            String begin = Server.TCNATIVE + "classes-";
            return jars.map(jar -> jar.getFileName().toString())
                    .filter(name -> name.startsWith(begin))
                    .map(name -> name.substring(begin.length()).replace(".jar", ""))
                    .findFirst()
                    .orElse("");
        } catch (IOException e) {
            throw new BenchmarkFailure("cannot list the jars: " + e.getMessage(), e);
        }
    }

    /** Its own jars only: a long class path would cost its start. */
    private String classPath(Server server) {
        try (Stream<Path> jars = Files.list(target.resolve("app"))) {
            return jars.filter(jar -> server.needs(jar.getFileName().toString()))
                    .sorted()
                    .map(Path::toString)
                    .collect(Collectors.joining(File.pathSeparator));
        } catch (IOException e) {
            throw new BenchmarkFailure("cannot list the jars: " + e.getMessage(), e);
        }
    }
}
