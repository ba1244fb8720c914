package io.cairn.client.example;

import io.cairn.client.KeyRange;
import io.cairn.client.KvClient;

/** The README's first steps in Java: it quotes the lines between the two marks. */
public final class FirstSteps {

  private FirstSteps() {}

  /** @param args the endpoints; by default the three nodes that {@code bin/cluster start} starts */
  public static void main(String[] args) {
    String[] endpoints = args.length > 0 ? args : new String[] {"127.0.0.1:7001", "127.0.0.1:7002", "127.0.0.1:7003"};
    // README: begin
    try (KvClient client = KvClient.builder().endpoints(endpoints).build()) {
      long revision = client.put("greeting", "hello").revision();
      System.out.println("put at revision " + revision);
      System.out.println(client.get("greeting").valueUtf8().orElseThrow());

      client.async().put("greeting", "hello again").toCompletableFuture().join();
      client.range(KeyRange.prefix("greet")).keyValues()
          .forEach(kv -> System.out.println(kv.keyUtf8() + " = " + kv.valueUtf8()));
      client.delete("greeting");
    }
    // README: end
  }
}
