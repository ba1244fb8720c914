package io.cairn.platform;

import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BiConsumer;

/**
 * A loop on a thread of its own. Giving it a task is one lock-free enqueue, and a wake-up only when the thread sleeps.
 *
 * <p>How a wake-up cannot be lost: the thread says {@code parked}, then looks at the inbox once more before it sleeps;
 * a giver puts its task in first and then looks at {@code parked}. Both are volatile, so at least one sees the other. A
 * turn runs what timers are due, then at most {@link #TASKS_PER_TURN} tasks, so that neither starves the other.
 *
 * <p>Its thread ignores interrupts: they would close the files it uses (ST-09), and nothing in a loop waits for them.
 */
final class JdkEventLoop implements EventLoop {
  private static final int TASKS_PER_TURN = 256;
  private static final Runnable STOP = () -> {};

  private final String name;
  private final LoopThread thread;
  private final BiConsumer<EventLoop, Throwable> onFailure;
  private final ConcurrentLinkedQueue<Runnable> inbox = new ConcurrentLinkedQueue<>();
  private final AtomicLong timerOrder = new AtomicLong();
  private volatile boolean parked;
  private volatile boolean closed;

  /** Touched by the thread alone. */
  private final TimerHeap timers = new TimerHeap();

  JdkEventLoop(String name, boolean daemon, BiConsumer<EventLoop, Throwable> onFailure) {
    this.name = name;
    this.onFailure = onFailure;
    this.thread = new LoopThread(this::turnUntilStopped, name);
    thread.setDaemon(daemon);
  }

  /** A thread that cannot be interrupted. */
  private static final class LoopThread extends Thread {
    LoopThread(Runnable body, String name) {
      super(body, name);
    }

    @Override
    public void interrupt() {}
  }

  void begin() {
    thread.start();
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public boolean inLoop() {
    return Thread.currentThread() == thread;
  }

  @Override
  public void execute(Runnable task) {
    if (closed) {
      return;
    }
    give(task);
  }

  private void give(Runnable task) {
    inbox.add(task);
    if (parked) {
      parked = false; // one giver wakes it, those after it need not
      LockSupport.unpark(thread);
    }
  }

  @Override
  public Timer schedule(long delayNanos, Runnable task) {
    LoopTimer timer = new LoopTimer(System.nanoTime() + Math.max(0, delayNanos), task);
    if (inLoop()) {
      timers.add(timer.node);
    } else {
      execute(timer::begin);
    }
    return timer;
  }

  /** A timer as its holder sees it. */
  private final class LoopTimer implements Timer {
    private final TimerHeap.Node node;
    private volatile boolean cancelled;

    LoopTimer(long deadline, Runnable task) {
      this.node = new TimerHeap.Node(deadline, timerOrder.getAndIncrement(), () -> {
        if (!cancelled) {
          task.run();
        }
      });
    }

    void begin() {
      if (!cancelled) {
        timers.add(node);
      }
    }

    @Override
    public void cancel() {
      if (cancelled) {
        return;
      }
      cancelled = true;
      if (inLoop()) {
        timers.remove(node);
      } else {
        execute(() -> timers.remove(node));
      }
    }
  }

  void stop() {
    if (!closed) {
      closed = true;
      give(STOP);
    }
  }

  boolean join(long timeoutNanos) throws InterruptedException {
    thread.join(JdkEventLoops.millisRoundedUp(timeoutNanos));
    return !thread.isAlive();
  }

  private void turnUntilStopped() {
    try {
      while (turn()) {
        sleepUntilNeeded();
      }
    } catch (Throwable failure) {
      closed = true;
      onFailure.accept(this, failure);
    }
    closed = true;
    inbox.clear();
  }

  /** Returns false once the stop mark was met: everything accepted before it has run. */
  private boolean turn() {
    if (timers.size() > 0) {
      runDueTimers();
    }
    for (int i = 0; i < TASKS_PER_TURN; i++) {
      Runnable task = inbox.poll();
      if (task == null) {
        return true;
      }
      if (task == STOP) {
        return false;
      }
      task.run();
    }
    return true;
  }

  private void runDueTimers() {
    long now = System.nanoTime();
    for (TimerHeap.Node due = timers.first(); due != null && due.deadline - now <= 0; due = timers.first()) {
      timers.remove(due);
      due.task.run();
    }
  }

  private void sleepUntilNeeded() {
    if (!inbox.isEmpty()) {
      return;
    }
    parked = true;
    if (inbox.isEmpty()) {
      TimerHeap.Node next = timers.first();
      if (next == null) {
        LockSupport.park(this);
      } else {
        long wait = next.deadline - System.nanoTime();
        if (wait > 0) {
          LockSupport.parkNanos(this, wait);
        }
      }
    }
    parked = false;
  }

  @Override
  public String toString() {
    return "loop " + name;
  }
}
