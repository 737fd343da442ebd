package io.jevent.backend.linux;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.jevent.vector.IoVector;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sizes, offsets and numbers that the system and we must agree on, asked of a C compiler for each architecture. */
@Tag("peer") // needs the compilers
@Timeout(120)
class StructLayoutTest {
    private static final String HEADERS = """
            #define _GNU_SOURCE
            #include <stddef.h>
            #include <stdint.h>
            #include <errno.h>
            #include <fcntl.h>
            #include <poll.h>
            #include <time.h>
            #include <netinet/in.h>
            #include <netinet/tcp.h>
            #include <sys/epoll.h>
            #include <sys/eventfd.h>
            #include <sys/mman.h>
            #include <sys/socket.h>
            #include <sys/syscall.h>
            #include <sys/uio.h>
            #include <sys/un.h>
            #include <linux/io_uring.h>
            #define SAME(ours, theirs) _Static_assert((ours) == (theirs), #theirs)
            #define SIZE(type, ours) SAME(ours, sizeof(type))
            #define OFFSET(type, member, ours) SAME(ours, offsetof(type, member))
            """;

    private final StringBuilder source = new StringBuilder(HEADERS);

    private void size(String type, int bytes) {
        source.append("SIZE(%s, %d);%n".formatted(type, bytes));
    }

    private void offset(String type, String member, int bytes) {
        source.append("OFFSET(%s, %s, %d);%n".formatted(type, member, bytes));
    }

    private void same(String name, long number) {
        source.append("SAME(%dLL, %s);%n".formatted(number, name));
    }

    /** Of a header that may be older than what we use where the kernel has it. */
    private void sameIfKnown(String name, long number) {
        source.append("#ifdef %s%n".formatted(name));
        same(name, number);
        source.append("#endif\n");
    }

    @ParameterizedTest
    @CsvSource({"gcc, true", "aarch64-linux-gnu-gcc, false"})
    void areThoseOfTheSystem(String compiler, boolean packed, @TempDir Path folder) throws Exception {
        epoll(packed);
        sockets();
        rings();
        operations();
        assertThat(compile(compiler, folder)).isEmpty();
    }

    @Test
    void aWrongOneIsFound(@TempDir Path folder) throws Exception {
        size("struct io_uring_sqe", 65);
        assertThat(compile("gcc", folder)).contains("sizeof(struct io_uring_sqe)");
    }

    private String compile(String compiler, Path folder) throws IOException, InterruptedException {
        Path file = folder.resolve("layout.c");
        Files.writeString(file, source);
        Path log = folder.resolve("log");
        Process process = new ProcessBuilder(compiler, "-std=gnu11", "-fsyntax-only", file.toString())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return Files.readString(log, UTF_8);
    }

    private void epoll(boolean packed) {
        size("struct epoll_event", EpollEvent.bytes(packed));
        offset("struct epoll_event", "data", EpollEvent.dataOffset(packed));
        same("EPOLLIN", PollEvents.IN);
        same("EPOLLOUT", PollEvents.OUT);
        same("EPOLLERR", PollEvents.ERR);
        same("EPOLLHUP", PollEvents.HUP);
        same("EPOLLRDHUP", PollEvents.RDHUP);
        same("POLLRDHUP", PollEvents.RDHUP);
        same("(uint32_t)EPOLLET", 1L << 31);
        same("EFD_NONBLOCK | EFD_CLOEXEC", 0x80800);
        same("SYS_epoll_pwait2", 441);
        same("PROT_READ | PROT_WRITE", 3);
        same("MAP_PRIVATE | MAP_ANONYMOUS", 0x22);
        same("MAP_SHARED | MAP_POPULATE", 0x8001);
        size("struct timespec", 16);
        size("size_t", Long.BYTES);
        size("socklen_t", Integer.BYTES);
    }

