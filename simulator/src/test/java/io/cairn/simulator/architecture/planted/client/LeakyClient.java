package io.cairn.simulator.architecture.planted.client;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.handler.ssl.SslContext;
import java.util.List;
import java.util.concurrent.CompletableFuture;

/** An API that shows others' types, in each way there is. */
public class LeakyClient {
  /** Hidden things may be what they like. */
  private Channel hidden;

  protected SslContext shownField;

  public CompletableFuture<List<ByteBuf>> shownInGenerics() {
    return null;
  }

  public void shownAsParameter(Channel[] channels) {
    hidden = channels[0];
  }

  Channel packagePrivate() {
    return hidden;
  }
}
