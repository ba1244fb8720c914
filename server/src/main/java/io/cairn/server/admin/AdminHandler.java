package io.cairn.server.admin;

import io.cairn.server.admin.Readiness.Verdict;
import io.netty.buffer.ByteBufUtil;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.util.concurrent.Future;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One connection to the admin port. Every answer is text; one that is no page says in a line what would be right. */
final class AdminHandler extends SimpleChannelInboundHandler<FullHttpRequest> {
  private static final Logger log = LoggerFactory.getLogger(AdminHandler.class);
  private static final String PROMETHEUS_TEXT = "text/plain; version=0.0.4; charset=utf-8";
  private static final String PLAIN_TEXT = "text/plain; charset=utf-8";

  private final AdminPages pages;

  AdminHandler(AdminPages pages) {
    this.pages = pages;
  }

  @Override
  protected void channelRead0(ChannelHandlerContext context, FullHttpRequest request) {
    boolean keepAlive = HttpUtil.isKeepAlive(request);
    context.channel().config().setAutoRead(false);
    if (request.decoderResult().isFailure()) {
      refuse(context, request.decoderResult().cause());
      return;
    }
    String path = request.uri().split("\\?", 2)[0];
    switch (path) {
      case "/metrics", "/livez", "/readyz" -> {
        if (!request.method().equals(HttpMethod.GET)) {
          answer(context, HttpResponseStatus.METHOD_NOT_ALLOWED, PLAIN_TEXT, path + " is read with GET\n", keepAlive);
        } else if (path.equals("/metrics")) {
          answer(context, HttpResponseStatus.OK, PROMETHEUS_TEXT, pages.metrics().get(), keepAlive);
        } else if (path.equals("/livez")) {
          live(context, keepAlive);
        } else {
          ready(context, keepAlive);
        }
      }
      default -> answer(context, HttpResponseStatus.NOT_FOUND, PLAIN_TEXT,
          "no such page; there are /metrics, /livez and /readyz\n", keepAlive);
    }
  }

  private void live(ChannelHandlerContext context, boolean keepAlive) {
    Liveness.Ping ping = pages.liveness().ping();
    CompletionStage<Verdict> verdict = ping.answered().thenApply(_ -> new Verdict(true, "alive"));
    answerInTime(context, verdict, () -> "loops that have not answered: " + String.join(", ", ping.silent()), keepAlive);
  }

  private void ready(ChannelHandlerContext context, boolean keepAlive) {
    CompletionStage<Verdict> verdict = pages.readiness().check(pages.waitNanos())
        .thenApply(found -> new Verdict(found.ready(), (found.ready() ? "ready: " : "not ready: ") + found.detail()));
    answerInTime(context, verdict, () -> "not ready: not every shard has answered a linearizable read", keepAlive);
  }

  private void answerInTime(
      ChannelHandlerContext context, CompletionStage<Verdict> verdict, java.util.function.Supplier<String> late, boolean keepAlive) {
    AtomicBoolean answered = new AtomicBoolean();
    Future<?> timeout = context.executor().schedule(() -> {
      if (answered.compareAndSet(false, true)) {
        answer(context, HttpResponseStatus.SERVICE_UNAVAILABLE, PLAIN_TEXT,
            late.get() + " within " + TimeUnit.NANOSECONDS.toMillis(pages.waitNanos()) + " ms\n", keepAlive);
      }
    }, pages.waitNanos(), TimeUnit.NANOSECONDS);
    verdict.whenCompleteAsync((found, failure) -> {
      if (answered.compareAndSet(false, true)) {
        timeout.cancel(false);
        boolean ok = failure == null && found.ready();
        answer(context, ok ? HttpResponseStatus.OK : HttpResponseStatus.SERVICE_UNAVAILABLE, PLAIN_TEXT,
            (failure == null ? found.detail() : "not ready: " + failure.getMessage()) + "\n", keepAlive);
      }
    }, context.executor());
  }

  private static void refuse(ChannelHandlerContext context, Throwable cause) {
    boolean tooLong = cause instanceof TooLongFrameException;
    answer(context, tooLong ? HttpResponseStatus.REQUEST_HEADER_FIELDS_TOO_LARGE : HttpResponseStatus.BAD_REQUEST, PLAIN_TEXT,
        tooLong ? "the request is longer than limits.admin-request-bytes\n" : "this is no HTTP request\n", false);
  }

  private static void answer(
      ChannelHandlerContext context, HttpResponseStatus status, String contentType, String text, boolean keepAlive) {
    FullHttpResponse response = new DefaultFullHttpResponse(
        HttpVersion.HTTP_1_1, status, ByteBufUtil.writeUtf8(context.alloc(), text));
    response.headers()
        .set(HttpHeaderNames.CONTENT_TYPE, contentType)
        .set(HttpHeaderNames.CACHE_CONTROL, HttpHeaderValues.NO_STORE)
        .setInt(HttpHeaderNames.CONTENT_LENGTH, response.content().readableBytes())
        .set(HttpHeaderNames.CONNECTION, keepAlive ? HttpHeaderValues.KEEP_ALIVE : HttpHeaderValues.CLOSE);
    if (status.equals(HttpResponseStatus.METHOD_NOT_ALLOWED)) {
      response.headers().set(HttpHeaderNames.ALLOW, HttpMethod.GET.name());
    }
    var written = context.writeAndFlush(response);
    if (keepAlive) {
      written.addListener(_ -> context.channel().config().setAutoRead(true));
    } else {
      written.addListener(ChannelFutureListener.CLOSE);
    }
  }

  @Override
  public void exceptionCaught(ChannelHandlerContext context, Throwable cause) {
    log.debug("admin connection failed; remote={} cause={}", context.channel().remoteAddress(), cause.toString());
    context.close();
  }
}
