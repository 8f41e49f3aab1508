package dev.sluice.proxy.mysql;

import dev.sluice.protocol.mysql.Command;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * A server that wants more than one password: a real one, before whose OK of each login the further factors of MySQL's
 * protocol are asked for (AuthNextFactor, with {@code mysql_native_password}). A MySQL itself takes plugins for them
 * that come with its commercial editions and with its test suite only.
 */
final class FactorServer implements AutoCloseable {

    private static final int MULTI_FACTOR_IN_UPPER_HALF = 1 << 12;
    private static final byte[] SALT = "12345678901234567890".getBytes(StandardCharsets.US_ASCII);

    private final ServerSocket socket;
    private final InetSocketAddress server;
    private final List<String> passwords;

    /** @param passwords of the second factor and those behind it */
    FactorServer(InetSocketAddress server, List<String> passwords) throws IOException {
        this.server = server;
        this.passwords = List.copyOf(passwords);
        socket = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofVirtual().start(this::accept);
    }

    InetSocketAddress address() {
        return new InetSocketAddress(socket.getInetAddress(), socket.getLocalPort());
    }

    private void accept() {
        try {
            while (true) {
                Socket client = socket.accept();
                Thread.ofVirtual().start(() -> serve(client));
            }
        } catch (IOException e) {
            // It is closed.
            return;
        }
    }

    private void serve(Socket client) {
        try (client;
                Socket upstream = new Socket(server.getHostString(), server.getPort());
                Conversation conversation = new Conversation(client, upstream)) {
            conversation.hold();
        } catch (EOFException | SocketException e) {
            // One of the two has gone.
            return;
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }

    private record Packet(int sequence, byte[] payload) {

        static Packet read(DataInputStream in) throws IOException {
            int length = in.readUnsignedByte() | in.readUnsignedByte() << 8 | in.readUnsignedByte() << 16;
            return new Packet(in.readUnsignedByte(), in.readNBytes(length));
        }

        void write(OutputStream out) throws IOException {
            byte[] bytes = new byte[4 + payload.length];
            bytes[0] = (byte) payload.length;
            bytes[1] = (byte) (payload.length >> 8);
            bytes[2] = (byte) (payload.length >> 16);
            bytes[3] = (byte) sequence;
            System.arraycopy(payload, 0, bytes, 4, payload.length);
            out.write(bytes);
        }

        int first() {
            return payload[0] & 0xFF;
        }
    }

    /** One client's. The server's packets go straight to it but while it logs in. */
    private final class Conversation implements Closeable {

        private final Socket upstream;
        private final DataInputStream fromClient;
        private final OutputStream toClient;
        private final DataInputStream fromServer;
        private final OutputStream toServer;
        private final BlockingQueue<Packet> answers = new LinkedBlockingQueue<>();
        private volatile boolean loggingIn = true;

        Conversation(Socket client, Socket upstream) throws IOException {
            this.upstream = upstream;
            fromClient = new DataInputStream(client.getInputStream());
            toClient = client.getOutputStream();
            fromServer = new DataInputStream(upstream.getInputStream());
            toServer = upstream.getOutputStream();
        }

        void hold() throws IOException, InterruptedException {
            Packet greeting = Packet.read(fromServer);
            setUpperCapabilities(greeting.payload());
            greeting.write(toClient);
            Packet response = Packet.read(fromClient);
            if ((response.payload()[3] & MULTI_FACTOR_IN_UPPER_HALF >> 8) == 0) {
                return; // no client of ours: it would not know what is asked
            }
            response.payload()[3] &= ~(MULTI_FACTOR_IN_UPPER_HALF >> 8);
            Thread.ofVirtual().start(this::passAnswersOn);
            response.write(toServer);
            while (logIn()) {
                passCommandsOnUntilTheUserChanges();
            }
        }

        private static void setUpperCapabilities(byte[] greeting) {
            int version = 1;
            while (greeting[version] != 0) {
                version++;
            }
            greeting[version + 1 + 4 + 8 + 1 + 2 + 1 + 2 + 1] |= (byte) (MULTI_FACTOR_IN_UPPER_HALF >> 8);
        }

        private boolean logIn() throws IOException, InterruptedException {
            Packet answer = answers.take();
            while (answer.first() != 0x00 && answer.first() != 0xFF) {
                answer.write(toClient);
                Packet.read(fromClient).write(toServer);
                answer = answers.take();
            }
            int sequence = answer.sequence();
            boolean refused = answer.first() == 0xFF;
            for (String password : refused ? List.<String>of() : passwords) {
                new Packet(sequence, question()).write(toClient);
                Packet reply = Packet.read(fromClient);
                sequence = reply.sequence() + 1;
                if (!Arrays.equals(reply.payload(), scrambled(password))) {
                    new Packet(sequence, refusal()).write(toClient);
                    return false;
                }
            }
            loggingIn = false;
            new Packet(sequence, answer.payload()).write(toClient);
            return !refused;
        }

        private void passCommandsOnUntilTheUserChanges() throws IOException {
            while (!loggingIn) {
                Packet command = Packet.read(fromClient);
                loggingIn = command.sequence() == 0 && command.first() == Command.CHANGE_USER;
                command.write(toServer);
            }
        }

        private void passAnswersOn() {
            try {
                while (true) {
                    Packet packet = Packet.read(fromServer);
                    if (loggingIn) {
                        answers.add(packet);
                    } else {
                        packet.write(toClient);
                    }
                }
            } catch (EOFException | SocketException e) {
                return; // the conversation is over
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }

        @Override
        public void close() throws IOException {
            upstream.close();
        }
    }

    private static byte[] refusal() {
        byte[] text = "#28000A further password is wrong".getBytes(StandardCharsets.US_ASCII);
        return concat(new byte[] {(byte) 0xFF, 0x15, 0x04}, text); // 1045
    }

    private static byte[] question() {
        byte[] head = "\2mysql_native_password\0".getBytes(StandardCharsets.US_ASCII);
        return concat(concat(head, SALT), new byte[1]);
    }

    /** SHA1(password) XOR SHA1(salt + SHA1(SHA1(password))), as the manual of the plugin has it. */
    private static byte[] scrambled(String password) {
        byte[] once = sha1(password.getBytes(StandardCharsets.UTF_8));
        byte[] mask = sha1(concat(SALT, sha1(once)));
        for (int i = 0; i < mask.length; i++) {
            mask[i] ^= once[i];
        }
        return mask;
    }

    private static byte[] sha1(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-1").digest(bytes);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] concat(byte[] a, byte[] b) {
        byte[] all = Arrays.copyOf(a, a.length + b.length);
        System.arraycopy(b, 0, all, a.length, b.length);
        return all;
    }
}
