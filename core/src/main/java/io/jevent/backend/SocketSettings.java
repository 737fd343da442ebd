package io.jevent.backend;

import java.io.IOException;
import java.net.SocketOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Collectors;

/**
 * Socket options with their values, in the order in which they are to be set: those of {@link java.net.StandardSocketOptions},
 * of {@code jdk.net.ExtendedSocketOptions} and of {@link SocketOptions}.
 *
 * <p>Threading: immutable, share freely.
 *
 * @see "setsockopt(2)"
 */
public final class SocketSettings {
    private static final SocketSettings NONE = new SocketSettings(List.of());

    private final List<Setting<?>> settings;

    private SocketSettings(List<Setting<?>> settings) {
        this.settings = settings;
    }

    private record Setting<T>(SocketOption<T> option, T value) {
        void setOn(Target target) throws IOException {
            target.option(option, value);
        }

        @Override
        public String toString() {
            return option.name() + "=" + value;
        }
    }

    /** Something that has socket options. */
    @FunctionalInterface
    public interface Target {
        /**
         * Sets one option.
         *
         * @param option which
         * @param value what to
         * @param <T> the type of its values
         * @throws IOException if the system refuses the value
         * @throws UnsupportedOperationException if the backend or the socket does not have the option
         */
        <T> void option(SocketOption<T> option, T value) throws IOException;
    }

    /**
     * {@return no settings: every option has its default}
     */
    public static SocketSettings none() {
        return NONE;
    }

    /**
     * {@return these settings and one more; the option's earlier value is forgotten}
     *
     * @param option which
     * @param value what to
     * @param <T> the type of its values
     */
    public <T> SocketSettings with(SocketOption<T> option, T value) {
        Objects.requireNonNull(value, option.name());
        List<Setting<?>> more = new ArrayList<>();
        for (Setting<?> setting : settings) {
            if (!setting.option().equals(option)) {
                more.add(setting);
            }
        }
        more.add(new Setting<>(option, value));
        return new SocketSettings(List.copyOf(more));
    }

    /**
     * {@return whether an option is among them}
     *
     * @param option which
     */
    public boolean contains(SocketOption<?> option) {
        for (Setting<?> setting : settings) {
            if (setting.option().equals(option)) {
                return true;
            }
        }
        return false;
    }

    /**
     * Sets all of them on a socket.
     *
     * @param target the socket
     * @throws IOException if the system refuses a value
     * @throws UnsupportedOperationException if the backend or the socket does not have one of the options
     */
    public void setOn(Target target) throws IOException {
        for (Setting<?> setting : settings) {
            setting.setOn(target);
        }
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SocketSettings those && those.settings.equals(settings);
    }

    @Override
    public int hashCode() {
        return settings.hashCode();
    }

    @Override
    public String toString() {
        return settings.stream().map(Setting::toString).collect(Collectors.joining(", ", "[", "]"));
    }
}
