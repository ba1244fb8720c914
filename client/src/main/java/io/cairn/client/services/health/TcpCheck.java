package io.cairn.client.services.health;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.channels.AsynchronousSocketChannel;
import java.nio.channels.CompletionHandler;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Passes when somebody accepts a connection; it is closed at once. */
public final class TcpCheck implements HealthCheck {
  private final String host;
  private final int port;

  public TcpCheck(String host, int port) {
    this.host = host;
    this.port = port;
  }

  @Override
  public CompletionStage<Void> check() {
    CompletableFuture<Void> result = new CompletableFuture<>();
    try {
      InetSocketAddress address = new InetSocketAddress(host, port);
      if (address.isUnresolved()) {
        throw new IOException("the host " + host + " has no address");
      }
      AsynchronousSocketChannel channel = AsynchronousSocketChannel.open();
      // Whoever cancels, because the time is over, closes the channel, and with it the attempt.
      result.whenComplete((done, why) -> close(channel));
      channel.connect(address, null, new CompletionHandler<Void, Void>() {
        @Override
        public void completed(Void connected, Void with) {
          result.complete(null);
        }

        @Override
        public void failed(Throwable why, Void with) {
          result.completeExceptionally(why);
        }
      });
    } catch (IOException | RuntimeException e) {
      result.completeExceptionally(e);
    }
    return result;
  }

  private static void close(AsynchronousSocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // It is of no use any more either way.
    }
  }
}
