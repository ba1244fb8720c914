package io.cairn.server.config;

/**
 * A value and where it was written.
 *
 * @param source for a message, such as {@code n1.yaml line 7}, {@code KVD_STORAGE_DIR} or {@code --storage.dir}
 */
record Setting(Written value, String source) {}
