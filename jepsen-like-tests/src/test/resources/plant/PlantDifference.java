import io.cairn.storage.engine.Engine;
import io.cairn.storage.engine.EngineBatch;
import io.cairn.storage.engine.EngineCursor;
import io.cairn.storage.engine.EngineSettings;
import io.cairn.storage.engine.EngineView;
import io.cairn.storage.engine.Family;
import io.cairn.storage.engine.RocksEngines;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Changes one byte of a value in the engine of a node that does not run, in a way that no checksum tells: what a fault of memory, or of
 * ours, would leave. Started from source with the server's class path, by ReplicaDifferenceTest.
 */
public final class PlantDifference {

  private PlantDifference() {}

  public static void main(String[] arguments) {
    byte[] wanted = arguments[1].getBytes(StandardCharsets.UTF_8);
    int changed = 0;
    try (Engine engine = new RocksEngines(EngineSettings.DEFAULT, failure -> { }).open(arguments[0])) {
      EngineBatch batch = engine.newBatch();
      try (EngineView view = engine.view(); EngineCursor cursor = view.cursor(Family.NEWEST, new byte[0], null)) {
        for (; cursor.valid(); cursor.next()) {
          byte[] key = cursor.key();
          int from = key.length - wanted.length;
          if (from >= 0 && Arrays.equals(key, from, key.length, wanted, 0, wanted.length)) {
            byte[] value = cursor.value();
            value[value.length - 1] ^= 1;
            batch.put(Family.NEWEST, key, value);
            changed++;
          }
        }
      }
      engine.write(batch);
      engine.flush();
    }
    System.exit(changed == 1 ? 0 : 1);
  }
}
