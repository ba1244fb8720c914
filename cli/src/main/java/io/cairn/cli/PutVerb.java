package io.cairn.cli;

import io.cairn.client.ByteSeq;
import io.cairn.client.KvClient;
import io.cairn.client.PutOptions;
import io.cairn.client.PutResult;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

@Command(name = "put", description = "Puts a value under a key.",
    footer = {"", "Examples:", "  kvctl put greeting hello", "  kvctl put config < config.json", "  kvctl put -- -key -value"})
final class PutVerb implements Callable<Integer> {

  /** Above the largest value that a server can be configured to take, 8 MiB, so that it can say itself what is wrong. */
  private static final int VALUE_BYTES_READ_MAX = (8 << 20) + 1;

  @ParentCommand private Kvctl root;

  @Parameters(index = "0", paramLabel = "KEY", description = "The key: 1 to 4,096 bytes.")
  private String key;

  @Parameters(index = "1", paramLabel = "VALUE", arity = "0..1", description = "The value; without it, what stdin holds, byte by byte.")
  private String value;

  @Option(names = "--lease", paramLabel = "ID", description = "Deletes the key when this lease ends ('kvctl lease grant').")
  private String lease;

  @Option(names = "--ttl", paramLabel = "TTL", converter = DurationText.class,
      description = "Deletes the key after so long, as in 30s or 5m, unless it is put again or its lease renewed before; 1s to 365 days. "
          + "The lease is shown: it can be given to 'kvctl lease'.")
  private Duration ttl;

  private PutOptions options() {
    PutOptions options = lease == null ? PutOptions.DEFAULT : PutOptions.DEFAULT.withLease(LeaseVerb.id(lease));
    return ttl == null ? options : options.withTtl(ttl);
  }

  @Override
  public Integer call() throws IOException {
    root.refuseNode();
    ByteSeq bytes = value != null ? ByteSeq.utf8(value) : ByteSeq.of(root.in().readNBytes(VALUE_BYTES_READ_MAX));
    try (KvClient client = root.connect()) {
      PutResult put = client.put(ByteSeq.utf8(key), bytes,
          options());
      Output output = root.output();
      switch (root.format()) {
        case json -> output.json(json -> {
          json.writeNumberProperty("revision", put.revision());
          if (put.lease() != 0) {
            json.writeNumberProperty("lease", put.lease());
            json.writeStringProperty("leaseHex", Long.toHexString(put.lease()));
          }
        });
        case table -> output.table(put.lease() == 0 ? List.of("REVISION") : List.of("REVISION", "LEASE"), List.of(put.lease() == 0
            ? List.of(Long.toString(put.revision())) : List.of(Long.toString(put.revision()), Long.toHexString(put.lease()))));
        case simple -> output.line("OK, revision " + put.revision()
            + (put.lease() == 0 ? "" : ", lease " + Long.toHexString(put.lease())));
        case raw -> {
          if (put.lease() != 0) {
            output.line(Long.toHexString(put.lease()));
          }
        }
      }
    }
    return ExitStatus.DONE;
  }
}
