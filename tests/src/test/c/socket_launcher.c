/*
 * Opens listening sockets on free ports, prints the ports, and becomes another program that inherits them.
 *
 *   socket_launcher systemd NAME:NAME... COMMAND...   one socket for each name, from descriptor 3, told by LISTEN_*
 *   socket_launcher inetd - COMMAND...                one socket, as descriptor 0
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { FIRST = 3, MOST = 8, ASIDE = 100 };

static int check(int result, const char *what) {
    if (result < 0) {
        perror(what);
        exit(1);
    }
    return result;
}

/* Aside, so that no later one takes a number that is meant for another. */
static int open_listening(int number) {
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof address;
    int fd = check(socket(AF_INET, SOCK_STREAM, 0), "socket");
    check(bind(fd, (struct sockaddr *)&address, length), "bind");
    check(listen(fd, 16), "listen");
    check(getsockname(fd, (struct sockaddr *)&address, &length), "getsockname");
    printf("port %d\n", ntohs(address.sin_port));
    check(dup2(fd, ASIDE + number), "dup2");
    close(fd);
    return ASIDE + number;
}

static void set(const char *name, long value) {
    char text[32];
    snprintf(text, sizeof text, "%ld", value);
    setenv(name, text, 1);
}

int main(int argc, char **argv) {
    int aside[MOST];
    int count = 1;
    if (argc < 4) {
        fprintf(stderr, "need a mode, names and a command\n");
        return 2;
    }
    int systemd = strcmp(argv[1], "systemd") == 0;
    for (const char *at = argv[2]; systemd && *at != 0; at++) {
        count += *at == ':';
    }
    for (int i = 0; i < count && i < MOST; i++) {
        aside[i] = open_listening(i);
    }
    fflush(stdout);
    for (int i = 0; i < count && i < MOST; i++) {
        check(dup2(aside[i], systemd ? FIRST + i : 0), "dup2");
        close(aside[i]);
    }
    if (systemd) {
        set("LISTEN_PID", getpid());
        set("LISTEN_FDS", count);
        setenv("LISTEN_FDNAMES", argv[2], 1);
    }
    execv(argv[3], argv + 3);
    perror(argv[3]);
    return 1;
}
