package io.cairn.protocol.frame;

import java.io.IOException;

/** Bytes that are no frame, or a frame that may not be here. Nothing after them on the connection can be trusted: it is closed. */
public final class FrameException extends IOException {

  private static final long serialVersionUID = 1;

  /** What was wrong. */
  public enum Fault {
    /** The length field counts less than a header. */
    TOO_SHORT,
    /** The frame, or a message in pieces, is over the limit. */
    TOO_LARGE,
    /** The checksum does not fit the bytes. */
    CHECKSUM,
    /** A kind this software does not know. */
    KIND,
    /** A flag it does not know, or flags that exclude each other. */
    FLAGS,
    /** The reserved bytes are not zero. */
    RESERVED,
    /** A piece that fits no message under way. */
    PIECES,
    /** A sound frame whose body is not the message its kind stands for. */
    BODY,
    /** A sound frame that this side does not take now. */
    UNEXPECTED,
    /** Nothing is wrong with it so far, but it has not come whole and there is no room to wait for its rest. */
    NO_ROOM
  }

  private final Fault fault;

  public FrameException(Fault fault, String message) {
    super(message);
    this.fault = fault;
  }

  public Fault fault() {
    return fault;
  }

  /** Anyone on the network can cause this one: it costs no stack trace. */
  @Override
  public synchronized Throwable fillInStackTrace() {
    return this;
  }
}
