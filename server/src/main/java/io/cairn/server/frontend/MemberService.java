package io.cairn.server.frontend;

import io.cairn.protocol.transport.HostPort;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.MemberRequest;
import io.cairn.protocol.wire.Response;
import io.cairn.server.config.ClusterConfig;
import io.cairn.server.outcome.Refusal;
import java.util.ArrayList;
import java.util.Objects;
import java.util.function.Consumer;

/** What an operator asks about members: checked here, then handed to whoever finds the leader of shard 0. */
public final class MemberService {
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
    var mistakes = new ArrayList<String>();
    mistakes.add(name(request.getNode()));
    mistakes.add(address("peer", request.getPeerAddress()));
    mistakes.add(address("client", request.getClientAddress()));
    return mistakes.stream().filter(Objects::nonNull).findFirst().orElse(null);
  }

  private static String name(String name) {
    return ClusterConfig.isNodeName(name) ? null
        : "a node's name has 1 to 63 of the letters a-z, A-Z, 0-9, '.', '_' and '-', the first a letter or digit";
  }

  private static String address(String what, String address) {
    try {
      HostPort parsed = HostPort.parse(address);
      if (ClusterConfig.isWildcard(parsed.host())) {
        return "the " + what + " address " + parsed + " cannot be connected to; name the one that others reach the node by";
      }
      return parsed.port() > 0 ? null : "the " + what + " address needs a port from 1 to 65535";
    } catch (IllegalArgumentException e) {
      return "the " + what + " address: " + e.getMessage();
    }
  }
}
