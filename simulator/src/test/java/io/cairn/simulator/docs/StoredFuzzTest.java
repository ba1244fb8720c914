package io.cairn.simulator.docs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.cairn.protocol.fuzz.Bytes;
import io.cairn.protocol.fuzz.Fuzz;
import io.cairn.protocol.fuzz.SampleInputs;
import io.cairn.raft.membership.MembershipCodec;
import io.cairn.server.command.EntryPayload;
import io.cairn.server.history.HistoryCodec;
import io.cairn.server.members.MemberCodec;
import io.cairn.storage.OnDiskFormat;
import io.cairn.storage.StorageFailure;
import io.cairn.storage.bytes.BytesIn;
import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.engine.Family;
import io.cairn.storage.mvcc.OpAnswer;
import io.cairn.storage.retry.ClientId;
import io.cairn.storage.snapshot.BadSnapshotException;
import io.cairn.storage.snapshot.SnapshotSink;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.DisplayName;
import org.junit.jupiter.api.Test;

/**
 * Damaged bytes for every decoder of what is stored but the log's ({@code LogFuzzTest}): records of the engine, payloads of entries,
 * snapshot streams, IDENTITY. Made of the golden files. Each is read, or refused by what the decoder promises, and costs memory in
 * proportion to its length. With those of the log they are a million in every build.
 */
class StoredFuzzTest {
  private static final int VALUES = 708_000;
  private static final int PAYLOADS = 100_000;
  private static final int STREAMS = 30_000;
  private static final int IDENTITIES = 10_000;
  /** Of the log: {@code LogFuzzTest}. */
  private static final int LOG = 152_000;

  /** A decoder's objects, an exception with its trace; a number of one byte may be a shard with an object and a place in a tree. */
  private static final Fuzz.Bound VALUE_BOUND = new Fuzz.Bound(40_000, 120);
  /** A command is copied, taken apart by protobuf and made a write. */
  private static final Fuzz.Bound PAYLOAD_BOUND = new Fuzz.Bound(40_000, 250);
  /** The sink's own buffer of 64 KiB, which doubles. */
  private static final Fuzz.Bound STREAM_BOUND = new Fuzz.Bound(300_000, 30);
  private static final Fuzz.Bound IDENTITY_BOUND = new Fuzz.Bound(40_000, 40);

  /** Reads one value, whatever it throws. */
  private interface Decoder {
    void decode(byte[] bytes) throws Throwable;
  }

  // ---- the decoders, most of which only their package can call ----

  private static MethodHandle handle(String type, String name) throws ReflectiveOperationException {
    Class<?> owner = Class.forName("io.cairn.storage." + type);
    for (Method method : owner.getDeclaredMethods()) {
      if (method.getName().equals(name) && method.getParameterTypes()[method.getParameterCount() - 1] == byte[].class) {
        return MethodHandles.privateLookupIn(owner, MethodHandles.lookup()).unreflect(method);
      }
    }
    throw new NoSuchMethodException(type + "." + name);
  }

  private static Object reader(String type) throws ReflectiveOperationException {
    var made = Class.forName("io.cairn.storage." + type).getDeclaredConstructor();
    made.setAccessible(true);
    return made.newInstance();
  }

