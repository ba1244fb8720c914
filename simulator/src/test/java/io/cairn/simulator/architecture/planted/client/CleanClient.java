package io.cairn.simulator.architecture.planted.client;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Shows types of the JDK and its own. */
public class CleanClient {
  public CompletableFuture<List<CleanClient>> get(byte[] key, int... more) {
    return null;
  }
}
