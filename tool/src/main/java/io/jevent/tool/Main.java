package io.jevent.tool;

import java.io.PrintWriter;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** The {@code jevent} command. */
@Command(
        name = "jevent",
        description = "libevent for the JVM, from the command line.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            DemoCommand.class,
            ConnectCommand.class,
            ListenCommand.class,
            EchoCommand.class,
            ProxyCommand.class,
            BackendsCommand.class,
            CommandLine.HelpCommand.class
        },
        versionProvider = Main.Version.class,
        mixinStandardHelpOptions = true,
        footer = {
            "",
            "Try it:",
            "  jevent demo                        echo a million messages and check every byte",
            "  jevent echo 7000                   an echo server on 127.0.0.1:7000",
            "  echo hello | jevent connect localhost 7000",
            "  jevent proxy 7001 localhost:7000   relay 127.0.0.1:7001 to it",
            "",
            "Exit codes: 0 done, 1 the network failed, 2 wrong usage.",
            "Data goes to stdout, words to stderr."
        })
public final class Main implements Runnable {
    @CommandLine.Spec
    private CommandLine.Model.@Nullable CommandSpec spec;

    private Main() {}

    /** Runs the command and exits with its code. */
    public static void main(String[] args) {
        Stdout stdout = Stdout.install();
        int exitCode = ToolFailure.NETWORK;
        try {
            exitCode = run(args);
        } catch (Error e) {
            // What a JVM short of descriptors or memory throws, from wherever it is.
            System.err.println("jevent: the JVM cannot go on: " + rootOf(e));
        }
        if (stdout.complaint().isPresent()) {
            System.err.println("jevent: " + stdout.complaint().get());
            exitCode = ToolFailure.NETWORK;
        }
        System.exit(exitCode);
    }

    private static Throwable rootOf(Throwable thrown) {
        Throwable root = thrown;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root;
    }

    /**
     * Runs the command.
     *
     * @param args what follows {@code jevent}
     * @return the exit code
     */
    public static int run(String... args) {
        CommandLine line = new CommandLine(new Main());
        line.setUsageHelpWidth(100);
        line.setCaseInsensitiveEnumValuesAllowed(true);
        line.setExecutionExceptionHandler(Main::onFailure);
        line.setParameterExceptionHandler(Main::onWrongUsage);
        return line.execute(args);
    }

    @Override
    public void run() {
        if (spec != null) {
            throw new ParameterException(spec.commandLine(), "need a command");
        }
    }

    private static int onWrongUsage(ParameterException wrong, String[] args) {
        CommandLine line = wrong.getCommandLine();
        say(line, firstLine(String.valueOf(wrong.getMessage())) + hint(line));
        return ToolFailure.USAGE;
    }

    private static String hint(CommandLine line) {
        String name = line.getCommandSpec().qualifiedName();
        return " (see " + name + " --help)";
    }

    private static int onFailure(Exception thrown, CommandLine line, CommandLine.ParseResult parsed) {
        String message = thrown.getMessage() == null ? thrown.toString() : firstLine(thrown.getMessage());
        say(line, thrown instanceof ToolFailure ? message : "internal error: " + message);
        if (isVerbose(line)) {
            PrintWriter err = line.getErr();
            thrown.printStackTrace(err);
            err.flush();
        }
        return thrown instanceof ToolFailure failure ? failure.exitCode() : ToolFailure.NETWORK;
    }

    private static boolean isVerbose(CommandLine line) {
        CommandLine.Model.CommandSpec common = line.getCommandSpec().mixins().get("common");
        return common != null && common.userObject() instanceof CommonOptions options && options.isVerbose();
    }

    private static void say(CommandLine line, String message) {
        line.getErr().println("jevent: " + message);
        line.getErr().flush();
    }

    private static String firstLine(String text) {
        return text.lines().findFirst().orElse(text);
    }

    /** The version of the module, as the build wrote it. */
    static final class Version implements CommandLine.IVersionProvider {
        Version() {}

        @Override
        public String[] getVersion() {
            String version = Main.class.getPackage().getImplementationVersion();
            return new String[] {
                "jevent " + (version == null ? "(development)" : version) + ", Java " + Runtime.version()
            };
        }
    }
}