  /** By the name of a kind, as {@link #kind} gives it. */
  private static Map<String, Decoder> decoders() throws ReflectiveOperationException {
    MethodHandle version = handle("mvcc.StoredVersion", "read").bindTo(reader("mvcc.StoredVersion"));
    MethodHandle event = handle("mvcc.StoredEvent", "read").bindTo(reader("mvcc.StoredEvent"));
    MethodHandle replica = handle("catalog.ReplicaRecord", "decode");
    MethodHandle state = handle("mvcc.StoreState", "decode");
    MethodHandle client = handle("retry.ClientRecord", "decode");
    MethodHandle lease = handle("lease.Lease", "decode");
    MethodHandle known = handle("lease.KnownLease", "decode");
    MethodHandle guard = handle("guard.HomeGuard", "decode");
    MethodHandle answer = handle("mvcc.OpAnswerCodec", "decode");
    MethodHandle rules = handle("mvcc.HistoryRules", "decode");
    var decoders = new LinkedHashMap<String, Decoder>();
    decoders.put("NEWEST", bytes -> version.invoke(bytes));
    decoders.put("EVENTS", bytes -> event.invoke(bytes));
    decoders.put("replica", bytes -> replica.invoke(bytes));
    decoders.put("store 0", bytes -> state.invoke(bytes));
    decoders.put("store 1", bytes -> client.invoke(new ClientId(1, 2), bytes));
    decoders.put("store 3", bytes -> lease.invoke(5L, bytes));
    decoders.put("store 4", bytes -> known.invoke(5L, bytes));
    decoders.put("store 8", bytes -> guard.invoke(new byte[] {1}, bytes));
    decoders.put("answer", bytes -> answer.invoke(bytes));
    decoders.put("history-rules", bytes -> rules.invoke(bytes));
    decoders.put("nodes", MemberCodec::decodeTable);
    decoders.put("history", HistoryCodec::decodeTable);
    return decoders;
  }

  /** Golden values by kind. */
  private static Map<String, List<byte[]>> samples() throws Throwable {
    var samples = new TreeMap<String, List<byte[]>>();
    for (String edition : GoldenFiles.versions("engine")) {
      for (byte[] contents : GoldenFiles.of(edition).values()) {
        var in = new BytesIn(contents);
        while (in.left() > 0) {
          Family family = Family.values()[in.int8()];
          String kind = kind(family, in.sized());
          samples.computeIfAbsent(kind, none -> new ArrayList<>()).add(in.sized());
        }
      }
    }
    MethodHandle encode = MethodHandles.privateLookupIn(Class.forName("io.cairn.storage.mvcc.OpAnswerCodec"), MethodHandles.lookup())
        .unreflect(declared("io.cairn.storage.mvcc.OpAnswerCodec", "encode", OpAnswer.class));
    samples.put("answer", List.of((byte[]) encode.invoke((OpAnswer) new OpAnswer.Txn(true, List.of(new OpAnswer.Sum(5), new OpAnswer.Replaced(null),
        new OpAnswer.Read(List.of(), 7, true), new OpAnswer.Deleted(2, List.of()))))));
    return samples;
  }

  private static Method declared(String type, String name, Class<?>... parameters) throws ReflectiveOperationException {
    return Class.forName(type).getDeclaredMethod(name, parameters);
  }

  private static String kind(Family family, byte[] key) {
    if (family != Family.SMALL) {
      return family.name();
    }
    return switch (key[0]) {
      case OnDiskFormat.SMALL_REPLICA -> "replica";
      case OnDiskFormat.SMALL_STORE -> key[5] == OnDiskFormat.STORE_RECORD ? new String(key, 6, key.length - 6, StandardCharsets.UTF_8)
          : "store " + key[5];
      default -> "small " + key[0];
    };
  }

  @Test
  @DisplayName("UP-05 seven hundred thousand damaged records of the engine are read or refused, and cost what they are long")
  void recordsOfTheEngine() throws Throwable {
    Map<String, List<byte[]>> samples = samples();
    Map<String, Decoder> decoders = decoders();
    int each = VALUES / decoders.size() + 1;
    long read = 0;
    for (Map.Entry<String, Decoder> decoder : decoders.entrySet()) {
      assertThat(samples).as("golden records").containsKey(decoder.getKey());
      Fuzz.Outcome outcome = Fuzz.run("records: " + decoder.getKey(), each, VALUE_BOUND, new SampleInputs(samples.get(decoder.getKey())),
          (bytes, random) -> takes(decoder.getValue(), bytes, decoder.getKey().equals("nodes") || decoder.getKey().equals("history")));
      assertThat(outcome.taken()).as("taken of %s", decoder.getKey()).isGreaterThan(each / 50);
      assertThat(outcome.refused()).as("refused of %s", decoder.getKey()).isGreaterThan(each / 50);
      read += outcome.taken() + outcome.refused();
    }
    assertThat(read).isGreaterThanOrEqualTo(VALUES);
  }

