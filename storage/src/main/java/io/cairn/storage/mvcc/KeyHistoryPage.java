package io.cairn.storage.mvcc;

import java.util.List;

/**
 * A part of what became of a key, newest first.
 *
 * @param nextRevision where the next page begins, with {@code nextOrdinal}; 0 when there is none
 * @param cut whether what came before was dropped; false when the key's first event is here, or more is to come
 */
public record KeyHistoryPage(List<KeyEvent> events, long nextRevision, int nextOrdinal, boolean cut) {}
