package io.cairn.protocol.link;

import io.netty.buffer.ByteBuf;
import java.io.IOException;

/**
 * Hears the answer to one call, on the link's loop, never from within the call itself. Exactly one of {@link #done} and
 * {@link #failed} comes, last. Bodies are on loan for the call.
 */
public interface Reply {

  /** A part of the answer; more follow. */
  void part(ByteBuf body);

  /** The answer, or its last part. */
  void done(ByteBuf body);

  /**
   * No answer comes any more.
   *
   * @param mayHaveBeenSent false: the other side certainly never gets this request. True: it may have got it, and may have
   *     done or may still do what it says
   * @param cause a {@link CallFailure} that says why
   */
  void failed(boolean mayHaveBeenSent, IOException cause);
}
