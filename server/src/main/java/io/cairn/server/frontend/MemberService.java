package io.cairn.server.frontend;

import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.MemberRequest;
import io.cairn.protocol.wire.Response;
import io.cairn.server.outcome.Refusal;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** What an operator asks about members: checked here, then handed to whoever finds the leader of shard 0. */
public final class MemberService {
  /** As {@code node.name} in the configuration has it. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,62}");

  /** Finds the leader of shard 0. The answer may come on any loop. */
  @FunctionalInterface
  public interface Route {
    void serve(MemberRequest request, long deadline, Consumer<Response> answer);
  }

  private final Route route;

  public MemberService(Route route) {
    this.route = route;
  }

  void serve(Call call, MemberRequest request) {
    String mistake = mistake(request);
    if (mistake != null) {
      call.refused(Refusal.of(ErrorCode.BAD_REQUEST, mistake));
    } else {
      route.serve(request, call.deadline(), call::answer);
    }
  }

  private static String mistake(MemberRequest request) {
    return switch (request.getKind()) {
      case LIST -> null;
      case PROMOTE, REMOVE -> name(request.getNode());
      case ADD -> newcomer(request);
      case REPLACE -> name(request.getReplaced()) == null ? newcomer(request) : name(request.getReplaced());
      case UNRECOGNIZED -> "this version knows no change of members of kind " + request.getKindValue();
    };
  }

  private static String newcomer(MemberRequest request) {
    String mistake = name(request.getNode());
    return mistake != null ? mistake : address("peer", request.getPeerAddress()) != null ? address("peer", request.getPeerAddress())
        : address("client", request.getClientAddress());
  }

  private static String name(String name) {
    return NAME.matcher(name).matches() ? null
        : "a node's name has 1 to 63 of the letters a-z, A-Z, 0-9, '.', '_' and '-', the first a letter or digit";
  }

  private static String address(String what, String address) {
    try {
      return HostPort.parse(address).port() > 0 ? null : "the " + what + " address needs a port from 1 to 65535";
    } catch (IllegalArgumentException e) {
      return "the " + what + " address: " + e.getMessage();
    }
  }
}
