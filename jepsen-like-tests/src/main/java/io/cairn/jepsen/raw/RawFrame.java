package io.cairn.jepsen.raw;

import io.cairn.protocol.frame.FrameKind;

/** A frame as it came, its body copied. */
public record RawFrame(FrameKind kind, int flags, long requestId, byte[] body) {}
