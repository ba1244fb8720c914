package io.cairn.server.frontend;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.cairn.protocol.wire.ErrorCode;
import java.util.Arrays;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import net.jqwik.api.constraints.Size;

class ResumeTokenProperties {

  private static ResumeToken token(Random random) {
    byte[] position = new byte[1 + random.nextInt(40)];
    random.nextBytes(position);
    return new ResumeToken(random.nextBoolean(), random.nextBoolean(), 1 + random.nextLong(Long.MAX_VALUE - 1), position);
  }

  private static void assertRefused(byte[] bytes) {
    ResumeToken.Decoded decoded = ResumeToken.decode(ByteString.copyFrom(bytes));
    assertThat(decoded.token()).isNull();
    assertThat(decoded.refusal().code()).isEqualTo(ErrorCode.BAD_REQUEST);
    assertThat(decoded.refusal().message()).contains("resume token", "cut or made up");
  }

  @Property
  void whatWasEncodedComesBack(@ForAll long seed) {
    ResumeToken token = token(new Random(seed));
    assertThat(ResumeToken.decode(token.encode()).token()).usingRecursiveComparison().isEqualTo(token);
  }

  @Property
  void aTokenThatWasCutAnywhereIsRefused(@ForAll long seed) {
    var random = new Random(seed);
    byte[] whole = token(random).encode().toByteArray();
    int from = random.nextInt(whole.length);
    int to = from + random.nextInt(whole.length - from + 1);
    if (to - from < whole.length) {
      assertRefused(Arrays.copyOfRange(whole, from, to));
    }
  }

  @Property
  void aTokenWithAnyByteChangedIsRefused(@ForAll long seed) {
    var random = new Random(seed);
    byte[] bytes = token(random).encode().toByteArray();
    bytes[random.nextInt(bytes.length)] ^= (byte) (1 + random.nextInt(255));
    assertRefused(bytes);
  }

  @Property
  void bytesThatSomebodyMadeUpAreRefused(@ForAll @Size(max = 200) byte[] bytes) {
    assertRefused(bytes);
  }

  @Property
  void aTokenWithAChecksumOfItsOwnIsJudgedByWhatItSays(@ForAll @LongRange(min = Long.MIN_VALUE, max = 0) long revision) {
    ResumeToken.Decoded decoded = ResumeToken.decode(new ResumeToken(false, false, revision, new byte[] {1}).encode());
    assertThat(decoded.token()).isNull();
    assertThat(decoded.refusal().message()).contains("names revision " + revision);
  }
}
