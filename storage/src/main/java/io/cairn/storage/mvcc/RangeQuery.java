package io.cairn.storage.mvcc;

/**
 * A read of keys in {@code [start, end)}.
 *
 * @param end null for no upper bound
 * @param revision 0 for the newest, else as of that revision
 * @param limit most keys to return; 0 for no limit of keys
 * @param bytesMax the page ends once this many bytes of keys and values are in it (at least one key is)
 * @param keysOnly values are left out
 * @param countOnly nothing but the count is made; the whole range is counted
 */
public record RangeQuery(byte[] start, byte[] end, long revision, long limit, long bytesMax, boolean keysOnly, boolean countOnly) {}
