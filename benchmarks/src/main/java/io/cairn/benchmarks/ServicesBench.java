package io.cairn.benchmarks;

import io.cairn.client.KvClient;
import io.cairn.client.LeaseDetails;
import io.cairn.client.services.Registration;
import io.cairn.client.services.RegistrationOptions;
import io.cairn.client.services.RegistrationState;
import io.cairn.client.services.ServiceInstance;
import io.cairn.client.services.ServiceView;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Many instances of many services, whose leases all end at once; then the store goes away and comes back. What consumers see of it. */
@Command(name = "services", mixinStandardHelpOptions = true, description = "Registers --instances instances of --services services, has consumers view "
    + "them all, ends every lease at once, then takes the store away for --away-seconds and brings it back. Prints how long it took until all "
    + "were registered and seen again, and the smallest share of a service's instances that any consumer saw. The exit status is 1 when a consumer "
    + "saw an empty service, or an instance was not registered again.")
final class ServicesBench implements Callable<Integer> {
  private static final long LOOK_NANOS = TimeUnit.MILLISECONDS.toNanos(5);

  @Option(names = "--instances", defaultValue = "2000", description = "Default: ${DEFAULT-VALUE}.")
  private int instances;

  @Option(names = "--services", defaultValue = "50", description = "Default: ${DEFAULT-VALUE}.")
  private int services;

  @Option(names = "--clients", defaultValue = "20", description = "Clients that the instances are spread over. Default: ${DEFAULT-VALUE}.")
  private int clients;

  @Option(names = "--consumers", defaultValue = "4", description = "Clients that view every service. Default: ${DEFAULT-VALUE}.")
  private int consumers;

  @Option(names = "--ttl-seconds", defaultValue = "5", description = "Of each lease. Default: ${DEFAULT-VALUE}.")
  private int ttlSeconds;

  @Option(names = "--away-seconds", defaultValue = "20", description = "How long the store is away. Default: ${DEFAULT-VALUE}.")
  private double awaySeconds;

  @Option(names = "--away", paramLabel = "COMMAND", defaultValue = "for n in 1 2 3; do bin/cluster kill $n; done",
      description = "A command of the shell that takes the store away. Default: ${DEFAULT-VALUE}.")
  private String away;

  @Option(names = "--back", paramLabel = "COMMAND", defaultValue = "bin/cluster start", description = "One that brings it back. Default: ${DEFAULT-VALUE}.")
  private String back;

  @Option(names = "--most-seconds", defaultValue = "120", description = "How long is waited for all to be registered. Default: ${DEFAULT-VALUE}.")
  private int mostSeconds;

  @Option(names = "--endpoints", split = ",", defaultValue = "127.0.0.1:7001,127.0.0.1:7002,127.0.0.1:7003", paramLabel = "H:P")
  private String[] endpoints;

  private final List<Registration> registrations = new ArrayList<>();
  private final List<ServiceView> views = new ArrayList<>();
  private final AtomicInteger fewestPercent = new AtomicInteger(100);
  private final AtomicInteger empty = new AtomicInteger();

  @Override
  public Integer call() throws IOException, InterruptedException {
    if (services < 1 || instances < services || clients < 1 || consumers < 1 || ttlSeconds < 1 || awaySeconds <= 0 || mostSeconds < 1) {
      System.err.println("bench services: --services, --clients, --consumers, --ttl-seconds, --away-seconds and --most-seconds must be above 0, "
          + "--instances at least --services");
      return 2;
    }
    List<KvClient> open = new ArrayList<>();
    try (KvClient first = KvClient.builder().endpoints(endpoints).deadline(Duration.ofSeconds(10)).build()) {
      for (int i = 0; i < clients + consumers; i++) {
        open.add(KvClient.builder().endpoints(endpoints).threadsOf(first).build());
      }
      if (!register(open)) {
        return 1;
      }
      boolean isWell = leasesEndAtOnce(first) & storeIsAway();
      System.out.println(String.format(Locale.ROOT, "instances=%d services=%d consumers=%d empty_services_seen=%d", instances, services, consumers, empty.get()));
      return isWell && empty.get() == 0 ? 0 : 1;
    } finally {
      views.forEach(ServiceView::close);
      open.forEach(KvClient::close);
    }
  }

