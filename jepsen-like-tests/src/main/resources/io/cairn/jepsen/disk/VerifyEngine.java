import java.util.ArrayList;
import java.util.List;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyHandle;
import org.rocksdb.DBOptions;
import org.rocksdb.Options;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksDBException;

/** Opens engines for reading alone and checks every checksum in them. Started from source with the server's class path, by EngineChecksums. */
public final class VerifyEngine {

  private VerifyEngine() {}

  public static void main(String[] engines) {
    RocksDB.loadLibrary();
    int damaged = 0;
    for (String engine : engines) {
      try {
        verify(engine);
      } catch (RocksDBException e) {
        System.out.println(engine + ": " + e.getMessage());
        damaged++;
      }
    }
    System.exit(damaged == 0 ? 0 : 1);
  }

  private static void verify(String engine) throws RocksDBException {
    List<ColumnFamilyDescriptor> families = new ArrayList<>();
    try (Options options = new Options()) {
      RocksDB.listColumnFamilies(options, engine).forEach(name -> families.add(new ColumnFamilyDescriptor(name)));
    }
    List<ColumnFamilyHandle> handles = new ArrayList<>();
    try (DBOptions options = new DBOptions(); RocksDB db = RocksDB.openReadOnly(options, engine, families, handles)) {
      db.verifyChecksum();
      handles.forEach(ColumnFamilyHandle::close);
    }
  }
}
