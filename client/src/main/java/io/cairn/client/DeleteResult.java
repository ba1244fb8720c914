package io.cairn.client;

import java.util.Optional;

/**
 * What became of a delete.
 *
 * @param revision the delete's own, or, when there was nothing to delete, one at which there was nothing
 * @param deleted whether there was such a key
 * @param previous what was deleted, when {@link DeleteOptions#withPrevious()} asked for it and there was something
 */
public record DeleteResult(long revision, boolean deleted, Optional<KeyValue> previous) {}
