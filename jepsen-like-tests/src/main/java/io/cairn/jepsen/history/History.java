package io.cairn.jepsen.history;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A run, as it was written down. Immutable. */
public final class History {
  private final List<Event> events;
  private final List<Call> calls;
  private final List<Watch> watches;
  private final List<Event> strays;
  private final Truth truth;

  public History(List<Event> events) {
    this.events = List.copyOf(events);
    Map<Long, Event.Invoke> invoked = new LinkedHashMap<>();
    Map<Long, List<Event>> endings = new LinkedHashMap<>();
    Map<Long, Event.Opened> opened = new LinkedHashMap<>();
    Map<Long, List<Event>> given = new LinkedHashMap<>();
    List<Event.Applied> applied = new ArrayList<>();
    List<Event> orphans = new ArrayList<>();
    for (Event event : this.events) {
      switch (event) {
        case Event.Invoke each -> {
          if (invoked.putIfAbsent(each.call(), each) != null) {
            orphans.add(each);
          }
        }
        case Event.Ok each -> add(each, each.call(), invoked, endings, orphans);
        case Event.Refused each -> add(each, each.call(), invoked, endings, orphans);
        case Event.Unknown each -> add(each, each.call(), invoked, endings, orphans);
        case Event.Opened each -> {
          if (opened.putIfAbsent(each.watch(), each) != null) {
            orphans.add(each);
          }
        }
        case Event.Began each -> add(each, each.watch(), opened, given, orphans);
        case Event.Initial each -> add(each, each.watch(), opened, given, orphans);
        case Event.Synced each -> add(each, each.watch(), opened, given, orphans);
        case Event.Delivered each -> add(each, each.watch(), opened, given, orphans);
        case Event.Progress each -> add(each, each.watch(), opened, given, orphans);
        case Event.Resynced each -> add(each, each.watch(), opened, given, orphans);
        case Event.Closed each -> add(each, each.watch(), opened, given, orphans);
        case Event.Applied each -> applied.add(each);
        case Event.LeaseEnded _, Event.Leader _, Event.Fault _, Event.Drained _ -> { }
      }
    }
    this.calls = invoked.values().stream().map(each -> new Call(each, endings.getOrDefault(each.call(), List.of()))).toList();
    this.watches = opened.values().stream().map(each -> new Watch(each, given.getOrDefault(each.watch(), List.of()))).toList();
    this.strays = List.copyOf(orphans);
    this.truth = new Truth(applied);
  }

  private static void add(Event event, long number, Map<Long, ?> known, Map<Long, List<Event>> to, List<Event> orphans) {
    if (known.containsKey(number)) {
      to.computeIfAbsent(number, _ -> new ArrayList<>()).add(event);
    } else {
      orphans.add(event);
    }
  }

  /** In the order in which they were written down. */
  public List<Event> events() {
    return events;
  }

  /** In the order in which they were made. */
  public List<Call> calls() {
    return calls;
  }

  public List<Watch> watches() {
    return watches;
  }

  /** What belongs to no call or watch that was begun before it, or begins one a second time. */
  public List<Event> strays() {
    return strays;
  }

  public Truth truth() {
    return truth;
  }

  /** Those of one kind, in their order. */
  public <T extends Event> List<T> all(Class<T> kind) {
    return events.stream().filter(kind::isInstance).map(kind::cast).toList();
  }
}
