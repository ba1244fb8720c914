package io.cairn.simulator.architecture.planted.server.replica;

import java.io.FileInputStream;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.Timer;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** Calls each kind of thing that cannot be simulated, once, in a method of its own. */
class MachineUser {
  long nanoTime() {
    return System.nanoTime();
  }

  LongSupplier methodReference() {
    return System::currentTimeMillis;
  }

  Supplier<Random> constructorReference() {
    return Random::new;
  }

  Supplier<String> inLambda() {
    return () -> System.getenv("HOME");
  }

  Instant instant() {
    return Instant.now();
  }

  void thread() {
    new Thread(() -> {});
  }

  void threadBySubclass() {
    class Worker extends Thread {}
    new Worker().start();
  }

  void virtualThread() {
    Thread.ofVirtual().start(() -> {});
  }

  void timer() {
    new Timer();
  }

  void executors() {
    Executors.newCachedThreadPool();
  }

  void commonPool() {
    ForkJoinPool.commonPool();
  }

  void async() {
    CompletableFuture.runAsync(() -> {});
  }

  void thenAsync(CompletableFuture<String> future) {
    future.thenApplyAsync(String::length);
  }

  void timeout(CompletableFuture<String> future) {
    future.orTimeout(1, TimeUnit.SECONDS);
  }

  long threadLocalRandom() {
    return ThreadLocalRandom.current().nextLong();
  }

  double mathRandom() {
    return Math.random();
  }

  UUID uuid() {
    return UUID.randomUUID();
  }

  void files() throws IOException {
    Files.readString(Path.of("x"));
  }

  void channel() throws IOException {
    FileChannel.open(Path.of("x"));
  }

  void stream() throws IOException {
    new FileInputStream("x").close();
  }

  String property() {
    return System.getProperty("x");
  }

  int identity() {
    return System.identityHashCode(this);
  }

  long parallelStream() {
    return List.of(1).parallelStream().count();
  }

  long parallel() {
    return List.of(1).stream().parallel().count();
  }

  void exit() {
    System.exit(1);
  }

  void allowedAsync(CompletableFuture<String> future, Executor executor) {
    future.thenApplyAsync(String::length, executor);
    future.thenApply(String::length);
    Path.of("x").getFileName();
  }
}