  /** @param saysIllegal whether the decoder promises IllegalStateException and IllegalArgumentException too */
  private static boolean takes(Decoder decoder, byte[] bytes, boolean saysIllegal) throws Exception {
    try {
      decoder.decode(bytes);
      return true;
    } catch (StorageFailure refused) {
      assertThat(refused.kind()).isIn(StorageFailure.Kind.CORRUPT, StorageFailure.Kind.NEWER_FORMAT);
      return false;
    } catch (IllegalStateException | IllegalArgumentException refused) {
      if (saysIllegal) {
        return false;
      }
      throw refused;
    } catch (Exception | Error leaked) {
      throw leaked;
    } catch (Throwable never) {
      throw new AssertionError(never);
    }
  }

  @Test
  @DisplayName("UP-05 damaged payloads of entries are read, or stop the replica by the one error that is promised")
  void payloadsOfEntries() throws Throwable {
    var samples = new ArrayList<byte[]>();
    GoldenFiles.versions("payload").forEach(version -> GoldenFiles.of(version).forEach((name, bytes) -> {
      if (!name.equals("membership")) {
        samples.add(bytes);
      }
    }));
    int memberships = PAYLOADS / 10;
    Fuzz.Outcome outcome = Fuzz.run("payloads", PAYLOADS - memberships, PAYLOAD_BOUND, new SampleInputs(samples),
        (bytes, random) -> takes(StoredFuzzTest::payload, bytes, true));
    assertThat(outcome.taken()).isGreaterThan(PAYLOADS / 20);
    assertThat(outcome.refused()).isGreaterThan(PAYLOADS / 20);
    Fuzz.Outcome members = Fuzz.run("memberships", memberships, PAYLOAD_BOUND, new SampleInputs(List.of(DiskSamples.MEMBERS)), (bytes, random) -> {
      try {
        MembershipCodec.decode(bytes);
        return true;
      } catch (IllegalArgumentException refused) {
        return false;
      }
    });
    assertThat(outcome.taken() + outcome.refused() + members.taken() + members.refused()).isEqualTo(PAYLOADS);
  }

  private static void payload(byte[] payload) {
    EntryPayload.level(payload);
    if (EntryPayload.isCommands(payload)) {
      EntryPayload.decodeCommands(payload);
    } else if (EntryPayload.isSystem(payload)) {
      EntryPayload.decodeSystem(payload);
    } else if (EntryPayload.isUpkeep(payload)) {
      EntryPayload.decodeUpkeep(payload);
    }
  }

  // ---- snapshots ----

  @Test
  @DisplayName("UP-05 damaged snapshot streams, under right checks too, are installed or refused as bad snapshots")
  void snapshots() throws Throwable {
    var streams = new ArrayList<byte[]>();
    for (String version : GoldenFiles.versions("snapshot")) {
      for (byte[] chunk : GoldenFiles.of(version).values()) {
        streams.add(Arrays.copyOfRange(chunk, 9, 9 + ByteBuffer.wrap(chunk).getInt(5)));
      }
    }
    Engine engine = (Engine) Proxy.newProxyInstance(Engine.class.getClassLoader(), new Class<?>[] {Engine.class},
        (proxy, method, arguments) -> method.getName().equals("newBatch") ? new Swallowed() : null);
    Fuzz.Outcome outcome = Fuzz.run("snapshots", STREAMS, STREAM_BOUND, new SampleInputs(streams), (stream, random) -> installs(engine, stream, random));
    assertThat(outcome.taken()).isGreaterThan(STREAMS / 20);
    assertThat(outcome.refused()).isGreaterThan(STREAMS / 4);
    assertThat(outcome.taken() + outcome.refused()).isEqualTo(STREAMS);
  }

  private static boolean installs(Engine engine, byte[] stream, SplittableRandom random) {
    var sink = new SnapshotSink(engine, 7);
    int cut = random.nextInt(stream.length + 1);
    var whole = new CRC32C();
    whole.update(stream);
    byte[] first = chunk(0, Arrays.copyOf(stream, cut), null);
    byte[] last = chunk(1, Arrays.copyOfRange(stream, cut, stream.length), whole);
    boolean spoiled = random.nextInt(4) == 0;
    try {
      sink.add(first);
      sink.add(spoiled ? Bytes.damaged(last, random) : last);
      sink.finish();
      return true;
    } catch (BadSnapshotException refused) {
      sink.abort();
      return false;
    }
  }

