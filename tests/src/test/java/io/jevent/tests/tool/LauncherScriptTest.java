package io.jevent.tests.tool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** The ./jevent script itself, over a build that looks finished and a JDK whose java only tells how it was started. */
@EnabledOnOs(OS.LINUX)
@Timeout(60)
class LauncherScriptTest {
    private static final Path LAUNCHER = Path.of("..", "jevent");

    @TempDir
    Path top;

    @BeforeEach
    void pretendABuild() throws IOException {
        script("jevent", Files.readString(LAUNCHER));
        script(".mvn/find-jdk", "#!/bin/sh\necho " + top.resolve("jdk") + "\n");
        script("jdk/bin/java", """
                #!/bin/sh
                # Asked from a subshell, so that writing the answer does not change it.
                in=$(readlink /proc/$$/fd/0 || echo closed)
                out=$(readlink /proc/$$/fd/1 || echo closed)
                err=$(readlink /proc/$$/fd/2 || echo closed)
                printf '%%s\\n' "$in" "$out" "$err" >%1$s/streams
                printf '%%s\\n' "$@" >%1$s/arguments
                """.formatted(top));
        for (String module : List.of("core", "tool")) {
            Files.createDirectories(top.resolve(module).resolve("src/main"));
            Files.createFile(top.resolve(module).resolve("pom.xml"));
        }
        Files.createFile(top.resolve("pom.xml"));
        Files.createDirectories(top.resolve("tool/target/app"));
        Files.createFile(top.resolve("tool/target/app/built"));
    }

    private void script(String name, String text) throws IOException {
        Path file = top.resolve(name);
        Files.createDirectories(file.getParent());
        Files.writeString(file, text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private List<String> streamsOf(String redirection) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(
                        "/bin/sh", "-c", "exec " + top.resolve("jevent") + " connect h 1 " + redirection)
                .start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue())
                .as(new String(process.getErrorStream().readAllBytes(), UTF_8))
                .isZero();
        return Files.readAllLines(top.resolve("streams"));
    }

    @Test
    void aClosedStandardStreamIsReplacedSoThatNoFileOfTheJvmTakesItsPlace() throws Exception {
        assertThat(streamsOf("<&-").getFirst()).isEqualTo("/dev/null");
        Files.delete(top.resolve("streams"));
        assertThat(streamsOf(">&-").get(1)).isEqualTo("/dev/null");
        Files.delete(top.resolve("streams"));
        assertThat(streamsOf("2>&-").get(2)).isEqualTo("/dev/null");
    }

    @Test
    void anOpenStreamIsLeftAloneAndArgumentsArePassedOn() throws Exception {
        assertThat(streamsOf("</etc/passwd").getFirst()).isEqualTo("/etc/passwd");
        assertThat(Files.readAllLines(top.resolve("arguments"))).endsWith("io.jevent.tool.Main", "connect", "h", "1");
    }

    @Test
    void aCacheThatDoesNotFitIsNotWorthAWord() throws Exception {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        script("jdk/bin/java", "#!/bin/sh\nexec " + java + " \"$@\"\n");
        Files.writeString(top.resolve("tool/target/app/jevent.aot"), "of another place and time");
        Process process = new ProcessBuilder(top.resolve("jevent").toString(), "connect", "h", "1").start();
        String words = new String(process.getErrorStream().readAllBytes(), UTF_8);
        assertThat(words.lines())
                .as("nothing but that there is no program")
                .allMatch(line -> line.contains("io.jevent.tool.Main"));
        assertThat(words).isNotEmpty();
    }
}
