package io.cairn.server.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import io.cairn.protocol.wire.Command;
import io.cairn.protocol.wire.ErrorCode;
import io.cairn.protocol.wire.LeaseGrant;
import io.cairn.protocol.wire.LeaseRevoke;
import io.cairn.protocol.wire.Put;
import io.cairn.server.outcome.Refusal;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Label;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

/** What is taken of leases, and what is not, over all that 64 bits on the wire can say. */
class LeaseBoundsProperties {
  private static final long YEAR_MILLIS = 365L * 24 * 3_600 * 1_000;

  @Provide
  Arbitrary<Long> numbers() {
    return Arbitraries.oneOf(Arbitraries.longs(), Arbitraries.longs().between(-2, 3), Arbitraries.longs().between(998, 1_002),
        Arbitraries.longs().between(YEAR_MILLIS - 2, YEAR_MILLIS + 2), Arbitraries.longs().between((1L << 62) - 2, (1L << 62) + 2),
        Arbitraries.of(Long.MIN_VALUE, Long.MIN_VALUE + 1, Long.MAX_VALUE - 1, Long.MAX_VALUE, Long.MAX_VALUE / 1_000, Long.MAX_VALUE / 1_000_000));
  }

  private static boolean isId(long id) {
    return id >= 1;
  }

  private static boolean isTtl(long millis) {
    return millis >= 1_000 && millis <= YEAR_MILLIS;
  }

  private static void expect(Refusal refusal, boolean taken) {
    if (taken) {
      assertThat(refusal).isNull();
    } else {
      assertThat(refusal.code()).isEqualTo(ErrorCode.BAD_REQUEST);
      assertThat(refusal.message()).as("says what would be right").matches("(?s).*(365 days|1 to [0-9]{19}|one of the two).*");
    }
  }

  @Property(tries = 2_000)
  @Label("LL-04 a grant is taken with an id of 1 to 2^62 - 1, or none, and a TTL of 1 s to 365 days, and refused with these bounds otherwise")
  void grants(@ForAll("numbers") long id, @ForAll("numbers") long ttl, @ForAll boolean named) {
    LeaseGrant.Builder grant = LeaseGrant.newBuilder().setTtlMillis(ttl);
    if (named) {
      grant.setId(id);
    }
    expect(LeaseService.refusal(Command.newBuilder().setLeaseGrant(grant).build()), isTtl(ttl) && (!named || isId(id) && id < 1L << 62));
  }

  @Property(tries = 2_000)
  @Label("LL-04 a put is taken with a lease, a TTL or neither, each within its bounds; a revoke with any id that may be")
  void putsAndRevokes(@ForAll("numbers") long lease, @ForAll("numbers") long ttl) {
    expect(LeaseService.refusal(Put.newBuilder().setLease(lease).build()), lease == 0 || isId(lease));
    expect(LeaseService.refusal(Put.newBuilder().setTtlMillis(ttl).build()), ttl == 0 || isTtl(ttl));
    expect(LeaseService.refusal(Put.newBuilder().setLease(lease).setTtlMillis(ttl).build()),
        lease == 0 && (ttl == 0 || isTtl(ttl)) || ttl == 0 && isId(lease));
    expect(LeaseService.refusal(Command.newBuilder().setLeaseRevoke(LeaseRevoke.newBuilder().setId(lease)).build()), isId(lease));
  }
}
