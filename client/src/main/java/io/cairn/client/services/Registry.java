package io.cairn.client.services;

import io.cairn.client.ByteSeq;
import io.cairn.client.Compare;
import io.cairn.client.KeyValue;
import io.cairn.client.KvClient;
import io.cairn.client.RefusedCode;
import io.cairn.client.RefusedException;
import io.cairn.client.Txn;
import io.cairn.client.TxnOp;
import io.cairn.client.seams.ClientSeams;
import java.util.Optional;

/** Registers instances: {@code client.registry()}. */
public final class Registry {
  private static final int TRIES = 10;

  private final KvClient client;
  private final ClientSeams seams;

  public Registry(KvClient client, ClientSeams seams) {
    this.client = client;
    this.seams = seams;
  }

  /** As {@link #register(String, ServiceInstance, RegistrationOptions)} with what is usual. */
  public Registration register(String service, ServiceInstance instance) {
    return register(service, instance, RegistrationOptions.DEFAULT);
  }

  /**
   * Registers an instance until the registration is stopped or closed, or the client is. Returns at once, also while the store is away:
   * {@link Registration#awaitRegistered} waits. An entry of that id at the same address is taken over, since only what this instance was before
   * can have had it; one at another address is left in peace for as long as its lease lives.
   */
  public Registration register(String service, ServiceInstance instance, RegistrationOptions options) {
    Registration registration = new Registration(new ClientStore(client), seams, service, instance, options);
    registration.begin();
    return registration;
  }

  /**
   * Has an instance drain that somebody else has registered. It is told so ({@link RegistrationListener#draining}) and stays so when it has to
   * register again.
   *
   * @return whether there is such an instance
   */
  public boolean drain(String service, String id) {
    return mark(service, id, Lifecycle.DRAINING);
  }

  /** Ends what {@link #drain} began. */
  public boolean resume(String service, String id) {
    return mark(service, id, Lifecycle.UP);
  }

  private boolean mark(String service, String id, Lifecycle lifecycle) {
    ByteSeq key = ServiceKeys.key(service, id);
    for (int i = 0; i < TRIES; i++) {
      Optional<KeyValue> found = client.get(key).found();
      if (found.isEmpty()) {
        return false;
      }
      ServiceEntry entry = readable(key, found.get());
      if (entry.lifecycle() == Lifecycle.LEAVING) {
        return false;
      }
      if (entry.lifecycle() == lifecycle) {
        return true;
      }
      Txn txn = Txn.ifAll(Compare.modRevision(key).equalTo(found.get().modRevision()))
          .then(TxnOp.put(key, EntryText.write(entry.with(lifecycle))).withLease(found.get().lease()));
      if (isDone(txn)) {
        return true;
      }
    }
    throw new RefusedException(RefusedCode.TXN_CONFLICT, key + " was changed at the same time by others, " + TRIES + " times in a row");
  }

  private boolean isDone(Txn txn) {
    try {
      return client.txn(txn).succeeded();
    } catch (RefusedException e) {
      if (e.code() == RefusedCode.LEASE_NOT_FOUND) {
        return false; // It goes just now, or moves to another lease.
      }
      throw e;
    }
  }

  private static ServiceEntry readable(ByteSeq key, KeyValue kv) {
    try {
      return EntryText.read(ServiceKeys.id(key).orElseThrow(), kv.value());
    } catch (IllegalArgumentException | ArithmeticException e) {
      throw new RefusedException(RefusedCode.BAD_REQUEST, key + " is no entry of an instance: " + e.getMessage());
    }
  }
}
