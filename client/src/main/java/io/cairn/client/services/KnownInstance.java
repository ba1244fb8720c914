package io.cairn.client.services;

import java.util.Objects;

/**
 * An instance as a view knows it.
 *
 * @param isSuspected its entry has gone without a word, and it is kept only because too many went so
 * @param generation how often it has registered
 * @param createRevision of its entry: of two entries of one id the later one has the larger
 * @param modRevision of the last change that is known of
 */
public record KnownInstance(ServiceInstance instance, Lifecycle lifecycle, ServiceHealth health, boolean isSuspected, long generation,
    long createRevision, long modRevision) {

  public KnownInstance {
    Objects.requireNonNull(instance, "instance");
    Objects.requireNonNull(lifecycle, "lifecycle");
    Objects.requireNonNull(health, "health");
  }

  public String id() {
    return instance.id();
  }

  KnownInstance suspected() {
    return new KnownInstance(instance, lifecycle, health, true, generation, createRevision, modRevision);
  }
}