  private boolean register(List<KvClient> open) throws InterruptedException {
    RegistrationOptions options = RegistrationOptions.DEFAULT.withTtl(Duration.ofSeconds(ttlSeconds));
    long began = System.nanoTime();
    for (int i = 0; i < instances; i++) {
      registrations.add(open.get(i % clients).registry()
          .register("service-" + i % services, ServiceInstance.of("i" + i, "10.0.0.1", 1_024 + i), options));
    }
    for (int i = 0; i < consumers; i++) {
      for (int s = 0; s < services; s++) {
        views.add(open.get(clients + i).discovery().service("service-" + s));
      }
    }
    if (!await("all are registered and seen", () -> isWhole(1))) {
      return false;
    }
    System.out.println(String.format(Locale.ROOT, "registered_and_seen_s=%.2f", seconds(began)));
    int most = instances / services;
    for (ServiceView view : views) {
      view.listen((before, now) -> {
        fewestPercent.accumulateAndGet(now.candidates().size() * 100 / most, Math::min);
        if (now.candidates().isEmpty()) {
          empty.incrementAndGet();
        }
      });
    }
    return true;
  }

  private boolean leasesEndAtOnce(KvClient client) throws InterruptedException {
    List<LeaseDetails> leases = client.leases().list();
    long began = System.nanoTime();
    leases.forEach(lease -> client.async().leases().revoke(lease.id()));
    boolean isWhole = await("all are registered again", () -> isWhole(2));
    report("leases_ended=" + leases.size(), seconds(began));
    return isWhole;
  }

  private boolean storeIsAway() throws IOException, InterruptedException {
    if (!shell(away)) {
      return false;
    }
    long gone = System.nanoTime();
    boolean isLost = await("every lease is lost", () -> registrations.stream().allMatch(each -> each.state() == RegistrationState.REGISTERING));
    while (seconds(gone) < awaySeconds) {
      LockSupport.parkNanos(LOOK_NANOS);
    }
    long began = System.nanoTime();
    if (!isLost || !shell(back)) {
      return false;
    }
    boolean isWhole = await("all are registered again", () -> isWhole(3));
    report(String.format(Locale.ROOT, "away_s=%.1f", TimeUnit.NANOSECONDS.toMillis(began - gone) / 1e3), seconds(began));
    return isWhole;
  }

  private void report(String what, double againSeconds) {
    System.out.println(String.format(Locale.ROOT, "%s registered_and_seen_again_s=%.2f fewest_seen_percent=%d", what, againSeconds, fewestPercent.getAndSet(100)));
  }

  /** All are registered so often, and every consumer sees them all, none of them suspected. */
  private boolean isWhole(long generation) {
    for (Registration each : registrations) {
      if (each.state() != RegistrationState.REGISTERED || each.generation() < generation) {
        return false;
      }
    }
    long seen = 0;
    for (ServiceView view : views) {
      seen += view.candidates().stream().filter(each -> !each.isSuspected() && each.generation() >= generation).count();
    }
    return seen == (long) instances * consumers;
  }

  private boolean await(String what, BooleanSupplier holds) throws InterruptedException {
    long began = System.nanoTime();
    while (!holds.getAsBoolean()) {
      if (seconds(began) > mostSeconds) {
        System.err.println("bench services: not within " + mostSeconds + " s: " + what);
        return false;
      }
      TimeUnit.NANOSECONDS.sleep(LOOK_NANOS);
    }
    return true;
  }

  private boolean shell(String command) throws IOException, InterruptedException {
    try (Event event = Event.start(command)) {
      if (event.awaitEnd(mostSeconds) && event.status() == 0) {
        return true;
      }
      System.err.println("bench services: the command did not end well: " + command);
      return false;
    }
  }

  private static double seconds(long since) {
    return (System.nanoTime() - since) / 1e9;
  }
}
