/** Small programs on jevent, each a main to copy. */
module io.jevent.examples {
    requires transitive io.jevent;

    exports io.jevent.examples;
}
