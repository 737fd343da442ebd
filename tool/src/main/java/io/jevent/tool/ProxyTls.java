package io.jevent.tool;

import io.jevent.bufferevent.TlsFacts;
import java.util.List;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** TLS on either side of a proxy, and the targets that are chosen by it. */
final class ProxyTls {
    @Mixin
    private ServerTls clients = new ServerTls();

    @Mixin
    private TargetTls targets = new TargetTls();

    @Option(
            names = "--route",
            paramLabel = "RULE",
            converter = ProxyRoute.Converter.class,
            description = "Another target for some clients: sni:NAME=TARGET for those who ask for NAME (*.NAME for all"
                    + " below it), alpn:NAME=TARGET for those whose protocol it is. The first that fits; needs --tls.")
    private List<ProxyRoute> routes = List.of();

    ProxyTls() {}

    /** Reads the files; to be called once, before the first connection. */
    void setUp() {
        clients.setUp(routes.stream()
                .filter(route -> route.kind() == ProxyRoute.Kind.ALPN)
                .map(ProxyRoute::name)
                .toList());
        TlsSetup.needs(!routes.isEmpty() && !clients.isOn(), "--route", "--tls");
        targets.setUp();
    }

    ServerTls clients() {
        return clients;
    }

    TargetTls targets() {
        return targets;
    }

    /** Where a client goes. */
    Endpoint targetOf(TlsFacts facts, Endpoint usual) {
        return routes.stream()
                .filter(route -> route.matches(facts))
                .map(ProxyRoute::target)
                .findFirst()
                .orElse(usual);
    }
}
