package io.cairn.client;

/**
 * One thing one level below a prefix.
 *
 * @param name a key that begins with the prefix and has no delimiter behind it; or what keys have in common up to and including the
 *     first delimiter behind the prefix
 * @param below whether it is the latter: no key of that name, but keys below it
 */
public record Child(ByteSeq name, boolean below) {}
