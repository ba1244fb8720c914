package io.cairn.client.services;

import java.util.Objects;

/**
 * What stands in the store for an instance.
 *
 * @param generation how often it has registered: 1 at first, one more each time that its entry had to be made anew
 */
record ServiceEntry(ServiceInstance instance, Lifecycle lifecycle, ServiceHealth health, long generation) {

  ServiceEntry {
    Objects.requireNonNull(instance, "instance");
    Objects.requireNonNull(lifecycle, "lifecycle");
    Objects.requireNonNull(health, "health");
    if (generation < 1) {
      throw new IllegalArgumentException("a generation is 1 or more, was " + generation);
    }
  }

  ServiceEntry with(Lifecycle now) {
    return new ServiceEntry(instance, now, health, generation);
  }
}
