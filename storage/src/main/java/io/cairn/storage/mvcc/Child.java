package io.cairn.storage.mvcc;

/**
 * One thing one level below a prefix.
 *
 * @param name a key that begins with the prefix and has no delimiter behind it; or what several keys may have in common, up to and
 *     including the first delimiter behind the prefix
 * @param below whether it is the latter: not a key, but what keys lie below
 */
public record Child(byte[] name, boolean below) {}
