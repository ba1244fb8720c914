package io.cairn.client;

import java.time.Duration;
import java.util.Optional;

/**
 * How a body is to be run by {@link KvClient#transact(TransactOptions, java.util.function.Function)}.
 *
 * @param deadline instead of the client's, for all tries together
 * @param tries how often the body is run at most
 */
public record TransactOptions(Optional<Duration> deadline, int tries) {

  public static final TransactOptions DEFAULT = new TransactOptions(Optional.empty(), 50);

  public TransactOptions {
    CallDeadlines.check(deadline);
    if (tries < 1) {
      throw new IllegalArgumentException("a body is run once at least, not " + tries + " times");
    }
  }

  public TransactOptions withDeadline(Duration duration) {
    return new TransactOptions(Optional.of(duration), tries);
  }

  public TransactOptions withTries(int most) {
    return new TransactOptions(deadline, most);
  }
}
