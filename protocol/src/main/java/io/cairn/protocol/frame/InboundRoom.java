package io.cairn.protocol.frame;

import io.cairn.platform.EventLoop;
import io.cairn.protocol.frame.FrameException.Fault;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Room in memory for what strangers have begun to send and not finished, shared by all connections of a port: each alone may hold a
 * frame's worth, and ten thousand of them together must not. From any loop.
 *
 * <p>When it is used up, those go that have held some of it for the longest: whoever means to finish does so soon, and half a frame
 * that nobody finishes keeps nobody else out. Only when more than twice of it is asked for at once, the one that asks goes.
 */
public final class InboundRoom {

  /** Of connections that this side has opened itself. */
  static final Share UNBOUNDED = new InboundRoom(Long.MAX_VALUE / 2).new Share(null, () -> { });

  private final long bytesMax;
  private final AtomicLong held = new AtomicLong();
  /** Those that hold something, from the one that has for the longest. */
  private final Set<Share> holders = new LinkedHashSet<>();

  public InboundRoom(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** Bytes of frames and messages that have begun and not ended. */
  public long bytes() {
    return held.get();
  }

  /** What one connection holds. Used on its loop. */
  final class Share {
    private final EventLoop loop;
    private final Runnable evict;
    private volatile long own;

    /** @param evict ends the connection, called on {@code loop} */
    Share(EventLoop loop, Runnable evict) {
      this.loop = loop;
      this.evict = evict;
    }

    /** @throws FrameException when there is no room; then nothing was taken */
    void take(int bytes) throws FrameException {
      if (loop == null) {
        return;
      }
      long now = held.addAndGet(bytes);
      if (now > 2 * bytesMax) {
        held.addAndGet(-bytes);
        throw noRoom();
      }
      if (own == 0) {
        synchronized (holders) {
          holders.add(this);
        }
      }
      own += bytes;
      if (now > bytesMax) {
        evictOldest(this, now - bytesMax);
      }
    }

    void give(int bytes) {
      if (loop == null || bytes == 0) {
        return;
      }
      held.addAndGet(-bytes);
      own -= bytes;
      if (own == 0) {
        synchronized (holders) {
          holders.remove(this);
        }
      }
    }
  }

  private void evictOldest(Share asker, long missing) {
    long freed = 0;
    synchronized (holders) {
      for (var each = holders.iterator(); each.hasNext() && freed < missing;) {
        Share oldest = each.next();
        if (oldest != asker) {
          each.remove();
          freed += oldest.own;
          oldest.loop.execute(() -> {
            if (oldest.own > 0) { // Else it has ended its frame meanwhile.
              oldest.evict.run();
            }
          });
        }
      }
    }
  }

  FrameException noRoom() {
    return new FrameException(Fault.NO_ROOM, "frames that have not come whole take " + held.get() + " bytes here, at most " + bytesMax
        + " may; this one was let go, send it again");
  }
}
