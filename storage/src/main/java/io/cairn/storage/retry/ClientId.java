package io.cairn.storage.retry;

/** 128 random bits that a client drew for itself; nobody registers them. */
public record ClientId(long high, long low) {

  /** Random bits need no further mixing. */
  @Override
  public int hashCode() {
    return (int) (high ^ high >>> 32 ^ low ^ low >>> 32);
  }
}
