package io.cairn.jepsen.history;

/**
 * What a key held.
 *
 * @param create the revision at which the key came to be
 * @param mod the revision of this value
 * @param version puts since it was created; 1 for the first
 * @param lease 0 for none
 */
public record Version(String key, String value, long create, long mod, long version, long lease) {

  @Override
  public String toString() {
    return key + "=" + value + "@" + mod + (lease == 0 ? "" : " lease " + lease);
  }
}