    private void sockets() {
        size("struct sockaddr_in", SocketAddressCodec.IN_BYTES);
        offset("struct sockaddr_in", "sin_port", 2);
        offset("struct sockaddr_in", "sin_addr", 4);
        size("struct sockaddr_in6", SocketAddressCodec.IN6_BYTES);
        offset("struct sockaddr_in6", "sin6_addr", 8);
        offset("struct sockaddr_in6", "sin6_scope_id", 24);
        size("struct sockaddr_un", SocketAddressCodec.UN_PATH_OFFSET + SocketAddressCodec.UN_PATH_BYTES);
        offset("struct sockaddr_un", "sun_path", SocketAddressCodec.UN_PATH_OFFSET);
        same("AF_UNIX", SocketAddressCodec.AF_UNIX);
        same("AF_INET", SocketAddressCodec.AF_INET);
        same("AF_INET6", SocketAddressCodec.AF_INET6);
        same("SOCK_NONBLOCK | SOCK_CLOEXEC", KernelRing.SOCK_NONBLOCK_CLOEXEC);
        same("MSG_NOSIGNAL | MSG_WAITALL", KernelRing.MSG_NOSIGNAL_WAITALL);
        same("MSG_DONTWAIT", 0x40);
        same("IOV_MAX_IS_NOT_LESS", 1);
        source.insert(HEADERS.length(), "enum { IOV_MAX_IS_NOT_LESS = 1024 >= " + IoVector.MAX_PIECES + " };\n");
        size("struct iovec", 16);
        offset("struct iovec", "iov_len", 8);
        size("struct msghdr", NativeBlock.MSGHDR_BYTES);
        offset("struct msghdr", "msg_iov", NativeBlock.MSGHDR_IOV);
        offset("struct msghdr", "msg_iovlen", NativeBlock.MSGHDR_IOVLEN);
        size("struct mmsghdr", DatagramBatch.MMSGHDR_BYTES);
        offset("struct mmsghdr", "msg_hdr.msg_name", DatagramBatch.NAME_OFFSET);
        offset("struct mmsghdr", "msg_hdr.msg_namelen", DatagramBatch.NAME_BYTES_OFFSET);
        offset("struct mmsghdr", "msg_hdr.msg_iov", DatagramBatch.IOVECS_OFFSET);
        offset("struct mmsghdr", "msg_hdr.msg_iovlen", DatagramBatch.IOVEC_COUNT_OFFSET);
        offset("struct mmsghdr", "msg_len", DatagramBatch.COUNT_OFFSET);
        for (LinuxSocketOption option : LinuxSocketOption.values()) {
            // Java shortens two names.
            String name =
                    option.name().replace("TCP_KEEPINTERVAL", "TCP_KEEPINTVL").replace("KEEPCOUNT", "KEEPCNT");
            String level = switch (option.level) {
                case SOCKET -> "SOL_SOCKET";
                case TCP -> "IPPROTO_TCP";
                case IPV6 -> "IPPROTO_IPV6";
            };
            same(level, option.level.number);
            same(name, option.number);
        }
        same("EINTR", Libc.EINTR);
        same("EAGAIN", Libc.EAGAIN);
        same("ENOSYS", Libc.ENOSYS);
    }

    private void rings() {
        String params = "struct io_uring_params";
        size(params, KernelRing.PARAMS_BYTES);
        offset(params, "cq_entries", KernelRing.PARAMS_CQ_ENTRIES);
        offset(params, "flags", KernelRing.PARAMS_FLAGS);
        offset(params, "features", KernelRing.PARAMS_FEATURES);
        offset(params, "sq_off.head", KernelRing.SQ_HEAD);
        offset(params, "sq_off.tail", KernelRing.SQ_TAIL);
        offset(params, "sq_off.ring_mask", KernelRing.SQ_MASK);
        offset(params, "sq_off.ring_entries", KernelRing.SQ_ENTRIES);
        offset(params, "sq_off.flags", KernelRing.SQ_FLAGS);
        offset(params, "sq_off.array", KernelRing.SQ_ARRAY);
        offset(params, "cq_off.head", KernelRing.CQ_HEAD);
        offset(params, "cq_off.tail", KernelRing.CQ_TAIL);
        offset(params, "cq_off.ring_mask", KernelRing.CQ_MASK);
        offset(params, "cq_off.ring_entries", KernelRing.CQ_ENTRIES);
        offset(params, "cq_off.cqes", KernelRing.CQ_CQES);
        String sqe = "struct io_uring_sqe";
        size(sqe, KernelRing.SQE_BYTES);
        offset(sqe, "flags", KernelRing.SQE_FLAGS);
        offset(sqe, "ioprio", KernelRing.SQE_IOPRIO);
        offset(sqe, "fd", KernelRing.SQE_FD);
        offset(sqe, "off", KernelRing.SQE_OFF);
        offset(sqe, "addr", KernelRing.SQE_ADDR);
        offset(sqe, "len", KernelRing.SQE_LEN);
        offset(sqe, "msg_flags", KernelRing.SQE_OP_FLAGS);
        offset(sqe, "user_data", KernelRing.SQE_USER_DATA);
        offset(sqe, "buf_group", KernelRing.SQE_BUF_GROUP);
        size("struct io_uring_cqe", KernelRing.CQE_BYTES);
        offset("struct io_uring_cqe", "res", KernelRing.CQE_RES);
        offset("struct io_uring_cqe", "flags", KernelRing.CQE_FLAGS);
        size("struct io_uring_getevents_arg", KernelRing.GETEVENTS_ARG_BYTES);
        offset("struct io_uring_getevents_arg", "ts", KernelRing.GETEVENTS_ARG_TS);
        size("struct io_uring_sync_cancel_reg", KernelRing.SYNC_CANCEL_BYTES);
        offset("struct io_uring_sync_cancel_reg", "fd", KernelRing.SYNC_CANCEL_FD);
        offset("struct io_uring_sync_cancel_reg", "flags", KernelRing.SYNC_CANCEL_FLAGS);
        offset("struct io_uring_sync_cancel_reg", "timeout", KernelRing.SYNC_CANCEL_TIMEOUT);
        size("struct io_uring_buf_reg", KernelRing.BUF_REG_BYTES);
        offset("struct io_uring_buf_reg", "ring_entries", KernelRing.BUF_REG_ENTRIES);
        offset("struct io_uring_buf_reg", "bgid", KernelRing.BUF_REG_GROUP);
        offset("struct io_uring_buf_reg", "bgid", KernelRing.BUF_REG_FLAGS - 2);
        size("struct io_uring_buf", KernelRing.BUF_BYTES);
        offset("struct io_uring_buf", "len", KernelRing.BUF_LEN);
        offset("struct io_uring_buf", "bid", KernelRing.BUF_ID);
        offset("struct io_uring_buf_ring", "tail", KernelRing.BUF_RING_TAIL);
        size("struct io_uring_probe", KernelRing.PROBE_BYTES);
        size("struct io_uring_probe_op", KernelRing.PROBE_OP_BYTES);
        offset("struct io_uring_probe_op", "flags", KernelRing.PROBE_OP_FLAGS);
    }

