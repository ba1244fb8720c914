package io.cairn.cli;

import io.cairn.client.KvClient;
import io.cairn.client.services.Registration;
import io.cairn.client.services.RegistrationListener;
import io.cairn.client.services.RegistrationOptions;
import io.cairn.client.services.RegistrationState;
import io.cairn.client.services.ServiceInstance;
import io.cairn.client.services.health.HealthCheck;
import io.cairn.client.services.health.HealthSchedule;
import io.cairn.client.services.health.HttpCheck;
import io.cairn.client.services.health.TcpCheck;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "register", description = {
    "Registers an instance for as long as kvctl runs: on SIGTERM and SIGINT it drains for --drain, then goes. Says when it is registered, and on",
    "stderr when its lease was lost and it registers again."})
final class ServiceRegister implements Callable<Integer> {
  /** Beyond the time to drain: two calls with the client's deadline, and some. */
  private static final Duration STOP = Duration.ofSeconds(15);

  @ParentCommand private ServiceVerb verb;

  @Parameters(index = "0", paramLabel = "NAME", description = "The service.")
  private String name;

  @Parameters(index = "1", paramLabel = "ID", description = "The instance; the same one after a restart.")
  private String id;

  @Option(names = "--address", required = true, paramLabel = "HOST:PORT", description = "Where it serves.")
  private String address;

  @Option(names = "--ttl", paramLabel = "TIME", converter = DurationText.class, defaultValue = "5s",
      description = "How long the entry outlives a kvctl that is killed, at most. Default: 5s.")
  private Duration ttl;

  @Option(names = "--weight", paramLabel = "N", defaultValue = "100", description = "Its share of calls, 0 to 65535. Default: 100.")
  private int weight;

  @Option(names = "--version", paramLabel = "V", defaultValue = "", description = "Of the software, as in v2.")
  private String version;

  @Option(names = "--zone", paramLabel = "Z", defaultValue = "", description = "Where it runs.")
  private String zone;

  @Option(names = "--tag", paramLabel = "WORD", description = "May be given several times.")
  private List<String> tags = List.of();

  @Option(names = "--meta", paramLabel = "K=V", description = "May be given several times.")
  private Map<String, String> metadata = new TreeMap<>();

  @Option(names = "--check-tcp", description = "It is failing while nobody accepts connections at its address. Looks every 5s.")
  private boolean checkTcp;

  @Option(names = "--check-http", paramLabel = "URL", description = "It is failing while a GET is not answered with 200 to 299. Looks every 5s.")
  private URI checkHttp;

  @Option(names = "--drain", paramLabel = "TIME", converter = DurationText.class, description = "How long it drains before it goes. Default: not at all.")
  private Duration drain = Duration.ZERO;

  @Override
  public Integer call() throws IOException {
    Kvctl root = verb.root();
    root.refuseNode();
    try (KvClient client = root.connect()) {
      Registration registration = BadInput.where(() -> client.registry().register(name, instance(), options()));
      var ended = new CountDownLatch(1);
      var hook = new Thread(() -> stop(registration), "kvctl-deregisters");
      Runtime.getRuntime().addShutdownHook(hook);
      registration.addListener(new Said(root, ended));
      try {
        if (!registration.awaitRegistered(root.timeoutOr(Duration.ofSeconds(5)))) {
          root.say("not registered yet; it is tried until it succeeds" + registration.cause().map(why -> ": " + why.getMessage()).orElse(""));
          while (!registration.awaitRegistered(Duration.ofDays(1))) {
            continue;
          }
        }
        show(root, registration);
        ended.await();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } finally {
        registration.close();
        removeHook(hook);
      }
    }
    return ExitStatus.DONE;
  }

  private static void removeHook(Thread hook) {
    try {
      Runtime.getRuntime().removeShutdownHook(hook);
    } catch (IllegalStateException e) {
      // The end has begun: the hook does what is to be done.
    }
  }

  private void stop(Registration registration) {
    try {
      registration.stop(drain).toCompletableFuture().get(drain.plus(STOP).toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException | ExecutionException | TimeoutException e) {
      // Its lease ends within the TTL.
    }
  }

  private ServiceInstance instance() {
    ServiceInstance instance = ServiceInstance.of(id, address).withWeight(weight).withVersion(version).withZone(zone)
        .withTags(tags.toArray(String[]::new));
    for (Map.Entry<String, String> each : metadata.entrySet()) {
      instance = instance.withMetadata(each.getKey(), each.getValue());
    }
    return instance;
  }

  private RegistrationOptions options() {
    if (checkTcp && checkHttp != null) {
      throw new BadInput("--check-tcp and --check-http exclude each other");
    }
    RegistrationOptions options = RegistrationOptions.DEFAULT.withTtl(ttl);
    if (!checkTcp && checkHttp == null) {
      return options;
    }
    HealthSchedule schedule = HealthSchedule.DEFAULT;
    ServiceInstance instance = instance();
    HealthCheck check = checkTcp ? new TcpCheck(instance.host(), instance.port()) : new HttpCheck(checkHttp, schedule.timeout());
    return options.withCheck(check, schedule);
  }

  private void show(Kvctl root, Registration registration) throws IOException {
    switch (root.format()) {
      case json -> root.output().json(json -> {
        json.writeStringProperty("service", name);
        json.writeStringProperty("id", id);
        json.writeStringProperty("address", registration.instance().address());
        json.writeNumberProperty("generation", registration.generation());
      });
      default -> root.output().line("registered " + name + " " + id + " at " + registration.instance().address());
    }
    root.output().flush();
  }

  /** What happens later: not among what is shown. */
  private record Said(Kvctl root, CountDownLatch ended) implements RegistrationListener {
    @Override
    public void changed(Registration registration, RegistrationState now) {
      switch (now) {
        case REGISTERED -> {
          if (registration.generation() > 1) {
            root.say("registered again, generation " + registration.generation());
          }
        }
        case REGISTERING -> root.say("the lease was lost; registering again");
        case ENDED -> ended.countDown();
      }
    }

    @Override
    public void draining(Registration registration, boolean now) {
      root.say(now ? "draining" : "wants calls again");
    }
  }
}
