package io.cairn.client.services;

import io.cairn.client.ByteSeq;
import io.cairn.client.GetResult;
import io.cairn.client.KeyValue;
import io.cairn.client.KvException;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.SessionState;
import io.cairn.client.seams.ClientSeams;
import io.cairn.client.seams.Turns;
import io.cairn.client.seams.Waits;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * Keeps the entry of one instance as it should be: compares what is wanted with what is known to stand, and does the one next step to bring
 * them together, until they are equal; whatever is lost or changed on the way only makes them differ again. One step is under way at a time,
 * and after a failure comes a wait ({@link Waits}); there is no last try.
 *
 * <p>Every put is conditional on the revision that was looked at, so a change of somebody else's is never overwritten unseen. All of it runs in
 * {@link Turns}; what is volatile is looked at from elsewhere.
 */
final class Registering {
  private static final int OWN_LEASES_MAX = 16;

  /** Who is told, in turns. */
  interface Told {
    void state(RegistrationState now);

    void lifecycle(Lifecycle now);
  }

  /** What stood there, as of a revision; without a key-value nothing did. */
  private record Known(long asOf, Optional<KeyValue> kv) {}

  private final Store store;
  private final ClientSeams seams;
  private final Turns turns;
  private final ByteSeq key;
  private final RegistrationOptions options;
  private final Told told;
  /** Also lost ones: what stands under one of them is this instance's own. */
  private final Set<Long> ownLeases = new LinkedHashSet<>();

  private volatile ServiceInstance instance;
  private volatile Lifecycle lifecycle = Lifecycle.UP;
  private volatile ServiceHealth health;
  private volatile RegistrationState state = RegistrationState.REGISTERING;
  private volatile KvException cause;
  private volatile long generation;
  private volatile Store.Hold hold;

  private Known known;
  private ByteSeq attempted;
  /** The revision of the last put that was acknowledged. */
  private long written;
  /** Of the entry that is being made anew; 0 when none is. */
  private long nextGeneration;
  /** Whoever took the entry over while it stood, from the same address even, is not fought with. */
  private long overtaker;
  private boolean busy;
  private int tried;
  private long waits;
  private Runnable wait;

  Registering(Store store, ClientSeams seams, Turns turns, ByteSeq key, ServiceInstance instance, RegistrationOptions options, Told told) {
    this.store = store;
    this.seams = seams;
    this.turns = turns;
    this.key = key;
    this.instance = instance;
    this.options = options;
    this.told = told;
    this.health = options.check().isPresent() ? ServiceHealth.FAILING : ServiceHealth.PASSING;
  }

  ServiceInstance instance() {
    return instance;
  }

  Lifecycle lifecycle() {
    return lifecycle;
  }

  ServiceHealth health() {
    return health;
  }

  RegistrationState state() {
    Store.Hold held = hold;
    return state == RegistrationState.REGISTERED && (held == null || held.state().isFinal()) ? RegistrationState.REGISTERING : state;
  }

  Optional<KvException> cause() {
    return Optional.ofNullable(cause);
  }

  long generation() {
    return generation;
  }

  // From here on, in turns.

  void want(ServiceInstance described) {
    instance = described;
    step();
  }

  void want(ServiceHealth now) {
    health = now;
    step();
  }

  void want(Lifecycle now) {
    if (lifecycle == Lifecycle.LEAVING || now == lifecycle) {
      return; // Who leaves does not come back.
    }
    lifecycle = now;
    told.lifecycle(now);
    if (now == Lifecycle.LEAVING) {
      stopWaiting();
    }
    step();
  }

  /** Somebody has changed the entry, or it was this one. */
  void seen(long revision, Optional<KeyValue> kv) {
    if (known != null && revision <= known.asOf) {
      return;
    }
    boolean wasInTheWay = known != null && isOthers(known.kv);
    if (state == RegistrationState.REGISTERED && kv.isPresent() && kv.get().lease() != 0 && !ownLeases.contains(kv.get().lease())) {
      overtaker = kv.get().lease();
    }
    known = new Known(revision, kv);
    if (wasInTheWay && !isOthers(kv)) {
      stopWaiting();
    }
    step();
  }

  /** The one next step towards what is wanted. */
  void step() {
    if (busy || wait != null || state == RegistrationState.ENDED) {
      return;
    }
    if (hold != null && hold.state().isFinal()) {
      hold = null;
    }
    if (hold == null && lifecycle == Lifecycle.LEAVING) {
      end();
    } else if (hold == null) {
      become(RegistrationState.REGISTERING);
      begin(store.hold(options.ttl(), now -> turns.execute(() -> holdChanged(now))), this::held);
    } else if (known == null) {
      begin(store.get(key), this::looked);
    } else if (lifecycle == Lifecycle.LEAVING && (known.kv.isEmpty() || known.kv.get().lease() != hold.lease())) {
      release(); // Nothing of this instance stands there: nothing to mark.
    } else if (isOthers(known.kv)) {
      become(RegistrationState.REGISTERING);
      failed(new RefusedException(RefusedCode.LEASE_EXISTS, key + " is another instance of that id, at another address, which lives; its lease is "
          + Long.toHexString(known.kv.get().lease())));
    } else {
      adopt();
      write();
    }
  }

  /** Whether a living one of another address stands there. One of this address can only be what this instance was before. */
  private boolean isOthers(Optional<KeyValue> found) {
    if (found.isEmpty() || found.get().lease() == 0 || ownLeases.contains(found.get().lease())) {
      return false;
    }
    return found.get().lease() == overtaker || entry(found.get()).map(entry -> !entry.instance().address().equals(instance.address())).orElse(true);
  }