    private void operations() {
        same("IORING_OP_POLL_ADD", KernelRing.OP_POLL_ADD);
        same("IORING_OP_SENDMSG", KernelRing.OP_SENDMSG);
        same("IORING_OP_ACCEPT", KernelRing.OP_ACCEPT);
        same("IORING_OP_ASYNC_CANCEL", KernelRing.OP_ASYNC_CANCEL);
        same("IORING_OP_CONNECT", KernelRing.OP_CONNECT);
        same("IORING_OP_SEND", KernelRing.OP_SEND);
        same("IORING_OP_RECV", KernelRing.OP_RECV);
        same("IOSQE_BUFFER_SELECT", KernelRing.SQE_BUFFER_SELECT);
        same("IORING_RECV_MULTISHOT", KernelRing.RECV_MULTISHOT);
        same("IORING_ACCEPT_MULTISHOT", KernelRing.ACCEPT_MULTISHOT);
        same("IORING_POLL_ADD_MULTI", KernelRing.POLL_MULTI);
        same("IORING_CQE_F_BUFFER", KernelRing.CQE_F_BUFFER);
        same("IORING_CQE_F_MORE", KernelRing.CQE_F_MORE);
        sameIfKnown("IORING_CQE_F_BUF_MORE", KernelRing.CQE_F_BUF_MORE);
        same("IORING_CQE_BUFFER_SHIFT", KernelRing.CQE_BUFFER_SHIFT);
        same("IORING_SETUP_CQSIZE", KernelRing.SETUP_CQSIZE);
        same("IORING_SETUP_CLAMP", KernelRing.SETUP_CLAMP);
        same("IORING_SETUP_R_DISABLED", KernelRing.SETUP_R_DISABLED);
        same("IORING_SETUP_SUBMIT_ALL", KernelRing.SETUP_SUBMIT_ALL);
        same("IORING_SETUP_COOP_TASKRUN", KernelRing.SETUP_COOP_TASKRUN);
        same("IORING_SETUP_TASKRUN_FLAG", KernelRing.SETUP_TASKRUN_FLAG);
        same("IORING_FEAT_SINGLE_MMAP", KernelRing.FEATURE_SINGLE_MMAP);
        same("IORING_FEAT_NODROP", KernelRing.FEATURE_NODROP);
        same("IORING_FEAT_EXT_ARG", KernelRing.FEATURE_EXT_ARG);
        same("IORING_OFF_SQ_RING", KernelRing.OFFSET_RINGS);
        same("IORING_OFF_SQES", KernelRing.OFFSET_SQES);
        same("IORING_SQ_CQ_OVERFLOW", KernelRing.SQ_FLAG_CQ_OVERFLOW);
        same("IORING_SQ_TASKRUN", KernelRing.SQ_FLAG_TASKRUN);
        same("IORING_ENTER_GETEVENTS", KernelRing.ENTER_GETEVENTS);
        same("IORING_ENTER_EXT_ARG", KernelRing.ENTER_EXT_ARG);
        same("IORING_REGISTER_PROBE", KernelRing.REGISTER_PROBE);
        same("IORING_REGISTER_ENABLE_RINGS", KernelRing.REGISTER_ENABLE_RINGS);
        same("IORING_REGISTER_PBUF_RING", KernelRing.REGISTER_PBUF_RING);
        same("IORING_REGISTER_SYNC_CANCEL", KernelRing.REGISTER_SYNC_CANCEL);
        same("IORING_ASYNC_CANCEL_ALL", KernelRing.CANCEL_ALL);
        same("IORING_ASYNC_CANCEL_FD", KernelRing.CANCEL_FD);
        same("IORING_ASYNC_CANCEL_ANY", KernelRing.CANCEL_ANY);
        same("IO_URING_OP_SUPPORTED", KernelRing.PROBE_SUPPORTED);
        same("SYS_io_uring_setup", 425);
        same("SYS_io_uring_enter", 426);
        same("SYS_io_uring_register", 427);
        same("ETIME", KernelRing.ETIME);
        same("EBUSY", KernelRing.EBUSY);
        same("EINVAL", KernelRing.EINVAL);
        same("ECANCELED", FakeCompletionQueue.ECANCELED);
        same("ENOBUFS", FakeCompletionQueue.ENOBUFS);
    }
}
