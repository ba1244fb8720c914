package io.cairn.platform;

/** Where a component gets its loops from. */
public interface EventLoops {

  /** Starts a loop of its own under {@code name}. */
  EventLoop start(String name);

  /** Ends a loop started here: tasks already accepted still run, later ones are dropped. Returns at once. */
  void stop(EventLoop loop);
}
