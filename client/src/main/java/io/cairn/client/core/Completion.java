package io.cairn.client.core;

import io.cairn.client.KvException;

/** Hears how an operation ended: exactly one method is called, once, on the client's loop. It must not block. */
public interface Completion<T> {

  void done(T result);

  void failed(KvException why);
}
