package io.cairn.protocol.transport;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.UnpooledByteBufAllocator;

/** Buffers for transports without sockets: plain arrays, nothing pooled, the same in every run. */
final class HeapBuffers {

  static final ByteBufAllocator ALLOCATOR = new UnpooledByteBufAllocator(false);

  private HeapBuffers() {}
}
