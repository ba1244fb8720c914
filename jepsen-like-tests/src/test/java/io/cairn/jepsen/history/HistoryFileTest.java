package io.cairn.jepsen.history;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Histories survive their file, and a file that is not one is refused with what is wrong. */
final class HistoryFileTest {
  private static final Version VERSION = new Version("a/\"ü\n\\", "\ud83d\ude00\u0001", 2, Long.MAX_VALUE, 1, -7);
  private static final Change CHANGE = Change.put(VERSION, Optional.empty());

  @TempDir
  Path folder;

  private static List<Event> oneOfEach() {
    Op txn = new Op.Txn(List.of(Compare.mod("a", 3), Compare.value("a", "x")),
        List.of(new Op.Put("a", "1", 0), new Op.Delete("b"), new Op.DeleteRange("a", "b"), new Op.Add("n", -1), new Op.Append("l", "e")),
        List.of(new Op.Get("a", 0, true), new Op.Range("a", "b", 5)));
    Result done = new Result.TxnDone(9, true, List.of(new Result.Written(9, 1, Optional.of(VERSION)), new Result.Found(9, Optional.empty()),
        new Result.Shown(9, List.of(VERSION)), new Result.Added(9, -3), new Result.Done(0)));
    return List.of(new Event.Invoke(1, 1, 17, 99, txn), new Event.Ok(2, 1, done), new Event.Invoke(3, 2, 17, 99, new Op.Grant(0, 1)),
        new Event.Refused(4, 2, "OVERLOADED", 0), new Event.Invoke(5, 3, 17, 99, new Op.KeepAlive(4)), new Event.Unknown(6, 3),
        new Event.Invoke(6, 5, 1, 9, new Op.Revoke(4)), new Event.Invoke(6, 6, 1, 9, new Op.TimeToLive(4)),
        new Event.Ok(6, 6, new Result.Leased(0, 4, 5, -1)), new Event.Invoke(6, 7, 1, 9, new Op.Compact(4)),
        new Event.Applied(7, 1, 9, 0, List.of(CHANGE, Change.delete(9, VERSION))), new Event.Opened(8, 4, 2, WatchSpec.withState("a", "b")),
        new Event.Began(9, 4, 3), new Event.Initial(9, 4, List.of(VERSION)), new Event.Synced(9, 4, 3),
        new Event.Delivered(10, 4, 3, List.of(CHANGE)), new Event.Progress(11, 4, 12), new Event.Resynced(12, 4, 13, List.of(CHANGE)),
        new Event.Closed(13, 4, "COMPACTED", 5), new Event.LeaseEnded(14, 8), new Event.Leader(15, 0, "n1", true),
        new Event.Fault(16, "kill n1"), new Event.Drained(17, 20));
  }

  @Test
  void everyKindOfEventSurvives() throws IOException {
    History history = new History(oneOfEach());
    Path file = folder.resolve("history.jsonl");
    HistoryFile.write(file, Map.of("seed", "7"), history);

    assertThat(HistoryFile.read(file).events()).isEqualTo(history.events());
    assertThat(history.events().stream().map(Object::getClass).distinct()).hasSize(Event.class.getPermittedSubclasses().length);
    assertThat(Files.readAllLines(file)).hasSize(history.events().size() + 1).first().asString().contains("\"seed\":\"7\"");
  }

  @Test
  void whatIsNotAHistoryIsRefusedWithItsLine() throws IOException {
    refused("", "is empty");
    refused("{\"history\":2}\n", "line 1: a history of format 1");
    refused("[]\n", "line 1: a history of format 1");
    String first = "{\"history\":1}\n";
    refused(first + "{\"t\":\"Fault\",\"at\":1}\n", "line 2: Fault lacks what");
    refused(first + "{\"t\":\"Fault\",\"at\":1,\"what\":\"x\",\"more\":1}\n", "line 2: Fault has no [more]");
    refused(first + "{\"t\":\"Flood\",\"at\":1}\n", "line 2: there is no Event of the kind Flood");
    refused(first + "{\"t\":\"Fault\",\"at\":\"1\",\"what\":\"x\"}\n", "line 2: there should be a number, there is 1");
    refused(first + "{\"t\":\"Fault\",\"at\":1", "line 2: at character 20 there should be more");
    refused(first + "{\"t\":\"Fault\",\"at\":1.5,\"what\":\"x\"}", "line 2: at character 20 there should be ','");
    refused(first + "{\"t\":\"Fault\",\"at\":1,\"what\":\"x\"} x", "should be nothing more");
  }

  private void refused(String text, String why) throws IOException {
    Path file = Files.writeString(folder.resolve("bad.jsonl"), text);
    assertThatThrownBy(() -> HistoryFile.read(file)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining(why);
  }

  @Test
  void aRecorderGivesTimesInOrderAndRefusesWhatIsTooMuch() {
    AtomicLong clock = new AtomicLong();
    HistoryRecorder recorder = new HistoryRecorder(clock::incrementAndGet, 3);
    long call = recorder.invoke(1, 50, new Op.Get("a", 0, false));
    recorder.ok(call, new Result.Found(1, Optional.empty()));
    recorder.unknown(recorder.number());

    assertThat(recorder.history().calls()).singleElement().satisfies(each -> {
      assertThat(each.invoke().until()).isEqualTo(51);
      assertThat(each.ok()).isPresent();
    });
    assertThat(recorder.history().strays()).hasSize(1);
    assertThatThrownBy(() -> recorder.unknown(call)).hasMessageContaining("the history is full with 3 events");
  }
}
