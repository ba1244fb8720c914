package io.cairn.client.services;

import io.cairn.client.ByteSeq;
import io.cairn.client.Child;
import io.cairn.client.ChildrenOptions;
import io.cairn.client.KvClient;
import io.cairn.client.RangeResult;
import io.cairn.client.seams.ClientSeams;
import java.util.List;
import java.util.Optional;

/** Finds instances of services: {@code client.discovery()}. */
public final class Discovery {
  private final KvClient client;
  private final ClientSeams seams;

  public Discovery(KvClient client, ClientSeams seams) {
    this.client = client;
    this.seams = seams;
  }

  /** As {@link #service(String, DiscoveryOptions)} with what is usual. */
  public ServiceView service(String name) {
    return service(name, DiscoveryOptions.DEFAULT);
  }

  /** A live view of a service, also of one that nobody has registered yet. Returns at once: {@link ServiceView#awaitSynced} waits. */
  public ServiceView service(String name, DiscoveryOptions options) {
    ServiceView view = new ServiceView(new ClientStore(client), seams, name, options);
    view.begin();
    return view;
  }

  /** The instances of a service as they are now, read once, linearizably. */
  public ServiceSnapshot look(String name) {
    Members members = new Members(name, DiscoveryOptions.DEFAULT);
    RangeResult entries = client.range(ServiceKeys.range(name));
    entries.keyValues().forEach(kv -> members.put(kv, 0));
    return members.snapshot(entries.revision());
  }

  /** The services that have an entry now, in order. */
  public List<String> services() {
    return client.children(ByteSeq.utf8(ServiceKeys.PREFIX), ChildrenOptions.DEFAULT).children().stream().filter(Child::below)
        .map(child -> ServiceKeys.service(child.name())).flatMap(Optional::stream).toList();
  }
}
