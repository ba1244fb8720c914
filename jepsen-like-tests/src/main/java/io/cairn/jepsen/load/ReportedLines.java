package io.cairn.jepsen.load;

import io.cairn.client.ByteSeq;

/** The lines of a file, and what {@code kvctl load --report} said of each. */
record ReportedLines(RecordFile file, LoadReport report) implements Writes {

  @Override
  public int count() {
    return file.lines();
  }

  @Override
  public ByteSeq key(int write) {
    return file.key(write);
  }

  @Override
  public ByteSeq value(int write) {
    return file.value(write);
  }

  @Override
  public Outcome outcome(int write) {
    return report.outcome(write);
  }

  @Override
  public long revision(int write) {
    return report.revision(write);
  }

  @Override
  public String name(int write) {
    return "line " + (write + 1);
  }
}
