package io.cairn.protocol.link;

import io.cairn.protocol.wire.HandshakeRefused;
import io.cairn.protocol.wire.Hello;
import io.cairn.protocol.wire.Welcome;

/** Decides who is let in, once role and protocol version fit. */
@FunctionalInterface
public interface Judge {

  /** Answers {@code verdict} once, now or later, from any thread. Called on the connection's loop. */
  void judge(Hello hello, String remote, Verdict verdict);

  /** Takes the decision. A second one, or one that comes when the connection has gone, is ignored. */
  interface Verdict {

    /** Lets the opener in. Protocol version and frame limit of the Welcome are filled in by the acceptance. */
    void welcome(Welcome welcome);

    /** Tells it why not, and closes. */
    void refuse(HandshakeRefused refusal);
  }
}
