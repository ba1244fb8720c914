package io.cairn.storage.mvcc;

import java.util.List;

/**
 * @param resume the key to go on from, or null when the range is done (or the limit reached)
 * @param count keys in this page, or in the whole range when only a count was asked for
 * @param more whether keys of the range are left beyond this page
 */
public record RangePage(List<Version> versions, byte[] resume, long count, boolean more) {}