  private static Optional<ServiceEntry> entry(KeyValue kv) {
    try {
      return Optional.of(EntryText.read("x", kv.value()));
    } catch (IllegalArgumentException | ArithmeticException e) {
      return Optional.empty();
    }
  }

  /** What somebody else wrote into the entry, to have it drain or no longer drain, holds. */
  private void adopt() {
    if (known.kv.isEmpty() || !ownLeases.contains(known.kv.get().lease()) || known.kv.get().modRevision() == written
        || known.kv.get().value().equals(attempted)) {
      return; // Its own words.
    }
    Optional<Lifecycle> theirs = entry(known.kv.get()).map(ServiceEntry::lifecycle);
    if (theirs.isPresent() && lifecycle != Lifecycle.LEAVING && theirs.get() != Lifecycle.LEAVING && theirs.get() != lifecycle) {
      lifecycle = theirs.get();
      told.lifecycle(lifecycle);
    }
  }

  private void write() {
    boolean isAnew = known.kv.isEmpty() || known.kv.get().lease() != hold.lease();
    if (isAnew && nextGeneration == 0) {
      long before = known.kv.flatMap(Registering::entry).map(ServiceEntry::generation).orElse(0L);
      nextGeneration = Math.max(generation, before) + 1;
    }
    ByteSeq wanted = EntryText.write(new ServiceEntry(instance, lifecycle, health, Math.max(nextGeneration, generation)));
    if (!isAnew && known.kv.get().value().equals(wanted)) {
      settled();
      return;
    }
    attempted = wanted;
    Store.Hold under = hold;
    begin(store.putIf(key, known.kv.map(KeyValue::modRevision).orElse(0L), wanted, under.lease()), put -> written(put, wanted, under));
  }

  private void settled() {
    tried = 0;
    cause = null;
    generation = Math.max(generation, nextGeneration);
    nextGeneration = 0;
    if (lifecycle == Lifecycle.LEAVING) {
      release();
    } else {
      become(RegistrationState.REGISTERED);
    }
  }

  private void held(Store.Hold got) {
    hold = got;
    ownLeases.add(got.lease());
    if (ownLeases.size() > OWN_LEASES_MAX) {
      ownLeases.remove(ownLeases.iterator().next());
    }
    known = null;
    step();
  }

  private void looked(GetResult got) {
    if (known == null || got.revision() > known.asOf) {
      known = new Known(got.revision(), got.found());
    }
    step();
  }

  private void written(OptionalLong put, ByteSeq value, Store.Hold under) {
    if (put.isEmpty()) {
      known = null; // Changed since it was looked at. After a wait: two that fight for it must not do so in a circle.
      failed(new RefusedException(RefusedCode.TXN_CONFLICT, key + " was changed by somebody else at the same time"));
    } else if (known == null || put.getAsLong() > known.asOf) {
      long revision = put.getAsLong();
      written = revision;
      known = new Known(revision, Optional.of(new KeyValue(key, value, revision, revision, 1, under.lease())));
    }
    step();
  }

  private void holdChanged(SessionState now) {
    if (now == SessionState.LOST && hold != null && hold.cause().filter(Registering::isClosed).isPresent()) {
      end();
    } else if (now == SessionState.LOST && lifecycle != Lifecycle.LEAVING) {
      become(RegistrationState.REGISTERING);
      // All of a storm's are told at once: they do not come back at once.
      waitFirst();
    }
    step();
  }

  /** A step that ends in a later turn. */
  private <T> void begin(CompletionStage<T> stage, Consumer<T> then) {
    busy = true;
    BiConsumer<T, Throwable> ended = (result, why) -> turns.execute(() -> {
      busy = false;
      if (why == null) {
        then.accept(result);
      } else {
        known = null; // Whatever it was, it may have happened.
        failed(why instanceof KvException kv ? kv : new RefusedException(RefusedCode.INTERNAL, String.valueOf(why)));
      }
    });
    stage.whenComplete(ended);
  }

  private void failed(KvException why) {
    cause = why;
    RefusedCode code = why instanceof RefusedException refused ? refused.code() : null;
    if (lifecycle == Lifecycle.LEAVING) {
      release(); // The mark is a courtesy: without it the end of the lease says the same, later.
    } else if (isClosed(why)) {
      end();
    } else {
      if (code == RefusedCode.LEASE_NOT_FOUND && hold != null) {
        Store.Hold gone = hold;
        hold = null;
        gone.release();
      }
      waitFirst();
    }
  }

  /** The client was: nothing can be tried any more. */
  private static boolean isClosed(KvException why) {
    return why instanceof RefusedException refused && refused.code() == RefusedCode.CLOSED;
  }

  private void waitFirst() {
    if (wait == null) {
      long number = ++waits;
      wait = seams.timers().after(Waits.next(tried++, seams.random()), () -> turns.execute(() -> waited(number)));
    }
  }

  private void waited(long number) {
    if (number != waits || wait == null) {
      return; // It was stopped meanwhile.
    }
    wait = null;
    if (known != null && isOthers(known.kv)) {
      known = null;
    }
    step();
  }

  private void stopWaiting() {
    if (wait != null) {
      wait.run();
      wait = null;
    }
  }

  private void release() {
    Store.Hold last = hold;
    hold = null;
    if (last == null) {
      end();
    } else {
      busy = true;
      last.release().whenComplete((done, why) -> turns.execute(this::end));
    }
  }

  private void end() {
    stopWaiting();
    hold = null;
    become(RegistrationState.ENDED);
  }

  private void become(RegistrationState now) {
    if (state != now) {
      state = now;
      told.state(now);
    }
  }
}
