package io.cairn.storage.mvcc;

/**
 * A read of what lies one level below a prefix, page by page: the children with names in {@code [start, end)}, in their order.
 *
 * @param prefix all children begin with it
 * @param delimiter ends a level; not empty
 * @param start at or behind the prefix
 * @param end null for no upper bound
 * @param revision 0 for the newest, else as of that revision
 * @param limit most children to return; 0 for no limit
 * @param bytesMax the page ends once this many bytes of names are in it
 * @param stepsMax most keys to look at: then the page ends, be it empty
 */
public record ChildrenQuery(byte[] prefix, byte[] delimiter, byte[] start, byte[] end, long revision, long limit, long bytesMax,
    int stepsMax) {}
