package io.jevent.tests.tool;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The rule by which ./mvnw and ./jevent find a JDK; see .mvn/find-jdk. */
@Timeout(60)
class FindJdkTest {
    private static final Path SCRIPT =
            Path.of("..", ".mvn", "find-jdk").toAbsolutePath().normalize();

    @TempDir
    Path machine;

    private Path jdk(String place, String version) throws IOException {
        Path home = machine.resolve(place);
        Path bin = Files.createDirectories(home.resolve("bin"));
        for (String program : new String[] {"java", "javac"}) {
            Path file = Files.createFile(bin.resolve(program));
            Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        Files.writeString(home.resolve("release"), "IMPLEMENTOR=\"x\"\nJAVA_VERSION=\"" + version + "\"\n");
        return home;
    }

    private record Answer(int exitCode, String out, String err) {}

    private Answer find(Map<String, String> environment) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", SCRIPT.toString());
        builder.environment().clear();
        builder.environment().put("HOME", machine.toString());
        builder.environment().put("JEVENT_JDK_ROOTS", machine.resolve("jvm").toString());
        builder.environment().putAll(environment);
        Process process = builder.start();
        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        return new Answer(
                process.exitValue(),
                new String(process.getInputStream().readAllBytes(), UTF_8).strip(),
                new String(process.getErrorStream().readAllBytes(), UTF_8).strip());
    }

    @Test
    void javaHomeIsTakenWhenItIsNewEnough() throws Exception {
        Path home = jdk("mine", "25.0.3");
        jdk("jvm/other", "26");
        assertThat(find(Map.of("PATH", toolsWithoutJava().toString(), "JAVA_HOME", home.toString()))
                        .out())
                .isEqualTo(home.toString());
    }

    @Test
    void anOldJavaHomeIsPassedOverForANewEnoughJdkOnTheMachine() throws Exception {
        Path old = jdk("mine", "17.0.15");
        jdk("jvm/java-21", "21.0.1");
        Path good = jdk("jvm/temurin", "25");
        assertThat(find(Map.of("PATH", toolsWithoutJava().toString(), "JAVA_HOME", old.toString()))
                        .out())
                .isEqualTo(good.toString());
    }

    @Test
    void theJdkOnThePathIsFoundThroughItsLinks() throws Exception {
        Path home = jdk("elsewhere/jdk-25", "25.0.1");
        Path links = Files.createDirectories(machine.resolve("links"));
        Files.createSymbolicLink(links.resolve("javac"), home.resolve("bin/javac"));
        Answer answer = find(Map.of("PATH", links + ":" + toolsWithoutJava()));
        assertThat(answer.out()).isEqualTo(home.toRealPath().toString());
    }

    @Test
    void aRuntimeWithoutACompilerIsNotAJdk() throws Exception {
        Path home = jdk("jvm/jre", "25");
        Files.delete(home.resolve("bin/javac"));
        assertThat(find(Map.of("PATH", toolsWithoutJava().toString())).exitCode())
                .isNotZero();
    }

    /** What the script itself needs, and no JDK that this machine may have beside it. */
    private Path toolsWithoutJava() throws IOException {
        Path tools = Files.createDirectories(machine.resolve("tools"));
        for (String program : new String[] {"sed", "dirname", "readlink"}) {
            Path real =
                    Files.exists(Path.of("/bin", program)) ? Path.of("/bin", program) : Path.of("/usr/bin", program);
            Files.createSymbolicLink(tools.resolve(program), real);
        }
        return tools;
    }

    @Test
    void withoutAnyOneSentenceSaysHowToGetOne() throws Exception {
        jdk("jvm/old", "24.0.2");
        Answer answer = find(Map.of("PATH", toolsWithoutJava().toString()));
        assertThat(answer.exitCode()).isNotZero();
        assertThat(answer.err().lines()).hasSize(1);
        assertThat(answer.err())
                .contains("JDK 25")
                .contains("apt-get install -y openjdk-25-jdk-headless")
                .contains("brew install openjdk@25")
                .contains("SDKMAN");
    }
}
