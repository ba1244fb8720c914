package io.cairn.jepsen.history;

/**
 * What a watch asks for.
 *
 * @param end the first key beyond the range
 * @param from the first revision it wants; 0: from now on
 * @param initialState wants the state first, then what changes it
 * @param previous wants what each change replaced
 * @param puts wants puts
 * @param deletes wants deletes
 * @param latestOnly may be given the latest value of a key alone when it lags
 */
public record WatchSpec(
    String start, String end, long from, boolean initialState, boolean previous, boolean puts, boolean deletes, boolean latestOnly) {

  /** Every change of a range from a revision on, with what it replaced. */
  public static WatchSpec from(String start, String end, long from) {
    return new WatchSpec(start, end, from, false, true, true, true, false);
  }

  public static WatchSpec withState(String start, String end) {
    return new WatchSpec(start, end, 0, true, true, true, true, false);
  }

  public WatchSpec withoutPrevious() {
    return new WatchSpec(start, end, from, initialState, false, puts, deletes, latestOnly);
  }

  public WatchSpec onlyLatest() {
    return new WatchSpec(start, end, from, initialState, previous, puts, deletes, true);
  }

  public WatchSpec filtered(boolean wantsPuts, boolean wantsDeletes) {
    return new WatchSpec(start, end, from, initialState, previous, wantsPuts, wantsDeletes, latestOnly);
  }

  public boolean contains(String key) {
    return key.compareTo(start) >= 0 && key.compareTo(end) < 0;
  }

  /** Whether a change of the range is one that it wants. */
  public boolean wants(Change change) {
    return contains(change.key()) && (change.isDelete() ? deletes : puts);
  }
}