  /** @param whole the check of the whole stream, of the last chunk; else null */
  private static byte[] chunk(int number, byte[] data, CRC32C whole) {
    ByteBuffer chunk = ByteBuffer.allocate(9 + data.length + (whole == null ? 4 : 8));
    chunk.putInt(number).put((byte) (whole == null ? 0 : 1)).putInt(data.length).put(data);
    if (whole != null) {
      chunk.putInt((int) whole.getValue());
    }
    var crc = new CRC32C();
    crc.update(chunk.array(), 0, chunk.position());
    return chunk.putInt((int) crc.getValue()).array();
  }

  /** A batch that keeps nothing but its size. */
  private static final class Swallowed implements EngineBatch {
    private int count;
    private long bytes;

    @Override
    public void put(Family family, byte[] key, byte[] value) {
      count++;
      bytes += key.length + value.length;
    }

    @Override
    public void delete(Family family, byte[] key) {
      count++;
    }

    @Override
    public void deleteRange(Family family, byte[] start, byte[] end) {
      count++;
    }

    @Override
    public int count() {
      return count;
    }

    @Override
    public long bytes() {
      return bytes;
    }

    @Override
    public void clear() {
      count = 0;
      bytes = 0;
    }
  }

  // ---- IDENTITY ----

  @Test
  @DisplayName("UP-05 a damaged IDENTITY is read as it was or refused")
  void identities() throws Throwable {
    Method decode = declared("io.cairn.storage.directory.OnDiskFormat", "decode", byte[].class, String.class);
    MethodHandle identity = MethodHandles.privateLookupIn(decode.getDeclaringClass(), MethodHandles.lookup()).unreflect(decode);
    var samples = new ArrayList<byte[]>();
    GoldenFiles.versions("identity").forEach(version -> samples.addAll(GoldenFiles.of(version).values()));
    Fuzz.Outcome outcome = Fuzz.run("identities", IDENTITIES, IDENTITY_BOUND, random -> {
      byte[] bytes = new SampleInputs(samples).next(random);
      // What a bad sector of text looks like: bytes that are no text at all.
      if (random.nextInt(4) == 0 && bytes.length > 40) {
        Arrays.fill(bytes, random.nextInt(20), 20 + random.nextInt(bytes.length - 40), (byte) 0xf5);
      }
      return bytes;
    }, (bytes, random) -> takes(input -> identity.invoke(input, "IDENTITY"), bytes, false));
    assertThat(outcome.taken()).isGreaterThan(IDENTITIES / 50);
    assertThat(outcome.refused()).isGreaterThan(IDENTITIES / 2);
    assertThat(outcome.taken() + outcome.refused()).isEqualTo(IDENTITIES);
  }

  @Test
  void answersThatLieTooDeepInEachOtherAreDamage() throws Throwable {
    byte[] nested = new byte[1 + 3 * 100_000];
    for (int i = 0; i < nested.length; i++) {
      nested[i] = (byte) (i % 3 == 1 ? 5 : 1); // format; then again and again: a transaction, it succeeded, one answer
    }
    Decoder answer = decoders().get("answer");
    assertThatThrownBy(() -> answer.decode(nested)).isInstanceOf(StorageFailure.class).hasMessageContaining("deep in each other");
  }

  @Test
  void theyAreAMillion() {
    assertThat(VALUES + PAYLOADS + STREAMS + IDENTITIES + LOG).isGreaterThanOrEqualTo(1_000_000);
  }

  @Test
  void aDecoderThatBelievesACountIsCaught() throws Throwable {
    List<byte[]> clients = samples().get("store 1");
    assertThatThrownBy(() -> Fuzz.run("a decoder that believes", VALUES, VALUE_BOUND, new SampleInputs(clients), (bytes, random) -> {
      var in = new BytesIn(bytes);
      return takes(input -> {
        in.int8();
        new ArrayList<Long>(Math.min(1 << 22, in.count())).add(in.varint());
      }, bytes, false);
    })).isInstanceOf(AssertionError.class).hasMessageContaining("made its reader allocate");
  }
}
