package io.cairn.storage.mvcc;

import java.util.List;

/**
 * @param resume where the next page begins: its start, or its end when going backward; null when the range is done, or the
 *     answer is full
 * @param count keys in this page, returned or counted
 * @param bytes of keys and values in this page
 * @param more whether keys of the range may be left beyond this page: certainly when the answer is full
 */
public record RangePage(List<Version> versions, byte[] resume, long count, long bytes, boolean more) {}
