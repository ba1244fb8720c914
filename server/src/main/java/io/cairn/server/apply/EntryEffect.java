package io.cairn.server.apply;

import io.cairn.storage.mvcc.WriteResult;
import java.util.List;

/** What applying one entry came to. */
public sealed interface EntryEffect {

  /** An entry without effect on the data: a new leader's first, a change of members. */
  record Nothing() implements EntryEffect {}

  /** One result for each command of the batch, in order. */
  record Written(List<WriteResult> results) implements EntryEffect {}

  /** The window of revisions now ends at {@code end}; before the entry it ended at {@code before}. */
  record WindowMoved(long before, long end) implements EntryEffect {}

  EntryEffect NOTHING = new Nothing();
}
