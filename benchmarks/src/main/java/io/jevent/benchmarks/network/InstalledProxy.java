package io.jevent.benchmarks.network;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** A proxy that Debian has a package of: one process, one thread, TCP only, and else its defaults. */
enum InstalledProxy {
    HAPROXY("haproxy", "haproxy"),
    NGINX("nginx", "nginx libnginx-mod-stream");

    /** Where programs for administrators are, which is not on everybody's path. */
    private static final String PATH = System.getenv().getOrDefault("PATH", "") + ":/usr/local/sbin:/usr/sbin:/sbin";

    private static final Path STREAM_MODULE = Path.of("/usr/lib/nginx/modules/ngx_stream_module.so");

    private final String program;
    private final String packages;

    InstalledProxy(String program, String packages) {
        this.program = program;
        this.packages = packages;
    }

    /**
     * {@return where it is}
     *
     * @throws BenchmarkFailure if it is not installed
     */
    Path path() {
        return Stream.of(PATH.split(":", -1))
                .filter(folder -> !folder.isEmpty())
                .map(folder -> Path.of(folder, program))
                .filter(Files::isExecutable)
                .findFirst()
                .orElseThrow(
                        () -> new BenchmarkFailure("needs " + program + "; on Debian: apt-get install -y " + packages));
    }

    /** {@return the command that runs it on a configuration, in the foreground} */
    List<String> command(Path configuration) {
        String file = configuration.toString();
        return switch (this) {
            case HAPROXY -> List.of(path().toString(), "-db", "-f", file);
            case NGINX -> List.of(path().toString(), "-e", "stderr", "-p", folderOf(configuration), "-c", file);
        };
    }

    /** {@return the command that prints its version} */
    List<String> versionCommand() {
        return List.of(path().toString(), "-v");
    }

    /**
     * {@return what to write into the file that it is given}
     *
     * @param tls what it needs for speaking TLS with clients; empty for speaking in clear
     */
    String configuration(int port, int serverPort, Path folder, Optional<TlsFiles> tls) {
        return switch (this) {
            case HAPROXY ->
                """
                    global
                        nbthread 1
                        maxconn 4000
                    defaults
                        mode tcp
                        timeout connect 10s
                        timeout client 5m
                        timeout server 5m
                    listen proxy
                        bind 127.0.0.1:%d%s
                        server echo 127.0.0.1:%d
                    """.formatted(port, tls.map(files -> " ssl crt " + files.both()).orElse(""), serverPort);
            case NGINX ->
                (Files.exists(STREAM_MODULE) ? "load_module " + STREAM_MODULE + ";\n" : "")
                        + """
                    daemon off;
                    master_process off;
                    pid %1$s/pid;
                    error_log stderr;
                    events {
                        worker_connections 4096;
                    }
                    stream {
                        server {
                            listen 127.0.0.1:%2$d%4$s;
                            proxy_pass 127.0.0.1:%3$d;
                            proxy_timeout 5m;
                        }
                    }
                    """.formatted(
                                        folder,
                                        port,
                                        serverPort,
                                        tls.map(InstalledProxy::nginxFiles).orElse(""));
        };
    }

    /** {@return what follows the address, but for the last semicolon} */
    private static String nginxFiles(TlsFiles files) {
        return " ssl; ssl_protocols TLSv1.3; ssl_certificate " + files.certificate() + "; ssl_certificate_key "
                + files.key();
    }

    private static String folderOf(Path file) {
        Path folder = file.toAbsolutePath().getParent();
        return (folder == null ? Path.of("/") : folder).toString();
    }
}
