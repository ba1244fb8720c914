package io.cairn.server.lock;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.protocol.wire.LockPlace;
import io.cairn.protocol.wire.LockPlace.Mode;
import io.cairn.storage.mvcc.Version;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Who of a queue is granted. */
class LockOrderTest {

  private static Place place(long token, Mode mode, int permits, int of) {
    return new Place(ByteString.copyFromUtf8("k" + token), token, 7, mode, permits, of);
  }

  private static Place exclusive(long token) {
    return place(token, Mode.EXCLUSIVE, 0, 0);
  }

  private static Place shared(long token) {
    return place(token, Mode.SHARED, 0, 0);
  }

  private static List<Long> granted(List<Place> places) {
    return LockOrder.of(places).stream().filter(LockOrder.Standing::granted).map(standing -> standing.place().token()).toList();
  }

  @Test
  void theOrderIsThatOfTokens() {
    assertThat(granted(List.of(exclusive(9), exclusive(4), exclusive(7)))).containsExactly(4L);
    assertThat(LockOrder.of(List.of(exclusive(9), exclusive(4)))).extracting(LockOrder.Standing::before).containsExactly(0, 1);
    assertThat(LockOrder.of(List.of())).isEmpty();
  }

  @Test
  void whoSharesWaitsBehindWhoDoesNot() {
    assertThat(granted(List.of(shared(1), shared(2), exclusive(3), shared(4)))).containsExactly(1L, 2L);
    assertThat(granted(List.of(exclusive(1), shared(2)))).containsExactly(1L);
  }

  @Test
  void permitsAreTakenInOrderAndNeverMoreThanThereAre() {
    assertThat(granted(List.of(place(1, Mode.PERMITS, 2, 3), place(2, Mode.PERMITS, 1, 3), place(3, Mode.PERMITS, 1, 3)))).containsExactly(1L, 2L);
    // A small request does not overtake a large one that waits: else that one would wait for ever.
    assertThat(granted(List.of(place(1, Mode.PERMITS, 2, 3), place(2, Mode.PERMITS, 3, 3), place(3, Mode.PERMITS, 1, 3)))).containsExactly(1L);
    assertThat(granted(List.of(place(1, Mode.PERMITS, 1, 3), exclusive(2)))).containsExactly(1L);
  }

  @Test
  void whatIsNoPlaceStandsInTheWay() {
    byte[] garbage = {(byte) 0xff, 1, 2};
    Place strange = Place.of(new Version("k".getBytes(java.nio.charset.StandardCharsets.UTF_8), garbage, 3, 3, 1, 0));
    assertThat(strange.mode()).isEqualTo(Mode.EXCLUSIVE);
    byte[] tooMany = LockPlace.newBuilder().setMode(Mode.PERMITS).setPermits(4).setOf(3).build().toByteArray();
    assertThat(Place.of(new Version(garbage, tooMany, 3, 3, 1, 0)).mode()).isEqualTo(Mode.EXCLUSIVE);
  }

  @Test
  void whoIsGrantedStaysSo() {
    for (int seed = 0; seed < 300; seed++) {
      var random = new Random(seed);
      var places = new ArrayList<Place>();
      Set<Long> before = new HashSet<>();
      for (long token = 1; token < 60; token++) {
        if (!places.isEmpty() && random.nextInt(3) == 0) {
          before.remove(places.remove(random.nextInt(places.size())).token());
        } else {
          places.add(switch (random.nextInt(3)) {
            case 0 -> exclusive(token);
            case 1 -> shared(token);
            default -> place(token, Mode.PERMITS, 1 + random.nextInt(3), 3);
          });
        }
        List<Place> now = LockOrder.of(places).stream().filter(LockOrder.Standing::granted).map(LockOrder.Standing::place).toList();
        assertThat(now.stream().map(Place::token)).as("seed %d", seed).containsAll(before);
        before = new HashSet<>(now.stream().map(Place::token).toList());
        assertTogether(now);
        assertThat(places.isEmpty() || !now.isEmpty()).as("seed %d: somebody's turn it is", seed).isTrue();
      }
    }
  }

  private static void assertTogether(List<Place> granted) {
    assertThat(granted.stream().map(Place::mode).distinct().count()).isLessThanOrEqualTo(1);
    if (granted.stream().anyMatch(place -> place.mode() == Mode.EXCLUSIVE)) {
      assertThat(granted).hasSize(1);
    } else if (granted.stream().anyMatch(place -> place.mode() == Mode.PERMITS)) {
      assertThat(granted.stream().mapToInt(Place::permits).sum()).isLessThanOrEqualTo(3);
    }
  }
}
