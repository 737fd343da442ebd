package io.jevent.tests.backend;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.tests.tool.Launcher;
import io.jevent.tool.Main;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which backend is taken where not all can be, each in a JVM of its own: silently, unless one was asked for by name. */
@Timeout(120)
class BackendChoiceTest {
    private static final String ALLOWED = "--enable-native-access=ALL-UNNAMED";
    private static final List<String> DEMO = List.of("demo", "--connections", "1", "--messages", "3", "--json");

    @TempDir
    private Path folder;

    private record Result(int exitCode, String out, String err) {}

    private Result run(List<String> prefix, List<String> options, List<String> arguments)
            throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"));
        command.addAll(options);
        command.addAll(List.of("-cp", Launcher.classPath(), Main.class.getName()));
        command.addAll(arguments);
        Path out = folder.resolve("out");
        Path err = folder.resolve("err");
        Process process = new ProcessBuilder(command)
                .redirectOutput(out.toFile())
                .redirectError(err.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Result(process.exitValue(), Files.readString(out, UTF_8), Files.readString(err, UTF_8));
    }

    @Test
    void withNativeAccessAllOfThemRun() throws Exception {
        Excuses.abortIfExcused("io_uring");
        Result backends = run(List.of(), List.of(ALLOWED), List.of("backends", "--json"));
        assertThat(backends.out())
                .contains("{\"name\":\"epoll\",\"available\":true}")
                .contains("{\"name\":\"io_uring\",\"available\":true}")
                .contains("{\"name\":\"nio\",\"available\":true}");
    }

    @ParameterizedTest
    @ValueSource(strings = {"-Dnothing=special", "--illegal-native-access=deny", "--illegal-native-access=allow"})
    void withoutNativeAccessItIsNioAndNobodyIsWarned(String option) throws Exception {
        Result demo = run(List.of(), List.of(option), DEMO);
        assertThat(demo.exitCode()).isZero();
        assertThat(demo.out()).startsWith("{\"backend\":\"nio\"");
        assertThat(demo.err()).doesNotContainIgnoringCase("warning").doesNotContain("native");
        Result backends = run(List.of(), List.of(option), List.of("backends"));
        assertThat(backends.out()).contains("start java with --enable-native-access=ALL-UNNAMED");
        assertThat(backends.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"epoll", "io_uring"})
    void aWishThatCannotBeMetIsOneLineAndAnExitCode(String wish) throws Exception {
        Result demo = run(List.of(), List.of("-Djevent.backend=" + wish), DEMO);
        assertThat(demo.exitCode()).isNotZero();
        assertThat(demo.out()).isEmpty();
        assertThat(demo.err().lines())
                .singleElement()
                .asString()
                .contains(wish)
                .contains("--enable-native-access=ALL-UNNAMED");
    }

    @Test
    void onAnotherArchitectureItIsNio() throws Exception {
        Result backends = run(List.of(), List.of(ALLOWED, "-Dos.arch=riscv64"), List.of("backends"));
        assertThat(backends.out()).contains("needs x86-64 or aarch64, this is riscv64");
        Result demo = run(List.of(), List.of(ALLOWED, "-Dos.arch=riscv64"), DEMO);
        assertThat(demo.out()).startsWith("{\"backend\":\"nio\"");
    }

    @ParameterizedTest
    @Tag("peer") // needs strace
    @ValueSource(
            strings = {"io_uring_setup:error=EPERM", "io_uring_setup:error=ENOSYS", "io_uring_register:error=EINVAL"})
    void whereTheSystemForbidsIoUringItIsEpoll(String fault) throws Exception {
        List<String> strace = List.of(
                "strace",
                "-f",
                "-qq",
                "-o",
                folder.resolve("trace").toString(),
                "-e",
                "trace=io_uring_setup,io_uring_register",
                "-e",
                "inject=" + fault);
        Result demo = run(strace, List.of(ALLOWED), DEMO);
        assertThat(demo.out()).startsWith("{\"backend\":\"epoll\"");
        Result backends = run(strace, List.of(ALLOWED), List.of("backends"));
        assertThat(backends.out()).contains("the system refuses it");
        Result wish = run(strace, List.of(ALLOWED, "-Djevent.backend=io_uring"), DEMO);
        assertThat(wish.exitCode()).isNotZero();
        assertThat(wish.err().lines()).singleElement().asString().contains("io_uring");
    }
}
