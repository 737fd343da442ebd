package io.jevent.tool;

import io.jevent.event.BackendStatus;
import io.jevent.event.EventBase;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code jevent backends}: which backends can run here. */
@Command(
        name = "backends",
        description = "List the backends of this release, best first, and say why one cannot run here.",
        mixinStandardHelpOptions = true)
final class BackendsCommand implements Callable<Integer> {
    @Option(names = "--json", description = "Print one JSON object a line.")
    private boolean json;

    BackendsCommand() {}

    @Override
    public Integer call() {
        for (BackendStatus status : EventBase.backends()) {
            boolean available = status.unavailableBecause().isEmpty();
            if (json) {
                Map<String, Object> members = new LinkedHashMap<>();
                members.put("name", status.name());
                members.put("available", available);
                status.unavailableBecause().ifPresent(reason -> members.put("reason", reason));
                System.out.println(Json.object(members));
            } else {
                System.out.println(status.name() + "  "
                        + (available
                                ? "can run here"
                                : "cannot run here: "
                                        + status.unavailableBecause().get()));
            }
        }
        return 0;
    }
}
