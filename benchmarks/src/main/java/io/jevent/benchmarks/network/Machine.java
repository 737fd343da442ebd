package io.jevent.benchmarks.network;

import io.netty.util.Version;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Where and with what was measured. */
final class Machine {
    private static final Pattern VERSION = Pattern.compile("^(\\S+) version:? (?:[a-z]+/)?(\\S+)");

    private Machine() {}

    /** {@return the cores that this process may use, ascending} */
    static List<Integer> cores() throws IOException {
        return parseCores(valueIn(Path.of("/proc/self/status"), "Cpus_allowed_list"));
    }

    /** Reads a list such as {@code 0-3,8}. */
    static List<Integer> parseCores(String list) {
        List<Integer> cores = new ArrayList<>();
        for (String range : list.split(",", -1)) {
            String[] ends = range.strip().split("-", -1);
            for (int core = Integer.parseInt(ends[0]); core <= Integer.parseInt(ends[ends.length - 1]); core++) {
                cores.add(core);
            }
        }
        return cores;
    }

    /** {@return how many files a process may open from the start} */
    static long openFiles() throws IOException {
        for (String line : Files.readAllLines(Path.of("/proc/self/limits"))) {
            if (line.startsWith("Max open files")) {
                String hard = line.strip().split(" +", -1)[4];
                return hard.equals("unlimited") ? Long.MAX_VALUE : Long.parseLong(hard);
            }
        }
        return Long.MAX_VALUE;
    }

    static String hardware() throws IOException {
        return valueIn(Path.of("/proc/cpuinfo"), "model name") + ", "
                + Runtime.getRuntime().availableProcessors() + " cores, Linux "
                + System.getProperty("os.version").replaceAll("-.*", "")
                + " " + System.getProperty("os.arch");
    }

    static String versions(Programs programs, Collection<Server> servers) throws IOException {
        Process process = new ProcessBuilder(
                        programs.target().resolve("network", "servers").toString(), "version")
                .start();
        String libevent = process.inputReader(StandardCharsets.UTF_8).readLine();
        String netty = Version.identify().values().stream()
                .map(Version::artifactVersion)
                .findFirst()
                .orElse("");
        StringBuilder versions = new StringBuilder("libevent " + libevent + ", Netty " + netty);
        for (Server server : servers) {
            if (server.installed().isPresent()) {
                versions.append(", ").append(version(server.installed().get()));
            }
        }
        if (servers.stream().anyMatch(server -> server.role() == Role.TLS)) {
            versions.append(", OpenSSL ")
                    .append(openSsl(programs))
                    .append(", tcnative ")
                    .append(programs.tcnativeVersion());
        }
        return versions + ", Java " + Runtime.version();
    }

    private static String openSsl(Programs programs) throws IOException {
        Process process =
                new ProcessBuilder(programs.target().resolve("network", "proxy").toString(), "version").start();
        String line = process.inputReader(StandardCharsets.UTF_8).readLine();
        return line == null ? "" : line;
    }

    /** {@return name and number, out of lines like "HAProxy version 2.6.12-1 2026/10/17" and "nginx version: nginx/1.22.1"} */
    static String shortVersion(String line) {
        Matcher matcher = VERSION.matcher(line);
        return matcher.find() ? matcher.group(1) + " " + matcher.group(2) : line;
    }

    private static String version(InstalledProxy proxy) throws IOException {
        Process process = new ProcessBuilder(proxy.versionCommand())
                .redirectErrorStream(true)
                .start();
        String line = process.inputReader(StandardCharsets.UTF_8).readLine();
        return line == null ? "" : shortVersion(line);
    }

    /** What stands behind the colon of the first line with that name. */
    private static String valueIn(Path file, String name) throws IOException {
        for (String line : Files.readAllLines(file)) {
            int colon = line.indexOf(':');
            if (colon > 0 && line.substring(0, colon).strip().equals(name)) {
                return line.substring(colon + 1).strip();
            }
        }
        return "unknown";
    }
}
