package io.jevent.tests.tls;

import java.security.SecureRandom;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLContextSpi;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLServerSocketFactory;
import javax.net.ssl.SSLSessionContext;
import javax.net.ssl.SSLSocketFactory;
import javax.net.ssl.TrustManager;

/** Gives engines that are those of another context but for one call, see {@link FaultyEngine}. */
final class FaultyContext extends SSLContext {
    FaultyContext(SSLContext context, int faultyCall) {
        super(new Engines(context, faultyCall), context.getProvider(), context.getProtocol());
    }

    private static final class Engines extends SSLContextSpi {
        private final SSLContext context;
        private final int faultyCall;

        Engines(SSLContext context, int faultyCall) {
            this.context = context;
            this.faultyCall = faultyCall;
        }

        @Override
        protected void engineInit(KeyManager[] keys, TrustManager[] trusted, SecureRandom random) {
            // The other one is ready.
        }

        @Override
        protected SSLSocketFactory engineGetSocketFactory() {
            return context.getSocketFactory();
        }

        @Override
        protected SSLServerSocketFactory engineGetServerSocketFactory() {
            return context.getServerSocketFactory();
        }

        @Override
        protected SSLEngine engineCreateSSLEngine() {
            return new FaultyEngine(context.createSSLEngine(), faultyCall);
        }

        @Override
        protected SSLEngine engineCreateSSLEngine(String host, int port) {
            return new FaultyEngine(context.createSSLEngine(host, port), faultyCall);
        }

        @Override
        protected SSLSessionContext engineGetServerSessionContext() {
            return context.getServerSessionContext();
        }

        @Override
        protected SSLSessionContext engineGetClientSessionContext() {
            return context.getClientSessionContext();
        }
    }
}
