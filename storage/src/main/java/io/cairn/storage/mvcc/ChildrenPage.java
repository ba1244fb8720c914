package io.cairn.storage.mvcc;

import java.util.List;

/**
 * @param resume where the next page begins, also when the limit was reached; null when nothing is left
 * @param behind the first key that is behind all that these children stand for; it may lie behind the end that was asked for, in
 *     another shard
 */
public record ChildrenPage(List<Child> children, byte[] resume, byte[] behind) {}
