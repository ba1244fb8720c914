package io.cairn.platform;

import java.util.Arrays;

/**
 * The timers of one loop, the earliest on top: a binary heap in which each timer knows its place, so that one that is
 * cancelled leaves at once. Deadlines of requests are nearly always cancelled; left in, they would pile up until they are due.
 *
 * <p>Owned by the loop's thread.
 */
final class TimerHeap {
  private Node[] heap = new Node[64];
  private int size;

  /** What is scheduled; {@code place} is -1 while it is not in the heap. */
  static final class Node {
    final long deadline;
    final long order;
    final Runnable task;
    private int place = -1;

    Node(long deadline, long order, Runnable task) {
      this.deadline = deadline;
      this.order = order;
      this.task = task;
    }

    /** Deadlines are compared by difference, since nanoseconds may wrap; equal ones go by the order they were given. */
    boolean before(Node other) {
      long difference = deadline - other.deadline;
      return difference != 0 ? difference < 0 : order < other.order;
    }
  }

  int size() {
    return size;
  }

  Node first() {
    return size == 0 ? null : heap[0];
  }

  void add(Node node) {
    if (size == heap.length) {
      heap = Arrays.copyOf(heap, size * 2);
    }
    place(node, size++);
    up(node);
  }

  /** Takes the node out; nothing happens when it is not in. */
  void remove(Node node) {
    int hole = node.place;
    if (hole < 0) {
      return;
    }
    node.place = -1;
    Node last = heap[--size];
    heap[size] = null;
    if (last != node) {
      place(last, hole);
      up(last);
      down(last);
    }
  }

  private void place(Node node, int at) {
    heap[at] = node;
    node.place = at;
  }

  private void up(Node node) {
    int at = node.place;
    while (at > 0) {
      int parent = (at - 1) >>> 1;
      if (!node.before(heap[parent])) {
        break;
      }
      place(heap[parent], at);
      at = parent;
    }
    place(node, at);
  }

  private void down(Node node) {
    int at = node.place;
    for (int child = 2 * at + 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && heap[child + 1].before(heap[child])) {
        child++;
      }
      if (!heap[child].before(node)) {
        break;
      }
      place(heap[child], at);
      at = child;
    }
    place(node, at);
  }
}
