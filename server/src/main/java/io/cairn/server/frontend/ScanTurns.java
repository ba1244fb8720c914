package io.cairn.server.frontend;

import io.cairn.platform.EventLoop;
import java.util.LinkedHashSet;

/**
 * Whose page is read next: whoever has waited longest, so that all reads of many keys go on evenly. Between the scan loop and the
 * network there are a few pages at most, so that whatever else the network's loops have to do (Raft, leases, health) waits for
 * those few and not for as many as there are scans; and none is read while readers have left too much. Belongs to the scan loop.
 */
final class ScanTurns {
  /** Enough for the scan loop to read while the network's loops send. */
  static final int PAGES_MAX = 4;

  /** What waits for its turn; by identity. */
  interface Turn {
    /** It has come: {@link ScanTurns#done} follows, from any thread, when the page has gone or there is none. On the scan loop. */
    void come();
  }

  private final EventLoop loop;
  private final Admission admission;
  private final LinkedHashSet<Turn> waiting = new LinkedHashSet<>();
  private int pages;

  ScanTurns(EventLoop loop, Admission admission) {
    this.loop = loop;
    this.admission = admission;
    admission.whenRoomForScans(() -> loop.execute(this::advance));
  }

  /** Waits for a turn, behind all that wait already. From any thread. */
  void ask(Turn turn) {
    loop.execute(() -> {
      waiting.add(turn);
      advance();
    });
  }

  /** Waits no longer; a turn that has come already goes on. From any thread. */
  void giveUp(Turn turn) {
    loop.execute(() -> waiting.remove(turn));
  }

  /** A turn is over. From any thread. */
  void done() {
    loop.execute(() -> {
      pages--;
      advance();
    });
  }

  private void advance() {
    while (pages < PAGES_MAX && !waiting.isEmpty() && !admission.scansWait()) {
      pages++;
      waiting.removeFirst().come();
    }
  }
}
