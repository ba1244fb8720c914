package io.cairn.simulator.net;

import io.cairn.protocol.transport.Connection;
import io.cairn.protocol.transport.ConnectionHandler;
import io.netty.buffer.ByteBuf;
import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Keeps what a connection tells it, and completes futures for what a test waits for. Touched on the connection's loop only. */
final class RecordingHandler implements ConnectionHandler {
  final Connection connection;
  final CompletableFuture<Throwable> closed = new CompletableFuture<>();
  final CompletableFuture<Void> writable = new CompletableFuture<>();
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();
  private final List<String> calls = new ArrayList<>();
  private final List<Expectation> expectations = new ArrayList<>();

  private record Expectation(int length, CompletableFuture<byte[]> met) {}

  RecordingHandler(Connection connection) {
    this.connection = connection;
  }

  /** Completed with all bytes received so far once they are so many. */
  CompletableFuture<byte[]> expect(int length) {
    CompletableFuture<byte[]> met = new CompletableFuture<>();
    connection.loop().execute(() -> {
      expectations.add(new Expectation(length, met));
      check();
    });
    return met;
  }

  /** The calls so far: {@code received}, {@code turnEnded}, {@code writable}, {@code closed}; asked for on the loop. */
  CompletableFuture<List<String>> calls() {
    CompletableFuture<List<String>> answer = new CompletableFuture<>();
    connection.loop().execute(() -> answer.complete(List.copyOf(calls)));
    return answer;
  }

  @Override
  public void received(ByteBuf buffer) {
    note("received");
    byte[] part = new byte[buffer.readableBytes()];
    buffer.readBytes(part);
    bytes.writeBytes(part);
  }

  @Override
  public void turnEnded() {
    note("turnEnded");
    check();
  }

  @Override
  public void writable() {
    note("writable");
    writable.complete(null);
  }

  @Override
  public void closed(Throwable cause) {
    note("closed");
    closed.complete(cause);
  }

  private void note(String call) {
    calls.add(connection.loop().inLoop() ? call : call + " outside of the loop");
  }

  private void check() {
    expectations.removeIf(expectation -> {
      if (bytes.size() >= expectation.length) {
        expectation.met.complete(bytes.toByteArray());
        return true;
      }
      return false;
    });
  }
}
