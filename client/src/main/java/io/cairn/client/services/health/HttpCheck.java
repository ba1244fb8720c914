package io.cairn.client.services.health;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;

/** Passes when a GET is answered with a status of 200 to 299. It follows no redirects: that another address is well says nothing. */
public final class HttpCheck implements HealthCheck {
  private static final int GOOD = 200;
  private static final int NOT_GOOD = 300;

  private final HttpClient http;
  private final HttpRequest request;

  /** @param most for one answer; the schedule's timeout ends a check in any case */
  public HttpCheck(URI address, Duration most) {
    this(HttpClient.newHttpClient(), address, most);
  }

  /** @param http for TLS of one's own, say */
  public HttpCheck(HttpClient http, URI address, Duration most) {
    this.http = http;
    this.request = HttpRequest.newBuilder(address).timeout(most).GET().build();
  }

  @Override
  public CompletionStage<Void> check() {
    CompletableFuture<HttpResponse<Void>> answer = http.sendAsync(request, HttpResponse.BodyHandlers.discarding());
    CompletableFuture<Void> result = new CompletableFuture<>();
    answer.whenComplete((response, why) -> {
      if (why != null) {
        result.completeExceptionally(why);
      } else if (response.statusCode() < GOOD || response.statusCode() >= NOT_GOOD) {
        result.completeExceptionally(new IllegalStateException(request.uri() + " answered " + response.statusCode()));
      } else {
        result.complete(null);
      }
    });
    result.whenComplete((done, why) -> answer.cancel(true));
    return result;
  }
}
