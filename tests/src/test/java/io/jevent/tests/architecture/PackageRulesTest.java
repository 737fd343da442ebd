package io.jevent.tests.architecture;

import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.event.EventBase;
import java.io.IOException;
import java.lang.classfile.ClassFile;
import java.lang.classfile.ClassModel;
import java.lang.classfile.constantpool.ClassEntry;
import java.lang.classfile.constantpool.PoolEntry;
import java.lang.classfile.constantpool.Utf8Entry;
import java.lang.module.ModuleDescriptor.Requires;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Packages of core point one way: read off the class files, so that no import, qualified name or descriptor escapes. The
 * order, bottom to top, is that of docs/ARCHITECTURE.md; each package may use those before it.
 */
class PackageRulesTest {
    private static final List<String> BOTTOM_TO_TOP = List.of(
            "io.jevent.vector",
            "io.jevent.tls",
            "io.jevent.buffer",
            "io.jevent.backend",
            "io.jevent.backend.readiness",
            "io.jevent.backend.nio",
            "io.jevent.backend.linux",
            "io.jevent.loop",
            "io.jevent.event",
            "io.jevent.bufferevent",
            "io.jevent.filter",
            "io.jevent.listener");

    /** A listener hands out accepted sockets and needs no buffer events; so neither knows the other. */
    private static final Map<String, Set<String>> FORBIDDEN_THOUGH_BELOW =
            Map.of("io.jevent.listener", Set.of("io.jevent.bufferevent", "io.jevent.filter", "io.jevent.tls"));

    private static final Pattern OUR_NAME = Pattern.compile("io/jevent/(?:[a-z]+/)+");

    private static final Map<String, Set<String>> USES = new TreeMap<>();

    @BeforeAll
    static void readClassFiles() throws IOException, URISyntaxException {
        Path core = Path.of(EventBase.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .toURI());
        if (Files.isDirectory(core)) {
            readFolder(core);
        } else {
            try (FileSystem jar = FileSystems.newFileSystem(URI.create("jar:" + core.toUri()), Map.of())) {
                readFolder(jar.getPath("/"));
            }
        }
    }

    private static void readFolder(Path top) throws IOException {
        List<Path> files;
        try (Stream<Path> walk = Files.walk(top)) {
            files = walk.filter(file -> file.toString().endsWith(".class")).toList();
        }
        for (Path file : files) {
            if (!file.endsWith("module-info.class")) {
                readClass(ClassFile.of().parse(Files.readAllBytes(file)));
            }
        }
    }

    private static void readClass(ClassModel model) {
        String own = packageOf(model.thisClass().asInternalName());
        Set<String> uses = USES.computeIfAbsent(own, name -> new TreeSet<>());
        for (PoolEntry entry : model.constantPool()) {
            String text = switch (entry) {
                case ClassEntry type -> type.asInternalName();
                case Utf8Entry utf8 -> utf8.stringValue();
                default -> "";
            };
            Matcher names = OUR_NAME.matcher(text);
            while (names.find()) {
                String used =
                        names.group().substring(0, names.group().length() - 1).replace('/', '.');
                if (!used.equals(own)) {
                    uses.add(used);
                }
            }
        }
    }

    private static String packageOf(String internalName) {
        return internalName.substring(0, internalName.lastIndexOf('/')).replace('/', '.');
    }

    @Test
    void everyPackageHasItsPlaceInTheOrder() {
        assertThat(USES.keySet()).containsExactlyInAnyOrderElementsOf(BOTTOM_TO_TOP);
    }

    @Test
    void everyPackageUsesOnlyThoseBelowIt() {
        List<String> wrong = new ArrayList<>();
        USES.forEach((user, usedOnes) -> {
            for (String used : usedOnes) {
                boolean below = BOTTOM_TO_TOP.indexOf(used) < BOTTOM_TO_TOP.indexOf(user);
                if (!below
                        || FORBIDDEN_THOUGH_BELOW.getOrDefault(user, Set.of()).contains(used)) {
                    wrong.add(user + " uses " + used);
                }
            }
        });
        assertThat(wrong).isEmpty();
    }

    @Test
    void noPackagesFormARing() {
        for (String start : USES.keySet()) {
            Set<String> reached = new TreeSet<>();
            List<String> open = new ArrayList<>(USES.get(start));
            while (!open.isEmpty()) {
                String next = open.removeLast();
                if (reached.add(next)) {
                    open.addAll(USES.getOrDefault(next, Set.of()));
                }
            }
            assertThat(reached).as("packages reached from " + start).doesNotContain(start);
        }
    }

    @Test
    void theModuleExportsThePublicPackagesAndNeedsNothingButTheJdk() {
        Module core = EventBase.class.getModule();
        assertThat(core.isNamed()).as("tests run on the module path").isTrue();
        assertThat(core.getDescriptor().exports().stream().map(export -> export.source()))
                .containsExactlyInAnyOrder(
                        "io.jevent.backend",
                        "io.jevent.buffer",
                        "io.jevent.bufferevent",
                        "io.jevent.event",
                        "io.jevent.filter",
                        "io.jevent.listener",
                        "io.jevent.tls");
        assertThat(core.getDescriptor().requires().stream()
                        .filter(required -> !required.modifiers().contains(Requires.Modifier.STATIC))
                        .map(required -> required.name()))
                .containsExactly("java.base");
    }
}
